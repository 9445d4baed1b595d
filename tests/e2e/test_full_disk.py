# SPDX-License-Identifier: MIT
"""What the ledger says while the disk is full: the hole is there, grows, and ends when writing goes on."""
import array
import json
import os
import re
import time
import unittest
import wave

from support import api, disk, process

SOURCES = '[one]\ntype = test\nscene = counter\nformat = wav\n'
WRAP = 65536  # of the numbers that the samples are


class FullDisk(unittest.TestCase):
    def setUp(self):
        self.isr = disk.SmallDisk(SOURCES, general='sync_seconds = 0.1\n')
        self.addCleanup(self.isr.close)
        process.wait_for(lambda: f'audio: {self.isr.process.stderr}', lambda: any(f['size'] > 300000 for f in self.isr.files()))
        self.assertEqual(self.coverage()['gaps'], [])
        self.isr.fill()
        process.wait_for(lambda: f'word of the disk: {self.isr.source("one")}', lambda: 'disk' in self.isr.source('one')['warnings'])

    def coverage(self):
        answer = self.isr.json('/api/coverage?source=one')
        self.assertEqual(answer['recorded_us'] + sum(g['end_us'] - g['start_us'] for g in answer['gaps']), answer['to_us'] - answer['from_us'])
        return answer

    def on_disk_us(self, row):
        """End of the audio that the file has, by its size; an attempt that failed may have left a part of it."""
        path = self.isr.recordings / f'{row["name"]}.part'
        with wave.open(str(path)) as wav:
            rate = wav.getframerate()
        header = path.read_bytes()[:65536].index(b'data') + 8
        return row['start_us'] + (os.stat(path).st_size - header) // 2 * 1e6 / rate

    def grows(self, seconds):
        """The hole as it is, until it is so long."""
        first = self.coverage()
        self.assertEqual([g['cause'] for g in first['gaps']], ['disk'])
        start = first['gaps'][0]['start_us']
        row = next(f for f in self.isr.files() if f['recording'])
        self.assertEqual(first['recorded_us'], start - first['from_us'])
        self.assertLess(start, self.on_disk_us(row) + 1)
        self.assertGreater(start, self.on_disk_us(row) - 1e6)
        last = first['gaps'][0]['end_us']

        def long():
            nonlocal last
            now = self.coverage()
            if [(g['start_us'], g['cause']) for g in now['gaps']] != [(start, 'disk')]:
                raise AssertionError(f'{now}: {self.isr.process.stderr}')
            self.assertGreater(now['gaps'][0]['end_us'], last)
            last = now['gaps'][0]['end_us']
            # nor does the list say more than the ledger does, but for what one write has gathered; in the moment of an attempt it may
            self.assertLess(min(next(f for f in self.isr.files() if f['recording'])['end_us'] for _ in range(2)), start + 1_500_000)
            return last - start > seconds * 1e6
        process.wait_for('a long hole', long)

    def recovers(self):
        self.isr.empty()
        process.wait_for(lambda: f'the disk: {self.isr.process.stderr}', lambda: 'disk' not in self.isr.source('one')['warnings'])

    def read(self, row):
        with wave.open(str(self.isr.recordings / row['name'])) as wav:
            numbers = array.array('H', wav.readframes(1 << 30))
            self.assertEqual([(n - numbers[0]) % WRAP for n in numbers], [n % WRAP for n in range(len(numbers))])
            return numbers, wav.getframerate()

    def test_for_a_moment(self):
        """All was held in memory: there is no hole in the end."""
        self.grows(3)
        self.recovers()
        self.assertEqual(self.coverage()['gaps'], [])
        size = max(f['size'] for f in self.isr.files())
        process.wait_for('more audio', lambda: max(f['size'] for f in self.isr.files()) > size + 100000)
        self.assertEqual(self.isr.stop(), 0)
        numbers, rate = self.read({'name': next(p.relative_to(self.isr.recordings) for p in self.isr.recordings.rglob('*.wav'))})
        self.assertGreater(len(numbers), 3 * rate)

    def test_for_long(self):
        """What memory did not hold is missing, and no more."""
        self.grows(5)
        beside = process.run(*self.isr.before, process.ISR, 'coverage', 'config.ini', cwd=self.isr.dir).stdout
        self.assertRegex(beside, r'(?m)^  .*  disk$')
        self.grows(16)
        self.recovers()
        process.wait_for(lambda: f'another file: {self.isr.process.stderr}', lambda: len(self.isr.files()) > 1)
        gap, = self.coverage()['gaps']
        self.assertEqual(gap['cause'], 'disk')
        self.assertEqual(self.isr.get('/api/sources/one/stop', method='POST')[0], 202)
        self.isr.wait_state('one', 'stopped')
        first, second = self.isr.wait_closed(2)
        self.assertEqual((gap['start_us'], gap['end_us']), (first['end_us'], second['start_us']))
        (before, rate), (behind, _) = self.read(first), self.read(second)
        missing = (gap['end_us'] - gap['start_us']) * rate / 1e6
        off = (behind[0] - before[-1] - 1 - missing + WRAP / 2) % WRAP - WRAP / 2
        self.assertLess(abs(off), rate / 20, (missing, before[-1], behind[0]))


class FullForOthers(unittest.TestCase):
    """Neither the note of the ledger nor the next file finds room: another process is told all the same."""

    def setUp(self):
        self.isr = disk.SmallDisk('[one]\ntype = test\nscene = counter\nformat = wav\n[two]\ntype = test\nscene = counter\nformat = flac\n',
                                  general='split_minutes = 0.1\nsync_seconds = 0.1\n')
        self.addCleanup(self.isr.close)
        port = process.free_port()
        self.page = f'http://127.0.0.1:{port}'
        page = process.Process([*self.isr.before, process.ISR, 'serve', '-o', f'web.listen=127.0.0.1:{port}', 'recordings'], cwd=self.isr.dir)
        self.addCleanup(page.close)
        process.wait_for(lambda: f'the page: {page.stderr}', self.answers)

    def answers(self):
        try:
            return self.ask(self.page, '/healthz')[0] == 200
        except OSError:
            return False

    def ask(self, base, target):
        status, _, text = api.Client(base).ask(target)
        return status, json.loads(text) if target.startswith('/api/') else text

    def holes(self, base, source):
        status, answer = self.ask(base, f'/api/coverage?source={source}')
        self.assertEqual(status, 200, answer)
        self.assertEqual(answer['recorded_us'] + sum(g['end_us'] - g['start_us'] for g in answer['gaps']), answer['to_us'] - answer['from_us'])
        return answer['gaps']

    def parts(self):
        return {p.name for p in self.isr.recordings.rglob('*.part')}

    def long(self):
        """The same hole for both, of one cause; in the end longer than a recorder that is silent would be believed in."""
        for source in ('one', 'two'):
            own, others = self.holes(self.isr.base, source), self.holes(self.page, source)
            self.assertLessEqual({g['cause'] for g in own + others}, {'disk'}, (own, others, self.isr.process.stderr))
            if not own or not others or own[-1]['seconds'] < 14:
                return False
            self.assertLess(abs(own[-1]['start_us'] - others[-1]['start_us']), 1_500_000, (own, others))
            self.assertGreater(others[-1]['end_us'], own[-1]['end_us'])
        return True

    def test_told_by_another_process(self):
        self.isr.wait_closed(4)
        before = self.parts()
        process.wait_for('the next files', lambda: len(self.parts() - before) == 2)
        self.isr.fill()
        process.wait_for(lambda: f'a long hole: {self.isr.process.stderr}', self.long)
        sources = self.ask(self.page, '/api/status')[1]['sources']
        self.assertEqual([(s['name'], s['state'], s['warnings']) for s in sources], [('one', 'recording', ['disk']), ('two', 'recording', ['disk'])])
        self.assertTrue(all(s['disk_since_us'] for s in sources), sources)
        told = process.run(*self.isr.before, process.ISR, 'coverage', 'config.ini', cwd=self.isr.dir, check=False).stdout
        self.assertEqual(re.findall(r'(?m)^  .* (\S+)$', told), ['disk', 'disk'], told)
        self.isr.empty()
        process.wait_for(lambda: f'the disk: {self.isr.process.stderr}', lambda: not any(self.isr.source(name)['warnings'] for name in ('one', 'two')))
        process.wait_for(lambda: [self.holes(base, name) for base in (self.isr.base, self.page) for name in ('one', 'two')], self.is_over)

    def test_killed_meanwhile(self):
        """It could not note why; the next one knows it."""
        self.isr.wait_closed(4)
        self.isr.fill()
        process.wait_for(lambda: f'a hole: {self.isr.process.stderr}', lambda: all(h and h[-1]['seconds'] > 6 for h in (self.holes(self.page, name) for name in ('one', 'two'))))
        since = {s['name']: s['disk_since_us'] for s in self.ask(self.page, '/api/status')[1]['sources']}
        self.isr.process.child.kill()
        killed_us = time.time_ns() // 1000
        self.isr.process.wait()
        self.isr.process.close()
        self.isr.empty()
        self.isr.start()
        process.wait_for(lambda: f'audio: {self.isr.process.stderr}', lambda: len([f for f in self.isr.files() if f['start_us'] > killed_us]) >= 2)
        for name in ('one', 'two'):
            holes = self.holes(self.isr.base, name)
            self.assertEqual([g['cause'] for g in holes], ['disk', 'not-running'], holes)
            self.assertLess(abs(holes[0]['start_us'] - since[name]), 1_500_000)
            self.assertLess(abs(holes[0]['end_us'] - killed_us), 4_000_000)

    def is_over(self):
        """What was in memory is there, and both know of the rest."""
        holes = [[[(g['start_us'], g['end_us'], g['cause']) for g in self.holes(base, name)] for name in ('one', 'two')] for base in (self.isr.base, self.page)]
        self.assertLessEqual({cause for one in holes for gaps in one for _, _, cause in gaps}, {'disk'}, self.isr.process.stderr)
        return holes[0] == holes[1] and not any(s['warnings'] for s in self.ask(self.page, '/api/status')[1]['sources'])


if __name__ == '__main__':
    unittest.main()
