# SPDX-License-Identifier: MIT
"""A source that is configured anew, or whose recorder is, goes on at the exact byte: what the files hold
together is what the encoder sent, and the ledger has no hole. One that a person stopped does not."""
import contextlib
import re
import signal
import sqlite3
import tempfile
import time
import unittest

from support import daemon, encoder, icecast, process

KBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
FORMATS = ('mp3', 'aac', 'vorbis', 'opus')


def frames(data, kind):
    """Where the frames of an MP3 or ADTS file lie."""
    found, at = [], 0
    while at + 7 <= len(data):
        if kind == 'aac':
            size = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
        else:  # Layer III of MPEG 1 at 48 kHz
            size = 144 * KBITS[data[at + 2] >> 4] // 48 + (data[at + 2] >> 1 & 1)
        found.append(data[at:at + size])
        at += size
    return found


class Resume(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.icecast = icecast.Icecast()
        cls.addClassCleanup(cls.icecast.close)
        cls.dir = tempfile.TemporaryDirectory(prefix='isr-resume-')
        cls.addClassCleanup(cls.dir.cleanup)
        cls.data = {name: encoder.make(cls.dir.name, name) for name in FORMATS}

    def start(self, test, formats=FORMATS, general=''):
        """A recorder of a station in each format."""
        self.stations = {}
        text = ''
        for name in formats:
            mount = f'{test}-{name}'
            self.stations[name] = encoder.Station(self.icecast, mount, encoder.FORMATS[name][1], self.data[name], len(self.data[name]) / encoder.SECONDS)
            self.addCleanup(self.stations[name].close)
            text += f'[{name}]\ntype = stream\nurl = {self.icecast.url(mount)}\n'
        self.text = text
        isr = daemon.Daemon(text, general=general)
        self.addCleanup(isr.close)
        for name in formats:
            self.wait_longer(isr, name)
        return isr

    def wait_longer(self, isr, name, seconds=2):
        """Until a file of it is being written that is so long."""
        process.wait_for(lambda: f'audio of {name}: {isr.source(name)}\n{isr.process.stderr}',
                         lambda: any(f['source'] == name and f['recording'] and f['duration'] > seconds for f in isr.files()))

    def hold(self):
        """A busy machine makes no hole larger than the burst that covers it: a second is sent until release()."""
        for station in self.stations.values():
            station.hold(int(station.pace))

    def release(self, isr):
        """Each has gone on."""
        for name, station in self.stations.items():
            process.wait_for(lambda n=name: f'{n} to go on: {isr.source(n)}\n{isr.process.stderr}',
                             lambda n=name: isr.source(n)['state'] == 'recording' and isr.source(n)['reason'] == 'rejoined')
            station.release()

    def wait_resumed(self, isr, name, count):
        process.wait_for(lambda: f'{name} to go on: {isr.process.stderr}', lambda: len([f for f in isr.files() if f['source'] == name]) == count)
        self.wait_longer(isr, name)

    def files(self, isr, name):
        return sorted((f for f in isr.files() if f['source'] == name), key=lambda f: f['start_us'])

    def assert_ledger(self, isr, name):
        """No hole, and no second twice."""
        self.assertEqual(isr.json(f'/api/coverage?source={name}')['gaps'], [], isr.process.stderr)
        files = self.files(isr, name)
        for before, behind in zip(files, files[1:]):
            self.assertLess(abs(before['end_us'] - behind['start_us']), 1000, '\n'.join([name, *(f'{f["name"]} {f["start_us"]} {f["end_us"]} {f["size"]} {f["reason"]}' for f in files), isr.process.stderr]))

    def payload(self, path, name):
        """The packets that the stream brought, out of a file."""
        data = path.read_bytes()
        if name in ('vorbis', 'opus'):
            return encoder.packets(data)[0]
        return frames(data, name)

    def assert_sent_once(self, isr, name):
        """All packets of all files, in order: primers, which are another file's packets again, left out."""
        data = self.data[name]
        sent = encoder.packets(data)[0] if name in ('vorbis', 'opus') else frames(data, name)
        place = {packet: n for n, packet in enumerate(sent)}
        self.assertEqual(len(place), len(sent), 'no packet repeats itself')
        paths = [isr.recordings / f['name'] for f in self.listed[name]]
        got = []
        for path in paths:
            numbers = [place[p] for p in self.payload(path, name) if p in place]
            if got:
                self.assertIn(got[-1] + 1, numbers, f'{name}: {path} does not go on')
                primer = numbers.index(got[-1] + 1)
                self.assertLessEqual(primer, 10, f'{name}: more than a primer is there twice')
                numbers = numbers[primer:]
            elif numbers[0] == numbers[1]:  # Opus that begins in the middle is primed with its first packet
                numbers = numbers[1:]
            got += numbers
        self.assertEqual(got, list(range(got[0], got[0] + len(got))), name)
        self.assertGreater(len(got), 100)

    def end(self, isr):
        process.wait_for('the files', lambda: all(len(self.files(isr, n)) > 1 for n in self.stations))
        self.listed = {name: self.files(isr, name) for name in self.stations}
        self.assertEqual(isr.stop(), 0, isr.process.stderr)

    def reload(self, isr, text):
        (isr.dir / 'config.ini').write_text(f'[general]\nsplit_minutes = 0\n[web]\nlisten = 127.0.0.1:{isr.port}\n{text}\n', encoding='utf-8')
        isr.process.child.send_signal(signal.SIGHUP)

    def test_configured_anew(self):
        isr = self.start('reload')
        for turn in (1, 2):
            since = {name: isr.source(name)['since_us'] for name in self.stations}
            self.hold()
            self.reload(isr, re.sub(r'type = stream', f'type = stream\nmargin = {10 + turn}', self.text))
            process.wait_for('another run', lambda since=since: all(isr.source(n)['since_us'] > at for n, at in since.items()))
            self.release(isr)
            for name in self.stations:
                self.wait_resumed(isr, name, turn + 1)
                self.assert_ledger(isr, name)
        self.end(isr)
        for name in self.stations:
            self.assert_sent_once(isr, name)

    def test_restarted(self):
        isr = self.start('restart')
        self.hold()
        self.assertEqual(isr.stop(), 0, isr.process.stderr)
        isr.process.close()
        self.assertEqual(len(list(isr.recordings.glob('isr.rejoin-*'))), len(self.stations))
        for kept in isr.recordings.glob('isr.rejoin-*'):
            self.assertEqual(kept.stat().st_mode & 0o777, 0o600)
        isr.start()
        self.release(isr)
        for name in self.stations:
            self.wait_resumed(isr, name, 2)
            self.assert_ledger(isr, name)
        self.assertEqual(list(isr.recordings.glob('isr.rejoin-*')), [])
        self.end(isr)
        for name in self.stations:
            self.assert_sent_once(isr, name)

    def test_restarted_at_another_broadcast(self):
        """Nothing joins: once the log says why, and the state until it changes."""
        isr = self.start('other', ('mp3',))
        self.assertEqual(isr.stop(), 0, isr.process.stderr)
        isr.process.close()
        self.stations['mp3'].close()
        data = self.data['mp3']
        other = data[len(data) // 2:]
        process.wait_for('the mount to be gone', lambda: not self.icecast.answers('other-mp3'))
        self.stations['mp3'] = encoder.Station(self.icecast, 'other-mp3', encoder.FORMATS['mp3'][1], other, len(data) / encoder.SECONDS)
        self.addCleanup(self.stations['mp3'].close)
        isr.start()
        self.wait_resumed(isr, 'mp3', 2)
        source = isr.source('mp3')
        self.assertEqual((source['state'], source['reason']), ('recording', 'not-continued'))
        self.assertRegex(source['detail'], r'does not continue the run before, which ended [\d.]+ s ago')
        self.assertEqual(isr.process.stderr.count('does not continue the run before'), 1, isr.process.stderr)
        self.assertLessEqual({g['cause'] for g in isr.json('/api/coverage?source=mp3')['gaps']}, {'not-running'})

    def kill_and_start(self, isr):
        self.hold()
        isr.process.child.kill()
        isr.process.wait()
        isr.process.close()
        isr.start()
        self.release(isr)

    def test_killed(self):
        """Of MP3 and AAC the file that was left says where to go on."""
        isr = self.start('kill', ('mp3', 'aac'))
        for name in self.stations:
            self.wait_longer(isr, name, 8)  # the catalog has it
        self.kill_and_start(isr)
        for name in self.stations:
            self.wait_resumed(isr, name, 2)
            process.wait_for('the file that was left', lambda n=name: sum(f['recording'] for f in self.files(isr, n)) == 1)
            self.assert_ledger(isr, name)
        self.end(isr)
        for name in self.stations:
            self.assert_sent_once(isr, name)

    def committed(self, isr):
        """What the catalog knows of that is being written, for good."""
        with contextlib.closing(sqlite3.connect(f'file:{isr.recordings}/isr.db?mode=ro', uri=True)) as db:
            return {row[0] for row in db.execute('SELECT name FROM recordings WHERE recording = 1')}

    def parts(self, isr, name=''):
        return {p.name for p in isr.recordings.rglob(f'{name}*.part')}

    def wait_for_a_begin(self, isr, name):
        """Until the next file of it begins; the disk is asked, not the API. The catalog has the ones before."""
        process.wait_for('the catalog', lambda: {f['name'] for f in isr.files() if f['recording']} <= self.committed(isr))
        before = self.parts(isr, name)
        process.wait_for('another file', lambda: self.parts(isr, name) - before)

    def test_killed_when_a_file_begins(self):
        """The catalog does not have it yet, and there is little or nothing in it: the file before says where to go on."""
        isr = self.start('begin', ('mp3', 'aac'), 'split_minutes = 0.1\n')
        for delay in (0, 0.05, 0.15, 0.3, 0.6):
            self.wait_for_a_begin(isr, 'mp3')
            time.sleep(delay)  # at which of them it is killed is no matter
            self.kill_and_start(isr)
            for name in self.stations:
                process.wait_for('the archive', lambda: isr.get('/readyz')[0] == 200)
                process.wait_for('the file that was left', lambda n=name: sum(f['recording'] for f in self.files(isr, n)) == 1)
                self.assert_ledger(isr, name)
        self.end(isr)
        for name in self.stations:
            self.assert_sent_once(isr, name)

    def assert_joined(self, isr):
        """The one that was left is finished, and there is no hole and no second twice."""
        process.wait_for('the archive', lambda: isr.get('/readyz')[0] == 200)
        for name in self.stations:
            process.wait_for('the file that was left', lambda n=name: sum(f['recording'] for f in self.files(isr, n)) == 1)
            self.assert_ledger(isr, name)

    def test_killed_when_a_file_begins_elsewhere(self):
        """As at midnight: each file lies in a directory of its own."""
        isr = self.start('elsewhere', ('mp3', 'aac'), 'split_minutes = 0.1\nsync_seconds = 0.05\nfilename_pattern = {source}/%Y-%m-%d/%H%M%S/{source}_%Y%m%dT%H%M%S%z\n')
        for delay in (0.05, 0.1, 0.2, 0.3):
            self.wait_for_a_begin(isr, 'mp3')
            time.sleep(delay)  # at which of them it is killed is no matter
            self.kill_and_start(isr)
            self.assert_joined(isr)
        self.end(isr)
        for name in self.stations:
            self.assert_sent_once(isr, name)

    def test_killed_when_two_files_began(self):
        """One right behind the other, and the catalog has neither of them."""
        isr = self.start('two', ('mp3', 'aac'), 'sync_seconds = 0.05\n')
        for delay in (0, 0.05, 0.1, 0.2):
            process.wait_for('the catalog', lambda: self.committed(isr) >= {f['name'] for f in isr.files() if f['recording']})
            for _ in range(2):
                for name in self.stations:
                    self.assertEqual(isr.get(f'/api/sources/{name}/split', method='POST')[0], 202)
                time.sleep(0.1)
            time.sleep(delay)
            self.kill_and_start(isr)
            self.assert_joined(isr)
        self.end(isr)
        for name in self.stations:
            self.assert_sent_once(isr, name)
        self.assert_times_without_catalog(isr)

    def test_killed_twice(self):
        """Again before it has recorded enough to be found by, or anything."""
        isr = self.start('twice', ('mp3', 'aac'), 'sync_seconds = 0.05\n')
        for delay in (0, 0.1, 0.2):
            for name in self.stations:
                self.wait_longer(isr, name, 8)  # the catalog has it
            self.hold()
            before = self.parts(isr)
            for _ in range(2):
                isr.process.child.kill()
                isr.process.wait()
                isr.process.close()
                isr.start()
                process.wait_for('another file', lambda: self.parts(isr) - before)
                time.sleep(delay)
            isr.process.child.kill()
            isr.process.wait()
            isr.process.close()
            isr.start()
            self.release(isr)
            self.assert_joined(isr)
        self.end(isr)
        for name in self.stations:
            self.assert_sent_once(isr, name)

    def assert_times_without_catalog(self, isr):
        """Made again of the files, it knows when each was heard."""
        isr.process.close()
        for path in isr.recordings.glob('isr.db*'):
            path.unlink()
        isr.start()
        process.wait_for('the archive', lambda: isr.get('/readyz')[0] == 200)
        times = {f['name']: (f['start_us'], f['end_us']) for f in isr.files()}
        for name in self.stations:
            for file in self.listed[name][:-1]:
                self.assertEqual(times[file['name']][0], file['start_us'])
                self.assertLess(abs(times[file['name']][1] - file['end_us']), 1000, file)

    def test_stopped_by_a_person(self):
        """What was sent while it was stopped is not recorded, though the burst brings it."""
        isr = self.start('stop', ('mp3', 'opus'))
        for name in self.stations:
            isr.get(f'/api/sources/{name}/stop', method='POST')
            isr.wait_state(name, 'stopped')
        sent = {name: station.sent for name, station in self.stations.items()}
        process.wait_for('the stopped time', lambda: all(station.sent > sent[name] + 1.5 * station.pace for name, station in self.stations.items()))
        started = {}  # the burst reaches back over all of it
        for name in self.stations:
            started[name] = time.time_ns() // 1000
            isr.get(f'/api/sources/{name}/start', method='POST')
        for name in self.stations:
            self.wait_resumed(isr, name, 2)
            before, behind = self.files(isr, name)
            self.assertGreaterEqual(behind['start_us'], started[name] - 1000)
            gaps = isr.json(f'/api/coverage?source={name}')['gaps']
            self.assertEqual([(g['cause'], g['start_us'], g['end_us']) for g in gaps], [('stopped', before['end_us'], behind['start_us'])])
        self.end(isr)
        for name in self.stations:
            one, two = (self.payload(isr.recordings / f['name'], name) for f in self.listed[name])
            self.assertEqual(set(one[-100:]) & set(two[10:]), set(), f'{name}: something is there twice')


if __name__ == '__main__':
    unittest.main()
