# SPDX-License-Identifier: MIT
"""Servers that die, stall, come back as something else, or flap; and what time it is behind a burst."""
import pathlib
import signal
import socket
import tempfile
import threading
import time
import unittest

from support import daemon, icecast, process, station


def resident(pid):
    """MB."""
    text = pathlib.Path(f'/proc/{pid}/status').read_text(encoding='ascii')
    return next(int(line.split()[1]) / 1000 for line in text.splitlines() if line.startswith('VmRSS'))


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

    def test_a_flapping_source(self):
        """Drops every fraction of a second: few words, no empty file, no memory."""
        frame = bytes([0xff, 0xfb, 0x94, 0x64]) + bytes(380)  # 24 ms of silence
        listening = socket.create_server(('127.0.0.1', 0), backlog=50)
        self.addCleanup(listening.close)
        drops = []

        def serve():
            while True:
                try:
                    client, _ = listening.accept()
                except OSError:
                    return
                with client:
                    try:
                        client.recv(4096)
                        client.sendall(b'HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n' + frame * 30)
                    except OSError:
                        pass
                drops.append(1)

        threading.Thread(target=serve, daemon=True).start()
        hooks = '[hooks]\n' + ''.join(f"on_{kind} = sh -c 'echo {kind} >> told'\n" for kind in ('state', 'gap'))
        isr = self.recorder(f'{hooks}[flap]\ntype = stream\nurl = http://127.0.0.1:{listening.getsockname()[1]}/\n',
                            general='retry_delay_seconds = 0.1\nsplit_minutes = 0\nloudness = off\n')
        begun = time.monotonic()

        def flapped(count):
            process.wait_for(lambda: f'{count} drops, there were {len(drops)}: {isr.process.stderr[-2000:]}', lambda: len(drops) >= count, 120)

        flapped(8)
        before = resident(isr.process.child.pid)
        isr.get('/api/sources/flap/stop', method='POST')
        isr.wait_state('flap', 'stopped')
        for _ in range(12):  # a person starts it anew: the back-off begins again
            isr.get('/api/sources/flap/start', method='POST')
            flapped(len(drops) + 3)
            isr.get('/api/sources/flap/stop', method='POST')
            isr.wait_state('flap', 'stopped')
        self.assertLess(resident(isr.process.child.pid) - before, 8, f'MB in {time.monotonic() - begun:.0f} s')
        self.assertEqual(isr.stop(), 0)
        self.assertEqual([str(p) for p in isr.paths() if p.stat().st_size == 0], [])
        lines = (isr.dir / 'told').read_text(encoding='utf-8').splitlines()
        self.assertLessEqual(len(lines), 3 * 13 + 13, lines)


if __name__ == '__main__':
    unittest.main()
