# SPDX-License-Identifier: MIT
"""Every error that openapi.json describes, provoked: by files that are none, full disks, a
decoder that is not installed, too many listeners, wrong passwords. What can not be had
without faking is listed, with the reason."""
import contextlib
import http.client
import json
import os
import pathlib
import re
import resource
import shutil
import sqlite3
import tempfile
import unittest
import urllib.parse

import test_catalog_trouble
from support import api, daemon, process

ROOF = 'roof/roof_20240131T120000+0000.wav'
OTHER = 'roof/roof_20240131T120030+0000.wav'  # directly behind it, at another rate
SECOND = 'attic/2024-01-31/attic_20240131T120000+0000.wav'
TEXT = 'text/text_20240131T120000+0000.wav'
LISTENERS = 1024
LABEL = {'source': 'roof', 'start_us': 1706702410000000, 'end_us': 1706702411000000, 'verdict': 'kept', 'label': 'dog', 'note': None}
SPAN = 'source=roof&start_us=1706702410000000&end_us=1706702411000000'
CHANGES = [('/api/files/{name}', 'put', '/api/files/x?protected=true', None), ('/api/files/{name}', 'delete', '/api/files/x', None),
           ('/api/labels', 'put', '/api/labels', LABEL), ('/api/labels', 'delete', f'/api/labels?{SPAN}', None),
           ('/api/trash/{id}/restore', 'post', '/api/trash/1/restore', None), ('/api/trash/{id}', 'delete', '/api/trash/1', None),
           ('/api/jobs', 'post', '/api/jobs?kind=analyze&day=2024-01-31', None), ('/api/jobs/{id}', 'delete', '/api/jobs/1', None),
           ('/api/sources/{source}/{verb}', 'post', '/api/sources/desk/stop', None)]
# What can not be brought about from outside, and where it is tested instead.
REBUILT = 'while a damaged catalog is made again: test_catalog_trouble.py'
EXCUSED = {
    ('/api/files/{name}', 'put', 503): REBUILT,
    ('/api/files/{name}', 'delete', 503): REBUILT,
    ('/api/labels', 'put', 503): REBUILT,
    ('/api/labels', 'delete', 503): REBUILT,
    ('/api/trash/{id}', 'delete', 503): REBUILT,
    ('/api/trash/{id}/restore', 'post', 503): REBUILT,
    ('/api/jobs', 'post', 503): 'nothing is analysed in the house: tests/daemon/test-http-analyze.c',
    ('/readyz', 'get', 503): 'the first look takes a moment only: tests/daemon/test-http.c',
    ('/api/doctor', 'get', 503): 'the house ends while it is examined: tests/e2e/test_doctor.py',
}


def quote(name):
    return urllib.parse.quote(name)


class Errors(unittest.TestCase):
    def start(self, config, **more):
        isr = daemon.Daemon(config, **more)
        self.addCleanup(isr.close)
        process.wait_for(lambda: 'the archive', lambda: isr.get('/readyz')[0] == 200)
        return isr

    def meet(self, client, path, method, target, status, code=None, body=None, headers=None):
        with self.subTest(f'{method} {target[:90]} -> {status} {code or ""}'):
            self.assertEqual(client.wrong_error(path, method, client.ask(target, method.upper(), body, headers), status, code), [])
        self.met.add((path, method, status))

    def sound(self):
        """A recorder and files of which not all are sound."""
        isr = daemon.Daemon('[desk]\ntype = test\nformat = wav\nscene = demo\n[hall]\ntype = test\n')
        self.addCleanup(isr.close)
        api.make_wav(isr.recordings / ROOF)
        api.make_wav(isr.recordings / OTHER, 16000)
        (isr.recordings / 'text').mkdir()
        (isr.recordings / TEXT).write_bytes(b'words instead of sound ' * 99)
        isr.wait_closed(2, 'roof')
        isr.wait_closed(1, 'text')
        process.wait_for('the archive', lambda: isr.get('/readyz')[0] == 200)
        return isr, api.Client(isr.base)

    def parameters(self, client):
        """400: something is missing or wrong. 404: it is not there."""
        for path, target in [('/api/files', 'files?limit=0'), ('/api/titles', 'titles?limit=0'), ('/api/coverage', 'coverage?day=x'), ('/api/labels', 'labels?verdict=x'), ('/api/cue', 'cue'),
                             ('/api/clip', 'clip'), ('/api/cut', 'cut?file=x&source=y'), ('/api/analyze', 'analyze'), ('/api/highlights', 'highlights'), ('/api/levels', 'levels'), ('/api/export', 'export')]:
            self.meet(client, path, 'get', f'/api/{target}', 400, 'bad-request')
        for path, method, target, body in [('/api/files/{name}', 'put', '/api/files/x', None), ('/api/labels', 'put', '/api/labels', {}), ('/api/labels', 'delete', '/api/labels', None),
                                           ('/api/jobs', 'post', '/api/jobs?kind=x', None), ('/api/session', 'post', '/api/session', b'{"password"')]:
            self.meet(client, path, method, target, 400, 'bad-request', body)
        for path, target in [('/api/cue', '/api/cue?file=x'), ('/api/clip', '/api/clip?file=x'), ('/api/cut', '/api/cut?file=x'), ('/api/analyze', '/api/analyze?file=x'), ('/api/coverage', '/api/coverage?source=x'),
                             ('/stream/{name}', '/stream/x'), ('/download/{name}', '/download/x'), ('/live/{source}', '/live/x'), ('/assets/{path}', '/assets/x')]:
            self.meet(client, path, 'get', target, 404, 'not-found')
        for path, method, target, body in CHANGES:
            if (path, method) == ('/api/jobs', 'post'):
                target = '/api/jobs?kind=analyze&file=x'
            if (path, method) != ('/api/labels', 'put'):
                self.meet(client, path, method, target.replace('/desk/', '/nobody/'), 404, 'not-found', body)
        for path, method, operation in client.operations:
            target = re.sub(r'\{\w+\}', 'x', path)
            if path.startswith('/api/'):
                self.meet(client, path, method, f'{target}?zzzzzzzz=1', 400, 'bad-request')
            if any(parameter['in'] == 'query' and parameter['name'] == 'source' for parameter in operation.get('parameters', [])):
                self.meet(client, path, method, f'{target}?source=nobody', 404, 'not-found')
        self.meet(client, '/api/labels', 'put', '/api/labels', 404, 'not-found', {**LABEL, 'source': 'nobody'})
        self.meet(client, '/api/labels', 'put', '/api/labels', 413, 'too-large', {**LABEL, 'note': 'x' * 70000})
        self.meet(client, '/api/session', 'post', '/api/session', 413, 'too-large', {'password': 'x' * 70000})

    def moments(self, isr, client):
        """409: not now."""
        recording = quote(process.wait_for('a recording', lambda: next((f['name'] for f in isr.files() if f['recording'] and f['source'] == 'desk'), None)))
        for method, target in [('put', f'/api/files/{recording}?protected=true'), ('delete', f'/api/files/{recording}')]:
            self.meet(client, '/api/files/{name}', method, target, 409, 'recording')
        self.meet(client, '/api/jobs', 'post', f'/api/jobs?kind=analyze&file={recording}', 409, 'recording')
        for kind in ('clip', 'cut'):
            self.meet(client, f'/api/{kind}', 'get', f'/api/{kind}?file={recording}&start=0&end=500', 409, 'not-yet')
            self.meet(client, f'/api/{kind}', 'get', f'/api/{kind}?source=roof&from=2024-01-31T12:00:20Z&to=2024-01-31T12:00:40Z', 409, 'format-change')
        self.assertEqual(client.ask(f'/api/files/{quote(ROOF)}?protected=true', 'PUT')[0], 200)
        self.meet(client, '/api/files/{name}', 'delete', f'/api/files/{quote(ROOF)}', 409, 'protected')
        self.assertEqual(client.ask(f'/api/files/{quote(ROOF)}?protected=false', 'PUT')[0], 200)
        self.assertEqual(client.ask('/api/sources/hall/stop', 'POST')[0], 202)
        isr.wait_state('hall', 'stopped')
        self.meet(client, '/live/{source}', 'get', '/live/hall', 409, 'not-yet')
        self.meet(client, '/api/sources/{source}/{verb}', 'post', '/api/sources/hall/split', 409, 'busy')
        self.meet(client, '/api/session', 'post', '/api/session', 409, None, {'password': 'x'})

    def bodies(self, client):
        """416: a range outside; 415: what is no sound, and 500 for the job that meets it."""
        for path, target in [('/stream/{name}', f'/stream/{quote(ROOF)}'), ('/download/{name}', f'/download/{quote(ROOF)}'),
                             ('/api/clip', f'/api/clip?file={quote(ROOF)}&start=0&end=1'), ('/api/cut', f'/api/cut?file={quote(ROOF)}&start=0&end=1')]:
            for span in ('bytes=99999999-', 'bytes=5-4', 'bytes=x'):
                self.meet(client, path, 'get', target, 416, 'range', headers={'Range': span})
        for kind in ('clip', 'cut'):
            self.meet(client, f'/api/{kind}', 'get', f'/api/{kind}?file={quote(TEXT)}&start=0&end=1', 415, 'format')
        self.meet(client, '/api/analyze', 'get', f'/api/analyze?file={quote(TEXT)}&wait=1', 415, 'format')

    def elsewhere(self, client):
        """403: every operation, asked by a page from elsewhere."""
        for path, method, _ in client.operations:
            target = path.replace('{verb}', 'stop').replace('{', '').replace('}', '')
            self.meet(client, path, method, target, 403, 'origin', headers={'Origin': 'http://evil.example'})
            self.meet(client, path, method, target, 403, 'host', headers={'Host': 'evil.example'})

    def listeners(self, client):
        """503: one more than may listen."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4096)), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        held = []
        self.addCleanup(lambda: [connection.close() for connection in held])
        for _ in range(LISTENERS):
            connection, answer = client.ask_open('/api/events')
            held.append(connection)
            self.assertEqual(answer.status, 200)
        self.meet(client, '/api/events', 'get', '/api/events', 503, 'too-many')
        held.pop().close()
        process.wait_for('room for one more', lambda: self.may_listen(client))

    @staticmethod
    def may_listen(client):
        connection, answer = client.ask_open('/api/events')
        connection.close()
        return answer.status == 200

    def password(self):
        """401 without it, for everything that changes something; 429 for who guesses."""
        secret = tempfile.NamedTemporaryFile('w')
        self.addCleanup(secret.close)
        secret.write('xyzzy\n')
        secret.flush()
        isr = self.start('[desk]\ntype = test\n', env=process.environment(ISR_WEB_PASSWORD_FILE=secret.name))
        client = api.Client(isr.base)
        described = {(path, method) for path, method, operation in client.operations if '401' in operation['responses'] and path != '/api/session'}
        self.assertEqual({change[:2] for change in CHANGES}, described)
        for path, method, target, body in CHANGES:
            self.meet(client, path, method, target, 401, 'password', body)
            self.meet(client, path, method, target, 401, 'password', body, {'Authorization': f'Bearer {"0" * 64}'})
        for _ in range(5):
            self.meet(client, '/api/session', 'post', '/api/session', 401, 'password', {'password': 'wrong'})
        self.meet(client, '/api/session', 'post', '/api/session', 429, 'too-many', {'password': 'xyzzy'})

    def decoder(self):
        """501: a machine whose GStreamer decodes no AAC and encodes no Opus."""
        place = pathlib.Path(tempfile.mkdtemp(prefix='isr-plugins-'))
        self.addCleanup(shutil.rmtree, place)
        found = process.run('gst-inspect-1.0', 'coreelements', env=process.environment()).stdout
        system = pathlib.Path(next(line.split()[1] for line in found.splitlines() if 'Filename' in line)).parent
        for plugin in system.glob('*.so'):
            if not any(word in plugin.name for word in ('libav', 'faad', 'fdkaac', 'opus')):
                (place / plugin.name).symlink_to(plugin)
        env = process.environment(GST_PLUGIN_SYSTEM_PATH=place, GST_PLUGIN_PATH='', GST_REGISTRY=place / 'registry.bin')
        isr = self.start('[desk]\ntype = test\n', env=env)
        process.run('ffmpeg', '-v', 'error', '-f', 'lavfi', '-i', 'anoisesrc=seed=1:duration=3', '-c:a', 'aac', isr.recordings / 'a_20240131T120000+0000.aac')
        (name,) = [f['name'] for f in process.wait_for('the file', lambda: [f for f in isr.files() if f['ext'] == 'aac'])]
        client = api.Client(isr.base)
        self.meet(client, '/api/clip', 'get', f'/api/clip?file={quote(name)}&start=0&end=1', 501, 'no-decoder')
        self.assertIn(b'gstreamer1.0-libav', client.ask(f'/api/clip?file={quote(name)}&start=0&end=1')[2])
        self.assertEqual(client.ask(f'/api/cut?file={quote(name)}&start=0&end=1')[0], 200)  # nothing is decoded for it
        isr.wait_state('desk', 'recording')
        self.meet(client, '/live/{source}', 'get', '/live/desk', 501, 'no-decoder')
        self.assertIn(b'nobody can listen to this source now: no element', client.ask('/live/desk')[2])
        self.assertIn(b'install gstreamer1.0-plugins-base', client.ask('/live/desk')[2])
        isr.wait_state('desk', 'recording')

    def full_disk(self):
        """507: a disk of 8 MiB, and somebody else's file has the rest of it."""
        place = pathlib.Path(tempfile.mkdtemp(prefix='isr-e2e-'))
        self.addCleanup(shutil.rmtree, place)
        disk, port = place / 'disk', process.free_port()
        disk.mkdir()
        (place / 'config.ini').write_text(f'[general]\noutput_directory = {disk}\n[web]\nlisten = 127.0.0.1:{port}\n[desk]\ntype = test\nscene = silence\n', encoding='utf-8')
        root = [] if os.geteuid() == 0 else ['-Ur']
        isr = process.Process(['unshare', *root, '-m', 'sh', '-c', f'mount -t tmpfs -o size=8m,nr_inodes=300 none {disk} && exec {process.ISR} config.ini'], cwd=place)
        self.addCleanup(isr.close)

        def ready():
            connection = http.client.HTTPConnection('127.0.0.1', port, timeout=process.LIMIT)
            try:
                connection.request('GET', '/readyz')
                return connection.getresponse().status == 200
            except OSError:
                return False
            finally:
                connection.close()
        process.wait_for(lambda: f'the page: {isr.stderr}', ready)
        client = api.Client(f'http://127.0.0.1:{port}')
        inside = pathlib.Path(f'/proc/{isr.child.pid}/root{disk}')
        for name in (ROOF, SECOND):
            api.make_wav(inside / name)
        process.wait_for('the files', lambda: {f['name'] for f in json.loads(client.ask('/api/files')[2])['files']} >= {ROOF, SECOND})
        self.assertEqual(client.ask('/api/labels', 'PUT', LABEL)[0], 200)
        with open(inside / 'ballast', 'wb', buffering=0) as ballast, self.assertRaises(OSError):
            while True:
                ballast.write(bytes(1 << 12))
        self.meet(client, '/api/cut', 'get', f'/api/cut?file={quote(ROOF)}&start=1&end=29', 507, 'no-space')
        # what is left of the journal's last block holds some short lines
        word = process.wait_for('an end of the journal', lambda: next((w for w in ('true', 'false') if client.ask(f'/api/files/{quote(ROOF)}?protected={w}', 'PUT')[0] == 507), None))
        self.meet(client, '/api/files/{name}', 'put', f'/api/files/{quote(ROOF)}?protected={word}', 507, 'no-space')
        self.meet(client, '/api/labels', 'put', '/api/labels', 507, 'no-space', {**LABEL, 'label': 'cat'})
        self.meet(client, '/api/labels', 'delete', f'/api/labels?{SPAN}', 507, 'no-space')
        self.assertEqual([label['label'] for label in json.loads(client.ask('/api/labels')[2])['labels']], ['dog'])  # as it was
        self.full_of_files(client, inside)

    def full_of_files(self, client, inside):
        """507: a directory has to be made, and the file system has no room for one more."""
        number = json.loads(client.ask(f'/api/files/{quote(SECOND)}', 'DELETE')[2])['trash']
        self.assertFalse((inside / SECOND).parent.exists())
        with self.assertRaises(OSError):
            for n in range(10000):
                (inside / f'ballast{n}').touch()
        self.meet(client, '/api/files/{name}', 'delete', f'/api/files/{quote(ROOF)}', 507, 'no-space')
        self.meet(client, '/api/trash/{id}/restore', 'post', f'/api/trash/{number}/restore', 507, 'no-space')
        self.assertEqual([one['id'] for one in json.loads(client.ask('/api/trash')[2])['trash']], [number])  # still there
        (inside / 'ballast').unlink()
        for path in inside.glob('ballast*'):
            path.unlink()
        self.assertEqual(client.ask(f'/api/trash/{number}/restore', 'POST')[0], 200)

    def broken_catalog(self):
        """500: somebody took the tables away from under it."""
        isr = self.start('[desk]\ntype = test\n')
        client = api.Client(isr.base)
        api.make_wav(isr.recordings / ROOF)
        isr.wait_closed(1, 'roof')
        self.assertEqual(client.ask(f'/api/analyze?file={quote(ROOF)}&wait=1')[0], 200)
        span = 'source=roof&from=2024-01-31T12:00:00Z&to=2024-01-31T12:00:30Z'
        self.drop(isr, 'labels', 'titles')
        for path, target in [('/api/analyze', f'analyze?file={quote(ROOF)}'), ('/api/cue', f'cue?file={quote(ROOF)}')]:
            self.meet(client, path, 'get', f'/api/{target}', 500, 'storage')
        self.drop(isr, 'recordings', 'events', 'gaps', 'trash')
        for target in ('files', 'days?q=x', 'sources', 'storage', 'trash', 'labels', 'titles', 'coverage', 'highlights?day=2024-01-31', 'export?day=2024-01-31',
                       f'levels?{span}', f'clip?{span}', f'cut?{span}'):
            self.meet(client, '/api/' + target.split('?')[0], 'get', f'/api/{target}', 500, 'storage')
        for verb in ('stream', 'download'):
            self.meet(client, f'/{verb}/{{name}}', 'get', f'/{verb}/{quote(ROOF)}', 500, 'storage')
        self.meet(client, '/live/{source}', 'get', '/live/desk', 500, 'storage')
        self.meet(client, '/api/labels', 'put', '/api/labels', 500, 'storage', LABEL)
        for path, method, target in [('/api/labels', 'delete', f'/api/labels?{SPAN}'), ('/api/files/{name}', 'delete', f'/api/files/{quote(ROOF)}'),
                                     ('/api/files/{name}', 'put', f'/api/files/{quote(ROOF)}?protected=true'), ('/api/trash/{id}', 'delete', '/api/trash/1'), ('/api/trash/{id}/restore', 'post', '/api/trash/1/restore'),
                                     ('/api/jobs', 'post', '/api/jobs?kind=analyze&day=2024-01-31')]:
            self.meet(client, path, method, target, 500, 'storage')
        self.assertEqual(isr.source('desk')['state'], 'recording')  # nothing of this is its business

    def held_catalog(self):
        """503: another program holds it for longer than is waited. Where there is WAL, which the recorder turns on, nobody can
        keep readers out: so it is an archive that is only shown, with a catalog that knows no WAL. Once it is let go, all is as before."""
        isr = self.start('[desk]\ntype = test\n')
        api.make_wav(isr.recordings / ROOF)
        isr.wait_closed(1, 'roof')
        isr.stop()
        with contextlib.closing(sqlite3.connect(isr.recordings / 'isr.db', isolation_level=None)) as other:
            self.assertEqual(other.execute('PRAGMA journal_mode=DELETE').fetchone(), ('delete',))
            page = process.Process([process.ISR, 'serve', isr.recordings, '-o', f'web.listen=127.0.0.1:{isr.port}'], cwd=isr.dir)
            self.addCleanup(page.close)
            process.wait_for(lambda: f'the page: {page.stderr}', lambda: self.answers(isr))
            client = api.Client(isr.base)
            other.execute('BEGIN EXCLUSIVE')
            asked = test_catalog_trouble.about_catalog(quote(ROOF))
            for path, target in [*asked, ('/live/{source}', '/live/roof')]:
                answer = client.ask(target)
                self.meet(client, path, 'get', target, 503, 'unavailable')
                self.assertEqual(answer[1]['Retry-After'], '5')
                self.assertIn('another program holds it', json.loads(answer[2])['message'])
            other.execute('ROLLBACK')
            for _, target in asked:
                self.assertIn(client.ask(target)[0], (200, 403), target)  # 403: who only shows does not analyse

    @staticmethod
    def answers(isr):
        try:
            return isr.get('/readyz')[0] == 200
        except OSError:
            return False

    @staticmethod
    def drop(isr, *tables):
        with contextlib.closing(sqlite3.connect(isr.recordings / 'isr.db', timeout=process.LIMIT)) as catalog, catalog:
            for table in tables:
                catalog.execute(f'DROP TABLE {table}')

    def test_every_error_of_the_document(self):
        self.met = set()
        isr, client = self.sound()
        self.parameters(client)
        self.moments(isr, client)
        self.bodies(client)
        self.elsewhere(client)
        self.listeners(client)
        self.password()
        self.decoder()
        self.full_disk()
        self.broken_catalog()
        self.held_catalog()
        described = {(path, method, int(status)) for path, method, operation in client.operations for status in operation['responses'] if int(status) >= 400}
        self.assertEqual(described - self.met - set(EXCUSED), set(), 'described, and never met')
        self.assertEqual(set(EXCUSED) - described, set(), 'excused, and not even described')


if __name__ == '__main__':
    unittest.main()
