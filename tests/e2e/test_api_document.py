# SPDX-License-Identifier: MIT
"""Three tell of the API: README, openapi.json, the server. Each two are held against each other in both
directions: addresses, parameters, the members of every answer."""
import json
import pathlib
import re
import tempfile
import unittest
import urllib.parse

from support import api, daemon, icecast, process, readme, schema

DAEMON = pathlib.Path(__file__).resolve().parents[2] / 'daemon'
PAGE = ('/', '/index.html', '/sw.js', '/assets/')
ROOF = 'roof/roof_20240131T120000+0000.wav'
SPAN = 'from=2024-01-31T12:00:00Z&to=2024-01-31T12:00:30Z'
LABEL = {'source': 'roof', 'start_us': 1706702400000000, 'end_us': 1706702401000000, 'verdict': 'kept', 'label': 'door', 'note': None}
# What README tells in words instead of a shape.
WORDS = {'its row': 'File', 'the label': 'Label'}
# Lists whose items README tells once: below the table, in the row of labels, in the same row.
ELSEWHERE = ('sections', 'labels', 'sources')
# Bodies that are asked with; and what only a moment of the start has: tests/daemon/test-http-scan.c.
NOT_ANSWERED = {'NewLabel', 'Password', 'Status.scan'}


def routes():
    """Path and method of every row of the server's table, and of what other rooms have served."""
    text = (DAEMON / 'http' / 'routes.c').read_text()
    rows = {(path, method.lower()) for path, method in re.findall(r'\{ "([^"]+)", "([A-Z]+)", (?:NULL|"[^"]*"), isr_handle', text)}
    served = [path for file in DAEMON.glob('*.c') for path in re.findall(r'isr_http_serve\w* \([^,]+, "([^"]+)"', file.read_text())]
    return rows | {(path, 'get') for path in served}


def fixed(path):
    """"/a/{b}/c" and "/a/" of the table are one thing: the fixed part in front."""
    return path.split('{')[0]


def normal(path):
    """README names what stands behind a source, and calls what the document calls otherwise."""
    path = re.sub(r'\{\w+\}', '{}', path)
    return re.sub(r'^(/api/sources/\{\}/)(start|stop|split)$', r'\1{}', path)


class Document(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.isr = daemon.Daemon('[desk]\ntype = test\n')
        cls.addClassCleanup(cls.isr.close)
        cls.client = api.Client(cls.isr.base)
        cls.document = cls.client.document
        cls.operations = {(normal(path), method): operation for path, method, operation in cls.client.operations}

    def test_every_route_is_described(self):
        described = {(fixed(path), method) for path, method, _ in self.client.operations}
        self.assertEqual(routes() - described, set(), 'routes that openapi.json does not describe')
        self.assertEqual(described - routes(), set(), 'described in openapi.json, but no route')

    def test_readme_has_the_same_addresses(self):
        named = {(normal(path), method) for row in readme.rows() for method, path, _ in row.operations}
        described = {(path, method) for path, method in self.operations if fixed(path) not in PAGE and not path.startswith('/assets')}
        self.assertEqual(described - named, set(), 'described in openapi.json, but not in README')
        self.assertEqual(named - described, set(), 'in README, but not in openapi.json')

    def test_readme_has_the_same_parameters(self):
        for row in readme.rows():
            for method, path, names in row.operations:
                operation = self.operations[normal(path), method]
                with self.subTest(f'{method} {path}'):
                    self.assertEqual(names, {p['name'] for p in operation.get('parameters', []) if p['in'] == 'query'})

    def test_every_object_is_closed(self):
        """What is described is always there, and nothing else is: then one real answer shows both."""
        for name, node in schema.objects(self.document):
            with self.subTest(name):
                self.assertIs(node.get('additionalProperties'), False)
                if name != 'NewLabel':
                    self.assertEqual(set(node['required']) if node['properties'] else set(), set(node['properties']))

    def told(self, row):
        """Members that README's row has, in shapes or words."""
        found = {member for shape in row.shapes for member in readme.members(shape)}
        for words, name in WORDS.items():
            if words in row.text:
                found |= schema.members({'$ref': f'#/components/schemas/{name}'}, self.document)
        return found

    def described(self, row):
        """Members of what the operations of a row take and answer."""
        found = set()
        for method, path, _ in row.operations:
            operation = self.operations[normal(path), method]
            bodies = [operation.get('requestBody', {}), *(schema.resolve(answer, self.document) for status, answer in operation['responses'].items() if status < '300')]
            for body in bodies:
                for kind, content in body.get('content', {}).items():
                    if kind == 'application/json':
                        found |= schema.members(content['schema'], self.document)
        return found

    def test_readme_has_the_same_members(self):
        for row in readme.rows():
            with self.subTest(row.operations[0][1]):
                wanted = self.described(row)
                if row.operations[0][1] == '/api/events':
                    wanted = schema.members({'$ref': '#/components/schemas/Event'}, self.document) | schema.members({'$ref': '#/components/schemas/Levels'}, self.document)
                told = self.told(row)
                for name in ELSEWHERE:  # without a member of their own in this row: it is told elsewhere
                    if not any(member.startswith(f'{name}.') for member in told):
                        wanted = {member for member in wanted if not member.startswith(f'{name}.')}
                self.assertEqual(told, wanted)
        self.assertEqual(readme.section(), schema.members({'$ref': '#/components/schemas/Section'}, self.document))


class Answers(unittest.TestCase):
    """Each object of the document occurs in a real answer; and that is checked against it."""

    def start(self):
        radio = icecast.Icecast()
        self.addCleanup(radio.close)
        url = radio.station('radio', 'mp3')
        secret = tempfile.NamedTemporaryFile('w')
        self.addCleanup(secret.close)
        secret.write('xyzzy\n')
        secret.flush()
        isr = daemon.Daemon(f'[desk]\ntype = test\nsplit_minutes = 0.05\n[radio]\ntype = stream\nurl = {url}\nformat = mp3\n', env=process.environment(ISR_WEB_PASSWORD_FILE=secret.name))
        self.addCleanup(isr.close)
        api.make_wav(isr.recordings / ROOF)
        api.make_wav(isr.recordings / 'roof' / 'roof_20240201T120000+0000.wav')
        isr.wait_closed(2, 'roof')
        isr.wait_closed(1, 'desk')
        isr.wait_state('radio', 'recording')
        radio.set_title('radio', 'Somebody - Something')
        return isr

    def ask(self, path, target, method='get', body=None, status=200):
        answer = self.client.ask(target, method.upper(), body, self.headers)
        self.assertEqual(answer[0], status, (target, answer[2][:300]))
        self.assertEqual(self.client.wrong(path, method, answer), [])
        described = schema.resolve(self.client.document['paths'][path][method]['responses'][str(status)], self.client.document)
        self.met |= schema.met(json.loads(answer[2]), described['content']['application/json']['schema'], self.client.document)
        return json.loads(answer[2])

    def change(self, isr):
        """Everything that changes something, and what it answers."""
        name = urllib.parse.quote(next(f['name'] for f in isr.files() if f['source'] == 'desk' and not f['recording']))
        self.headers = {'Authorization': 'Bearer ' + self.ask('/api/session', '/api/session', 'post', {'password': 'xyzzy'})['token']}
        self.ask('/api/sources/{source}/{verb}', '/api/sources/desk/stop', 'post', status=202)
        isr.wait_state('desk', 'stopped')
        self.ask('/api/sources/{source}/{verb}', '/api/sources/desk/start', 'post', status=202)
        process.wait_for('the hole', lambda: [gap for gap in isr.json('/api/coverage?source=desk')['gaps'] if gap['cause'] == 'stopped'])
        self.ask('/api/files/{name}', f'/api/files/{name}?protected=true', 'put')
        self.ask('/api/files/{name}', f'/api/files/{name}?protected=false', 'put')
        number = self.ask('/api/files/{name}', f'/api/files/{name}', 'delete')['trash']
        self.ask('/api/trash', '/api/trash')
        self.ask('/api/trash/{id}/restore', f'/api/trash/{number}/restore', 'post')
        self.ask('/api/labels', '/api/labels', 'put', LABEL)
        self.ask('/api/labels', '/api/labels')
        number = self.ask('/api/jobs', '/api/jobs?kind=analyze&day=2024-02-01', 'post', status=202)['job']
        self.ask('/api/jobs', '/api/jobs')
        process.wait_for('the job', lambda: [j for j in isr.json('/api/jobs')['jobs'] if j['id'] == number and j['state'] == 'done'])

    def look(self, isr):
        quoted = urllib.parse.quote(ROOF)
        while True:  # without levels 202 comes first
            status, _, body = self.client.ask(f'/api/analyze?file={quoted}', headers=self.headers)
            if status == 200:
                break
            self.met |= schema.met(json.loads(body), {'$ref': '#/components/schemas/Progress'}, self.client.document)
            self.ask('/api/analyze', f'/api/analyze?file={quoted}&wait=1')
        process.wait_for('a title', lambda: isr.json('/api/titles')['titles'])
        for target in ['/api/files', '/api/days', '/api/sources', '/api/status', '/api/config', '/api/storage', '/api/titles', '/api/coverage', '/api/coverage?source=desk',
                       f'/api/analyze?file={quoted}', '/api/highlights?day=2024-01-31', f'/api/levels?source=roof&{SPAN}&points=5', '/api/export?day=2024-01-31&format=json',
                       '/api/doctor', '/healthz', '/readyz']:
            self.ask(target.partition('?')[0], target)

    def listen(self):
        connection, answer = self.client.ask_open('/api/events')
        self.addCleanup(connection.close)
        kinds = {'level': 'Levels', 'file': 'Event'}
        while kinds:
            event = api.read_event(answer)
            name = kinds.pop(event.get('event'), None)
            if name:
                node = {'$ref': f'#/components/schemas/{name}'}
                self.assertEqual(schema.check(json.loads(event['data']), node, self.client.document), [])
                self.met |= schema.met(json.loads(event['data']), node, self.client.document)

    def test_every_object_is_answered(self):
        isr = self.start()
        self.client, self.headers, self.met = api.Client(isr.base), {}, set()
        self.look(isr)
        self.change(isr)
        self.ask('/api/coverage', '/api/coverage?source=desk')  # with its hole
        self.listen()
        status, _, body = self.client.ask('/api/files?limit=x')
        self.assertEqual(status, 400)
        self.met |= schema.met(json.loads(body), {'$ref': '#/components/schemas/Error'}, self.client.document)
        self.assertEqual({name for name, _ in schema.objects(self.client.document)} - self.met, NOT_ANSWERED)


if __name__ == '__main__':
    unittest.main()
