# SPDX-License-Identifier: MIT
"""Ogg streams of a recorder that is killed: in its files are pages of its own, yet the next one goes on behind the
last packet that is on the disk. What the files hold together, taken apart and decoded, is what the encoder sent."""
import array
import pathlib
import tempfile
import time
import unittest

from support import encoder, process, resume

# What is encoded, and how: (channels, ffmpeg's source, its options). Pages of a tenth of a second: see support/station.py
NOISE = 'anoisesrc=seed=1:sample_rate={rate}:duration={seconds}'
PAGES = ['-page_duration', '100000', '-f', 'ogg']
FORMATS = {
    'vorbis': (2, 48000, NOISE, ['-c:a', 'libvorbis', '-q:a', '4', *PAGES]),
    'opus': (2, 48000, NOISE, ['-c:a', 'libopus', '-b:a', '96k', *PAGES]),
    'slow': (2, 48000, NOISE, ['-c:a', 'libopus', '-b:a', '32k', '-page_duration', '1000000', '-f', 'ogg']),
    'flac': (1, 8000, NOISE, ['-c:a', 'flac', '-sample_fmt', 's16', '-frame_size', '512', *PAGES]),
}
SILENT = {
    'silent-opus': (2, 48000, 'anullsrc=r={rate}:d={seconds}', ['-c:a', 'libopus', '-b:a', '96k', '-vbr', 'off', *PAGES]),
    'silent-vorbis': (2, 48000, 'anullsrc=r={rate}:d={seconds}', ['-c:a', 'libvorbis', '-q:a', '4', *PAGES]),
    'silent-flac': (1, 8000, 'anullsrc=r={rate}:d={seconds}', ['-c:a', 'flac', '-sample_fmt', 's16', '-frame_size', '512', *PAGES]),
}
# The reference decoders: ffmpeg leaves out a packet of a file that is one page.
DECODERS = {'vorbis': ('oggdec', '-Q', '-R', '-o'), 'flac': ('flac', '-d', '-s', '-f', '--ogg', '--force-raw-format', '--endian=little', '--sign=signed', '-o')}
OPUS = ('opusdec', '--quiet', '--no-dither', '--rate', '48000')
WARM = 24000  # samples that a decoder needs which joined in the middle
CLOSE = 64  # of 32768: a decoder of Opus that was warmed for 80 ms


def make(directory, name, how, seconds):
    channels, rate, source, options = how
    path = pathlib.Path(directory) / f'source.{name}'
    process.run('ffmpeg', '-nostdin', '-v', 'error', '-y', '-f', 'lavfi', '-i', source.format(rate=rate, seconds=seconds), '-ac', channels, *options, path, limit=600)
    return path


def decode(path, name):
    """Every sample, 16 bits."""
    with tempfile.TemporaryDirectory(prefix='isr-decoded-') as place:
        raw = pathlib.Path(place) / 'raw'
        process.run(*([*DECODERS[name], raw, path] if name in DECODERS else [*OPUS, path, raw]))
        return raw.read_bytes()


class Case(resume.Case):
    how, decoded = FORMATS, True

    @classmethod
    def make(cls, name):
        path = make(cls.dir.name, name, cls.how[name], encoder.SECONDS)
        if cls.decoded:
            cls.samples[name] = decode(path, name)
        return path.read_bytes()

    @classmethod
    def setUpClass(cls):
        cls.samples = {}
        cls.formats = tuple(cls.how)
        super().setUpClass()

    def kill(self, isr):
        self.kill_and_start(isr)
        self.assert_joined(isr)

    def decode(self, isr, name):
        return [decode(isr.recordings / f['name'], name) for f in self.listed[name]]

    def assert_decodes_as_sent(self, isr, name):
        """All files one after the other are a stretch of what the encoder's own decodes to, sample for sample."""
        channels, rate, _, _ = self.how[name]
        size = 2 * channels
        got, sent = b''.join(self.decode(isr, name)), self.samples[name]
        warm = rate // 2 * size
        at = sent.find(got[warm:warm + 4096]) - warm
        self.assertEqual(at % size, 0, f'{name}: it is nowhere in what was sent')
        self.assertGreater(len(got), 4 * warm)
        self.assertEqual(got[warm:], sent[at + warm:at + len(got)], name)

    def assert_opus_as_sent(self, isr, name, first):
        """The same, but a decoder of Opus is never quite the same again. @first: number of the first packet."""
        files = self.decode(isr, name)
        at = max(first * 960 - 312, 0) * 4
        for n, got in enumerate(files):
            sent = self.samples[name][at:at + len(got)]
            one, two = array.array('h', got[WARM * 4:]), array.array('h', sent[WARM * 4:])
            self.assertEqual(len(one), len(two))
            self.assertLessEqual(max((abs(a - b) for a, b in zip(one, two)), default=0), CLOSE, f'{name}: file {n} at {at / 4}')
            at += len(got)

    def assert_all(self, isr):
        self.end(isr)
        for name in self.stations:
            if name == 'flac':
                self.assert_decodes_as_sent(isr, name)
                continue
            packets = self.assert_sent_once(isr, name)
            if name == 'vorbis':
                self.assert_decodes_as_sent(isr, name)
            else:
                self.assert_opus_as_sent(isr, name, packets[0])


class ResumeOgg(Case):
    def test_killed(self):
        isr = self.start('kill')
        for name in self.stations:
            self.wait_longer(isr, name, 8)  # the catalog has it
        self.kill(isr)
        for name in self.stations:
            self.wait_resumed(isr, name, 2)
        self.assert_all(isr)

    def test_killed_when_a_file_begins(self):
        """There is little or nothing in it: the file before says where to go on."""
        isr = self.start('begin', general='split_minutes = 0.1\n')
        for delay in (0, 0.05, 0.15, 0.3, 0.6, 1.2):
            self.wait_for_a_begin(isr, 'opus')
            time.sleep(delay)  # at which of them it is killed is no matter
            self.kill(isr)
        self.assert_all(isr)

    def test_killed_twice(self):
        """Again before it has recorded enough to be found by, or anything."""
        isr = self.start('twice', general='sync_seconds = 0.05\n')
        for delay in (0, 0.1, 0.2):
            for name in self.stations:
                self.wait_longer(isr, name, 8)
            self.kill_again(isr, delay)
            self.assert_joined(isr)
        self.assert_all(isr)

    def check_another(self, test, data):
        """Nothing joins, and nothing is left out: what comes is recorded from its first packet on."""
        isr = self.start(test, ('opus',))
        self.wait_longer(isr, 'opus', 8)
        isr.process.child.kill()
        isr.process.wait()
        isr.process.close()
        self.stations['opus'].close()
        process.wait_for('the mount to be gone', lambda: not self.icecast.answers(f'{test}-opus'))
        self.send(f'{test}-opus', 'opus', data)
        process.wait_for('the mount', lambda: self.icecast.answers(f'{test}-opus'))
        isr.start()
        process.wait_for(lambda: f'it to go on: {isr.source("opus")}', lambda: isr.source('opus')['state'] == 'recording')
        sent = self.stations['opus'].sent
        self.assertEqual(isr.source('opus')['reason'], 'not-continued')
        process.wait_for('two files', lambda: len(self.files(isr, 'opus')) == 2)
        path = isr.recordings / self.files(isr, 'opus')[1]['name']
        self.assertEqual(isr.stop(), 0, isr.process.stderr)
        first = encoder.packets(path.read_bytes())[0][1]  # Opus begins with it twice
        before = len(encoder.packets(data[:max(0, sent - 60000)])[0])
        self.assertLessEqual(encoder.packets(data)[0].index(first), max(before, 1), 'all of the burst is there')

    def test_another_broadcast(self):
        self.check_another('other', make(self.dir.name, 'other', (2, 48000, NOISE.replace('seed=1', 'seed=2'), FORMATS['opus'][3]), 20).read_bytes())

    def test_another_codec(self):
        self.check_another('codec', self.data['vorbis'])


class ResumeSilence(Case):
    """Packets that are all the same: where it goes on only the clock can tell, and nobody says more."""
    how, decoded = SILENT, False
    kept = 'rejoined-approximate'

    def test_killed(self):
        isr = self.start('silence')
        for name in self.stations:
            self.wait_longer(isr, name, 8)
        self.kill_and_start(isr)
        for name in self.stations:  # so little comes of silence that it may have stalled before
            process.wait_for(f'another file of {name}', lambda n=name: sum(f['recording'] for f in self.files(isr, n)) == 1)
            gaps = isr.json(f'/api/coverage?source={name}')['gaps']
            self.assertEqual([g for g in gaps if g['cause'] != 'disconnected'], [], isr.process.stderr)
        self.end(isr)


if __name__ == '__main__':
    unittest.main()
