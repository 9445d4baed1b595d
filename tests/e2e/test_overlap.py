# SPDX-License-Identifier: MIT
"""Two recordings of one source that hold the same two seconds, as after a reconnect with a burst: a cut and a clip
over both play them once."""
import array
import random
import unittest
import wave

from support import daemon, process

NAMES = ('20260101T000000+0000', '20260101T000006+0000')
SPAN = 'from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:12Z'
RATE, SECONDS = 8000, 12
FRAME_SECONDS = 0.024  # at 48 kHz: six seconds are 250 frames
KBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)


class Overlap(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.isr = daemon.Daemon('[desk]\ntype = test\n')
        cls.addClassCleanup(cls.isr.close)
        dice = random.Random(7)
        cls.samples = array.array('h', (dice.randrange(-9000, 9000) for _ in range(RATE * SECONDS)))

    def path(self, source, which, ext):
        path = self.isr.recordings / source / f'{source}_{NAMES[which]}.{ext}'
        path.parent.mkdir(exist_ok=True)
        return path

    def write_wav(self, path, begin, end):
        with wave.open(str(path), 'wb') as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes(self.samples[begin * RATE:end * RATE].tobytes())

    def get(self, what, source):
        self.isr.wait_closed(2, source)
        status, _, body = self.isr.get(f'/api/{what}?source={source}&{SPAN}')
        self.assertEqual(status, 200, body[:300])
        place = self.isr.dir / f'{source}.{what}'
        place.write_bytes(body)
        return place

    def check_samples(self, path):
        plain = process.run('ffmpeg', '-v', 'error', '-i', path, '-f', 's16le', self.isr.dir / 'plain', '-y')
        self.assertEqual(plain.returncode, 0)
        self.assertEqual((self.isr.dir / 'plain').read_bytes(), self.samples.tobytes())

    def test_wav(self):
        for which, (begin, end) in enumerate([(0, 8), (6, 12)]):
            self.write_wav(self.path('wav', which, 'wav'), begin, end)
        self.check_samples(self.get('cut', 'wav'))
        self.check_samples(self.get('clip', 'wav'))

    def test_flac(self):
        for which, (begin, end) in enumerate([(0, 8), (6, 12)]):
            self.write_wav(self.isr.dir / 'in.wav', begin, end)
            process.run('ffmpeg', '-v', 'error', '-y', '-i', self.isr.dir / 'in.wav', self.path('flac', which, 'flac'))
        cut = self.get('cut', 'flac')
        process.run('flac', '-s', '-t', cut)
        self.check_samples(cut)
        self.check_samples(self.get('clip', 'flac'))

    @staticmethod
    def frames(data):
        """Those with sound in them."""
        at, frames = data.index(b'\xff\xfb'), []
        while at + 4 <= len(data):
            size = 3 * KBITS[data[at + 2] >> 4]  # at 48 kHz
            frames.append(data[at:at + size])
            at += size
        return [frame for frame in frames if b'Info' not in frame[:64] and any(frame[4:])]

    def test_mp3(self):
        """Packet for packet what was sent, none twice."""
        whole = self.isr.dir / 'whole.mp3'
        process.run('ffmpeg', '-v', 'error', '-f', 'lavfi', '-i', f'anoisesrc=seed=3:sample_rate=48000:duration={SECONDS}', '-ac', '2', '-b:a', '128k', '-write_xing', '0', '-id3v2_version', '0', whole)
        sent = self.frames(whole.read_bytes())[:int(SECONDS / FRAME_SECONDS)]
        self.assertEqual(len(sent), len(set(sent)))
        self.path('mp3', 0, 'mp3').write_bytes(b''.join(sent[:333]))
        self.path('mp3', 1, 'mp3').write_bytes(b''.join(sent[250:]))
        got = self.frames(self.get('cut', 'mp3').read_bytes())
        self.assertEqual(len(got), len(set(got)), 'a packet is there twice')
        self.assertEqual([sent.index(frame) for frame in got], list(range(len(sent))))


if __name__ == '__main__':
    unittest.main()
