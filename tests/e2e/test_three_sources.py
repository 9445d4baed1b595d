# SPDX-License-Identifier: MIT
"""The main job: two live streams and a sound card at once, in files cut on the clock."""
import datetime
import pathlib
import random
import re
import tempfile
import unittest

from support import audio, daemon, icecast, process, pulse

SPLIT = 6  # seconds
MINIMUM = 3


class ThreeSources(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.icecast = icecast.Icecast()
        cls.addClassCleanup(cls.icecast.close)
        cls.pulse = pulse.Pulse()
        cls.addClassCleanup(cls.pulse.close)
        cls.noise = tempfile.NamedTemporaryFile(suffix='.raw')
        cls.addClassCleanup(cls.noise.close)
        cls.noise.write(random.Random(1).randbytes(48000 * 4 * 5) * 12)
        cls.noise.flush()
        mp3, opus = cls.icecast.station('a.mp3', 'mp3'), cls.icecast.station('b.opus', 'opus')
        cls.isr = daemon.Daemon(
            f'[pop]\ntype = stream\nurl = {mp3}\n[talk]\ntype = stream\nurl = {opus}\n[mic]\ntype = soundcard\ndevice = shared_mic\n',
            general=f'split_minutes = {SPLIT / 60}\ntimezone = Europe/Berlin\n', env=cls.pulse.env)
        cls.addClassCleanup(cls.isr.close)
        cls.pulse.play(cls.noise.name)
        for name in ('pop', 'talk', 'mic'):
            cls.isr.wait_state(name, 'recording')
        cls.closed = {name: process.wait_for(lambda n=name: f'a boundary in {cls.isr.wait_closed(MINIMUM, n)}', lambda n=name: cls.over_a_boundary(n), 120)
                      for name in ('pop', 'talk', 'mic')}
        cls.listing = process.wait_for('all three in the list', cls.all_recording)
        cls.status = cls.isr.stop()
        cls.left = cls.isr.paths()

    @classmethod
    def over_a_boundary(cls, name):
        """The finished files, when two of them follow each other over one. (A busy machine makes gaps of some.)"""
        files = cls.isr.wait_closed(MINIMUM, name)
        return any(one['reason'] == 'boundary' for one in files[:-1]) and files

    @classmethod
    def all_recording(cls):
        listing = cls.isr.files()
        return {f['source'] for f in listing if f['recording']} == {'pop', 'talk', 'mic'} and listing

    def test_ends_with_0_and_finishes_every_file(self):
        self.assertEqual(self.status, 0, self.isr.process.stderr)
        self.assertFalse([p.name for p in self.left if p.name.endswith('.part')])
        self.assertFalse([p.name for p in self.left if p.stat().st_size == 0])

    def test_every_file_plays_from_0(self):
        for path in self.left:
            with self.subTest(path.name):
                self.assertGreater(audio.plays(path), 0)
                # for MP3, ffprobe gives the primer that players skip
                self.assertLessEqual(float(audio.probe(path).get('start_time', 0)), 0.053 if path.suffix == '.mp3' else 0)

    def test_each_source_has_its_format(self):
        formats = {name: {f['ext'] for f in files} for name, files in self.closed.items()}
        self.assertEqual(formats, {'pop': {'mp3'}, 'talk': {'opus'}, 'mic': {'flac'}})

    def pairs(self):
        """Files that follow each other over a boundary. (A busy machine may make the sound server lose
        audio: that is a gap, which is another test's.)"""
        for name, files in self.closed.items():
            found = [(one, two) for one, two in zip(files, files[1:]) if one['reason'] == 'boundary']
            self.assertTrue(found, files)
            yield from ((name, *pair) for pair in found)

    def test_files_are_cut_on_the_clock(self):
        packet = {'pop': 0.0262, 'talk': 0.0201, 'mic': 0.0001}
        for name, _, f in self.pairs():
            with self.subTest(f['name']):
                late = f['start_us'] / 1e6 % SPLIT
                self.assertLess(late, packet[name], f)

    def test_files_follow_each_other_without_a_hole(self):
        for _, one, two in self.pairs():
            with self.subTest(two['name']):
                self.assertLess(abs(two['start_us'] - one['end_us']), 5000)

    def test_duration_is_what_the_clock_says(self):
        for files in self.closed.values():
            for f in files[1:]:
                with self.subTest(f['name']):
                    self.assertAlmostEqual(audio.plays(self.isr.recordings / f['name']), f['duration'], delta=0.001)
                    self.assertAlmostEqual(f['duration'], (f['end_us'] - f['start_us']) / 1e6, delta=0.06)

    def test_a_file_between_two_boundaries_is_whole(self):
        for files in self.closed.values():
            for one, f in zip(files, files[1:]):
                if one['reason'] == f['reason'] == 'boundary':
                    with self.subTest(f['name']):
                        self.assertAlmostEqual(f['duration'], SPLIT, delta=0.06)

    def test_names_say_local_time_with_offset(self):
        for files in self.closed.values():
            for f in files:
                stamp = re.sub(r'_\d$', '', pathlib.Path(f['name']).stem).rsplit('_', 1)[1]  # behind a short gap: a second one of the same second
                at = datetime.datetime.strptime(stamp, '%Y%m%dT%H%M%S%z')
                self.assertIn(at.utcoffset(), (datetime.timedelta(hours=1), datetime.timedelta(hours=2)))
                self.assertLess(abs(at.timestamp() - f['start_us'] / 1e6), 1.03, f)

    def test_what_is_written_is_listed_as_recording(self):
        for name in ('pop', 'talk', 'mic'):
            self.assertEqual(sum(f['recording'] for f in self.listing if f['source'] == name), 1)


class NativeFormat(unittest.TestCase):
    def test_a_mono_source_gives_mono_files(self):
        server = pulse.Pulse(rate=48000, channels=1)
        self.addCleanup(server.close)
        isr = daemon.Daemon('[mono]\ntype = soundcard\ndevice = shared_mic\nformat = wav\n', env=server.env)
        self.addCleanup(isr.close)
        with tempfile.NamedTemporaryFile(suffix='.raw') as noise:
            noise.write(random.Random(2).randbytes(48000 * 2 * 10))
            noise.flush()
            server.play(noise.name)
            isr.wait_state('mono', 'recording')
            process.wait_for('a second of audio', lambda: any(f['duration'] > 1 for f in isr.files()) or any(
                p.stat().st_size > 96000 for p in isr.paths()))
        self.assertEqual(isr.stop(), 0, isr.process.stderr)
        for path in isr.paths():
            stream = audio.probe(path)['stream']
            self.assertEqual((stream['sample_rate'], stream['channels']), ('48000', 1))


if __name__ == '__main__':
    unittest.main()
