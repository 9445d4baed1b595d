# SPDX-License-Identifier: MIT
"""An encoder that sends a file made before, so that every byte is known, and that can be held."""
import base64
import os
import pathlib
import socket
import threading
import time

from . import process

SECONDS = 90  # of audio that a station has to send
BURST = 70000  # bytes that are sent at once: more than Icecast's burst

# name: (how ffmpeg makes the file, content type, whether it is Ogg)
FORMATS = {
    'mp3': (['-c:a', 'libmp3lame', '-b:a', '128k', '-write_xing', '0', '-id3v2_version', '0', '-f', 'mp3'], 'audio/mpeg'),
    'aac': (['-c:a', 'aac', '-b:a', '128k', '-f', 'adts'], 'audio/aac'),
    # Icecast takes a step with each listener at each page: with pages of a second it is mute for three
    'vorbis': (['-c:a', 'libvorbis', '-q:a', '4', '-page_duration', '100000', '-f', 'ogg'], 'application/ogg'),
    'opus': (['-c:a', 'libopus', '-b:a', '96k', '-page_duration', '100000', '-f', 'ogg'], 'application/ogg'),
}


class Station:
    """Sends the bytes of a file to Icecast, at @pace bytes a second: an encoder whose output is known."""

    def __init__(self, server, mount, kind, data, pace):
        self.data, self.pace, self.sent, self.limit, self.stopped = data, pace, 0, len(data), False
        self.socket = socket.create_connection(('127.0.0.1', server.port))
        password = base64.b64encode(b'source:hackme').decode()
        self.socket.sendall(f'SOURCE /{mount} HTTP/1.0\r\nAuthorization: Basic {password}\r\nContent-Type: {kind}\r\n\r\n'.encode())
        answer = self.socket.recv(1000)
        if b' 200 ' not in answer:
            raise AssertionError(f'icecast: {answer}')
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
        credit, last = float(BURST), time.monotonic()
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
    """The bytes of a file of that format: noise, in which nothing repeats."""
    path = os.path.join(directory, 'source.' + name)
    process.run('ffmpeg', '-nostdin', '-v', 'error', '-y', '-f', 'lavfi', '-i', f'anoisesrc=seed=1:sample_rate=48000:duration={SECONDS}',
                '-ac', '2', *FORMATS[name][0], path)
    return pathlib.Path(path).read_bytes()


def packets(data):
    """The packets of an Ogg file, headers left out: Icecast puts those of Vorbis into pages of its own."""
    found, at, packet = [], 0, b''
    while at + 27 <= len(data) and data[at:at + 4] == b'OggS':
        n = data[at + 26]
        body = at + 27 + n
        for lace in data[at + 27:at + 27 + n]:
            packet += data[body:body + lace]
            body += lace
            if lace < 255:
                found.append(packet)
                packet = b''
        at = body
    heads = (b'\x01vorbis', b'\x03vorbis', b'\x05vorbis', b'OpusHead', b'OpusTags')
    return [p for p in found if not p.startswith(heads)], sum(p.startswith(heads) for p in found)
