# SPDX-License-Identifier: MIT
"""Encoded streams through the element: a selection of the matrix that `./dev bench proof` runs whole."""
import pathlib
import tempfile
import unittest

from support import proof

# codec, rate, channels, seed: each codec, each kind of rate, mono and stereo.
SELECTION = [
    ('mp3-cbr', 44100, 2, 1),
    ('mp3-vbr', 24000, 1, 2),
    ('aac', 22050, 2, 3),
    ('opus', 48000, 2, 4),
    ('vorbis', 44100, 1, 5),
    ('ogg-flac', 96000, 2, 6),
    ('speex', 16000, 1, 7),
    ('flac', 44100, 2, 8),
]


class Encoded(unittest.TestCase):
    def test_selection(self):
        for codec, rate, channels, seed in SELECTION:
            with self.subTest(codec=codec, rate=rate, channels=channels, seed=seed), tempfile.TemporaryDirectory(prefix='isr-proof-') as place:
                self.assertGreater(proof.prove(pathlib.Path(place), codec, rate, channels, seed, seconds=4), 1)


if __name__ == '__main__':
    unittest.main()
