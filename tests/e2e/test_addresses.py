# SPDX-License-Identifier: MIT
"""What people put into `url`: playlists, redirects, logins, https. Each is recorded, or refused with a sentence."""
import base64
import http.server
import pathlib
import ssl
import tempfile
import threading
import time
import unittest

from support import daemon, flapping, process, tls

LOGIN = 'Basic ' + base64.b64encode(b'joe:s3cret').decode()


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, format, *args):
        pass

    def say(self, status, kind, body=b'', **headers):
        self.send_response(status)
        for name, value in {'Content-Type': kind, **headers}.items():
            self.send_header(name.replace('_', '-'), value)
        self.end_headers()
        self.wfile.write(body)

    def play(self):
        self.say(200, 'audio/mpeg')
        begun, sent = time.monotonic() - 2, 0
        try:
            while not self.server.ended:
                due = int((time.monotonic() - begun) / flapping.FRAME)
                self.wfile.write(b''.join(flapping.frame(n) for n in range(sent, due)))
                sent = due
                time.sleep(0.1)
        except OSError:
            pass

    def do_GET(self):
        if self.path == '/loop':
            self.say(302, 'text/plain', Location='/loop')
        elif self.path == '/moved':
            self.say(301, 'text/plain', Location='/live')
        elif self.path == '/a/list.m3u':
            self.say(200, 'audio/x-mpegurl', b'#EXTM3U\r\n#EXTINF:-1,Radio\r\n../live\r\n')
        elif self.path == '/list.pls':
            self.say(200, 'audio/x-scpls', b'[playlist]\nNumberOfEntries=1\nFile1=/live\nTitle1=Radio\n')
        elif self.path == '/secret' and self.headers.get('Authorization') != LOGIN:
            self.say(401, 'text/plain', WWW_Authenticate='Basic realm="radio"')
        else:
            self.play()


class Station(http.server.ThreadingHTTPServer):
    daemon_threads = True
    ended = False

    def __init__(self, certificate=None):
        super().__init__(('127.0.0.1', 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.cert, certificate.key)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # who refuses a certificate goes without a word

    def close(self):
        self.ended = True
        self.shutdown()
        self.server_close()


class Addresses(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix='isr-addresses-')
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name)
        self.place.chmod(0o755)
        self.certificate = tls.Certificate(self.place)
        (self.place / 'password').write_text('s3cret\n', encoding='utf-8')
        self.plain, self.secure = Station(), Station(self.certificate)
        self.addCleanup(self.plain.close)
        self.addCleanup(self.secure.close)
        self.url, self.https = f'http://127.0.0.1:{self.plain.server_port}', f'https://127.0.0.1:{self.secure.server_port}'

    def recorder(self, sources, **more):
        isr = daemon.Daemon(''.join(f'[{name}]\ntype = stream\nurl = {text}\n' for name, text in sources.items()), general='loudness = off\n', **more)
        self.addCleanup(isr.close)
        return isr

    def recorded(self, isr, name):
        isr.wait_state(name, 'recording')
        file = process.wait_for(f'audio of {name}', lambda: next((f for f in isr.files() if f['source'] == name and f['duration'] > 3), None))
        found = flapping.numbers((isr.recordings / (file['name'] + '.part')).read_bytes())
        self.assertEqual(found, list(range(len(found))))

    def refused(self, isr, name, reason, *words):
        source = isr.wait_state(name, 'waiting-to-retry')
        self.assertEqual(source['reason'], reason, source)
        for word in words:
            self.assertIn(word, source['detail'])

    def test_each_is_recorded_or_refused(self):
        login = 'username = joe\npassword'
        isr = self.recorder({
            'm3u': self.url + '/a/list.m3u', 'pls': self.url + '/list.pls', 'moved': self.url + '/moved',
            'login': f'{self.url}/secret\n{login} = s3cret', 'filed': f'{self.url}/secret\n{login}_file = {self.place}/password',
            'inside': self.url.replace('//', '//joe:s3cret@') + '/secret',
            'loop': self.url + '/loop', 'wrong': f'{self.url}/secret\n{login} = guess', 'nobody': self.url + '/secret', 'signed': self.https + '/live'})
        for name in ('m3u', 'pls', 'moved', 'login', 'filed', 'inside'):
            with self.subTest(name):
                self.recorded(isr, name)
        self.refused(isr, 'loop', 'redirect-loop', 'more than 8 redirects', self.url)
        self.refused(isr, 'wrong', 'unauthorized', '401', 'password')
        self.refused(isr, 'nobody', 'unauthorized', '401', 'username')
        self.refused(isr, 'signed', 'tls', 'signed by nobody', self.https)
        said = isr.process.stderr + isr.get('/api/status')[2].decode() + isr.get('/api/config')[2].decode()
        for secret in ('s3cret', 'guess'):
            self.assertNotIn(secret, said)
        for name in ('loop', 'wrong', 'nobody', 'signed'):
            self.assertEqual([p for p in isr.paths() if p.name.startswith(name)], [])

    def test_a_certificate_that_is_trusted(self):
        isr = self.recorder({'signed': self.https + '/live'}, before=self.certificate.trusted())
        self.recorded(isr, 'signed')


if __name__ == '__main__':
    unittest.main()
