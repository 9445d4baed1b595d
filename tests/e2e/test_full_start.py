# SPDX-License-Identifier: MIT
"""ISR ended as it should, and somebody else filled its disk: it starts, shows the archive, says why it does not record,
and records when there is room."""
import json
import unittest

from support import api, daemon, disk, process

SOURCES = '[one]\ntype = test\nscene = counter\nformat = wav\n[two]\ntype = test\nscene = counter\nformat = flac\n'
LABEL = {'source': 'one', 'start_us': 1706702410000000, 'end_us': 1706702411000000, 'verdict': 'kept', 'label': 'dog', 'note': None}


class FullStart(unittest.TestCase):
    def setUp(self):
        self.isr = disk.SmallDisk(SOURCES, general='split_minutes = 0.02\nsync_seconds = 0.1\n')
        self.addCleanup(self.isr.close)

    def ask(self, target, method='GET', body=None):
        status, _, text = api.Client(self.isr.base).ask(target, method, body)
        return status, text

    def finished(self, source=None):
        return {f['name'] for f in self.isr.files() if not f['recording'] and source in (None, f['source'])}

    def is_waiting(self):
        """For room: it is said where people look."""
        return all('disk' in source['warnings'] or 'space' in json.dumps(source) for source in self.isr.json('/api/status')['sources'])

    def test_started_on_a_full_disk(self):
        self.isr.wait_closed(2, 'one')
        self.isr.wait_closed(2, 'two')
        self.assertEqual(self.ask('/api/labels', 'PUT', LABEL)[0], 200)
        self.assertEqual(self.isr.stop(), 0)
        self.isr.process.close()
        before = {str(path.relative_to(self.isr.recordings)) for path in self.isr.recordings.rglob('*') if path.suffix in ('.wav', '.flac')}
        self.isr.fill()
        self.isr.start()
        process.wait_for(lambda: f'the archive: {self.isr.process.stderr}', lambda: self.isr.get('/readyz')[0] == 200)
        self.assertLessEqual(before, {f['name'] for f in self.isr.files()})
        name = sorted(before)[0]
        for target in (f'/stream/{daemon.quote(name)}', '/api/days', '/api/coverage', '/api/storage', f'/api/clip?file={daemon.quote(name)}&start=0&end=0.5'):
            self.assertEqual(self.ask(target)[0], 200, target)
        self.assertEqual([one['label'] for one in json.loads(self.ask('/api/labels')[1])['labels']], ['dog'])
        self.assertIn(self.ask('/api/labels', 'PUT', {**LABEL, 'label': 'cat'})[0], (200, 507))  # in the last page of its file there may be room
        process.wait_for(lambda: f'word of the disk: {self.isr.json("/api/status")}', self.is_waiting)
        process.wait_for(lambda: f'a line in the log: {self.isr.process.stderr}', lambda: 'No space left on device' in self.isr.process.stderr)
        self.assertTrue(self.isr.process.running())
        self.isr.empty()
        for source in ('one', 'two'):
            process.wait_for(lambda source=source: f'audio of {source}: {self.isr.process.stderr}', lambda source=source: self.finished(source) - before)
        process.wait_for(lambda: f'nothing to complain of: {self.isr.json("/api/status")}', lambda: not self.is_waiting())
        self.assertEqual(self.ask('/api/labels', 'PUT', {**LABEL, 'label': 'cat'})[0], 200)
        for source in ('one', 'two'):
            answer = self.isr.json(f'/api/coverage?source={source}')
            self.assertEqual(answer['recorded_us'] + sum(g['end_us'] - g['start_us'] for g in answer['gaps']), answer['to_us'] - answer['from_us'])
            self.assertLessEqual({g['cause'] for g in answer['gaps']}, {'not-running', 'disk', 'stopped'}, answer)


if __name__ == '__main__':
    unittest.main()
