# SPDX-License-Identifier: MIT
"""The catalog can not be had as a file: ISR records and serves all the same, says what is in the way, and when that is
gone everything is on the disk without a restart, what was noted and said meanwhile as well."""
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

    def note_a_hole(self):
        """Also one that only the catalog knows of."""
        self.client.ask('/api/sources/desk/stop', 'POST')
        self.isr.wait_state('desk', 'stopped')
        self.client.ask('/api/sources/desk/start', 'POST')
        self.isr.wait_state('desk', 'recording')
        return process.wait_for('the hole', lambda: self.holes(lambda gap: gap['cause'] == 'stopped' and gap['end_us']))

    def holes(self, which=lambda gap: True):
        return [gap for gap in self.isr.json('/api/coverage?source=desk')['gaps'] if which(gap)]

    def check_memory(self, *words):
        """It is said where people look, and everything else works."""
        state = self.catalog()
        self.assertEqual(state['state'], 'memory')
        for word in (*words, 'by itself'):
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
        self.hole = self.note_a_hole()
        for target in (f'/stream/{daemon.quote(ROOF)}', '/api/days', '/api/coverage?day=2024-01-31', '/api/sources', '/api/trash', '/api/storage', f'/api/clip?file={daemon.quote(ROOF)}&start=0&end=1'):
            self.assertEqual(self.client.ask(target)[0], 200, target)

    def check_file_again(self):
        """While it runs, and after it was killed."""
        process.wait_for(lambda: f'the disk: {self.catalog()} {self.isr.process.stderr}', lambda: self.catalog()['state'] == 'ok')
        self.assertIn('nothing that was noted is lost', self.catalog()['message'])
        self.assertEqual(self.isr.json('/healthz'), {'status': 'ok', 'catalog': 'ok'})
        self.assertEqual(self.isr.source('desk')['state'], 'recording')
        self.say('cat')
        self.check_kept()
        self.client.ask('/api/sources/desk/split', 'POST')
        self.isr.wait_closed(1, 'desk')
        process.wait_for(lambda: f'the WAL: {os.listdir(self.isr.recordings)}', lambda: (self.isr.recordings / 'isr.db').is_file())
        self.isr.process.child.kill()
        self.isr.process.child.wait()
        self.start_again()
        process.wait_for(lambda: f'the archive: {self.isr.process.stderr}', lambda: self.isr.get('/readyz')[0] == 200)
        self.check_kept()

    def start_again(self):
        start = daemon.Daemon.start if isinstance(self.isr, InTheWay) else type(self.isr).start
        start(self.isr)
        self.client = api.Client(self.isr.base)

    def check_kept(self):
        self.assertEqual(self.catalog()['state'], 'ok')
        self.assertIn('isr_catalog_state{state="ok"} 1', self.isr.get('/metrics')[2].decode())
        self.assertEqual(self.said(), ['cat'])
        self.assertEqual(self.holes(lambda gap: gap in self.hole), self.hole)
        self.assertEqual(len([f for f in self.isr.files() if f['source'] == 'roof']), 1)
        self.assertGreaterEqual(len([f for f in self.isr.files() if f['source'] == 'desk' and not f['recording']]), 1)

    def test_a_directory_in_the_way(self):
        self.begin(InTheWay(DESK))
        self.check_memory(str(self.isr.recordings / 'isr.db'))
        (self.isr.recordings / 'isr.db').rmdir()
        self.check_file_again()

    def test_ended_at_once(self):
        """What is in the way goes just before it ends."""
        self.begin(InTheWay(DESK))
        self.check_memory()
        (self.isr.recordings / 'isr.db').rmdir()
        self.assertEqual(self.isr.stop(), 0)
        self.start_again()
        self.assertEqual(self.holes(lambda gap: gap in self.hole), self.hole)
        self.assertEqual(self.catalog()['state'], 'ok')

    def test_a_sound_one_on_a_full_disk(self):
        """There is no room even to read it as it is read always."""
        self.begin(disk.SmallDisk(DESK))
        before = self.note_a_hole()
        self.assertEqual(self.isr.stop(), 0)
        self.isr.fill()
        self.isr.start()
        self.assertEqual(self.catalog()['state'], 'memory')
        self.assertEqual(self.holes(lambda gap: gap in before), before)
        self.make_some_room()
        process.wait_for(lambda: f'the room that it takes: {self.catalog()}', lambda: 'MB on that disk' in self.catalog()['message'])
        api.make_wav(self.isr.recordings / ROOF)
        self.check_memory('isr.db')
        self.isr.empty()
        self.check_file_again()
        self.assertEqual(self.holes(lambda gap: gap in before), before)
        self.assertEqual([path.name for path in self.isr.recordings.glob('isr.db.*')], [])

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
        self.make_some_room()
        self.check_memory('isr.db')
        self.isr.empty()
        self.check_file_again()
        self.assertEqual(len(list(self.isr.recordings.glob('isr.db.broken-*'))), 1)

    def make_some_room(self):
        """For what is recorded and said, not for another one."""
        os.truncate(self.isr.recordings / 'ballast', os.path.getsize(self.isr.recordings / 'ballast') - (2 << 20))

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
        self.make_some_room()
        self.check_memory('isr.db')
        self.isr.empty()
        self.check_file_again()

    def is_in_memory(self):
        self.client.ask('/api/sources/desk/split', 'POST')
        self.client.ask('/api/labels?source=roof&start_us=1&end_us=2', 'DELETE')
        return self.catalog()['state'] == 'memory'


if __name__ == '__main__':
    unittest.main()
