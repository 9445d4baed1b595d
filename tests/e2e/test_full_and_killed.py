# SPDX-License-Identifier: MIT
"""The disk is full and the recorder is killed there, again and again: it starts, nothing that was acknowledged is lost,
every file is whole and plays alone, and each second that is missing has its cause."""
import array
import itertools
import json
import random
import shutil
import signal
import sqlite3
import tempfile
import unittest
import wave

from support import api, daemon, disk, process

ROUNDS = 5
SOURCES = '[one]\ntype = test\nscene = counter\nformat = wav\n[two]\ntype = test\nscene = counter\nformat = flac\n'


class FullAndKilled(unittest.TestCase):
    def setUp(self):
        self.isr = disk.SmallDisk(SOURCES, general='split_minutes = 0.02\nsync_seconds = 0.1\nfsync_seconds = 0.5\n')
        self.addCleanup(self.isr.close)
        self.dice = random.Random(11)
        self.numbers = itertools.count(1)
        self.labels, self.trashed, self.protected = set(), set(), set()  # what was acknowledged

    def ask(self, target, method='GET', body=None):
        status, _, text = api.Client(self.isr.base).ask(target, method, body)
        return status, json.loads(text)

    def say(self):
        """A label, as people set them, is there for good or is refused."""
        text = f'label {next(self.numbers)}'
        at = 1706702410000000 + len(text) + next(self.numbers) * 1000000
        status, answer = self.ask('/api/labels', 'PUT', {'source': 'one', 'start_us': at, 'end_us': at + 1000, 'verdict': 'kept', 'label': text, 'note': None})
        self.assertIn(status, (200, 507), answer)
        if status == 200:
            self.labels.add(text)
        return status

    def throw_away(self):
        """The newest one."""
        row = next((f for f in reversed(self.finished()) if not f['protected']), None)
        if not row:
            return
        status, answer = self.ask(f'/api/files/{daemon.quote(row["name"])}', 'DELETE')
        self.assertIn(status, (200, 507), answer)
        if status == 200:
            self.trashed.add((row['name'], row['start_us']))

    def protect(self, name):
        status, answer = self.ask(f'/api/files/{daemon.quote(name)}?protected=true', 'PUT')
        self.assertIn(status, (200, 507), answer)
        if status == 200:
            self.protected.add(name)

    def finished(self):
        return sorted((f for f in self.isr.files() if not f['recording']), key=lambda f: f['start_us'])

    def closed_behind(self, at_us):
        """Files of both sources that began later."""
        return all(any(f['source'] == source and f['start_us'] > at_us for f in self.finished()) for source in ('one', 'two'))

    def restart(self):
        self.isr.start()
        process.wait_for(lambda: f'the archive: {self.isr.process.stderr}', lambda: self.isr.get('/readyz')[0] == 200)

    def kill(self):
        """And what is left of the catalog is sound."""
        self.isr.process.stop(sig=signal.SIGKILL)
        self.isr.process.close()
        with tempfile.TemporaryDirectory(prefix='isr-e2e-') as place:  # a copy: SQLite does not open through /proc
            for name in ('isr.db', 'isr.db-wal'):
                shutil.copy(self.isr.recordings / name, place)
            with sqlite3.connect(f'{place}/isr.db') as db:
                self.assertEqual(db.execute('PRAGMA integrity_check').fetchone(), ('ok',))
            db.close()

    def check_what_was_said(self):
        self.assertLessEqual(self.labels, {label['label'] for label in self.isr.json('/api/labels')['labels']})
        rows = {f['name']: f for f in self.isr.files()}
        self.assertLessEqual(self.trashed, {(entry['name'], entry['start_us']) for entry in self.isr.json('/api/trash')['trash']})
        self.assertFalse(self.trashed & {(f['name'], f['start_us']) for f in rows.values()})  # another may have the name by now
        self.assertEqual([name for name in self.protected if not rows[name]['protected']], [])

    def check_file(self, path, row):
        if path.suffix == '.wav':
            with wave.open(str(path)) as wav:
                frames, data = wav.getnframes(), wav.readframes(1 << 30)
            self.assertEqual(len(data), frames * 2)
            numbers = array.array('H', data)
            self.assertEqual([(number - numbers[0]) % 65536 for number in numbers], [n % 65536 for n in range(frames)])
        else:
            process.run('flac', '-s', '-t', path)
        self.assertAlmostEqual(row['duration'], (row['end_us'] - row['start_us']) / 1e6, delta=0.001)

    def check_files(self):
        """What is on the disk is in the list and the other way, and nothing is half."""
        rows = {f['name']: f for f in self.finished()}
        there = {str(p.relative_to(self.isr.recordings)) for p in self.isr.recordings.rglob('[!.]*.*') if p.suffix in ('.wav', '.flac') and '.trash' not in p.parts}
        self.assertLessEqual(set(rows), there)
        late = {f['name'] for f in self.finished()} | {f['name'] for f in self.isr.files()}
        self.assertLessEqual(there, late)
        parts = [p for p in self.isr.recordings.rglob('*.part') if p.name[:-5] not in {f['name'].rsplit('/')[-1] for f in self.isr.files()}]
        self.assertEqual(parts, [], self.isr.process.stderr)
        for name, row in rows.items():
            with self.subTest(name):
                self.check_file(self.isr.recordings / name, row)

    def check_ledger(self, full_us, killed_us):
        """It adds up, and what is missing is so because of the disk, or because nobody ran: what was in memory when it was killed."""
        for source in ('one', 'two'):
            answer = self.isr.json(f'/api/coverage?source={source}')
            self.assertEqual(answer['recorded_us'] + sum(g['end_us'] - g['start_us'] for g in answer['gaps']), answer['to_us'] - answer['from_us'])
            self.assertLessEqual({g['cause'] for g in answer['gaps']}, {'disk', 'not-running', 'deleted'}, answer)
            around = [g for g in answer['gaps'] if g['end_us'] > full_us and g['start_us'] < killed_us + 1_000_000 and g['cause'] != 'deleted']
            self.assertLessEqual({g['cause'] for g in around[-1:]}, {'disk', 'not-running'}, answer)
            self.assertTrue(around, answer)
            rows = [f for f in self.finished() if f['source'] == source]
            for gap in answer['gaps']:
                self.assertFalse([f['name'] for f in rows if f['start_us'] < gap['end_us'] - 1000 and gap['start_us'] + 1000 < f['end_us']], gap)

    def test_again_and_again(self):
        for turn in range(ROUNDS):
            begun = self.isr.json('/api/status')['sources'][0]['since_us']
            process.wait_for(lambda: f'files: {self.isr.process.stderr}', lambda begun=begun: self.closed_behind(begun))
            self.say()
            self.protect(self.finished()[0]['name'])
            self.throw_away()
            self.isr.fill()
            full_us = self.isr.json('/api/status')['sources'][0]['since_us']
            if turn % 2 == 0:
                process.wait_for(lambda: f'word of the disk: {self.isr.source("one")}', lambda: 'disk' in self.isr.source('one')['warnings'])
            for _ in range(self.dice.randrange(12)):
                self.say()
                self.throw_away()
            killed_us = max(f['end_us'] for f in self.isr.files())
            self.kill()
            if turn == ROUNDS - 1:  # full still, when it starts
                self.isr.fill()
                self.restart()
                self.check_what_was_said()
                self.kill()
            self.isr.empty()
            self.restart()
            self.assertEqual(list(self.isr.recordings.glob('isr.db.*')), [], self.isr.process.stderr)
            process.wait_for(lambda: f'audio: {self.isr.process.stderr}', lambda killed_us=killed_us: self.closed_behind(killed_us))
            self.check_what_was_said()
            self.check_files()
            self.check_ledger(full_us, killed_us)
        self.assertGreater(len(self.labels), ROUNDS)


if __name__ == '__main__':
    unittest.main()
