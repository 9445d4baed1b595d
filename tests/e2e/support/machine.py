# SPDX-License-Identifier: MIT
"""A machine as files, for `isr doctor`: /dev/snd, /proc, /sys and /etc below a directory
(ISR_SYSTEM_ROOT), and a sound card that fails as it is told (libisrfault.so)."""
import http.server
import json
import os
import pathlib
import shutil
import tempfile
import threading

from . import process

FAULT = process.BUILD / 'tests' / 'daemon' / 'libisrfault.so'


class Machine:
    """A healthy host with an open USB microphone as card 0, until a test breaks it."""

    def __init__(self, cards=((0, 'Mic'),)):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix='isr-machine-'))
        self.gid = 29 if os.geteuid() == 0 else os.getgid()  # of /dev/snd/*
        self.root, self.work = self.dir / 'root', self.dir / 'work'
        self.work.mkdir()
        self.asound = self.dir / 'asound.conf'
        self.env = process.environment(HOME=self.dir, XDG_RUNTIME_DIR=self.dir, PULSE_SERVER=f'unix:{self.dir}/none',
                                       ALSA_CONFIG_PATH=f'/usr/share/alsa/alsa.conf:{self.asound}', ISR_SYSTEM_ROOT=self.root)
        self.write('run/systemd/timesync/synchronized')
        for number, name in cards:
            self.card(number, name)
        self.user(os.getuid() + 1, groups=[self.gid])
        self.define()

    def close(self):
        shutil.rmtree(self.dir, ignore_errors=True)

    def write(self, path, text=''):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding='utf-8')
        return target

    def card(self, number, name, capture=True):
        for node in [f'controlC{number}', f'pcmC{number}D0p'] + [f'pcmC{number}D0c'] * capture:
            path = self.write(f'dev/snd/{node}')
            path.chmod(0o660)
            os.chown(path, -1, self.gid)
        self.write(f'sys/class/sound/card{number}/id', name + '\n')

    def user(self, uid, groups):
        line = ' '.join(map(str, groups))
        self.write('proc/self/status', f'Name:\tisr\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\nGid:\t54321\t54321\t54321\t54321\nGroups:\t{line}\n')

    def container(self, ipc='4026532000'):
        self.write('.dockerenv')
        namespaces = self.root / 'proc/self/ns'
        namespaces.mkdir(parents=True)
        os.symlink(f'ipc:[{ipc}]', namespaces / 'ipc')

    def holder(self, pid, name, path):
        self.write(f'proc/{pid}/comm', name + '\n')
        (self.root / f'proc/{pid}/fd').mkdir()
        os.symlink(path, self.root / f'proc/{pid}/fd/9')

    def define(self, text='', **pcms):
        """asound.conf: @text, and sound cards of libisrfault.so."""
        rows = ''.join(f'pcm.{name} {{ type isrfault {fields} }}\n' for name, fields in pcms.items())
        self.asound.write_text(f'pcm_type.isrfault {{ lib "{FAULT}" }}\n{rows}{text}', encoding='utf-8')

    def config(self, text):
        (self.work / 'config.ini').write_text(text, encoding='utf-8')

    def doctor(self, *options, **env):
        """Exit status and the checks, as a program reads them."""
        done = process.run(process.ISR, 'doctor', '--json', *options, env={**self.env, **{k: str(v) for k, v in env.items()}},
                           cwd=self.work, check=False, limit=60)
        if not done.stdout:
            raise AssertionError(f'isr doctor said nothing: {done.stderr}')
        report = json.loads(done.stdout)
        assert report['status'] == ['ok', 'warn', 'fail'][done.returncode], done.stdout
        return done.returncode, report['checks']


class Station:
    """Answers every path with what it was told: (status, type, body)."""

    def __init__(self, answers):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                status, kind, body = answers[self.path]
                self.send_response(status)
                self.send_header('Content-Type', kind)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.url = f'http://127.0.0.1:{self.server.server_address[1]}'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
