# SPDX-License-Identifier: MIT
"""The daemon under test, as a user starts it."""
import json
import os
import pathlib
import shutil
import tempfile
import urllib.error
import urllib.parse
import urllib.request

from . import process


def endless(general):
    """[general] of a test that does not want files to end at the hour."""
    return general if 'split_minutes' in general else f'split_minutes = 0\n{general}'


class Daemon:
    """`isr config.ini` in a directory of its own, the page on a free port."""

    def __init__(self, sources, *options, general='', env=None, before=()):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix='isr-e2e-'))
        self.port = process.free_port()
        self.base = f'http://127.0.0.1:{self.port}'
        self.recordings = self.dir / 'recordings'
        (self.dir / 'config.ini').write_text(f'[general]\n{endless(general)}\n[web]\nlisten = 127.0.0.1:{self.port}\n{sources}\n', encoding='utf-8')
        self.options, self.env, self.before, self.process = options, env, before, None
        self.start()

    def start(self):
        self.process = process.Process([*self.before, process.ISR, 'config.ini', *self.options], env=self.env, cwd=self.dir)
        process.wait_for(lambda: 'the daemon: ' + self.process.stderr, self._is_up)

    def _is_up(self):
        if not self.process.running():
            raise AssertionError(f'isr ended with {self.process.child.returncode}:\n{self.process.stderr}')
        try:
            return self.get('/healthz')[0] == 200
        except OSError:
            return False

    def get(self, path, headers=None, method='GET'):
        """Status, headers, body."""
        request = urllib.request.Request(self.base + path, headers=headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=process.LIMIT) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def json(self, path):
        status, _, body = self.get(path)
        if status != 200:
            raise AssertionError(f'GET {path}: {status} {body!r}')
        return json.loads(body)

    def files(self):
        return self.json('/api/files?limit=1000')['files']

    def source(self, name):
        return next(s for s in self.json('/api/status')['sources'] if s['name'] == name)

    def wait_state(self, name, state, limit=process.LIMIT):
        def there():
            source = self.source(name)
            return source['state'] == state and source
        return process.wait_for(lambda: f'{name} to be {state}; it is {self.source(name)}; log:\n{self.process.stderr}', there, limit)

    def wait_closed(self, count, source=None, limit=60):
        """Until @count files (of a source) are finished; returns them, oldest first."""
        def closed():
            done = [f for f in self.files() if not f['recording'] and (source is None or f['source'] == source)]
            return len(done) >= count and sorted(done, key=lambda f: f['start_us'])
        return process.wait_for(lambda: f'{count} files of {source}: {self.process.stderr}', closed, limit)

    def stop(self, **how):
        return self.process.stop(**how)

    def paths(self):
        """Every audio file on disk, unfinished ones too."""
        return sorted(p for p in self.recordings.rglob('*') if p.is_file() and not p.name.startswith(('isr.', 'status.', 'labels.')) and p.suffix != '.levels')

    def close(self):
        if self.process:
            self.process.close()
        shutil.rmtree(self.dir, ignore_errors=True)
        assert not os.path.exists(self.dir)


def quote(name):
    return urllib.parse.quote(name)
