# SPDX-License-Identifier: MIT
"""The catalog can not be had as a file: ISR records and serves all the same, says what is in the way, and what
people said meanwhile is there when it is gone."""
import json
import os
import unittest

from support import api, daemon, disk, process

ROOF = 'roof/roof_20240131T120000+0000.wav'
LABEL = {'source': 'roof', 'start_us': 1706702410000000, 'end_us': 1706702411000000, 'verdict': 'kept', 'label': 'dog', 'note': None}
DESK = '[desk]\ntype = test\nscene = silence\n'


class InTheWay(daemon.Daemon):
    """A directory has the name of the catalog."""

    def start(self):
        self.recordings.mkdir(exist_ok=True)
        api.make_wav(self.recordings / ROOF)
        (self.recordings / 'isr.db').mkdir()
        super().start()


class Memory(unittest.TestCase):
    def begin(self, isr):
        self.addCleanup(isr.close)
        self.isr, self.client = isr, api.Client(isr.base)

    def catalog(self):
        return self.isr.json('/api/status')['catalog']

    def wait_for_files(self, names):
        process.wait_for(lambda: f'{names}: {self.isr.process.stderr}', lambda: names <= {f['name'] for f in self.isr.files()})

    def say(self, text):
        status, _, body = self.client.ask('/api/labels', 'PUT', {**LABEL, 'label': text})
        self.assertEqual(status, 200, body)

    def said(self):
        return [one['label'] for one in self.isr.json('/api/labels')['labels']]

    def check_memory(self, *words):
        """It is said where people look, and everything else works."""
        state = self.catalog()
        self.assertEqual(state['state'], 'memory')
        for word in (*words, 'start isr again'):
            self.assertIn(word, state['message'])
        self.assertIn(state['message'], self.isr.process.stderr)
        self.assertEqual(self.isr.json('/healthz'), {'status': 'ok', 'catalog': 'memory'})
        self.assertIn('isr_catalog_state{state="memory"} 1', self.isr.get('/metrics')[2].decode())
        self.isr.wait_state('desk', 'recording')
        self.wait_for_files({ROOF})
        self.client.ask('/api/sources/desk/split', 'POST')
        self.isr.wait_closed(1, 'desk')
        self.say('dog')
        self.assertEqual(self.said(), ['dog'])
        for target in (f'/stream/{daemon.quote(ROOF)}', '/api/days', '/api/coverage?day=2024-01-31', '/api/sources', '/api/trash', '/api/storage', f'/api/clip?file={daemon.quote(ROOF)}&start=0&end=1'):
            self.assertEqual(self.client.ask(target)[0], 200, target)

    def check_file_again(self):
        self.client = api.Client(self.isr.base)
        process.wait_for(lambda: f'the archive: {self.isr.process.stderr}', lambda: self.isr.get('/readyz')[0] == 200)
        self.assertEqual(self.catalog()['state'], 'ok')
        self.assertIn('isr_catalog_state{state="ok"} 1', self.isr.get('/metrics')[2].decode())
        self.assertEqual(self.said(), ['dog'])
        self.assertEqual(len([f for f in self.isr.files() if f['source'] == 'roof']), 1)
        self.assertGreaterEqual(len([f for f in self.isr.files() if f['source'] == 'desk' and not f['recording']]), 1)

    def test_a_directory_in_the_way(self):
        self.begin(InTheWay(DESK))
        self.check_memory(str(self.isr.recordings / 'isr.db'))
        self.assertEqual(self.isr.stop(), 0)
        (self.isr.recordings / 'isr.db').rmdir()
        daemon.Daemon.start(self.isr)
        self.check_file_again()

    def destroy(self):
        for path in self.isr.recordings.glob('isr.db*'):
            if not path.name.endswith('-shm'):
                with open(path, 'r+b', buffering=0) as f:
                    f.write(os.urandom(os.fstat(f.fileno()).st_size))

    def test_damaged_on_a_full_disk(self):
        """There is no room for another one: neither while it runs nor at the start."""
        self.begin(disk.SmallDisk(DESK))
        api.make_wav(self.isr.recordings / ROOF)
        self.wait_for_files({ROOF})
        self.assertEqual(self.isr.stop(), 0)
        self.destroy()
        self.isr.fill()
        self.isr.start()
        state = self.catalog()
        self.assertEqual(state['state'], 'memory', state)
        self.wait_for_files({ROOF})
        self.isr.empty()
        self.check_memory('isr.db')
        self.assertEqual(self.isr.stop(), 0)
        self.isr.start()
        self.check_file_again()
        self.assertIn('it was damaged', self.isr.process.stderr)

    def test_damaged_while_the_disk_is_full(self):
        self.begin(disk.SmallDisk(DESK))
        api.make_wav(self.isr.recordings / ROOF)
        self.wait_for_files({ROOF})
        self.client.ask('/api/sources/desk/split', 'POST')
        self.isr.wait_closed(1, 'desk')
        self.isr.fill()
        os.truncate(self.isr.recordings / 'ballast', os.path.getsize(self.isr.recordings / 'ballast') - (200 << 10))  # for what is written now, not for another one
        self.destroy()
        process.wait_for(lambda: f'the damage to be noticed: {self.isr.process.stderr}', self.is_in_memory)
        self.wait_for_files({ROOF})
        self.isr.empty()
        self.check_memory('isr.db')

    def is_in_memory(self):
        self.client.ask('/api/sources/desk/split', 'POST')
        self.client.ask('/api/labels?source=roof&start_us=1&end_us=2', 'DELETE')
        return self.catalog()['state'] == 'memory'


if __name__ == '__main__':
    unittest.main()
