# SPDX-License-Identifier: MIT
"""An encoder that sends a file made before, so that every byte is known, and that can be held."""
import threading
import time

from . import station
from .station import FORMATS, HEADS

SECONDS = 90  # of audio that a station has to send
BURST = 70000  # bytes that are sent at once: more than Icecast's burst


class Station:
    """Sends the bytes of a file to Icecast, at @pace bytes a second: an encoder whose output is known."""

    def __init__(self, server, mount, kind, data, pace, burst=BURST):
        self.burst = burst
        self.data, self.pace, self.sent, self.limit, self.stopped = data, pace, 0, len(data), False
        self.socket = station.connect(server, mount, kind)
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self._send, daemon=True)
        self.thread.start()

    def hold(self, size):
        """Sends @size bytes more, then nothing until release()."""
        with self.lock:
            self.limit = self.sent + size

    def release(self):
        self.limit = len(self.data)

    def _send(self):
        credit, last = float(self.burst), time.monotonic()
        while not self.stopped:
            now = time.monotonic()
            credit, last = max(credit, min(credit + (now - last) * self.pace, self.pace)), now
            with self.lock:
                size = min(int(credit), self.limit - self.sent)
                self.socket.sendall(self.data[self.sent:self.sent + size])
                self.sent += size
            credit -= size
            time.sleep(0.02)

    def close(self):
        self.stopped = True
        self.thread.join()
        self.socket.close()


def make(directory, name):
    """The bytes of a file of that format."""
    return station.make(directory, name, SECONDS).read_bytes()


def packets(data):
    """The packets of an Ogg file, headers left out: Icecast puts those of Vorbis into pages of its own."""
    found = station.all_ogg_packets(data)
    return [packet for packet in found if not packet.startswith(HEADS)], sum(packet.startswith(HEADS) for packet in found)
