# SPDX-License-Identifier: MIT
"""Servers that die, stall or come back as something else; and what time it is behind a burst."""
import signal
import tempfile
import unittest

from support import daemon, icecast, process, station


class Servers(unittest.TestCase):
    def radio(self):
        one = icecast.Icecast()
        self.addCleanup(one.close)
        return one

    def recorder(self, sources, **more):
        one = daemon.Daemon(sources, **more)
        self.addCleanup(one.close)
        return one

    def gaps(self, isr, source):
        answer = isr.json(f'/api/coverage?source={source}')
        missing = sum(g['end_us'] - g['start_us'] for g in answer['gaps'])
        self.assertEqual(answer['recorded_us'] + missing, answer['to_us'] - answer['from_us'], answer)
        return [g for g in answer['gaps'] if g['end_us'] < answer['to_us']]

    def wait_gap(self, isr, source, cause):
        return process.wait_for(lambda: f'a hole {cause}: {self.gaps(isr, source)}\n{isr.process.stderr}',
                                lambda: [g for g in self.gaps(isr, source) if g['cause'] == cause], 60)

    def test_paused_killed_and_another_codec(self):
        first, other = self.radio(), self.radio()
        url = first.station('live', 'mp3')
        isr = self.recorder(f'[talk]\ntype = stream\nurl = {url}\nstall_seconds = 2\n[calm]\ntype = stream\nurl = {other.station("calm.opus", "opus")}\n',
                            general='retry_delay_seconds = 0.5\nsplit_minutes = 0\n')
        isr.wait_state('talk', 'recording')
        isr.wait_state('calm', 'recording')
        process.wait_for('audio', lambda: any(f['source'] == 'talk' and f['duration'] > 2 for f in isr.files()))

        first.server.child.send_signal(signal.SIGSTOP)
        source = isr.wait_state('talk', 'waiting-to-retry')
        self.assertEqual(source['reason'], 'stalled', source)
        first.server.child.send_signal(signal.SIGCONT)
        isr.wait_state('talk', 'recording')
        process.wait_for('audio again', lambda: any(f['recording'] and f['source'] == 'talk' for f in isr.files()))

        first.server.kill()
        source = isr.wait_state('talk', 'waiting-to-retry')
        self.assertIn(source['reason'], ('dropped', 'refused'), source)
        process.wait_for('a refused connection', lambda: isr.source('talk')['reason'] == 'refused')
        for mount in list(first.stations):
            first.stations.pop(mount).close()
        first.server.close()
        first.start()
        first.station('live', 'opus')
        isr.wait_state('talk', 'recording', 60)
        self.wait_gap(isr, 'talk', 'disconnected')
        files = [f for f in isr.files() if f['source'] == 'talk']
        self.assertEqual({f['ext'] for f in files}, {'mp3', 'opus'})
        hole = self.gaps(isr, 'talk')[-1]
        self.assertEqual([hole['end_us']], [f['start_us'] for f in files if f['ext'] == 'opus'], isr.process.stderr)
        self.assertEqual(len([f for f in isr.files() if f['source'] == 'calm']), 1)
        self.assertIn('(format-change)', isr.process.stderr)
        self.assertEqual(self.gaps(isr, 'calm'), [])
        self.assertEqual(isr.stop(), 0)
        for path in isr.paths():
            process.run('ffmpeg', '-v', 'error', '-xerror', '-i', path, '-f', 'null', '-')

    def test_the_burst_lies_in_the_past(self):
        """Files begin with the packet that was on the air at the boundary, not with the one that came then."""
        radio = self.radio()
        place = tempfile.TemporaryDirectory(prefix='isr-air-')
        self.addCleanup(place.cleanup)
        tracks = [station.Track(name, 60, place.name) for name in station.FORMATS]
        stations = {t.name: station.Station(radio, t.name, t, burst=0) for t in tracks}
        for one in stations.values():
            self.addCleanup(one.close)
        # a burst of four seconds: more than a file is long
        process.wait_for('what a burst is made of', lambda: all(s.sent > 80000 for s in stations.values()))
        isr = self.recorder(''.join(f'[{t.name}]\ntype = stream\nurl = {radio.url(t.name)}\n' for t in tracks), general='split_minutes = 0.05\n')
        for track in tracks:
            isr.wait_closed(3, track.name)
        self.assertEqual(isr.stop(), 0)
        isr.process.close()
        isr.start()
        for track in tracks:
            files = sorted((f for f in isr.files() if f['source'] == track.name and not f['recording']), key=lambda f: f['start_us'])[:3]
            # a page of Ogg comes as a whole, and says so: 0.1 s here
            grain = max(b - a for a, b in zip(track.times[10:], track.times[11:])) + (0.1 if track.name in ('vorbis', 'opus') else 0)
            end = None
            for n, file in enumerate(files):
                with self.subTest(file['name']):
                    runs = track.runs((isr.recordings / file['name']).read_bytes())
                    self.assertEqual(len(runs), 1, runs)  # nothing is missing, however short the first file is
                    first, end_before, end = runs[0][0], end, runs[0][1]
                    if n:  # primers stand in front of the boundary
                        self.assertEqual(file['start_us'] // 1000 % 3000 // 200, 0, file)
                        self.assertLessEqual(first, end_before)
                        first = end_before
                    late = (file['start_us'] - stations[track.name].utc_us(first)) / 1e6
                    # not before it was on the air; a busy machine hands it on late, but never by a burst
                    self.assertGreater(late, -grain - 0.06, (track.name, n))
                    self.assertLess(late, 1, (track.name, n))


if __name__ == '__main__':
    unittest.main()
