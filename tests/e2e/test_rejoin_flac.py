# SPDX-License-Identifier: MIT
"""FLAC from a real Icecast, native and in Ogg, over a connection that breaks: the recording is, sample by sample,
what the encoder was given. Of native FLAC Icecast keeps no header: who comes late gets frames alone."""
import concurrent.futures
import pathlib
import tempfile
import unittest

from support import audio, daemon, encoder, icecast, process, proxy

DROPS = 4
SECONDS = 120
RATE = 8000  # the burst of Icecast, 64 KiB, is four seconds of that
FORMATS = {'flac': ('audio/flac', ['-f', 'flac']), 'oga': ('application/ogg', ['-f', 'ogg', '-page_duration', '200000'])}


class RejoinFlac(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.icecast = icecast.Icecast()
        cls.addClassCleanup(cls.icecast.close)
        directory = tempfile.TemporaryDirectory(prefix='isr-flac-')
        cls.addClassCleanup(directory.cleanup)
        cls.data = {}
        for name, (_, how) in FORMATS.items():
            path = pathlib.Path(directory.name) / f'source.{name}'
            process.run('ffmpeg', '-nostdin', '-v', 'error', '-f', 'lavfi', '-i', f'anoisesrc=seed=1:sample_rate={RATE}:duration={SECONDS}', '-ac', '1',
                        '-sample_fmt', 's16', '-c:a', 'flac', '-frame_size', '1024', *how, path)
            cls.data[name] = path.read_bytes()
            cls.samples = audio.decode(path)

    def record(self, name, late):
        """A recording over DROPS drops that the burst covers."""
        data, mount = self.data[name], f'{"late" if late else "early"}.{name}'
        station = encoder.Station(self.icecast, mount, FORMATS[name][0], data, len(data) / SECONDS)
        self.addCleanup(station.close)
        gate = proxy.Proxy(self.icecast.port)
        self.addCleanup(gate.close)
        process.wait_for('the mount', lambda: station.sent >= (3 if late else 0.5) * encoder.BURST)
        isr = daemon.Daemon(f'[live]\ntype = stream\nurl = {gate.url(self.icecast.url(mount))}\n')
        self.addCleanup(isr.close)
        for n in range(DROPS):
            size = max((f['size'] for f in isr.files()), default=0)
            process.wait_for(lambda: f'audio: {isr.source("live")}\n{isr.process.stderr}', lambda size=size: any(f['size'] > size + 20000 for f in isr.files()))
            station.hold(int(station.pace / 2))
            connections = gate.connections
            process.wait_for('a connection to cut', lambda n=n: gate.cut(reset=n % 2 == 1))
            process.wait_for('the hole', lambda: station.sent == station.limit)
            process.wait_for('the next connection', lambda connections=connections: gate.connections > connections and gate.pairs)
            station.release()
        return isr

    def check(self, name, late):
        isr = self.record(name, late)
        size = max(f['size'] for f in isr.files())
        process.wait_for('audio', lambda: any(f['size'] > size + 20000 for f in isr.files()))
        self.assertEqual(isr.json('/api/coverage?source=live')['gaps'], [], isr.process.stderr)
        self.assertEqual(isr.stop(), 0, isr.process.stderr)
        (path,) = [p for p in isr.paths() if p.suffix in ('.flac', '.oga')]
        process.run('flac', '-s', '-t', path)
        got = audio.decode(path)
        self.assertGreater(len(got), 2 * RATE * 6)
        at = self.samples.find(got[:4096])
        self.assertEqual(at % 2, 0, 'it is in what the encoder was given')
        self.assertEqual(got, self.samples[at:at + len(got)])
        if late:
            self.assertGreater(at, 0)

    def test_drops_leave_no_seam(self):
        kinds = {'native, from the begin': ('flac', False), 'native, without a header': ('flac', True), 'in Ogg': ('oga', True)}
        with concurrent.futures.ThreadPoolExecutor(len(kinds)) as pool:  # side by side: they wait more than they work
            runs = {kind: pool.submit(self.check, *what) for kind, what in kinds.items()}
        for kind, run in runs.items():
            with self.subTest(kind):
                run.result()


if __name__ == '__main__':
    unittest.main()
