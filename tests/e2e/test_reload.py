# SPDX-License-Identifier: MIT
"""SIGHUP: the configuration is read again; whoever is recorded as before loses no sample."""
import array
import os
import pathlib
import re
import signal
import socket
import tempfile
import unittest

from support import audio, daemon, process


def source(name, **keys):
    lines = ''.join(f'{key} = {value}\n' for key, value in {'type': 'test', 'scene': 'counter', 'format': 'wav', **keys}.items())
    return f'[{name}]\n{lines}'


THREE = source('one') + source('two') + source('three')


class Reload(unittest.TestCase):
    def start(self, sources, general='', **env):
        isr = daemon.Daemon(sources, general=general, env=process.environment(**env))
        self.addCleanup(isr.close)
        self.reloads = 0
        return isr

    def reload(self, isr, sources, general='', more='', outcome='the configuration is in force'):
        (isr.dir / 'config.ini').write_text(f'[general]\n{daemon.endless(general)}\n[web]\nlisten = 127.0.0.1:{isr.port}\n{more}\n{sources}\n', encoding='utf-8')
        before = isr.process.stderr.count(outcome)
        isr.process.child.send_signal(signal.SIGHUP)
        process.wait_for(lambda: f'“{outcome}” in {isr.process.stderr}', lambda: isr.process.stderr.count(outcome) > before)

    def wait_recording(self, isr, *names):
        for name in names:
            isr.wait_state(name, 'recording')
            process.wait_for(f'audio of {name}', lambda n=name: any(f['source'] == n and f['recording'] and f['duration'] > 1 for f in isr.files()))

    def wait_longer(self, isr, name):
        """Until another two seconds of the file that is being written are there."""
        def length():
            return max(f['duration'] for f in isr.files() if f['source'] == name and f['recording'])
        begin = length()
        process.wait_for(f'{name} to go on', lambda: length() > begin + 2)

    def numbers(self, path):
        """The samples of a file, as the numbers that they are (their low 16 bits)."""
        channels = audio.probe(path)['stream']['channels']
        return array.array('H', audio.decode(path))[::channels]

    def assert_unbroken(self, isr, name):
        (path,) = (isr.recordings / name).rglob('*.wav')
        numbers = self.numbers(path)
        self.assertGreater(len(numbers), 3 * 48000)
        self.assertEqual(numbers[0], 0)
        self.assertEqual(numbers, array.array('H', bytes(array.array('H', range(65536))) * (len(numbers) // 65536 + 1))[:len(numbers)])

    def test_only_what_changed_is_touched(self):
        isr = self.start(THREE)
        self.wait_recording(isr, 'one', 'two', 'three')
        since = {name: isr.source(name)['since_us'] for name in ('one', 'three')}
        self.reload(isr, source('three') + source('two', format='flac') + source('one') + source('four'))
        self.assertEqual([s['name'] for s in isr.json('/api/status')['sources']], ['three', 'two', 'one', 'four'])
        self.wait_recording(isr, 'two', 'four')
        self.wait_longer(isr, 'one')
        self.assertEqual({name: isr.source(name)['since_us'] for name in ('one', 'three')}, since)
        self.reload(isr, source('three') + source('two', format='flac') + source('one', keep_days=30))
        self.assertEqual([s['name'] for s in isr.json('/api/config')['sources']], ['three', 'two', 'one'])
        self.wait_longer(isr, 'one')
        self.assertEqual(isr.stop(), 0, isr.process.stderr)
        self.assert_unbroken(isr, 'one')
        self.assert_unbroken(isr, 'three')
        self.assertEqual(sorted(p.suffix for p in (isr.recordings / 'two').rglob('*.*')), ['.flac', '.wav'])
        self.assertEqual([p.suffix for p in (isr.recordings / 'four').rglob('*.*')], ['.wav'])
        for path in isr.paths():
            if path.suffix in ('.wav', '.flac'):
                self.assertEqual(self.numbers(path)[0], 0)

    def test_what_is_gone_is_measured_no_more(self):
        """Not a series of it is left, though its last file ends after that; another source keeps what was counted."""
        isr = self.start(source('one') + source('two'), 'split_minutes = 0.02\n')
        for name in ('one', 'two'):
            isr.wait_closed(2, name)
        before = isr.get('/metrics')[2].decode()
        for name in ('one', 'two'):
            self.assertIn(f'isr_source_files_total{{source="{name}"', before)
        self.reload(isr, source('one'), 'split_minutes = 0.02\n')
        process.wait_for('its last file', lambda: not any(f['source'] == 'two' and f['recording'] for f in isr.files()))
        after = isr.get('/metrics')[2].decode()
        self.assertNotIn('"two"', after)
        counted = [float(re.search(r'files_total{source="one",reason="boundary"} (.*)', text)[1]) for text in (before, after)]
        self.assertGreaterEqual(counted[1], counted[0])

    def test_a_wrong_configuration_changes_nothing(self):
        isr = self.start(THREE)
        self.wait_recording(isr, 'one', 'two', 'three')
        wrong = source('one', format='mp3') + source('two', banana=1)
        self.reload(isr, wrong, outcome='the configuration of before stays in force')
        self.assertRegex(isr.process.stderr, r'ERROR config.ini:\d+: \[one\] format: .*mp3')
        self.assertRegex(isr.process.stderr, r'ERROR config.ini:\d+: \[two\] banana: ')
        self.reload(isr, THREE, general='log_file = nowhere/at/all', outcome='the configuration of before stays in force')
        os.unlink(isr.dir / 'config.ini')
        isr.process.child.send_signal(signal.SIGHUP)
        process.wait_for(lambda: isr.process.stderr, lambda: isr.process.stderr.count('stays in force') == 3)
        self.wait_longer(isr, 'two')
        self.assertEqual([s['name'] for s in isr.json('/api/status')['sources']], ['one', 'two', 'three'])
        self.assertEqual(isr.stop(), 0)
        for name in ('one', 'two', 'three'):
            self.assert_unbroken(isr, name)

    def test_what_is_told_to_the_rooms(self):
        """Hooks, log, rules, limits of the page; what needs a restart is said and stays."""
        isr = self.start(source('one'))
        self.wait_recording(isr, 'one')
        told = isr.dir / 'told'
        more = (f'allow_origins = http://elsewhere.example\n[storage]\nkeep_days = 9\n[hooks]\non_file = sh -c "echo $ISR_NAME >> {told}"\n')
        self.reload(isr, source('one'), general='output_directory = elsewhere\nlog_level = DEBUG\nlog_file = isr.log\nmargin = 9\n', more=more)
        self.assertIn('output_directory and state_directory stay', isr.process.stderr)
        self.assertIn('[web] takes effect when isr is started again', isr.process.stderr)
        self.assertFalse((isr.dir / 'elsewhere').exists() and any((isr.dir / 'elsewhere').iterdir()))
        self.assertEqual(isr.json('/api/storage')['keep_days'], 9)
        self.assertEqual(isr.json('/api/config')['margin'], 9)
        self.wait_recording(isr, 'one')
        self.assertIn('the configuration is in force', (isr.dir / 'isr.log').read_text(encoding='utf-8'))
        isr.get('/api/sources/one/stop', method='POST')
        process.wait_for('the hook', told.exists)
        self.assertEqual(isr.stop(), 0, isr.process.stderr)

    def test_stopped_by_hand_stays_stopped(self):
        isr = self.start(source('one') + source('two'))
        self.wait_recording(isr, 'one', 'two')
        isr.get('/api/sources/one/stop', method='POST')
        isr.wait_state('one', 'stopped')
        self.reload(isr, source('one') + source('two', format='flac'))
        self.wait_recording(isr, 'two')
        self.assertEqual(isr.source('one')['state'], 'stopped')
        self.reload(isr, source('one', format='flac') + source('two', format='flac'))
        self.wait_recording(isr, 'one')
        self.assertEqual(isr.stop(), 0)

    def test_many_in_a_row(self):
        """Each before the one before is done; the last one counts, and the end comes in the middle of one."""
        isr = self.start(source('one') + source('two'))
        self.wait_recording(isr, 'one', 'two')
        for n in range(6):
            self.reload(isr, source('one') + source('two', split_minutes=20 + n) + (source('three') if n % 2 else ''))
        self.wait_recording(isr, 'two', 'three')
        self.wait_longer(isr, 'one')
        self.reload(isr, source('one') + source('two', split_minutes=50))
        self.assertEqual(isr.stop(), 0, isr.process.stderr)
        self.assert_unbroken(isr, 'one')
        self.assertFalse([p for p in isr.paths() if p.suffix == '.part'])

    def test_systemd_is_told(self):
        place = tempfile.TemporaryDirectory(prefix='isr-systemd-')
        self.addCleanup(place.cleanup)
        path = pathlib.Path(place.name) / 'notify'
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
            listening.bind(str(path))
            listening.settimeout(process.LIMIT)
            isr = self.start(source('one'), NOTIFY_SOCKET=path)
            while listening.recv(4096) != b'READY=1':
                pass
            self.reload(isr, source('one'))
            heard = []
            while 'READY=1' not in heard:
                heard += listening.recv(4096).decode().splitlines()
            self.assertLess(heard.index('RELOADING=1'), heard.index('READY=1'))
            self.assertEqual(isr.stop(), 0)


if __name__ == '__main__':
    unittest.main()
