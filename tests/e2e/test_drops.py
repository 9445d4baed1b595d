# SPDX-License-Identifier: MIT
"""Twenty connections to a real Icecast that are cut for 0 to 30 s, five of each format: what is on disk is what
was sent, and the ledger says what is missing. A thousand of them: ./dev bench drops."""
import unittest

from support import station
from support.drops import Trial

# seconds: the burst, of four to six, covers the first two of a format, and none of the others
LENGTHS = {
    'mp3': (0, 1.2, 6, 14, 22),
    'aac': (0.1, 1.4, 8, 16, 25),
    'vorbis': (0.4, 1.0, 10, 18, 27.5),
    'opus': (0.7, 1.6, 12, 20, 30),
}
COVERED = 2


class Drops(unittest.TestCase):
    def test_nothing_twice_and_every_hole_is_told_and_as_long_as_it_was(self):
        names, each = list(station.FORMATS), len(LENGTHS['mp3'])
        with Trial(len(names) * each, 150, general='retry_delay_seconds = 0.5\n') as trial:
            lengths = {stream.name: LENGTHS[stream.track.name][n // len(names)] for n, stream in enumerate(trial.streams)}
            trial.run(lambda stream: stream.drop(lengths[stream.name]))
            trial.finish()
            founds = {name: [trial.judge(s) for s in trial.streams if s.track.name == name] for name in names}
        for name, mine in founds.items():
            with self.subTest(name):
                told = [line for found in mine for line in found['told']]
                self.assertEqual([found['drops'] for found in mine], [1] * each)
                for fault in ('twice', 'torn', 'undeclared', 'beyond', 'unjoined'):
                    self.assertEqual(sum(found[fault] for found in mine), 0, (fault, told))
                # a busy machine comes back later than it would: then a drop that would be covered is not
                self.assertLessEqual(sum(found['covered'] for found in mine), COVERED)
                self.assertGreaterEqual(sum(found['holes'] for found in mine), each - COVERED)
        self.assertGreater(sum(found['covered'] for mine in founds.values() for found in mine), 0)
        missing, declared = (sum(found[key] for mine in founds.values() for found in mine) for key in ('missing', 'declared'))
        self.assertGreater(missing, 100)
        self.assertLess(abs(declared - missing), 0.005 * missing, [(name, found['errors']) for name, mine in founds.items() for found in mine])


if __name__ == '__main__':
    unittest.main()
