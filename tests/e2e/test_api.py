# SPDX-License-Identifier: MIT
"""The API as its own document describes it: every answer has the shape that is said, every bad
value gets the error that is said."""
import gzip
import http.client
import json
import pathlib
import random
import re
import socket
import unittest
import urllib.parse

from support import api, daemon, process, schema

TABLE = pathlib.Path(__file__).resolve().parents[2] / 'daemon'
BAD = {'date': ['2024-02-30', ''], 'isr-time': ['yesterday', '', '2024-01-31T12:00:00', '99999999999999999999'], 'isr-cursor': ['x', ''], 'isr-seconds': ['x', '', 'nan', 'inf', '0x1', '%201', '1e99']}
ROOF = 'roof/roof_20240131T120000+0000.wav'
MARKER = 'the text of a file outside of the archive'


def routes():
    """Path and method of every row of the table, and of what other rooms have served."""
    text = (TABLE / 'http' / 'routes.c').read_text()
    rows = {(path, method.lower()) for path, method in re.findall(r'\{ "([^"]+)", "([A-Z]+)", (?:NULL|"[^"]*"), isr_handle', text)}
    served = [path for file in TABLE.glob('*.c') for path in re.findall(r'isr_http_serve\w* \([^,]+, "([^"]+)"', file.read_text())]
    return rows | {(path, 'get') for path in served}


class Raw:
    """One connection that is made anew when the server ends it; sends targets as they are."""

    def __init__(self, isr):
        self.isr, self.socket = isr, None

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None

    def ask(self, target):
        fresh = not self.socket
        self.socket = self.socket or socket.create_connection(('127.0.0.1', self.isr.port), timeout=process.LIMIT)
        try:
            self.socket.sendall(f'GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n'.encode())
            answer = http.client.HTTPResponse(self.socket, method='GET')
            answer.begin()
            return answer.status, answer.read()
        except (http.client.RemoteDisconnected, ConnectionError):
            self.close()  # after what was no HTTP the server ends the connection
            if fresh:
                raise
            return self.ask(target)


class Api(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.isr = daemon.Daemon('[desk]\ntype = test\nscene = demo\nsplit_minutes = 0.05\n[hall]\ntype = test\nformat = wav\n')
        cls.addClassCleanup(cls.isr.close)
        api.make_wav(cls.isr.recordings / ROOF)
        cls.isr.wait_closed(2, 'desk')
        cls.isr.wait_closed(1, 'roof')
        (cls.isr.dir / 'marker.wav').write_text(MARKER)
        process.wait_for(lambda: 'the archive', lambda: cls.isr.get('/readyz')[0] == 200)
        cls.client = api.Client(cls.isr.base)
        cls.ask, cls.document, cls.operations = staticmethod(cls.client.ask), cls.client.document, cls.client.operations

    def check(self, path, method, answer):
        self.assertEqual(self.client.wrong(path, method, answer), [])

    def error(self, answer, status):
        self.assertEqual(answer[0], status, answer[2])
        self.assertEqual(schema.check(json.loads(answer[2]), {'$ref': '#/components/schemas/Error'}, self.document), [])
        self.assertGreater(len(json.loads(answer[2])['message']), 10)

    def good(self):
        """Of every GET one that is answered with 200; of loudness, one that has something."""
        name = next(f['name'] for f in self.isr.files() if f['source'] == 'desk' and not f['recording'])
        quoted = urllib.parse.quote(name)
        asset = re.search(r'(?:src|href)="/?(assets/[^"]+)"', self.isr.get('/')[2].decode()).group(1)
        return {
            '/api/cue': f'?file={quoted}', '/api/clip': f'?file={quoted}&start=0&end=1', '/api/cut': f'?file={quoted}&start=0&end=1',
            '/api/highlights': '?day=2024-01-31', '/api/export': '?day=2024-01-31&format=json',
            '/api/analyze': f'?file={urllib.parse.quote(ROOF)}&wait=1', '/api/levels': '?source=roof&from=2024-01-31T12:00:00Z&to=2024-01-31T12:00:30Z&points=30',
        }, {'{name}': quoted, '{path}': asset.removeprefix('assets/'), '{source}': 'desk'}

    def targets(self):
        """Path, good address and operation of every GET that ends."""
        query, names = self.good()
        for path, method, operation in self.operations:
            if method != 'get' or path in ('/api/events', '/live/{source}'):
                continue
            target = path + query.get(path, '')
            for name, value in names.items():
                target = target.replace(name, value)
            yield path, target, operation

    def test_codings(self):
        """Texts are gzipped for whom asks and for nobody else, say so to caches, and are the same inside."""
        zipped = set()
        for path, target, _ in self.targets():
            if path in ('/api/status', '/api/storage', '/api/doctor', '/metrics', '/api/files', '/api/days', '/api/coverage'):
                continue  # another one each time
            with self.subTest(path):
                plain = self.ask(target)
                sound = plain[1].get_content_maintype() == 'audio'
                for accept, wanted in [('gzip', True), ('br, gzip;q=0.5', True), ('*', True), ('gzip;q=0', False), ('identity', False), ('br', False), ('', False)]:
                    answer = self.ask(target, headers={'Accept-Encoding': accept})
                    coded = answer[1]['Content-Encoding'] == 'gzip'
                    self.assertLessEqual(coded, wanted and not sound)
                    self.assertEqual(gzip.decompress(answer[2]) if coded else answer[2], plain[2])
                    self.assertEqual(int(answer[1]['Content-Length']), len(answer[2]))
                    head = self.ask(target, 'HEAD', headers={'Accept-Encoding': accept})
                    self.assertEqual((head[2], head[1]['Content-Encoding'], head[1]['Content-Length']), (b'', answer[1]['Content-Encoding'], answer[1]['Content-Length']))
                    zipped |= {path} if coded else set()
                if not sound:
                    self.assertIn('Accept-Encoding', plain[1]['Vary'])
                if len(plain[2]) >= 1024 and not sound and plain[1].get_content_type() != 'image/png':
                    self.assertIn(path, zipped)
        self.assertLessEqual({'/', '/api/openapi.json', '/api/analyze', '/assets/{path}'}, zipped)

    def test_conditions(self):
        """Who has it already is told so in no bytes; who has another one gets it."""
        conditional = 0
        for path, target, operation in self.targets():
            answer = self.ask(target, headers={'Accept-Encoding': 'gzip'})
            if 'ETag' not in answer[1] or path in ('/api/storage', '/api/coverage', '/api/files', '/api/days'):
                continue
            conditional += 1
            with self.subTest(path):
                tag = answer[1]['ETag']
                self.assertIn('304', operation['responses'])
                for method in ('GET', 'HEAD'):
                    for tags in (tag, f'"x", {tag}', tag.removeprefix('W/'), '*'):
                        again = self.ask(target, method, headers={'If-None-Match': tags, 'Accept-Encoding': 'gzip'})
                        self.assertEqual((again[0], again[2], again[1]['ETag'], again[1]['Content-Encoding']), (304, b'', tag, None))
                    for tags in ('"x"', 'x', '', 'W/"x", "y"', tag[:-2] + '"'):
                        self.assertEqual(self.ask(target, method, headers={'If-None-Match': tags})[0], 200)
        self.assertGreater(conditional, 10)

    def test_answers(self):
        for path, target, operation in self.targets():
            with self.subTest(path):
                answer = self.ask(target)
                self.assertEqual(answer[0], 200, answer[2][:200])
                self.check(path, 'get', answer)
                head = self.ask(target, 'HEAD')
                self.assertEqual((head[0], head[2], head[1]['Content-Type']), (200, b'', answer[1]['Content-Type']))
                self.assertEqual('206' in operation['responses'], answer[1]['Accept-Ranges'] == 'bytes')
                if '206' in operation['responses']:
                    part = self.ask(target, headers={'Range': 'bytes=1-4'})
                    self.assertEqual((part[0], part[2]), (206, answer[2][1:5]))
                    self.check(path, 'get', part)
                if '304' in operation['responses']:
                    again = self.ask(target, headers={'If-None-Match': '"other", *'})
                    self.assertEqual((again[0], again[2]), (304, b''))

    def test_known_event(self):
        """A room in which something was loud from second 10 to 11.5, in every answer that tells it."""
        analysis = json.loads(self.ask(f'/api/analyze?file={urllib.parse.quote(ROOF)}&wait=1')[2])
        (section,) = analysis['sections']
        for edge, wanted in zip(('start', 'end'), api.LOUD):
            self.assertAlmostEqual(section[edge], wanted, delta=0.11)
        self.assertEqual((section['file'], section['reason'], section['final']), (ROOF, 'level', True))
        loudest = max(range(len(analysis['rms_display'])), key=lambda i: analysis['rms_display'][i])
        self.assertTrue(9.9 <= loudest / len(analysis['rms_display']) * 30 <= 11.6, loudest)
        self.assertEqual(json.loads(self.ask('/api/highlights?day=2024-01-31&source=roof')[2])['sections'], [section])
        again = json.loads(self.ask('/api/highlights?day=2024-01-31&source=roof&margin=12&min_gap=2&mode=adaptive')[2])['sections']
        self.assertEqual([(s['start_us'], s['score']) for s in again], [(section['start_us'], section['score'])])
        self.assertEqual(json.loads(self.ask('/api/highlights?day=2024-01-31&source=roof&margin=60')[2])['sections'], [])
        levels = json.loads(self.ask('/api/levels?source=roof&from=2024-01-31T12:00:00Z&to=2024-01-31T12:00:30Z&points=30')[2])
        self.assertEqual([i for i, level in enumerate(levels['max']) if level > -30], [10, 11])
        (row,) = [f for f in self.isr.files() if f['name'] == ROOF]
        self.assertEqual((row['analysed'], row['events']), (True, 1))
        for form, words in [('csv', ROOF), ('json', '"sections"'), ('audacity', '\t'), ('raven', 'Begin Time')]:
            answer = self.ask(f'/api/export?day=2024-01-31&source=roof&format={form}')
            self.assertEqual(self.client.wrong('/api/export', 'get', answer), [])
            self.assertIn(words, answer[2].decode())

    def test_jobs(self):
        api.make_wav(self.isr.recordings / 'yard' / 'yard_20240201T120000+0000.wav')
        self.isr.wait_closed(1, 'yard')
        begun = self.ask('/api/jobs?kind=analyze&day=2024-02-01', 'POST')
        self.assertEqual(begun[0], 202, begun[2])
        self.check('/api/jobs', 'post', begun)

        def done():
            answer = self.ask('/api/jobs')
            self.check('/api/jobs', 'get', answer)
            (job,) = [j for j in json.loads(answer[2])['jobs'] if j['id'] == json.loads(begun[2])['job']]
            return job['state'] == 'done' and job
        job = process.wait_for('the job', done)
        self.assertEqual((job['progress'], job['files'], job['done']), (1, 1, 1))
        self.assertEqual(len(json.loads(self.ask('/api/highlights?day=2024-02-01')[2])['sections']), 1)

    def test_events(self):
        """Events that say what to ask again have an id, levels none; who comes back gets what it missed."""
        connection, answer = self.client.ask_open('/api/events')
        self.addCleanup(connection.close)
        self.assertEqual((answer.status, answer.headers.get_content_type()), (200, 'text/event-stream'))
        seen, last = {}, None
        while not {'level', 'file'} <= set(seen):
            event = api.read_event(answer)
            known = {'level': 'Levels'}.get(event.get('event'), 'Event')
            self.assertEqual(schema.check(json.loads(event['data']), {'$ref': f'#/components/schemas/{known}'}, self.document, event['event']), [])
            self.assertEqual('id' in event, event['event'] != 'level')
            self.assertIn(event['event'], self.document['paths']['/api/events']['get']['summary'])
            last = last or event.get('id')
            seen[event['event']] = event
        later, answer = self.client.ask_open('/api/events', {'Last-Event-ID': last})
        self.addCleanup(later.close)
        run, number = last.rsplit('-', 1)
        missed = api.read_event(answer)
        while 'id' not in missed:
            missed = api.read_event(answer)
        self.assertEqual(missed['id'], f'{run}-{int(number) + 1}')

    def test_live(self):
        connection, answer = self.client.ask_open('/live/desk')
        self.addCleanup(connection.close)
        self.assertEqual((answer.status, answer.headers['Cache-Control']), (200, 'no-store'))
        self.assertRegex(answer.headers.get_content_type(), '^audio/')
        self.assertEqual(answer.read(4), b'OggS')
        answer.read(4000)

    def test_heads_of_what_has_no_end(self):
        for target in ('/live/desk', '/api/events'):
            connection, answer = self.client.ask_open(target)
            self.addCleanup(connection.close)
            status, headers, body = self.ask(target, 'HEAD')
            self.assertEqual((status, body), (200, b''))
            for name in ('Content-Type', 'Cache-Control', 'Content-Length', 'Transfer-Encoding'):
                self.assertEqual(headers[name], answer.headers[name], name)

    def test_live_for_a_radio(self):
        """Who speaks HTTP/1.0 gets the bytes as they are: no chunks, and the end of the connection is the end."""
        with socket.create_connection(('127.0.0.1', self.isr.port), timeout=process.LIMIT) as radio:
            radio.sendall(b'GET /live/desk HTTP/1.0\r\nHost: localhost\r\nIcy-MetaData: 1\r\n\r\n')
            answer = radio.makefile('rb')
            head = list(iter(answer.readline, b'\r\n'))
            self.assertTrue(head[0].startswith(b'HTTP/1.0 200'), head)
            self.assertFalse([line for line in head if line.lower().startswith((b'transfer-encoding', b'content-length'))])
            self.assertEqual(answer.read(4), b'OggS')
            self.assertIn(b'OggS', answer.read(4000))

    def test_wrong_methods(self):
        known = {}
        for path, method in routes():
            known.setdefault(path, set()).update({'GET', 'HEAD'} if method == 'get' else {method.upper()})
        for path, methods in known.items():
            for method in {'GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'} - methods:
                with self.subTest(f'{method} {path}'):
                    answer = self.ask(path + ('x' if path.endswith('/') and len(path) > 1 else ''), method)
                    self.error(answer, 405)
                    self.assertEqual(set(answer[1]['Allow'].split(', ')), methods)

    def test_bad_parameters(self):
        """Each alone, beside what else is needed."""
        query, names = self.good()
        for path, method, operation in self.operations:
            for parameter in operation.get('parameters', []):
                kind = parameter['schema']
                bad = list(BAD.get(kind.get('format'), []))
                bad += [str(kind['minimum'] - 1), str(kind['maximum'] + 1), 'x', '1e3', '', 'nan', '0x2', '%202'] if 'minimum' in kind else []
                bad += ['nonsense', ''] if 'enum' in kind else []
                if parameter['in'] != 'query' or '400' not in operation['responses']:
                    continue
                target = path
                for name, value in names.items():
                    target = target.replace(name, value)
                others = [pair for pair in query.get(path, '?')[1:].split('&') if pair and not pair.startswith(parameter['name'] + '=')]
                if path in ('/api/clip', '/api/cut') and parameter['name'] in ('from', 'to'):
                    others = ['source=desk', 'from=2024-01-01', 'to=2024-01-02']
                    others = [pair for pair in others if not pair.startswith(parameter['name'])]
                elif method == 'delete' and path == '/api/labels':
                    others = [pair for pair in ['source=desk', 'start_us=1', 'end_us=2'] if not pair.startswith(parameter['name'])]
                for value in bad:
                    with self.subTest(f'{method} {path} {parameter["name"]}={value}'):
                        self.error(self.ask(target + '?' + '&'.join([*others, f'{parameter["name"]}={value}']), method.upper()), 400)

    def test_changes(self):
        """Protects, labels, deletes, restores: each answer as it is described."""
        name = urllib.parse.quote(next(f['name'] for f in self.isr.files() if f['source'] == 'desk' and not f['recording']))
        label = {'source': 'desk', 'start_us': 1706698800000000, 'end_us': 1706698801000000, 'verdict': 'kept', 'label': 'ä', 'note': None}
        span = 'source=desk&start_us=1706698800000000&end_us=1706698801000000'
        steps = [
            ('/api/files/{name}', 'put', f'/api/files/{name}?protected=true', None, 200),
            ('/api/files/{name}', 'put', f'/api/files/{name}?protected=false', None, 200),
            ('/api/files/{name}', 'put', f'/api/files/{name}', None, 400),
            ('/api/files/{name}', 'put', '/api/files/nothing.wav?protected=true', None, 404),
            ('/api/labels', 'put', '/api/labels', label, 200),
            ('/api/labels', 'get', '/api/labels?verdict=kept', None, 200),
            ('/api/labels', 'put', '/api/labels', {**label, 'verdict': 'perhaps'}, 400),
            ('/api/labels', 'put', '/api/labels', [], 400),
            ('/api/labels', 'put', '/api/labels', {**label, 'note': 'x' * 70000}, 413),
            ('/api/labels', 'delete', f'/api/labels?{span}', None, 200),
            ('/api/labels', 'delete', f'/api/labels?{span}', None, 404),
            ('/api/files/{name}', 'delete', f'/api/files/{name}', None, 200),
            ('/api/files/{name}', 'delete', f'/api/files/{name}', None, 404),
            ('/api/trash', 'get', '/api/trash', None, 200),
            ('/api/trash/{id}/restore', 'post', '/api/trash/ID/restore', None, 200),
            ('/api/trash/{id}/restore', 'post', '/api/trash/ID/restore', None, 404),
            ('/api/trash/{id}', 'delete', '/api/trash/999999', None, 404),
            ('/api/sources/{source}/{verb}', 'post', '/api/sources/hall/split', None, 202),
            ('/api/sources/{source}/{verb}', 'post', '/api/sources/nobody/stop', None, 404),
            ('/api/session', 'post', '/api/session', {'password': 'x'}, 409),
            ('/api/session', 'delete', '/api/session', None, 200),
        ]
        number = None
        for path, method, target, body, status in steps:
            with self.subTest(f'{method} {target}'):
                answer = self.ask(target.replace('ID', str(number)), method.upper(), body)
                self.assertEqual(answer[0], status, answer[2][:300])
                self.check(path, method, answer)
                number = json.loads(answer[2]).get('trash', number) if method == 'delete' and status == 200 and 'files' in path else number
        recording = next(f['name'] for f in self.isr.files() if f['recording'])
        self.error(self.ask('/api/files/' + urllib.parse.quote(recording), 'DELETE'), 409)

    def test_foreign(self):
        for path, method, operation in self.operations:
            if path.startswith(('/api/events', '/live')):
                continue
            with self.subTest(f'{method} {path}'):
                target = re.sub(r'\{\w+\}', 'x', path)
                self.error(self.ask(target, method.upper(), headers={'Origin': 'http://evil.example'}), 403)
                self.error(self.ask(target, method.upper(), headers={'Host': 'evil.example'}), 403)

    def test_hostile_paths(self):
        """Ten thousand, each in one of many spellings: none leads to the file beside the archive."""
        dice = random.Random(11)
        dots = ['..', '%2e%2e', '.%2e', '%252e%252e', '..%00', '%c0%ae%c0%ae', '....', '..;', '.', '%uff0e%uff0e', '\\..', '%5c..']
        slashes = ['/', '%2f', '%252f', '\\', '%5c', '//', '%c0%af', '/./', '%2F']
        ends = ['marker.wav', 'config.ini', 'marker.wav%00.flac', 'marker.wav%20', 'marker.wav?x', 'isr.db', 'recordings/isr.db', 'etc/passwd', 'proc/self/environ']
        prefixes = ['/stream/', '/download/', '/assets/', '/api/cue?file=', '/api/clip?start=0&end=1&file=', '/api/cut?start=0&end=1&file=', '/']
        connection = Raw(self.isr)
        self.addCleanup(connection.close)
        for _ in range(10000):
            middle = ''.join(dice.choice(dots) + dice.choice(slashes) for _ in range(dice.randint(1, 6)))
            target = dice.choice(prefixes) + dice.choice(['', 'desk/', str(self.isr.dir), 'desk%2f']) + middle + dice.choice(ends)
            status, body = connection.ask(target)
            self.assertIn(status, (200, 400, 404, 409), target)
            for secret in (MARKER, 'SQLite format', 'root:', '[general]', 'PATH='):
                self.assertNotIn(secret.encode(), body, target)
            if status == 200:
                self.assertIn(b'<!doctype html', body[:100].lower(), target)


if __name__ == '__main__':
    unittest.main()
