# SPDX-License-Identifier: MIT
"""The element as others use it: the lines of the README, in a real gst-launch-1.0."""
import pathlib
import shutil
import signal
import tempfile
import unittest

from support import audio, icecast, process, pulse

CAPS = 'audio/x-raw,format=S16LE,rate=48000,channels=2'


class Launch(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix='isr-launch-'))
        self.addCleanup(shutil.rmtree, self.dir)

    def launch(self, line, env=None):
        child = process.Process(['gst-launch-1.0', *line.split()], env=env, cwd=self.dir)
        self.addCleanup(child.close)
        return child

    def files(self, directory=None):
        return sorted(p for p in (directory or self.dir).iterdir() if p.suffix != '.raw')

    def wait_bytes(self, child, size, directory=None):
        process.wait_for(lambda: f'{size} bytes; it said {child.stdout}{child.stderr}',
                         lambda: sum(p.stat().st_size for p in self.files(directory)) > size)

    def interrupted(self, child):
        """Ctrl-C without -e: the open file is finished all the same."""
        child.stop(signal.SIGINT)
        files = self.files()
        self.assertTrue(files, child.stderr)
        for path in files:
            self.assertNotEqual(path.suffix, '.part', child.stderr)
            self.assertGreater(audio.plays(path), 0)
        return files

    def test_to_the_end(self):
        child = self.launch('audiotestsrc num-buffers=100 ! isrsplitsink')
        self.assertEqual(child.wait(), 0, child.stderr)
        (path,) = self.files()
        self.assertAlmostEqual(audio.plays(path), 100 * 1024 / 48000, places=4)

    def test_without_e(self):
        child = self.launch('audiotestsrc is-live=true ! isrsplitsink')
        self.wait_bytes(child, 20000)
        self.interrupted(child)


class Stream(Launch):
    @classmethod
    def setUpClass(cls):
        cls.icecast = icecast.Icecast()
        cls.addClassCleanup(cls.icecast.close)

    def records(self, mount, fmt, extension):
        url = self.icecast.station(mount, fmt)
        child = self.launch(f'souphttpsrc location={url} ! isrsplitsink')
        self.wait_bytes(child, 30000)
        (path,) = self.interrupted(child)
        self.assertEqual(path.suffix, extension)

    def test_mp3(self):
        self.records('s.mp3', 'mp3', '.mp3')

    def test_aac(self):
        self.records('s.aac', 'aac', '.aac')

    def test_vorbis(self):
        self.records('s.ogg', 'ogg', '.ogg')

    def test_opus(self):
        self.records('s.opus', 'opus', '.opus')


class Card(Launch):
    def test_two_processes_hear_the_same(self):
        server = pulse.Pulse()
        self.addCleanup(server.close)
        signal_file = self.dir / 'numbers.raw'
        signal_file.write_bytes(pulse.numbered(6))
        places = [self.dir / 'one', self.dir / 'two']
        for place in places:
            place.mkdir()
        children = [process.Process(['gst-launch-1.0', 'alsasrc', 'device=shared_mic', 'buffer-time=4000000', '!', CAPS, '!', 'isrsplitsink', 'format=wav',
                                     'split-interval=2000000000'], env=server.env, cwd=place) for place in places]
        for child in children:
            self.addCleanup(child.close)
        process.wait_for('both to listen', lambda: process.run(
            'pactl', '--server', f'unix:{server.sock}', 'list', 'short', 'source-outputs', env=server.env).stdout.count('\n') == 2)
        player = server.play(signal_file)
        self.assertEqual(player.wait(30), 0, player.stderr)
        for child, place in zip(children, places):
            self.wait_bytes(child, (6 + 1) * 48000 * 4, place)
            child.stop(signal.SIGINT)
        heard = []
        for place in places:
            with self.subTest(place.name):
                files = self.files(place)
                self.assertGreaterEqual(len(files), 3)
                heard.append(pulse.find_numbered(b''.join(audio.decode(p) for p in files)))
                self.assertEqual(heard[-1], sorted(set(heard[-1])), 'in order, and once')
        # what neither of them has, the sound server of a busy machine has not played
        self.assertTrue(heard[0] == heard[1], f'only one has {sorted(set(heard[0]) ^ set(heard[1]))[:20]}')
        self.assertGreater(len(heard[0]), 3 * 48000)


if __name__ == '__main__':
    unittest.main()
