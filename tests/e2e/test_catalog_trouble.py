# SPDX-License-Identifier: MIT
"""The database of the archive is held by another program, or destroyed: what is asked is answered
with what is wrong, what is recorded goes on, and nothing that was acknowledged is lost."""
import contextlib
import json
import os
import signal
import sqlite3
import unittest
import urllib.parse

from support import api, daemon, process

ROOF = 'roof/roof_20240131T120000+0000.wav'
BARN = 'barn/barn_20240131T120000+0000.wav'
LABEL = {'source': 'roof', 'start_us': 1706702410000000, 'end_us': 1706702411000000, 'verdict': 'kept', 'label': 'dog', 'note': None}
SPAN = 'source=roof&start_us=1706702410000000&end_us=1706702411000000'


def asked(name):
    """Every question about the archive: its path in the document, and itself."""
    return [('/api/days', '/api/days'), ('/api/days', '/api/days?q=roof'), ('/api/files', '/api/files'), ('/api/files', '/api/files?q=roof'),
            ('/api/sources', '/api/sources'), ('/api/storage', '/api/storage'), ('/api/status', '/api/status'), ('/api/labels', '/api/labels'),
            ('/api/coverage', '/api/coverage?day=2024-01-31'), ('/api/titles', '/api/titles'), ('/api/trash', '/api/trash'),
            ('/api/highlights', '/api/highlights?day=2024-01-31'), ('/api/export', '/api/export?day=2024-01-31'), ('/api/jobs', '/api/jobs'),
            ('/api/levels', '/api/levels?source=roof&from=2024-01-31&to=2024-02-01&points=10'), ('/api/cue', f'/api/cue?file={name}'),
            ('/api/analyze', f'/api/analyze?file={name}'), ('/api/clip', f'/api/clip?file={name}&start=0&end=1'),
            ('/api/cut', f'/api/cut?file={name}&start=0&end=1'), ('/stream/{name}', f'/stream/{name}'), ('/download/{name}', f'/download/{name}'),
            ('/healthz', '/healthz'), ('/metrics', '/metrics')]


def about_catalog(name):
    """Those that nothing but the catalog can answer."""
    return [(path, target) for path, target in asked(name) if path not in ('/api/status', '/api/jobs', '/healthz', '/metrics')]


class Trouble(unittest.TestCase):
    def setUp(self):
        self.isr = daemon.Daemon('[desk]\ntype = test\nscene = silence\n')
        self.addCleanup(self.isr.close)
        self.database = self.isr.recordings / 'isr.db'
        for name in (ROOF, BARN):
            api.make_wav(self.isr.recordings / name)
        self.wait_for_files({ROOF, BARN})
        self.client = api.Client(self.isr.base)

    def wait_for_files(self, names):
        process.wait_for(lambda: f'{names}: {self.isr.process.stderr}', lambda: names <= {f['name'] for f in self.isr.files()})

    def ask(self, target, method='GET', body=None):
        """An answer with 200, as JSON."""
        status, _, text = self.client.ask(target, method, body)
        self.assertEqual(status, 200, text)
        return json.loads(text)

    def restart(self):
        self.isr.start()
        process.wait_for(lambda: f'the archive: {self.isr.process.stderr}', lambda: self.isr.get('/readyz')[0] == 200)
        self.client = api.Client(self.isr.base)

    def kill(self):
        self.isr.process.child.send_signal(signal.SIGKILL)
        self.isr.process.child.wait(process.LIMIT)

    def hold(self):
        """Another program begins to write and does not end."""
        other = sqlite3.connect(self.database, timeout=process.LIMIT, isolation_level=None)
        self.addCleanup(other.close)
        other.execute('BEGIN EXCLUSIVE')
        return other

    def test_held(self):
        """Everything is answered and kept, also when the recorder is killed before it could write any of it."""
        other = self.hold()
        self.assertEqual(self.ask('/api/labels', 'PUT', LABEL)['label'], 'dog')
        trash = self.ask(f'/api/files/{urllib.parse.quote(BARN)}', 'DELETE')['trash']
        for path, target in asked(urllib.parse.quote(ROOF)):
            answer = self.client.ask(target)
            self.assertIn(answer[0], (200, 202), answer[2])
            self.assertEqual(self.client.wrong(path, 'get', answer), [])
        self.assertEqual([one['id'] for one in self.ask('/api/trash')['trash']], [trash])
        self.assertNotIn(BARN, {f['name'] for f in self.isr.files()})
        self.kill()
        other.execute('ROLLBACK')
        self.restart()
        self.assertEqual([one['label'] for one in self.ask('/api/labels')['labels']], ['dog'])
        (entry,) = self.ask('/api/trash')['trash']
        self.assertEqual(entry['name'], BARN)
        self.assertEqual({f['name'] for f in self.isr.files() if not f['recording']} & {ROOF, BARN}, {ROOF})
        other = self.hold()
        self.assertEqual(self.ask(f'/api/trash/{entry["id"]}/restore', 'POST')['name'], BARN)
        self.kill()
        other.execute('ROLLBACK')
        self.restart()
        self.assertEqual(self.ask('/api/trash')['trash'], [])
        self.wait_for_files({ROOF, BARN})

    def throw_away(self, name):
        return self.ask(f'/api/files/{urllib.parse.quote(name)}', 'DELETE')['trash']

    def write_everything(self, back, gone):
        """Each change that a person can ask for, and once more: asked again it does nothing a second time."""
        roof = urllib.parse.quote(ROOF)
        first = self.ask('/api/labels', 'PUT', LABEL)
        self.assertEqual({**self.ask('/api/labels', 'PUT', LABEL), 'changed_us': 0}, {**first, 'changed_us': 0})
        self.ask('/api/labels', 'PUT', {**LABEL, 'source': 'barn'})
        self.ask(f'/api/labels?{SPAN.replace("roof", "barn")}', 'DELETE')
        self.assertEqual(self.client.ask(f'/api/labels?{SPAN.replace("roof", "barn")}', 'DELETE')[0], 404)
        for _ in range(2):
            self.assertTrue(self.ask(f'/api/files/{roof}?protected=true', 'PUT')['protected'])
        self.assertEqual(self.client.ask(f'/api/files/{roof}', 'DELETE')[0], 409)
        self.throw_away(BARN)
        self.assertEqual(self.client.ask(f'/api/files/{urllib.parse.quote(BARN)}', 'DELETE')[0], 404)
        self.assertEqual(self.ask(f'/api/trash/{back}/restore', 'POST')['name'], 'back.wav')
        self.assertEqual(self.client.ask(f'/api/trash/{back}/restore', 'POST')[0], 404)
        self.ask(f'/api/trash/{gone}', 'DELETE')
        self.assertEqual(self.client.ask(f'/api/trash/{gone}', 'DELETE')[0], 404)

    def check_everything(self):
        self.assertEqual([(one['source'], one['label']) for one in self.ask('/api/labels')['labels']], [('roof', 'dog')])
        self.assertEqual([entry['name'] for entry in self.ask('/api/trash')['trash']], [BARN])
        rows = [(f['name'], f['protected']) for f in self.isr.files() if f['source'] != 'desk']
        self.assertEqual(sorted(rows), [('back.wav', False), (ROOF, True)])
        self.assertFalse((self.isr.recordings / 'gone.wav').exists())

    def test_every_write_while_held(self):
        """None waits for the other program: the recorder is asked and turns meanwhile. None is lost, none is done twice; killed before or after it was let go."""
        for name in ('back.wav', 'gone.wav'):
            api.make_wav(self.isr.recordings / name)
        self.wait_for_files({'back.wav', 'gone.wav'})
        back, gone = self.throw_away('back.wav'), self.throw_away('gone.wav')
        process.wait_for('the trash in the table', lambda: self.count('trash') == 2)
        other = self.hold()
        self.write_everything(back, gone)
        self.check_everything()
        self.assertEqual(self.count('labels'), 0)  # it is held, in fact
        self.kill()
        other.execute('ROLLBACK')
        self.restart()
        self.check_everything()
        process.wait_for('what was said in the tables', lambda: (self.count('labels'), self.count('protection'), self.count('trash')) == (1, 1, 1))
        self.kill()
        self.restart()
        self.check_everything()

    def test_held_for_a_while(self):
        """What could not be written is written as soon as it can be."""
        other = self.hold()
        self.ask('/api/labels', 'PUT', LABEL)
        self.ask(f'/api/files/{urllib.parse.quote(BARN)}', 'DELETE')
        other.execute('ROLLBACK')
        read = sqlite3.connect(f'file:{self.database}?mode=ro', uri=True)
        self.addCleanup(read.close)
        process.wait_for('the label in the table', lambda: read.execute('SELECT count(*) FROM labels').fetchone() == (1,))
        process.wait_for('the file in the table', lambda: read.execute('SELECT name FROM trash').fetchall() == [(BARN,)])

    def test_held_at_the_start(self):
        """It says who is in the way, and does not take what it can not look at for damaged."""
        self.isr.stop()
        other = sqlite3.connect(self.database, isolation_level=None)
        self.addCleanup(other.close)
        other.execute('PRAGMA locking_mode = EXCLUSIVE')
        other.execute('BEGIN EXCLUSIVE')
        done = process.Process([process.ISR, 'config.ini'], cwd=self.isr.dir)
        self.addCleanup(done.close)
        self.assertEqual(done.child.wait(process.LIMIT), 1)
        self.assertIn('another program holds it', done.stderr)
        self.assertEqual(list(self.isr.recordings.glob('isr.db.broken*')), [])
        other.execute('ROLLBACK')
        other.close()
        self.restart()
        self.wait_for_files({ROOF, BARN})

    def destroy(self):
        """The file, and what is still to be written to it."""
        for path in (self.database, f'{self.database}-wal'):
            with open(path, 'r+b', buffering=0) as f:
                f.write(os.urandom(os.fstat(f.fileno()).st_size))

    def forget(self):
        """What a reader has in memory it need not read again, as long as nothing was written: now it must."""
        with open(f'{self.database}-shm', 'r+b', buffering=0) as f:
            f.write(os.urandom(os.fstat(f.fileno()).st_size))

    def spoil(self):
        """The pages where the tables and their indexes begin, once all is in them."""
        other = sqlite3.connect(self.database, timeout=process.LIMIT, isolation_level=None)
        process.wait_for('everything in its place', lambda: other.execute('PRAGMA wal_checkpoint(TRUNCATE)').fetchone() == (0, 0, 0))
        (size,) = other.execute('PRAGMA page_size').fetchone()
        roots = [page for (page,) in other.execute("SELECT rootpage FROM sqlite_master WHERE rootpage > 1 AND name NOT LIKE 'sqlite%'")]
        other.close()
        with open(self.database, 'r+b', buffering=0) as f:
            for page in roots:
                f.seek((page - 1) * size)
                f.write(os.urandom(size))

    def is_mended(self):
        """Somebody has to ask, or to write, for it to be noticed."""
        self.client.ask('/api/sources/desk/split', 'POST')
        return list(self.isr.recordings.glob('isr.db.broken*')) and self.client.ask('/api/files')[0] == 200

    def wear_out(self):
        """It is made again once; what is damaged soon afterwards stays so for ten minutes."""
        self.destroy()
        process.wait_for(lambda: f'another catalog: {self.isr.process.stderr}', self.is_mended)
        self.wait_for_files({ROOF, BARN})
        for _ in range(2):
            self.write_once()

    def count(self, table):
        read = sqlite3.connect(f'file:{self.database}?mode=ro', uri=True)
        with contextlib.closing(read):
            return read.execute(f'SELECT count(*) FROM {table}').fetchone()[0]

    def write_once(self):
        """What the writer has read it need not read again: it can go on for a while in a file that is nonsense, and makes all others look."""
        before = self.count('recordings')
        self.client.ask('/api/sources/desk/split', 'POST')
        process.wait_for('a row of a new file', lambda: self.count('recordings') > before)

    def test_mended(self):
        """Without a restart: the same files, the same labels, and what is being recorded is the same file."""
        self.ask('/api/labels', 'PUT', LABEL)
        self.ask(f'/api/files/{urllib.parse.quote(BARN)}?protected=true', 'PUT')
        before = {f['name'] for f in self.isr.files() if not f['recording']}
        process.wait_for('the label in the table', self.is_label_written)
        self.assertEqual(self.condition()['state'], 'ok')
        self.wear_out()
        self.wait_for_files(before)
        self.assertEqual(self.condition()['state'], 'ok')
        self.assertIn('isr.db.broken', self.condition()['message'])
        rows = {f['name']: f for f in self.isr.files()}
        self.assertTrue(rows[BARN]['protected'])
        self.assertFalse(rows[ROOF]['protected'])
        self.assertEqual([one['label'] for one in self.ask('/api/labels')['labels']], ['dog'])
        live = process.wait_for('the file that is written', lambda: [f for f in self.isr.files() if f['recording']])
        self.assertEqual([f['source'] for f in live], ['desk'])
        self.isr.wait_state('desk', 'recording')
        self.ask('/api/labels', 'PUT', {**LABEL, 'start_us': LABEL['start_us'] + 10**6, 'end_us': LABEL['end_us'] + 10**6, 'label': 'cat'})
        self.client.ask('/api/sources/desk/split', 'POST')
        process.wait_for('a file that ends', lambda: len([f for f in self.isr.files() if f['source'] == 'desk' and not f['recording']]) > len([n for n in before if n.startswith('desk')]))
        self.assertEqual(self.isr.stop(), 0)
        self.restart()
        self.assertEqual({one['label'] for one in self.ask('/api/labels')['labels']}, {'dog', 'cat'})
        self.wait_for_files(before)
        self.assertEqual(len(list(self.isr.recordings.glob('isr.db.broken*Z'))), 1)

    def condition(self):
        return json.loads(self.client.ask('/api/status')[2])['catalog']

    def test_damaged_pages(self):
        """Nothing is said to be missing, or empty, that can not be read; the catalog was asked before or not."""
        self.wear_out()
        self.ask('/api/labels', 'PUT', LABEL)
        roof = urllib.parse.quote(ROOF)
        for _, target in asked(roof):
            self.assertIn(self.client.ask(target)[0], (200, 202), target)
        process.wait_for('the label in the table', self.is_label_written)
        self.spoil()
        process.wait_for('an error', self.is_noticed)
        for path, target in about_catalog(roof):
            if target == '/api/sources' and {'roof', 'barn'} <= {one['name'] for one in json.loads(self.client.ask(target)[2]).get('sources', [])}:
                continue  # counted before, and kept
            if ('{name}' in path or 'file=' in target) and self.client.ask(target)[0] == 200:
                continue  # of one name all may have been read before
            self.refused(path, 'get', target)
        for path, target in (('/api/status', '/api/status'), ('/healthz', '/healthz'), ('/metrics', '/metrics')):
            self.assertEqual(self.client.wrong(path, 'get', self.client.ask(target)), [])
        self.isr.wait_state('desk', 'recording')

    def is_label_written(self):
        return self.count('labels') == 1

    def is_noticed(self):
        """A change of the catalog makes it look at the file again: workers, and the main loop."""
        self.client.ask('/api/sources/desk/split', 'POST')
        return self.client.ask('/api/files')[0] == 500 and self.client.ask('/api/labels?source=roof&start_us=1&end_us=2', 'DELETE')[0] == 500

    def refused(self, path, method, target, body=None):
        answer = self.client.ask(target, method.upper(), body)
        self.assertEqual(answer[0], 500, (target, answer[2]))
        self.assertEqual(self.client.wrong_error(path, method, answer, 500, 'storage'), [])

    def served_or_refused(self, target, whole):
        """Where a recording lies may still be in memory: then it is sent, for its file is as it was."""
        answer = self.client.ask(target)
        if answer[0] == 200:
            self.assertEqual(answer[2], whole)
        else:
            self.assertEqual(self.client.wrong_error('/stream/{name}', 'get', answer, 500, 'storage'), [])

    def test_destroyed(self):
        """500 says what is wrong and what to do; nothing is changed by half; the next start makes a new one."""
        self.wear_out()
        self.ask('/api/labels', 'PUT', LABEL)
        process.wait_for('the label in the table', self.is_label_written)
        roof = urllib.parse.quote(ROOF)
        whole = self.client.ask(f'/stream/{roof}')
        self.destroy()
        self.served_or_refused(f'/stream/{roof}', whole[2])
        self.forget()
        process.wait_for('the end of what it remembers', lambda: self.client.ask(f'/stream/{roof}')[0] == 500)
        process.wait_for('an error', self.is_noticed)
        for path, target in asked(roof):
            answer = self.client.ask(target)
            self.assertIn(answer[0], (200, 202, 500), (target, answer[2]))
            self.assertEqual(self.client.wrong(path, 'get', answer), [])
        for path in ('/stream/{name}', '/download/{name}'):
            self.refused(path, 'get', path.replace('{name}', roof))
        self.refused('/api/cue', 'get', f'/api/cue?file={roof}')
        self.refused('/api/clip', 'get', f'/api/clip?file={roof}&start=0&end=1')
        self.refused('/api/analyze', 'get', f'/api/analyze?file={roof}')
        self.refused('/api/files/{name}', 'delete', f'/api/files/{roof}')
        self.refused('/api/files/{name}', 'put', f'/api/files/{roof}?protected=true')
        self.refused('/api/labels', 'put', '/api/labels', {**LABEL, 'label': 'cat'})
        self.refused('/api/labels', 'delete', f'/api/labels?{SPAN}')
        self.assertTrue((self.isr.recordings / ROOF).exists())
        self.isr.wait_state('desk', 'recording')
        self.assertIn('start isr again', json.loads(self.client.ask('/api/files')[2])['message'])
        self.isr.stop()
        before = {str(path.relative_to(self.isr.recordings)) for path in self.isr.paths()}
        self.restart()
        self.wait_for_files(before)
        self.assertEqual([one['label'] for one in self.ask('/api/labels')['labels']], ['dog'])
        self.assertFalse(next(f for f in self.isr.files() if f['name'] == ROOF)['protected'])
        self.assertTrue(list(self.isr.recordings.glob('isr.db.broken*')))


if __name__ == '__main__':
    unittest.main()
