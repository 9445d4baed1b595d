# SPDX-License-Identifier: MIT
"""The archive as a whole: a reader beside the recorder, a lost catalog, a full disk, a backup."""
import errno
import itertools
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import tempfile
import unittest
import urllib.error
import urllib.request

from support import daemon, process

QUIET = '[quiet]\ntype = test\nscene = silence\n'


class Page:
    """Any isr that answers on a port."""

    def __init__(self, port, *command, cwd=None):
        self.base = f'http://127.0.0.1:{port}'
        self.process = process.Process([process.ISR, *command, '-o', f'web.listen=127.0.0.1:{port}'], cwd=cwd)
        process.wait_for(lambda: f'a page: {self.process.stderr}', self.is_up)

    def is_up(self):
        if not self.process.running():
            raise AssertionError(self.process.stderr)
        try:
            return self.ask('/healthz')[0] == 200
        except OSError:
            return False

    def ask(self, path, method='GET', body=None):
        request = urllib.request.Request(self.base + path, method=method, data=body)
        try:
            with urllib.request.urlopen(request, timeout=process.LIMIT) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def names(self):
        return [f['name'] for f in self.ask('/api/files?limit=1000')[1]['files']]


def put_label(isr, label):
    request = urllib.request.Request(isr.base + '/api/labels', method='PUT', data=json.dumps(label).encode())
    with urllib.request.urlopen(request, timeout=process.LIMIT) as answer:
        return json.loads(answer.read())


class Archive(unittest.TestCase):
    def start(self, **more):
        isr = daemon.Daemon(QUIET, general='split_minutes = 0.02\n', **more)
        self.addCleanup(isr.close)
        return isr

    def serve(self, *words, cwd=None):
        page = Page(process.free_port(), 'serve', *words, cwd=cwd)
        self.addCleanup(page.process.close)
        return page

    def test_reader_beside_the_recorder(self):
        isr = self.start()
        first = isr.wait_closed(2)[0]['name']
        page = self.serve(str(isr.recordings))
        process.wait_for('what the recorder has committed', lambda: first in page.names())
        process.wait_for('what the recorder says of itself', lambda: page.ask('/api/status')[1]['sources'][0]['state'] == 'recording')
        newer = isr.wait_closed(4)[-1]['name']
        process.wait_for('the new file on the other page', lambda: newer in page.names())
        label = json.dumps({'source': 'quiet', 'start_us': 1, 'end_us': 2, 'verdict': 'kept'}).encode()
        for path, method, body in [(f'/api/files/{first}', 'DELETE', None), (f'/api/files/{first}?protected=true', 'PUT', None), (f'/api/files/{first}?protected=false', 'PUT', None),
                                   ('/api/labels', 'PUT', label), ('/api/labels?source=quiet&start_us=1&end_us=2', 'DELETE', None), ('/api/sources/quiet/stop', 'POST', None),
                                   ('/api/trash/1', 'DELETE', None), ('/api/trash/1/restore', 'POST', None), (f'/api/jobs?kind=analyze&file={first}', 'POST', None), ('/api/jobs/1', 'DELETE', None)]:
            with self.subTest(path):
                status, answer = page.ask(path, method, body)
                self.assertEqual((status, answer['error']), (403, 'read-only'))
                self.assertIn('isr that records', answer['message'])
        process.wait_for('the levels of a file', lambda: page.ask(f'/api/analyze?file={first}')[0] == 200)
        self.assertEqual([page.ask(path)[0] for path in ('/readyz', '/api/storage', '/api/trash', '/api/labels', '/api/coverage', '/api/jobs')], [200] * 6)
        self.assertEqual(page.ask('/api/config')[1]['writable'], False)
        with urllib.request.urlopen(page.base + '/metrics', timeout=process.LIMIT) as answer:
            values = dict(line.rsplit(' ', 1) for line in answer.read().decode().splitlines() if not line.startswith('#'))
        self.assertGreater(float(values['isr_recordings_bytes']), 1000)  # of the archive; of sources the recorder tells
        self.assertIn('process_open_fds', values)
        self.assertFalse([name for name in values if name.startswith('isr_source_')])
        isr.process.kill()
        process.wait_for('that nobody records', lambda: page.ask('/api/status')[1]['sources'] == [])
        self.assertIn(first, page.names())
        self.assertEqual(page.process.stop(), 0)
        self.assertNotIn('files adopted', isr.process.stderr)  # what it wrote itself is no news

    def test_serve_without_a_configuration(self):
        place = pathlib.Path(tempfile.mkdtemp(prefix='isr-e2e-'))
        self.addCleanup(shutil.rmtree, place)
        (place / 'recordings').mkdir()
        page = self.serve(cwd=place)
        self.assertEqual(page.ask('/api/sources'), (200, {'sources': []}))
        self.assertEqual(page.ask('/api/status')[1]['sources'], [])

    def test_files_that_only_a_decoder_knows(self):
        """MP4 and AIFF: as long as they are, once they have been heard."""
        isr = self.start()
        isr.wait_closed(1)
        for name in ('talk.m4a', 'talk.aiff'):
            process.run('ffmpeg', '-nostdin', '-v', 'error', '-y', '-f', 'lavfi', '-i', 'sine=440:duration=20:sample_rate=44100', '-ac', '2', isr.recordings / name)
        rows = process.wait_for('both', lambda: [f for f in isr.files() if f['name'].startswith('talk.')] if len([f for f in isr.files() if f['name'].startswith('talk.')]) == 2 else None)
        for row in rows:
            with self.subTest(row['name']):
                answer = isr.json(f'/api/analyze?file={row["name"]}&wait=1')
                self.assertAlmostEqual(answer['duration'], 20, delta=0.1)
                self.assertGreater(len(answer['rms_display']), 100)
                now = next(f for f in isr.files() if f['name'] == row['name'])
                self.assertEqual((round(now['duration']), now['rate'], now['channels']), (20, 44100, 2))

    def test_nothing_listens(self):
        place = pathlib.Path(tempfile.mkdtemp(prefix='isr-e2e-'))
        self.addCleanup(shutil.rmtree, place)
        recorder = process.Process([process.ISR, '--demo', '-o', 'web.listen=none', '-o', f'general.output_directory={place}'])
        self.addCleanup(recorder.close)
        process.wait_for(lambda: f'a file: {recorder.stderr}', lambda: list(place.rglob('*.part')))
        self.assertNotIn('the page is at', recorder.stderr)
        self.assertEqual(recorder.stop(), 0)
        nowhere = process.run(process.ISR, 'serve', place / 'nowhere', check=False)
        self.assertEqual(nowhere.returncode, 2)
        self.assertIn('takes the directory of an archive', nowhere.stderr)
        none = process.run(process.ISR, 'serve', place, '-o', 'web.listen=none', check=False)
        self.assertEqual(none.returncode, 2)
        self.assertIn('listen', none.stderr)

    def test_archive_that_nobody_knows(self):
        """A directory of files, not ours to write: all of it is in memory."""
        isr = self.start()
        isr.wait_closed(2)
        isr.stop()
        names = {str(p.relative_to(isr.recordings)) for p in isr.paths()}
        for path in isr.recordings.glob('isr.db*'):
            path.unlink()
        before = sorted(p.name for p in isr.recordings.iterdir())
        page = self.serve(str(isr.recordings))
        process.wait_for('all files', lambda: set(page.names()) == names)
        shown = page.ask('/api/files')[1]['files']
        self.assertTrue(all(f['duration'] > 0 and f['source'] == 'quiet' and not f['adopted'] for f in shown), shown)
        self.assertEqual(before, sorted(p.name for p in isr.recordings.iterdir()))

    def test_catalog_is_lost(self):
        isr = self.start()
        file = isr.wait_closed(1)[0]
        label = put_label(isr, {'source': 'quiet', 'start_us': file['start_us'], 'end_us': file['end_us'], 'verdict': 'kept', 'label': 'nothing', 'note': None})
        self.assertEqual(isr.get(f'/api/files/{file["name"]}?protected=true', method='PUT')[0], 200)
        isr.process.close()
        for path in isr.recordings.glob('isr.db*'):
            path.unlink()
        isr.start()
        again = isr.json('/api/labels')['labels']
        self.assertEqual([{k: l[k] for k in l if k != 'id'} for l in again], [{k: label[k] for k in label if k != 'id'}])
        row = process.wait_for('the file', lambda: next((f for f in isr.files() if f['name'] == file['name']), None))
        self.assertTrue(row['protected'])
        self.assertEqual((row['start_us'], row['source'], row['adopted']), (file['start_us'], 'quiet', False))

    def test_backup_beside_a_recorder(self):
        isr = self.start()
        file = isr.wait_closed(2)[0]
        put_label(isr, {'source': 'quiet', 'start_us': file['start_us'], 'end_us': file['end_us'], 'verdict': 'kept', 'label': None, 'note': None})
        copies = (isr.dir / f'copy-{n}.db' for n in itertools.count())

        def backup():
            copy = next(copies)
            self.assertIn('recordings', process.run(process.ISR, 'backup', copy, 'config.ini', cwd=isr.dir).stdout)
            with sqlite3.connect(copy) as db:
                self.assertEqual(db.execute('PRAGMA integrity_check').fetchone(), ('ok',))
                # another process sees what is committed, a moment later
                return db.execute('SELECT count(*) FROM recordings').fetchone()[0] >= 2 and copy
        copy = process.wait_for('both files in a backup', backup)
        journal = (isr.dir / f'{copy.name}.labels.jsonl').read_text(encoding='utf-8')
        self.assertEqual(json.loads(journal)['put']['verdict'], 'kept')
        onto = process.run(process.ISR, 'backup', isr.recordings / 'isr.db', 'config.ini', cwd=isr.dir, check=False)
        self.assertEqual(onto.returncode, 1)
        self.assertEqual(isr.source('quiet')['state'], 'recording')


class FullDisk(unittest.TestCase):
    """A recorder on a disk of 64 MiB of its own, which somebody else fills."""

    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix='isr-e2e-'))
        self.addCleanup(shutil.rmtree, self.place)
        port = process.free_port()
        disk = self.place / 'disk'
        disk.mkdir()
        (self.place / 'config.ini').write_text(
            f'[general]\noutput_directory = {disk}/recordings\nsplit_minutes = 0.005\nsync_seconds = 0.1\n[web]\nlisten = 127.0.0.1:{port}\n'
            '[storage]\nmin_free = 0.0004 GB\n[counter]\ntype = test\nscene = counter\nformat = wav\n', encoding='utf-8')
        root = [] if os.geteuid() == 0 else ['-Ur']
        self.isr = process.Process(['unshare', *root, '-m', 'sh', '-c', f'mount -t tmpfs -o size=64m none {disk} && exec {process.ISR} config.ini'], cwd=self.place)
        self.addCleanup(self.isr.close)
        self.page = f'http://127.0.0.1:{port}'
        self.disk = pathlib.Path(f'/proc/{self.isr.child.pid}/root{disk}')

    def files(self):
        try:
            with urllib.request.urlopen(self.page + '/api/files?limit=1000', timeout=process.LIMIT) as answer:
                return [f for f in json.loads(answer.read())['files'] if not f['recording']]
        except OSError:
            return []

    def fill(self):
        with open(self.disk / 'ballast', 'wb', buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(1 << 12))
            except OSError as error:
                self.assertEqual(error.errno, errno.ENOSPC)

    def test_retention_makes_room(self):
        process.wait_for(lambda: f'files: {self.isr.stderr}', lambda: len(self.files()) >= 20, 60)
        oldest = sorted(self.files(), key=lambda f: f['start_us'])
        self.fill()
        process.wait_for(lambda: f'room: {self.isr.stderr}', lambda: 'to keep' in self.isr.stderr, 60)
        newest = max(f['start_us'] for f in self.files())
        process.wait_for(lambda: f'recording to go on: {self.isr.stderr}', lambda: sum(f['start_us'] > newest for f in self.files()) >= 5, 60)
        left = {f['name'] for f in self.files()}
        gone = [f['name'] not in left for f in oldest]
        self.assertTrue(gone[0])
        self.assertEqual(gone, sorted(gone, reverse=True))  # the oldest, and none in between
        self.assertEqual(self.isr.stop(signal.SIGTERM), 0)


if __name__ == '__main__':
    unittest.main()
