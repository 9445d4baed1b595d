# SPDX-License-Identifier: MIT
"""A server of live MP3 that takes every listener and lets go of each soon. Every frame has its number in it."""
import collections
import re
import socket
import threading
import time

FRAME = 0.024  # seconds: 384 bytes at 128 kb/s
AGE = 60  # seconds that it has been on the air for at the start
HEAD = bytes([0xff, 0xfb, 0x94, 0x64]) + bytes(32)

# @burst: seconds of the past that a listener gets at once; @length: seconds until it is let go; @away: seconds
# during which it is taken and let go without a word, after each
Plan = collections.namedtuple('Plan', 'burst length away', defaults=(0.0,))


def frame(n):
    return HEAD + f'{n:012}'.encode() * 29


def numbers(data):
    """Of the frames in a recorded file, in order."""
    return [int(found[1]) for found in re.finditer(rb'\xff\xfb\x94\x64\0{32}(\d{12})', data)]


class Server:
    """Plays to /NAME by @plans[NAME]. `drops` counts how often each was let go after some audio."""

    def __init__(self, plans):
        self.plans, self.begun = plans, time.monotonic() - AGE
        self.drops, self.back = collections.Counter(), collections.Counter()
        self.listening = socket.create_server(('127.0.0.1', 0), backlog=200)
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, name):
        return f'http://127.0.0.1:{self.port}/{name}'

    def close(self):
        self.listening.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client:
            try:
                name = client.recv(4096).split(b' ')[1].decode()[1:]
                if time.monotonic() < self.back[name]:
                    return
                client.sendall(b'HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n')
                self._play(client, self.plans[name])
            except (OSError, IndexError):
                return  # the listener went first
        self.back[name] = time.monotonic() + self.plans[name].away
        self.drops[name] += 1

    def _play(self, client, plan):
        begun = time.monotonic()
        sent = int((begun - self.begun - plan.burst) / FRAME)
        while True:
            due = int((time.monotonic() - self.begun) / FRAME)
            client.sendall(b''.join(frame(n) for n in range(sent, due)))
            sent = due
            left = begun + plan.length - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, 0.25))
