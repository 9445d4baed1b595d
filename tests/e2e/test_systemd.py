# SPDX-License-Identifier: MIT
"""Started as systemd does it: with a socket that listens already, and with its journal."""
import json
import os
import pathlib
import shutil
import socket
import sys
import tempfile
import unittest

from support import process


class Place(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix='isr-systemd-'))
        self.addCleanup(shutil.rmtree, self.dir)

    def configure(self, text):
        (self.dir / 'config.ini').write_text(text, encoding='utf-8')


class SocketActivation(Place):
    def test_started_by_a_request(self):
        """Somebody asks before there is an isr: the answer comes when there is one."""
        self.configure('[web]\nlisten = 127.0.0.1:1\n[mic]\ntype = test\n')
        with socket.socket() as listening, socket.socket() as asking:
            listening.bind(('127.0.0.1', 0))
            listening.listen(10)
            port = listening.getsockname()[1]
            asking.settimeout(process.LIMIT)
            asking.connect(('127.0.0.1', port))
            asking.sendall(f'GET /api/status HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n'.encode())
            isr = self.start(listening)
            answer = b''.join(iter(lambda: asking.recv(65536), b'')).decode()
        self.assertTrue(answer.startswith('HTTP/1.1 200 '), answer + isr.stderr)
        self.assertIn('"mic"', answer)
        self.assertIn(f'http://127.0.0.1:{port}/', isr.stderr)
        with socket.socket() as again:
            again.connect(('127.0.0.1', port))  # ours is closed, its own is not
        self.assertEqual(isr.stop(), 0, isr.stderr)

    def start(self, listening):
        """isr with the socket as its third file, and its own pid in LISTEN_PID."""
        place = listening.fileno()
        isr = process.Process(['bash', '-c', f'exec 3<&{place}; LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"', 'bash', process.ISR, 'config.ini'],
                              cwd=self.dir, pass_fds=(place,))
        self.addCleanup(isr.close)
        return isr


class Journal(Place):
    def test_fields(self):
        """What goes to the journal has a priority and the source that it is about, and no time of its own."""
        self.configure('[general]\nlog_file = isr.log\n[web]\nlisten = none\n[mic]\ntype = test\n[gone]\ntype = stream\nurl = http://127.0.0.1:1/\n')
        root = [] if os.geteuid() == 0 else ['-Ur']
        script = pathlib.Path(__file__).parent / 'support' / 'journal.py'
        isr = process.Process(['unshare', *root, '-m', sys.executable, script, self.dir / 'entries', process.ISR, 'config.ini'], cwd=self.dir)
        self.addCleanup(isr.close)

        def entries():
            path = self.dir / 'entries'
            return [json.loads(line) for line in path.read_text(encoding='utf-8').splitlines()] if path.exists() else []

        def about(name, text):
            return [e for e in entries() if e.get('ISR_SOURCE') == name and text in e['MESSAGE']]
        process.wait_for(lambda: f'entries: {entries()} {isr.stderr}', lambda: about('mic', 'recording') and about('gone', 'waiting-to-retry'))
        self.assertEqual(isr.stop(), 0, isr.stderr)
        self.assertEqual({e['PRIORITY'] for e in about('mic', 'recording')}, {'6'})
        self.assertEqual({e['PRIORITY'] for e in about('gone', 'waiting-to-retry')}, {'4'})
        self.assertEqual({e['SYSLOG_IDENTIFIER'] for e in entries()}, {'isr'})
        self.assertIn('stopping: finishing the open files', [e['MESSAGE'] for e in entries() if 'ISR_SOURCE' not in e])
        self.assertNotIn('[mic]', isr.stderr)
        self.assertIn('INFO  [mic] recording', (self.dir / 'isr.log').read_text(encoding='utf-8'))


if __name__ == '__main__':
    unittest.main()
