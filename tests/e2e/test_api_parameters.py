# SPDX-License-Identifier: MIT
"""The parameters of the API, over its whole table: what an address takes stands in one row, and is what
openapi.json says; what it does not take is refused instead of being passed over."""
import json
import pathlib
import re
import unittest
import urllib.parse

from support import api, daemon, process

ROUTES = pathlib.Path(__file__).resolve().parents[2] / 'daemon' / 'http' / 'routes.c'
ROOF = 'roof/roof_20240131T120000+0000.wav'
# A good value of each, so that nothing but the names is in question.
GOOD = {'day': '2024-01-31', 'from': '2024-01-31T12:00:00Z', 'to': '2024-01-31T12:00:30Z', 'source': 'roof', 'file': urllib.parse.quote(ROOF), 'start': '0', 'end': '1',
        'start_us': '1', 'end_us': '2', 'limit': '5', 'q': 'x', 'margin': '12', 'min_gap': '2', 'mode': 'adaptive', 'wait': '0', 'points': '5', 'format': 'json',
        'verdict': 'kept', 'kind': 'analyze', 'protected': 'false', 'cursor': None}
ALONE = [('day', 'from'), ('day', 'to'), ('file', 'source'), ('file', 'day'), ('file', 'from'), ('file', 'to'), ('start', 'source'), ('start', 'from'), ('start', 'to'),
         ('end', 'source'), ('end', 'from'), ('end', 'to')]
NAMES = {'{name}': 'x', '{source}': 'desk', '{verb}': 'split', '{id}': '999', '{path}': 'x'}


def query_of(operation):
    return [p['name'] for p in operation.get('parameters', []) if p['in'] == 'query']


def target_of(path):
    for name, value in NAMES.items():
        path = path.replace(name, value)
    return path


class Parameters(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.isr = daemon.Daemon('[desk]\ntype = test\nscene = silence\n')
        cls.addClassCleanup(cls.isr.close)
        api.make_wav(cls.isr.recordings / ROOF)
        cls.isr.wait_closed(1, 'roof')
        process.wait_for(lambda: 'the archive', lambda: cls.isr.get('/readyz')[0] == 200)
        cls.client = api.Client(cls.isr.base)
        cls.table = [(path, method, operation) for path, method, operation in cls.client.operations if path.startswith('/api/')]

    def refuse(self, path, method, query, status=400, said=''):
        """That is an error as the document describes it, with these words."""
        target = f'{target_of(path)}?{query}'
        with self.subTest(f'{method} {target}'):
            answer = self.client.ask(target, method.upper())
            self.assertEqual(self.client.wrong_error(path, method, answer, status, {400: 'bad-request', 404: 'not-found'}[status]), [])
            self.assertIn(said, json.loads(answer[2])['message'])
            if method == 'get':
                self.assertEqual(self.client.ask(target, 'HEAD')[0], status)

    def test_one_source_of_truth(self):
        """The rows of the server and the document name the same parameters, in the same order."""
        rows = re.findall(r'\{ "([^"]+)", "([A-Z]+)", (NULL|"([^"]*)"), isr_handle', ROUTES.read_text())
        self.assertGreater(len(rows), 35)
        described = {(path.split('{')[0], method.upper()): query_of(operation) for path, method, operation in self.client.operations}
        for path, method, takes, names in rows:
            with self.subTest(f'{method} {path}'):
                self.assertEqual(names.split(), described[path, method])
                self.assertEqual(takes != 'NULL', path.startswith('/api/'), 'everything under /api/ is strict, nothing else is')

    def test_known_names_are_taken(self):
        for path, method, operation in self.table:
            for name in query_of(operation):
                if GOOD[name] is None:
                    continue
                with self.subTest(f'{method} {path} {name}'):
                    _, _, body = self.client.ask(f'{target_of(path)}?{name}={GOOD[name]}', 'HEAD' if path == '/api/events' else method.upper())
                    self.assertNotIn(b'is no parameter', body)

    def test_unknown_names(self):
        for path, method, operation in self.table:
            self.refuse(path, method, 'zzzzzzzz=1', said='“zzzzzzzz” is no parameter here')
            for name in query_of(operation):
                if len(name) > 3:
                    wrong = name[0] + name[2:]  # a letter is missing
                    self.refuse(path, method, f'{wrong}=1', said=f'“{wrong}” is no parameter here: did you mean “{name}”?')

    def test_given_twice(self):
        for path, method, operation in self.table:
            for name in query_of(operation):
                self.refuse(path, method, f'{name}=1&{name}=1', said='twice')

    def test_what_excludes_each_other(self):
        met = set()
        for path, method, operation in self.table:
            names = query_of(operation)
            for one, other in ALONE:
                if one in names and other in names:
                    met.add((one, other))
                    self.refuse(path, method, f'{one}={GOOD[one]}&{other}={GOOD[other]}', said=f'“{one}” and “{other}” exclude each other')
        self.assertEqual(met, set(ALONE))

    def test_spans_run_forwards(self):
        for path, method, operation in self.table:
            for begin, end in [('from', 'to'), ('start_us', 'end_us')]:
                if begin in query_of(operation):
                    for a, b in [('2', '1'), ('2', '2'), ('2024-02-01', '2024-01-31'), ('2024-01-31', '1')]:
                        self.refuse(path, method, f'{begin}={a}&{end}={b}', said=f'{end}: it must be later than {begin}')
            if 'start' in query_of(operation):
                self.refuse(path, method, f'file={GOOD["file"]}&start=2&end=1', said='end: it must be later than start')

    def test_unknown_sources(self):
        """404 everywhere, beside whatever else the address needs; and who was near is told."""
        needs = {'/api/levels': '&from=1&to=2', '/api/clip': '&from=1&to=2', '/api/cut': '&from=1&to=2', '/api/highlights': '&day=2024-01-31', '/api/export': '&day=2024-01-31'}
        asked = 0
        for path, method, operation in self.table:
            if 'source' not in query_of(operation):
                continue
            asked += 1
            more = '&kind=analyze&day=2024-01-31' if path == '/api/jobs' else '&start_us=1&end_us=2' if method == 'delete' else needs.get(path, '')
            self.refuse(path, method, f'source=nobody{more}', 404, 'there is no source “nobody”')
            self.refuse(path, method, f'source=dsek{more}', 404, 'did you mean “desk”?')
            self.refuse(path, method, f'source={more}', 404)
        self.assertGreaterEqual(asked, 11)
        for target, method in [('/live/nobody', 'GET'), ('/api/sources/nobody/split', 'POST')]:
            self.assertEqual(self.client.ask(target, method)[0], 404)

    def test_bodies(self):
        """PUT /api/labels: of nobody 404; a member that is none 400, as the label would lose what was meant."""
        label = {'source': 'roof', 'start_us': 1706702410000000, 'end_us': 1706702411000000, 'verdict': 'kept', 'label': None, 'note': None}
        for body, status, said in [({**label, 'source': 'nobody'}, 404, 'there is no source “nobody”'), ({**label, 'verdct': 'false'}, 400, 'did you mean “verdict”?'), ({**label, 'x' * 40: 1}, 400, 'is no member of the body')]:
            answer = self.client.ask('/api/labels', 'PUT', body)
            self.assertEqual(self.client.wrong_error('/api/labels', 'put', answer, status), [])
            self.assertIn(said, json.loads(answer[2])['message'])
        self.assertEqual(json.loads(self.client.ask('/api/labels')[2])['labels'], [])
        status, _, body = self.client.ask('/api/labels', 'PUT', label)
        self.assertEqual(status, 200)
        answer = self.client.ask('/api/labels', 'PUT', {**json.loads(body), 'note': 'sent back'})
        self.assertEqual((answer[0], json.loads(answer[2])['note']), (200, 'sent back'))
        self.assertEqual(self.client.ask('/api/labels?source=roof&start_us=1706702410000000&end_us=1706702411000000', 'DELETE')[0], 200)
        answer = self.client.ask('/api/session', 'POST', {'password': 'x', 'pasword': 'y'})
        self.assertEqual(self.client.wrong_error('/api/session', 'post', answer, 400, 'bad-request'), [])

    def test_elsewhere_a_query_is_ignored(self):
        """The page's own addresses, files, and what machines look at."""
        asset = re.search(r'(?:src|href)="/?(assets/[^"]+)"', self.isr.get('/')[2].decode()).group(1)
        for target in ('/', '/index.html', '/sw.js', f'/{asset}', f'/stream/{GOOD["file"]}', f'/download/{GOOD["file"]}', '/healthz', '/readyz', '/metrics'):
            plain = self.client.ask(target)
            for query in ('t=1732800000', 'day=2024-01-31&from=1&sorce=x', 'a=1&a=2', 'verbose', 'x=%ff'):
                with self.subTest(f'{target}?{query}'):
                    answer = self.client.ask(f'{target}?{query}')
                    self.assertEqual((answer[0], answer[1]['Content-Type']), (200, plain[1]['Content-Type']))
                    if target != '/metrics':
                        self.assertEqual(answer[2], plain[2])

    def test_a_source_that_left_something(self):
        """Not in the configuration, and its one recording is deleted: what was said about it can be asked for still."""
        name = 'attic/attic_20240131T120000+0000.wav'
        api.make_wav(self.isr.recordings / name, seconds=2)
        self.isr.wait_closed(1, 'attic')
        label = {'source': 'attic', 'start_us': 1706702400000000, 'end_us': 1706702401000000, 'verdict': None, 'label': 'rain', 'note': None}
        self.assertEqual(self.client.ask('/api/labels', 'PUT', label)[0], 200)
        trash = json.loads(self.client.ask(f'/api/files/{urllib.parse.quote(name)}', 'DELETE')[2])['trash']
        self.assertEqual(self.client.ask(f'/api/trash/{trash}', 'DELETE')[0], 200)
        self.assertEqual([one['label'] for one in json.loads(self.client.ask('/api/labels?source=attic')[2])['labels']], ['rain'])
        for path in ('files', 'days', 'titles', 'coverage'):
            answer = self.client.ask(f'/api/{path}?source=attic')
            self.assertEqual(answer[0], 200)
            self.assertEqual(self.client.wrong(f'/api/{path}', 'get', answer), [])
        self.assertEqual(json.loads(self.client.ask('/api/files?source=attic')[2])['files'], [])
        self.assertEqual(self.client.ask('/api/labels?source=attic&start_us=1706702400000000&end_us=1706702401000000', 'DELETE')[0], 200)
        process.wait_for('nothing to be left', lambda: self.client.ask('/api/labels?source=attic')[0] == 404)


if __name__ == '__main__':
    unittest.main()
