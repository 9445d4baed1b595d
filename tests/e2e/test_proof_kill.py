# SPDX-License-Identifier: MIT
"""SIGKILL at twenty random moments, each format twice: `./dev bench kill` does it a thousand times."""
import pathlib
import tempfile
import unittest

from support import kill


class Killed(unittest.TestCase):
    def test_twenty(self):
        for n, fmt in enumerate(kill.FORMATS):
            with tempfile.TemporaryDirectory(prefix='isr-kill-') as place:
                source = kill.Source(pathlib.Path(place), fmt)
                for seed in (2 * n, 2 * n + 1):
                    out = pathlib.Path(place) / f'out-{seed}'
                    out.mkdir()
                    with self.subTest(format=fmt, seed=seed):
                        kill.prove(source, out, seed)


if __name__ == '__main__':
    unittest.main()
