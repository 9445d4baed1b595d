# SPDX-License-Identifier: MIT
"""isrhttpsrc behind a connection that breaks, against a real Icecast: what is received
is what was sent, no byte twice, none missing.

The station sends a file that is made before, so that every byte is known."""
import base64
import concurrent.futures
import os
import pathlib
import random
import socket
import tempfile
import threading
import time
import unittest

from support import icecast, process, proxy

DROPS = 20
SECONDS = 90  # of audio that a station has to send

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
        self.data, self.pace, self.sent, self.stopped = data, pace, 0, False
        self.socket = socket.create_connection(('127.0.0.1', server.port))
        password = base64.b64encode(b'source:hackme').decode()
        self.socket.sendall(f'SOURCE /{mount} HTTP/1.0\r\nAuthorization: Basic {password}\r\nContent-Type: {kind}\r\n\r\n'.encode())
        answer = self.socket.recv(1000)
        if b' 200 ' not in answer:
            raise AssertionError(f'icecast: {answer}')
        self.thread = threading.Thread(target=self._send, daemon=True)
        self.thread.start()

    def _send(self):
        begun = time.monotonic()
        while not self.stopped and self.sent < len(self.data):
            due = min(len(self.data), int((time.monotonic() - begun) * self.pace))
            if due > self.sent:
                self.socket.sendall(self.data[self.sent:due])
                self.sent = due
            time.sleep(0.02)

    def close(self):
        self.stopped = True
        self.thread.join()
        self.socket.close()


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


class Rejoin(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.icecast = icecast.Icecast()
        cls.addClassCleanup(cls.icecast.close)
        cls.dir = tempfile.TemporaryDirectory(prefix='isr-rejoin-')
        cls.addClassCleanup(cls.dir.cleanup)

    def make(self, name):
        path = os.path.join(self.dir.name, 'source.' + name)
        process.run('ffmpeg', '-nostdin', '-v', 'error', '-y', '-f', 'lavfi', '-i', f'anoisesrc=seed=1:sample_rate=48000:duration={SECONDS}',
                    '-ac', '2', *FORMATS[name][0], path)
        return pathlib.Path(path).read_bytes()

    def record(self, name, drops, break_it, stall=5):
        """Receives while break_it(gate, n) breaks the connection @drops times; what was sent, received, and said."""
        data = self.make(name)
        station = Station(self.icecast, name, FORMATS[name][1], data, len(data) / SECONDS)
        self.addCleanup(station.close)
        gate = proxy.Proxy(self.icecast.port)
        self.addCleanup(gate.close)
        process.wait_for('the burst', lambda: station.sent > 70000)
        out = os.path.join(self.dir.name, 'received.' + name)
        child = process.Process(['gst-launch-1.0', '-m', '-e', 'isrhttpsrc', 'location=' + gate.url(self.icecast.url(name)), 'retry-delay=100000000',
                                 f'stall-timeout={stall * 10**9}', '!', 'filesink', 'buffer-mode=unbuffered', 'location=' + out])
        self.addCleanup(child.close)
        received = lambda: os.path.getsize(out) if os.path.exists(out) else 0
        process.wait_for(lambda: 'audio: ' + child.stdout, lambda: received() > 60000)
        for n in range(drops):
            before, done = received(), child.stdout.count('reason=(string)rejoined,')
            break_it(gate, n)
            process.wait_for(lambda: f'rejoining: {child.stdout}\n{child.stderr}',
                             lambda: child.stdout.count('reason=(string)rejoined,') > done and received() > before)
        child.child.send_signal(2)
        self.assertEqual(child.wait(), 0, child.stderr)
        return data, pathlib.Path(out).read_bytes(), child.stdout

    def check(self, name, data, got, said):
        self.assertEqual(said.count('reason=(string)gap'), 0, said)
        if data[:4] != b'OggS':
            at = data.find(got[:4096])
            self.assertGreaterEqual(at, 0, 'what was received is not what was sent')
            self.assertEqual(got, data[at:at + len(got)])
            return
        (sent, heads), (received, again) = packets(data), packets(got)
        self.assertEqual(again, heads, 'the headers stand there once')
        self.assertGreater(len(received), 100)
        first = sent.index(received[0])
        self.assertEqual(received, sent[first:first + len(received)])

    def drops(self, name):
        chance = random.Random(name)

        def cut(gate, n):
            gate.refuse(chance.random() < 0.3)
            process.wait_for('a connection to cut', lambda: gate.cut(reset=n % 2 == 1))
            time.sleep(chance.random() * 0.5)  # the hole
            gate.refuse(False)
        data, got, said = self.record(name, DROPS, cut)
        self.check(name, data, got, said)
        self.assertGreaterEqual(said.count('reason=(string)rejoined,'), DROPS, said)

    def test_drops_leave_no_seam_in_any_format(self):
        with concurrent.futures.ThreadPoolExecutor(len(FORMATS)) as pool:  # side by side: each takes half a minute
            runs = {name: pool.submit(self.drops, name) for name in FORMATS}
        for name, run in runs.items():
            with self.subTest(name):
                run.result()

    def test_a_stall_that_the_burst_covers_leaves_no_hole(self):
        def stall(gate, n):
            gate.stall(True)
            connections = gate.connections
            process.wait_for('a new connection', lambda: gate.connections > connections)
            gate.cut()
            gate.stall(False)
        data, got, said = self.record('mp3', 1, stall, stall=2)
        self.check('mp3', data, got, said)
        self.assertIn('reason=(string)stalled', said)


if __name__ == '__main__':
    unittest.main()
