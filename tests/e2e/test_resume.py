# SPDX-License-Identifier: MIT
"""A source that is configured anew, or whose recorder is, goes on at the exact byte: what the files hold
together is what the encoder sent, and the ledger has no hole. One that a person stopped does not."""
import re
import signal
import time
import unittest

from support import encoder, process, proxy, resume


class Resume(resume.Case):
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
            self.kill_again(isr, delay)
            self.assert_joined(isr)
        self.end(isr)
        for name in self.stations:
            self.assert_sent_once(isr, name)

    def kill_when_closed(self, isr, gate, reason):
        """The files are closed, for @reason, and the catalog knows it; there are no others yet."""
        process.wait_for('the files to be closed', lambda: not self.committed(isr))
        self.assertEqual([f['reason'] for name in self.stations for f in self.files(isr, name)], [reason] * len(self.stations))
        isr.process.child.kill()
        isr.process.wait()
        gate.refuse(False)
        isr.process.close()
        isr.start()
        self.release(isr)
        for name in self.stations:
            process.wait_for('another file', lambda n=name: len(self.files(isr, n)) > 1)  # a third one where a busy machine lets a stall pass
            self.wait_longer(isr, name)
            self.assert_ledger(isr, name)
        self.end(isr)
        for name in self.stations:
            self.assert_sent_once(isr, name)

    def start_behind(self, test, general=''):
        gate = proxy.Proxy(self.icecast.port)
        self.addCleanup(gate.close)
        isr = self.start(test, general=general, gate=gate)
        process.wait_for('the catalog', lambda: len(self.committed(isr)) == len(self.stations))
        self.hold()
        gate.refuse(True)
        return isr, gate

    def test_killed_while_nothing_comes(self):
        """The connection was lost, and the file closed: what was sent meanwhile is in the burst all the same."""
        isr, gate = self.start_behind('waiting', 'stall_seconds = 1\n')
        gate.cut()
        self.kill_when_closed(isr, gate, 'gap')

    def test_killed_when_configured_anew(self):
        """The one run has ended, and the next one has nothing yet."""
        isr, gate = self.start_behind('anew')
        self.reload(isr, re.sub(r'type = stream', 'type = stream\nmargin = 11', self.text))
        self.kill_when_closed(isr, gate, 'stop')

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
