# SPDX-License-Identifier: MIT
"""The API as its document describes it: asks, holds answers against it, makes recordings whose loud moments are known."""
import array
import http.client
import json
import random
import re
import urllib.error
import urllib.request
import wave

from . import process, schema

LOUD = (10.0, 11.5)  # seconds, of make_wav


def make_wav(path, rate=8000, loud=LOUD, seconds=30):
    """A quiet room in which something loud happens once."""
    dice = random.Random(5)
    samples = array.array('h', (int(dice.uniform(-1, 1) * (9000 if loud and loud[0] <= i / rate < loud[1] else 30)) for i in range(rate * seconds)))
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), 'wb') as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.tobytes())


def read_event(answer):
    """The next event of a stream, as its fields."""
    event = {}
    while True:
        line = answer.readline().decode().rstrip('\n')
        if not line and 'data' in event:
            return event
        name, _, value = line.partition(': ')
        if name in ('id', 'event', 'data'):
            event[name] = value


class Client:
    """Asks one server; what was answered is held against the document, and noted."""

    def __init__(self, base):
        self.base = base
        self.document = json.loads(self.ask('/api/openapi.json')[2])
        self.operations = [(path, method, operation) for path, methods in self.document['paths'].items() for method, operation in methods.items()]
        self.met = set()  # (path of the document, method, status)

    def ask(self, target, method='GET', body=None, headers=None):
        """Status, headers, body."""
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.base + target, method=method, headers=headers or {}, data=data)
        try:
            with urllib.request.urlopen(request, timeout=process.LIMIT) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def ask_open(self, target, headers=None):
        """Of an answer that does not end: connection, status, headers and what can be read."""
        connection = http.client.HTTPConnection(self.base.removeprefix('http://'), timeout=process.LIMIT)
        connection.request('GET', target, headers=headers or {})
        return connection, connection.getresponse()

    def wrong(self, path, method, answer):
        """What is not as the document says, as sentences."""
        status, headers, body = answer
        where = f'{method} {path}: {status}'
        responses = self.document['paths'][path][method]['responses']
        self.met.add((path, method, status))
        if str(status) not in responses:
            return [f'{where} is not described: {body[:300]}']
        content = schema.resolve(responses[str(status)], self.document).get('content', {})
        kind = headers.get_content_type()
        if not body or not content:
            return []
        if not any(re.fullmatch(known.replace('*', '.*'), kind) for known in content):
            return [f'{where}: {kind}, but {list(content)} is said']
        if kind == 'application/json' and (headers['Content-Type'] != 'application/json; charset=utf-8' or (b'\n' in body and path != '/api/openapi.json')):
            return [f'{where}: JSON of another kind than all other: {headers["Content-Type"]} {body[:60]}']
        described = content.get(kind, {}).get('schema')
        return schema.check(json.loads(body), described, self.document, where) if described else []

    def wrong_error(self, path, method, answer, status, code=None):
        wrong = self.wrong(path, method, answer)
        if answer[0] != status:
            return wrong + [f'{method} {path}: {answer[0]} instead of {status}: {answer[2][:300]}']
        said = json.loads(answer[2])
        wrong += [] if code in (None, said['error']) else [f'{method} {path}: {said} instead of {code}']
        return wrong + ([] if len(said['message']) > 10 else [f'{method} {path}: {said} says nothing'])
