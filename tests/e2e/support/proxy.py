# SPDX-License-Identifier: MIT
"""A TCP proxy on loopback that can cut, stall and delay what passes through it."""
import select
import socket
import struct
import threading
import time


class Proxy:
    """Forwards to 127.0.0.1:@port. All methods may be called from any thread."""

    def __init__(self, port):
        self.target = port
        self.listening = socket.create_server(('127.0.0.1', 0))
        self.port = self.listening.getsockname()[1]
        self.lock = threading.Lock()
        self.pairs = set()
        self.connections = 0
        self.refusing = self.stalled = self.closed = False
        self.delay = 0.0
        self.threads = [threading.Thread(target=self._accept, daemon=True)]
        self.threads[0].start()

    def url(self, url):
        """The same address, but through the proxy."""
        return url.replace(f':{self.target}/', f':{self.port}/')

    def cut(self, reset=False):
        """Every connection ends now; returns how many there were."""
        with self.lock:
            pairs, self.pairs = self.pairs, set()
        for client, server in pairs:
            if reset:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
            for s in (client, server):
                try:
                    s.shutdown(socket.SHUT_RDWR) if not (reset and s is client) else None
                except OSError:
                    pass
                s.close()
        return len(pairs)

    def refuse(self, on):
        """New connections are closed at once."""
        self.refusing = on

    def stall(self, on):
        """Connections stay, and nothing passes."""
        self.stalled = on

    def close(self):
        self.closed = True
        self.listening.close()
        self.cut()

    def _accept(self):
        while not self.closed:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            self.connections += 1
            if self.refusing:
                client.close()
                continue
            try:
                server = socket.create_connection(('127.0.0.1', self.target))
            except OSError:
                client.close()
                continue
            pair = (client, server)
            with self.lock:
                self.pairs.add(pair)
            threading.Thread(target=self._forward, args=pair, daemon=True).start()

    def _forward(self, client, server):
        other = {client: server, server: client}
        try:
            while True:
                if self.stalled:
                    time.sleep(0.01)
                    continue
                for s in select.select([client, server], [], [], 0.1)[0]:
                    data = s.recv(65536)
                    if not data:
                        return
                    if self.delay:
                        time.sleep(self.delay)
                    other[s].sendall(data)
        except (OSError, ValueError):
            pass
        finally:
            with self.lock:
                self.pairs.discard((client, server))
            for s in (client, server):
                s.close()
