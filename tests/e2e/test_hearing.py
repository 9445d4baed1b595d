# SPDX-License-Identifier: MIT
"""Streams of a real Icecast in every format: how loud they are is known while they are recorded, titles or not."""
import unittest

from support import daemon, icecast, process

FORMATS = ('mp3', 'opus', 'ogg', 'flac', 'aac')


class Hearing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.icecast = icecast.Icecast()
        cls.addClassCleanup(cls.icecast.close)

    def source(self, isr, name):
        return next(s for s in isr.json('/api/status')['sources'] if s['name'] == name)

    def wait_heard(self, isr, name):
        def heard():
            source = self.source(isr, name)
            return source['level'] is not None and source
        return process.wait_for(lambda: f'level of {name}: {self.source(isr, name)}\n{isr.process.stderr}', heard)

    def test_levels_of_every_format(self):
        config = ''.join(f'[{name}]\ntype = stream\nurl = {self.icecast.station(name, name)}\n' for name in FORMATS)
        isr = daemon.Daemon(config)
        self.addCleanup(isr.close)
        for name in FORMATS:
            isr.wait_state(name, 'recording')
        for name in FORMATS:
            source = self.wait_heard(isr, name)
            self.assertLessEqual(-100, source['level'], source)
            self.assertLessEqual(source['level'], source['peak'], source)
            self.assertLessEqual(source['peak'], 6, source)
            self.assertEqual(source['warnings'], [], source)
        self.assertEqual(isr.stop(), 0)


if __name__ == '__main__':
    unittest.main()
