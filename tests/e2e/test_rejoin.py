# SPDX-License-Identifier: MIT
"""isrhttpsrc behind a connection that breaks, against a real Icecast: what is received
is what was sent, no byte twice, none missing.

The station sends a file that is made before, so that every byte is known. Holes are
counted in bytes, not in seconds: the station waits for its listener, and a busy machine
makes them no larger than the burst that covers them."""
import concurrent.futures
import os
import pathlib
import random
import re
import signal
import tempfile
import unittest

from support import daemon, encoder, icecast, process, proxy

DROPS = {'mp3': 20, 'aac': 6, 'vorbis': 6, 'opus': 20}
PATIENCE = 60  # seconds without audio that are no drop of their own


class Listener:
    """isrhttpsrc into a file, behind a proxy."""

    def __init__(self, url, path, stall):
        self.path = path
        self.child = process.Process(['gst-launch-1.0', '-m', '-e', 'isrhttpsrc', 'location=' + url, 'retry-delay=100000000',
                                      f'stall-timeout={stall * 10**9}', '!', 'filesink', 'buffer-mode=unbuffered', 'location=' + path])

    @property
    def size(self):
        return os.path.getsize(self.path) if os.path.exists(self.path) else 0

    def said(self, reason):
        return self.child.stdout.count(f'reason=(string){reason},')

    def streams(self):
        """Its connection has brought audio, and where that belongs is decided."""
        return re.findall(r'state=\(string\)([a-z]+)', self.child.stdout)[-1:] == ['streaming']

    def wait_for(self, what, condition):
        process.wait_for(lambda: f'{what}: {self.child.stdout}\n{self.child.stderr}', condition)

    def wait_to_stream(self, rejoined):
        """Until it has rejoined so often, streams, and has received something new."""
        self.wait_for('rejoining', lambda: self.said('rejoined') >= rejoined and self.streams())
        size = self.size
        self.wait_for('audio', lambda: self.size > size)

    def end(self):
        self.child.child.send_signal(signal.SIGINT)
        if self.child.wait():
            raise AssertionError(self.child.stderr)
        return pathlib.Path(self.path).read_bytes(), self.child.stdout


class Rejoin(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.icecast = icecast.Icecast()
        cls.addClassCleanup(cls.icecast.close)
        cls.dir = tempfile.TemporaryDirectory(prefix='isr-rejoin-')
        cls.addClassCleanup(cls.dir.cleanup)

    def record(self, name, drops, break_it, stall):
        """Receives while break_it(gate, station, n) breaks the connection @drops times; what was sent, received, and said."""
        data = encoder.make(self.dir.name, name)
        station = encoder.Station(self.icecast, name, encoder.FORMATS[name][1], data, len(data) / encoder.SECONDS)
        self.addCleanup(station.close)
        gate = proxy.Proxy(self.icecast.port)
        self.addCleanup(gate.close)
        process.wait_for('the burst', lambda: station.sent >= encoder.BURST)
        listener = Listener(gate.url(self.icecast.url(name)), os.path.join(self.dir.name, 'received.' + name), stall)
        self.addCleanup(listener.child.close)
        listener.wait_for('audio', lambda: listener.size > 60000)
        for n in range(drops):
            listener.wait_to_stream(0)
            done = listener.said('rejoined')
            break_it(gate, station, n)
            listener.wait_to_stream(done + 1)
        return data, *listener.end()

    def check(self, name, data, got, said):
        self.assertEqual(said.count('reason=(string)gap'), 0, said)
        if data[:4] != b'OggS':
            at = data.find(got[:4096])
            self.assertGreaterEqual(at, 0, 'what was received is not what was sent')
            self.assertEqual(got, data[at:at + len(got)])
            return
        (sent, heads), (received, again) = encoder.packets(data), encoder.packets(got)
        self.assertEqual(again, heads, 'the headers stand there once')
        self.assertGreater(len(received), 100)
        first = sent.index(received[0])
        self.assertEqual(received, sent[first:first + len(received)])

    def drops(self, name):
        chance = random.Random(name)

        def cut(gate, station, n):
            tries = 1 + chance.randrange(3) if chance.random() < 0.3 else 0
            gate.refuse(tries > 0)
            station.hold(chance.randrange(int(station.pace / 2)))  # the hole
            process.wait_for('a connection to cut', lambda: gate.cut(reset=n % 2 == 1))
            connections = gate.connections
            process.wait_for('vain tries', lambda: gate.connections >= connections + tries)
            gate.refuse(False)
            process.wait_for('the hole', lambda: station.sent == station.limit)
            process.wait_for('the next connection', lambda: gate.pairs)
            station.release()
        data, got, said = self.record(name, DROPS[name], cut, PATIENCE)
        self.check(name, data, got, said)
        self.assertGreaterEqual(said.count('reason=(string)rejoined,'), DROPS[name], said)

    def test_drops_leave_no_seam_in_any_format(self):
        with concurrent.futures.ThreadPoolExecutor(len(encoder.FORMATS)) as pool:  # side by side: they wait more than they work
            runs = {name: pool.submit(self.drops, name) for name in encoder.FORMATS}
        for name, run in runs.items():
            with self.subTest(name):
                run.result()

    def test_a_stall_that_the_burst_covers_leaves_no_hole(self):
        def stall(gate, station, n):
            gate.stall(True)
            station.hold(20000)
            connections = gate.connections
            process.wait_for('a new connection', lambda: gate.connections > connections)
            process.wait_for('the hole', lambda: station.sent == station.limit)
            gate.cut()
            gate.stall(False)
            process.wait_for('the next connection', lambda: gate.pairs)
            station.release()
        data, got, said = self.record('mp3', 1, stall, stall=3)
        self.check('mp3', data, got, said)
        self.assertIn('reason=(string)stalled', said)

    def test_the_ledger_has_no_hole_where_nothing_is_missing(self):
        """A stall ends the file before it is known that nothing is missing: the next one goes on at the next byte, and at the same time."""
        data = encoder.make(self.dir.name, 'mp3')
        station = encoder.Station(self.icecast, 'ledger.mp3', encoder.FORMATS['mp3'][1], data, len(data) / encoder.SECONDS)
        self.addCleanup(station.close)
        gate = proxy.Proxy(self.icecast.port)
        self.addCleanup(gate.close)
        process.wait_for('the burst', lambda: station.sent >= encoder.BURST)
        isr = daemon.Daemon(f'[live]\ntype = stream\nurl = {gate.url(self.icecast.url("ledger.mp3"))}\nstall_seconds = 2\n')
        self.addCleanup(isr.close)
        isr.wait_state('live', 'recording')
        process.wait_for('audio', lambda: any(f['duration'] > 2 for f in isr.files()))
        station.hold(20000)
        gate.stall(True)
        process.wait_for('the hole', lambda: station.sent == station.limit)
        isr.wait_state('live', 'waiting-to-retry')
        gate.cut()
        gate.stall(False)
        source = isr.wait_state('live', 'recording')
        self.assertEqual(source['reason'], 'rejoined', isr.process.stderr)
        station.release()
        process.wait_for('audio again', lambda: any(f['recording'] and f['duration'] > 2 for f in isr.files()))
        self.assertEqual(isr.json('/api/coverage?source=live')['gaps'], [])
        before, behind = sorted(isr.files(), key=lambda f: f['start_us'])
        self.assertLess(abs(before['end_us'] - behind['start_us']), 1000)
        self.assertEqual(isr.stop(), 0)
        one, two = isr.paths()
        end = data.index(one.read_bytes()[-1500:]) + 1500
        self.assertIn(data[end:end + 5000], two.read_bytes(), 'the next byte is the first of the next file')


if __name__ == '__main__':
    unittest.main()
