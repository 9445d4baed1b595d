# SPDX-License-Identifier: MIT
"""/stream against nginx on the same files, and the memory that slow readers cost."""
import http.client
import os
import pathlib
import random
import re
import shutil
import socket
import tempfile
import unittest

from support import daemon, process, readers

SIZES = {'large.mp3': 1_000_003, 'small.mp3': 37, 'empty.mp3': 0}

NGINX = '''
daemon off; pid {dir}/nginx.pid; error_log {dir}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {dir}/body; proxy_temp_path {dir}/proxy; fastcgi_temp_path {dir}/fastcgi;
  uwsgi_temp_path {dir}/uwsgi; scgi_temp_path {dir}/scgi; types {{ audio/mpeg mp3; }} max_ranges 16;
  server {{ listen 127.0.0.1:{port}; root {root}; keepalive_requests 100000; }}
}}
'''


def random_number(rng, size):
    return rng.choice([0, 1, max(size - 1, 0), size, size + 1, 262144, rng.randrange(size + 1), rng.randrange(4 * size + 10), 2**62])


def random_part(rng, size):
    first, last = random_number(rng, size), random_number(rng, size)
    blank = rng.choice(['', '', '', ' ', '  '])
    return rng.choice([f'{first}-{last}', f'{min(first, last)}-{max(first, last)}', f'{first}-{first + rng.randrange(2000)}',
                       f'{first}-', f'-{first}', f'-{rng.randrange(2000)}', f'{first}{blank}-{blank}{last}', f'{blank}{first}-{first + 9}{blank}'])


def random_range(rng, size):
    kind = rng.random()
    if kind < 0.45:
        return 'bytes=' + random_part(rng, size)
    if kind < 0.8:
        return 'bytes=' + ','.join(random_part(rng, size) for _ in range(rng.randrange(2, 19)))
    wrong = rng.choice(['', '-', 'a-b', '1', '1-2-3', '0x1-2', '+1-2', '--1', '1-2 3-4', '1-2;3-4', '1.5-2', '1-2,', ',1-2', '1-2,,3-4', ',', '5-4', '-0'])
    return rng.choice(['bytes=', 'bytes=', 'bytes=', 'BYTES=', 'bytes =', 'seconds=', 'bytes:', '']) + wrong


def parts_of(headers, body):
    """A body as [(Content-Range, bytes)]."""
    kind = headers.get('Content-Type', '')
    if not kind.startswith('multipart/byteranges'):
        return [(headers.get('Content-Range'), body)]
    boundary = kind.split('boundary=')[1].encode()
    parts = []
    for piece in re.split(rb'\r\n--' + boundary, b'\r\n' + body.removeprefix(b'\r\n'))[1:-1]:
        head, _, data = piece.partition(b'\r\n\r\n')
        parts.append((re.search(rb'(?i)content-range: ([^\r]*)', head)[1].decode(), data))
    return parts


class Peer:
    """One kept connection."""

    def __init__(self, port, prefix=''):
        self.connection, self.prefix = http.client.HTTPConnection('127.0.0.1', port, timeout=process.LIMIT), prefix

    def ask(self, name, value):
        self.connection.request('GET', f'{self.prefix}/{name}', headers={'Range': value})
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status == 416:
            return 416, answer.headers.get('Content-Range')
        return answer.status, parts_of(answer.headers, body)


@unittest.skipUnless(shutil.which('nginx') or os.path.exists('/usr/sbin/nginx'), 'nginx is not installed')
class Ranges(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = pathlib.Path(tempfile.mkdtemp(prefix='isr-nginx-'))
        cls.daemon = daemon.Daemon('[mic]\ntype = test\n')
        rng = random.Random(1)
        for name, size in SIZES.items():
            (cls.daemon.recordings / name).write_bytes(rng.randbytes(size))
        cls.port = process.free_port()
        os.chmod(cls.dir, 0o755)
        os.chmod(cls.daemon.dir, 0o755)
        (cls.dir / 'nginx.conf').write_text(NGINX.format(dir=cls.dir, port=cls.port, root=cls.daemon.recordings))
        program = shutil.which('nginx') or '/usr/sbin/nginx'
        cls.nginx = process.Process([program, '-p', cls.dir, '-e', cls.dir / 'error.log', '-c', cls.dir / 'nginx.conf'])
        process.wait_for(lambda: 'nginx: ' + cls.nginx.stderr, lambda: cls.is_up(cls.port))
        cls.daemon.stop()  # started again, it finds the files
        cls.daemon.start()
        process.wait_for('the files in the list', lambda: {f['name'] for f in cls.daemon.files()} >= set(SIZES))

    @classmethod
    def tearDownClass(cls):
        cls.nginx.close()
        cls.daemon.close()
        shutil.rmtree(cls.dir)

    @staticmethod
    def is_up(port):
        with socket.socket() as s:
            return s.connect_ex(('127.0.0.1', port)) == 0

    def test_thousand_ranges(self):
        rng = random.Random(2)
        ours, theirs = Peer(self.daemon.port, '/stream'), Peer(self.port)
        kinds = set()
        for _ in range(1200):
            name = rng.choice(['large.mp3'] * 6 + ['small.mp3'] * 3 + ['empty.mp3'])
            value = random_range(rng, SIZES[name])
            expected, got = theirs.ask(name, value), ours.ask(name, value)
            kinds.add((expected[0], expected[0] == 206 and len(expected[1]) > 1))
            self.assertEqual(got[0], expected[0], f'{name} {value!r}')
            self.assertTrue(got[1] == expected[1], f'{name} {value!r}: other bytes, or other parts')
        self.assertEqual(kinds, {(200, False), (206, False), (206, True), (416, False)})


class Memory(unittest.TestCase):
    """Ten files of a gigabyte to readers that take their time."""

    def test_slow_readers(self):
        house = readers.serve()
        self.addCleanup(house.close)
        self.assertLess(readers.grows(house, 256 << 20), 8 << 10)  # ./dev bench http reads all of it


if __name__ == '__main__':
    unittest.main()
