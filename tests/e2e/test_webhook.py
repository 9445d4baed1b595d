# SPDX-License-Identifier: MIT
"""[hooks] webhook against a real web server that is away, refuses and wants a password."""
import base64
import http.server
import json
import pathlib
import shutil
import ssl
import tempfile
import threading
import unittest

from support import daemon, process, tls


class Server(http.server.ThreadingHTTPServer):
    """Takes what is posted; refuses the first ones."""

    allow_reuse_address = True

    def __init__(self, port, refuse=(), certificate=None):
        self.refuse, self.told, self.asked = list(refuse), [], []
        super().__init__(('127.0.0.1', port), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.cert, certificate.key)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        sent = self.rfile.read(int(self.headers['Content-Length']))
        login = 'Basic ' + base64.b64encode(b'isr:p@ss-w0rd').decode()
        status = 401 if self.headers['Authorization'] != login else self.server.refuse.pop(0) if self.server.refuse else 204
        self.server.asked.append(sent)
        if status == 204:
            self.server.told.append((self.path, json.loads(sent)))
        self.send_response(status)
        if status == 401:
            self.send_header('WWW-Authenticate', 'Basic realm="hooks"')
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_message(self, *_):
        pass


class Webhook(unittest.TestCase):
    def test_away_then_refusing_then_there(self):
        port = process.free_port()
        hooks = f'[hooks]\nwebhook = http://isr:p%40ss-w0rd@127.0.0.1:{port}/k3y/path?token=t0ken\nwebhook_events = file state\n'
        isr = daemon.Daemon('[mic]\ntype = test\n' + hooks, general='split_minutes = 0.02\n')
        self.addCleanup(isr.close)
        isr.wait_closed(2)
        process.wait_for('the refusal in the log', lambda: f'http://127.0.0.1:{port} was not told' in isr.process.stderr)
        server = Server(port, refuse=[500, 503])
        self.addCleanup(server.close)
        process.wait_for(lambda: f'ten posts: {isr.process.stderr}', lambda: len(server.told) >= 10, 60)
        self.assertEqual(isr.stop(), 0, isr.process.stderr)
        told = [body for path, body in server.told if path == '/k3y/path?token=t0ken']
        self.assertEqual(len(told), len(server.told))
        self.assertEqual(told[0]['event'], 'state')
        self.assertEqual(told[0]['state'], 'recording')
        self.assertEqual(told[-1]['state'], 'stopped')
        files = [body for body in told if body['event'] == 'file']
        self.assertEqual([f['start_us'] for f in files], sorted({f['start_us'] for f in files}))
        self.assertEqual({f['name'] for f in files}, {p.relative_to(isr.recordings).as_posix() for p in isr.recordings.rglob('*.flac')})
        self.assertEqual({body['dropped'] for body in told}, {0})
        self.assertNotIn(b'', server.asked)
        self.assertEqual(len(server.asked), len(told) + 2)  # nobody asks for a password that was sent
        for secret in ('p@ss-w0rd', 'p%40ss', 'k3y', 't0ken'):
            self.assertNotIn(secret, isr.process.stderr)

    def test_https(self):
        """The system's authorities decide; what they do not know is told nothing, and why is said."""
        place = pathlib.Path(tempfile.mkdtemp(prefix='isr-tls-'))
        self.addCleanup(shutil.rmtree, place)
        certificate = tls.Certificate(place)
        server = Server(0, certificate=certificate)
        self.addCleanup(server.close)
        port = server.server_address[1]
        hooks = f'[mic]\ntype = test\n[hooks]\nwebhook = https://isr:p%40ss-w0rd@127.0.0.1:{port}/k3y\nwebhook_events = state\n'
        stranger = daemon.Daemon(hooks)
        self.addCleanup(stranger.close)
        process.wait_for(lambda: f'the refusal in the log: {stranger.process.stderr}', lambda: f'https://127.0.0.1:{port} was not told' in stranger.process.stderr)
        self.assertRegex(stranger.process.stderr, 'was not told.*certificate')
        self.assertEqual(server.told, [])
        isr = daemon.Daemon(hooks, before=certificate.trusted())
        self.addCleanup(isr.close)
        process.wait_for(lambda: f'a post: {isr.process.stderr}', lambda: server.told)
        self.assertEqual(server.told[0][1]['state'], 'recording')


if __name__ == '__main__':
    unittest.main()
