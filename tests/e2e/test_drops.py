# SPDX-License-Identifier: MIT
"""Holes that no burst covers, against a real Icecast: where they are and how long the ledger says they are,
in every format. A thousand of them: ./dev bench drops."""
import concurrent.futures
import tempfile
import unittest

from support import daemon, icecast, process, station
from support.drops import Stream, judge

HOLE = 11.0  # seconds: longer than any burst here
COUNT = 2


class Drops(unittest.TestCase):
    def test_every_hole_is_told_and_as_long_as_it_was(self):
        radio = icecast.Icecast()
        self.addCleanup(radio.close)
        place = tempfile.TemporaryDirectory(prefix='isr-drops-')
        self.addCleanup(place.cleanup)
        tracks = [station.Track(name, 120, place.name) for name in station.FORMATS]
        for one in [station.Station(radio, track.name, track) for track in tracks]:
            self.addCleanup(one.close)
            process.wait_for('the burst', lambda one=one: one.sent >= one.track.due(5))
        streams = [Stream(track.name, track, radio, 1) for track in tracks]
        for stream in streams:
            self.addCleanup(stream.gate.close)
        recorder = daemon.Daemon('\n'.join(s.section() for s in streams), general='split_minutes = 0\nretry_delay_seconds = 0.5\n')
        self.addCleanup(recorder.close)
        for stream in streams:
            recorder.wait_state(stream.name, 'recording')
            process.wait_for('audio', lambda s=stream: any(f['source'] == s.name and f['duration'] > 3 for f in recorder.files()))
        with concurrent.futures.ThreadPoolExecutor(len(streams)) as pool:
            for run in [pool.submit(lambda s=s: [s.drop(recorder, HOLE) for _ in range(COUNT)]) for s in streams]:
                run.result()
        for stream in streams:
            recorder.get(f'/api/sources/{stream.name}/stop', method='POST')
        for stream in streams:
            recorder.wait_state(stream.name, 'stopped')
        for stream in streams:
            with self.subTest(stream.name):
                found = judge(stream, recorder)
                self.assertEqual((found['holes'], found['twice'], found['torn'], found['undeclared'], found['beyond']), (COUNT, 0, 0, 0, 0), found['told'])
                self.assertGreater(found['missing'], COUNT * 2, found)
                self.assertLess(abs(found['declared'] - found['missing']), 0.005 * found['missing'] + COUNT * 0.15, found)


if __name__ == '__main__':
    unittest.main()
