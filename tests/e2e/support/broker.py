# SPDX-License-Identifier: MIT
"""A real mosquitto on loopback, and somebody who listens to all of it."""
import pathlib
import shutil
import socket
import tempfile

from . import process


END = 'the-end'


class Broker:
    def __init__(self, port=None, username=None, password=None, certificate=None):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix='isr-broker-'))
        self.port = port or process.free_port()
        self.login = ['-u', username, '-P', password] if username else []
        self.login += ['--cafile', str(certificate.cert)] if certificate else []
        config = f'listener {self.port} 127.0.0.1\npersistence false\nallow_anonymous {"false" if username else "true"}\nuser root\n'
        if username:
            process.run('mosquitto_passwd', '-b', '-c', self.dir / 'passwords', username, password)
            config += f'password_file {self.dir}/passwords\n'
        if certificate:
            config += f'certfile {certificate.cert}\nkeyfile {certificate.key}\n'
        (self.dir / 'mosquitto.conf').write_text(config, encoding='utf-8')
        self.process = self.listener = None
        self.start()

    def start(self):
        self.process = process.Process(['mosquitto', '-c', self.dir / 'mosquitto.conf'])
        process.wait_for(lambda: f'mosquitto: {self.process.stderr}', self.is_up)
        if self.listener:
            self.listener.close()
        self.listener = process.Process(['mosquitto_sub', '-h', '127.0.0.1', '-p', str(self.port), *self.login, '-t', '#', '-F', '%t %r %p'])

    def is_up(self):
        try:
            socket.create_connection(('127.0.0.1', self.port), 1).close()
            return True
        except OSError:
            return False

    def heard(self, topic):
        """Every payload of a topic, oldest first."""
        lines = [line.split(' ', 2) for line in self.listener.stdout.splitlines()]
        return [line[2] if len(line) > 2 else '' for line in lines if line[0] == topic]

    def wait(self, topic, condition=lambda payload: True, limit=process.LIMIT):
        """Until the newest payload of the topic is like that; returns it."""
        def newest():
            heard = self.heard(topic)
            return heard and condition(heard[-1]) and heard
        return process.wait_for(lambda: f'{topic}: {self.heard(topic)[-3:]}', newest, limit)[-1]

    def retained(self):
        """{topic: payload} of all that somebody who comes now is told."""
        address = ['-h', '127.0.0.1', '-p', str(self.port), *self.login]
        process.run('mosquitto_pub', *address, '-r', '-t', END, '-m', 'of the list')
        newcomer = process.Process(['mosquitto_sub', *address, '-t', '#', '-t', END, '-F', '%t %p', '--retained-only'])
        try:  # twice: among all, and by the second subscription, when the first one has been answered
            process.wait_for(lambda: f'the end of {newcomer.stdout}{newcomer.stderr}', lambda: newcomer.stdout.count(f'{END} ') == 2)
            lines = newcomer.stdout.splitlines()
        finally:
            newcomer.close()
        return dict(line.split(' ', 1) for line in lines if ' ' in line and not line.startswith(END))

    def stop(self):
        self.process.stop()

    def close(self):
        self.listener.close()
        self.process.close()
        shutil.rmtree(self.dir)
