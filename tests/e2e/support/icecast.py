# SPDX-License-Identifier: MIT
"""A real Icecast on a free port of loopback, and ffmpeg as the stations that feed it."""
import base64
import os
import pwd
import shutil
import signal
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

from . import process

CONFIG = '''<icecast>
  <limits><clients>600</clients><sources>300</sources><burst-size>65535</burst-size><queue-size>1048576</queue-size></limits>
  <authentication>
    <source-password>hackme</source-password><admin-user>admin</admin-user><admin-password>hackme</admin-password>
  </authentication>
  <hostname>127.0.0.1</hostname>
  <listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
  <paths>
    <basedir>{dir}</basedir><logdir>{dir}</logdir><webroot>/usr/share/icecast2/web</webroot>
    <adminroot>/usr/share/icecast2/admin</adminroot>
  </paths>
  <logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>2</loglevel></logging>
</icecast>
'''

FORMATS = {
    'mp3': ['-c:a', 'libmp3lame', '-b:a', '128k', '-content_type', 'audio/mpeg', '-f', 'mp3'],
    'aac': ['-c:a', 'aac', '-b:a', '96k', '-content_type', 'audio/aac', '-f', 'adts'],
    'opus': ['-c:a', 'libopus', '-b:a', '64k', '-content_type', 'application/ogg', '-f', 'ogg'],
    'ogg': ['-c:a', 'libvorbis', '-q:a', '4', '-content_type', 'application/ogg', '-f', 'ogg'],
    'flac': ['-c:a', 'flac', '-content_type', 'application/ogg', '-f', 'ogg'],
}


class Icecast:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix='isr-icecast-')
        self.port = process.free_port()
        self.stations = {}
        path = os.path.join(self.dir, 'icecast.xml')
        with open(path, 'w', encoding='utf-8') as f:
            f.write(CONFIG.format(port=self.port, dir=self.dir))
        self.server = None
        self.config = path
        self.start()

    def start(self):
        command = ['icecast2', '-c', self.config]
        if os.geteuid() == 0:  # icecast refuses to be root
            nobody = pwd.getpwnam('nobody')
            for p in (self.dir, self.config):
                os.chown(p, nobody.pw_uid, nobody.pw_gid)
            command = ['setpriv', f'--reuid={nobody.pw_uid}', f'--regid={nobody.pw_gid}', '--clear-groups', *command]
        for attempt in (1, 2, 3, 4, 5):  # icecast 2.4.4 hangs at its start once in a while, or one of its threads brings it down
            self.server = process.Process(command)
            try:
                process.wait_for(lambda: f'icecast (running: {self.server.running()}): {self.server.stderr}', self.is_up, process.LIMIT / 3)
                return
            except AssertionError:
                self.server.close()  # nobody else could: there is no object yet
                if attempt == 5:
                    shutil.rmtree(self.dir, ignore_errors=True)
                    raise

    def is_up(self):
        """It answers, and the thread that may bring it down at the start has done its first work."""
        if not self.server.running():
            raise AssertionError(f'icecast ended with {self.server.child.returncode}: {self.server.stderr}')
        return b'server_start_iso8601' in self.ask('/status-json.xsl')

    def url(self, mount):
        return f'http://127.0.0.1:{self.port}/{mount.lstrip("/")}'

    def answers(self, mount):
        try:
            with urllib.request.urlopen(self.url(mount), timeout=10) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def ask(self, page):
        try:
            with urllib.request.urlopen(self.url(page), timeout=10) as answer:
                return answer.read()
        except (urllib.error.URLError, OSError):
            return b''

    def station(self, mount, fmt, signal_filter='sine=frequency=440:sample_rate=44100'):
        """Feeds @mount in real time with a lavfi source until it is ended."""
        child = process.Process(['ffmpeg', '-nostdin', '-v', 'error', '-re', '-f', 'lavfi', '-i', signal_filter, *FORMATS[fmt],
                                 f'icecast://source:hackme@127.0.0.1:{self.port}/{mount}'])
        self.stations[mount] = child
        process.wait_for(lambda: f'the station {mount}: {child.stderr}', lambda: self.answers(mount))
        return self.url(mount)

    def set_title(self, mount, title):
        """As an encoder does it; returns when, in UTC µs."""
        query = urllib.parse.urlencode({'mode': 'updinfo', 'mount': f'/{mount}', 'charset': 'UTF-8', 'song': title})
        login = base64.b64encode(b'admin:hackme').decode()
        request = urllib.request.Request(self.url(f'admin/metadata?{query}'), headers={'Authorization': f'Basic {login}'})
        with urllib.request.urlopen(request, timeout=process.LIMIT):  # anything but 2xx raises
            return time.time_ns() // 1000

    def silence(self, mount):
        """The station goes off the air."""
        child = self.stations.pop(mount)
        child.stop()
        child.close()

    def close(self):
        for mount in list(self.stations):
            self.silence(mount)
        self.server.stop(signal.SIGTERM)
        self.server.close()
        shutil.rmtree(self.dir, ignore_errors=True)
