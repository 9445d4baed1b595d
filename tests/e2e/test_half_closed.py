# SPDX-License-Identifier: MIT
"""A client that has said all it wants to say closes that half of its connection (`nc -N`) and is answered all the same."""
import socket
import unittest

from support import api, daemon, process

ROOF = 'roof/roof_20240131T120000+0000.wav'


class HalfClosed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.isr = daemon.Daemon('[desk]\ntype = test\nscene = demo\n')
        cls.addClassCleanup(cls.isr.close)
        api.make_wav(cls.isr.recordings / ROOF)
        cls.isr.wait_closed(1, 'roof')

    def say(self, target):
        """And nothing more."""
        talk = socket.create_connection(('127.0.0.1', self.isr.port), timeout=process.LIMIT)
        self.addCleanup(talk.close)
        talk.sendall(f'GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{self.isr.port}\r\nConnection: close\r\n\r\n'.encode())
        talk.shutdown(socket.SHUT_WR)
        return talk

    @staticmethod
    def body(data):
        """Behind the heads, of which those with 102 only say that the server is still at it."""
        while data.startswith(b'HTTP/1.1 102'):
            data = data.split(b'\r\n\r\n', 1)[1]
        head, _, body = data.partition(b'\r\n\r\n')
        assert head.startswith(b'HTTP/1.1 200'), head
        return body

    def test_all_of_it(self):
        for target in (f'/stream/{daemon.quote(ROOF)}', f'/api/cut?file={daemon.quote(ROOF)}&start=5&end=6', '/api/days'):
            with self.subTest(target), self.say(target).makefile('rb') as answer:
                self.assertEqual(self.body(answer.read()), self.isr.get(target)[2])

    def test_clip(self):
        target = f'/api/clip?file={daemon.quote(ROOF)}&start=5&end=25'
        with self.say(target).makefile('rb') as answer:
            self.assertIn(self.isr.get(target)[2][:4096], self.body(answer.read()))

    def test_live(self):
        with self.say('/live/desk').makefile('rb') as answer:
            self.assertIn(b'OggS', self.body(answer.read(8192)))


if __name__ == '__main__':
    unittest.main()
