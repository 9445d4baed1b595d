# SPDX-License-Identifier: MIT
"""Processes that tests start, and waiting with a limit instead of sleeping."""
import atexit
import os
import pathlib
import random
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get('ISR_BUILD', ROOT / 'build')).resolve()
ISR = BUILD / 'daemon' / 'isr'


LIMIT = 60.0  # seconds that anything is waited for: paid by failures only, and a busy machine is no failure
EPHEMERAL = pathlib.Path('/proc/sys/net/ipv4/ip_local_port_range')


def wait_for(what, condition, limit=LIMIT):
    """Polls until condition() is true and returns its value; fails with @what after @limit seconds."""
    end = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f'waited {limit:g} s in vain for {what() if callable(what) else what}')
        time.sleep(0.02)


def free_port():
    """A port that nobody else gets: no connection that the kernel gives a number, and no other test: a UDP socket
    of the same number keeps it for us until we end."""
    first, last = map(int, EPHEMERAL.read_text(encoding='ascii').split())
    outside = range(1024, first) if first > 8192 else range(last + 1, 65536) if last < 60000 else range(first, last)
    for port in random.sample(outside, len(outside)):
        mark = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            mark.bind(('127.0.0.1', port))
            with socket.socket() as s:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                s.bind(('127.0.0.1', port))
            atexit.register(mark.close)
            return port
        except OSError:
            mark.close()
    raise AssertionError('no port of loopback is free')


def zone():
    """UTC; around its midnight one where it is early morning: today is today for as long as a test lasts."""
    return 'Etc/GMT-6' if time.gmtime().tm_hour in (22, 23, 0, 1) else 'UTC'


def environment(**more):
    """A clean environment: no home, no user's sound server, our plugin."""
    keep = {k: os.environ[k] for k in ('PATH', 'LANG', 'ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LSAN_OPTIONS', 'GIO_USE_PROXY_RESOLVER') if k in os.environ}
    registry = BUILD / 'tests' / 'e2e-registry.bin'
    registry.parent.mkdir(parents=True, exist_ok=True)
    return {**keep, 'HOME': '/invalid', 'TZ': zone(), 'LC_ALL': 'C.UTF-8', 'GST_REGISTRY': str(registry),
            'GST_PLUGIN_PATH': str(BUILD / 'plugins'), **{k: str(v) for k, v in more.items()}}


class Process:
    """A child whose output goes to files, ended at the latest by stop()."""

    def __init__(self, command, env=None, cwd=None, stdin=None, pass_fds=()):
        self.out, self.err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        self.command = [str(c) for c in command]
        self.child = subprocess.Popen(self.command, env=env or environment(), cwd=cwd, stdout=self.out, stderr=self.err,
                                      stdin=stdin or subprocess.DEVNULL, pass_fds=pass_fds)

    @staticmethod
    def _text(stream):
        return os.pread(stream.fileno(), 1 << 24, 0).decode(errors='replace')

    @property
    def stdout(self):
        return self._text(self.out)

    @property
    def stderr(self):
        return self._text(self.err)

    def running(self):
        return self.child.poll() is None

    def wait(self, limit=LIMIT):
        try:
            return self.child.wait(limit)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f'{self.command[0]} did not end within {limit:g} s; it said:\n{self.stderr}') from None

    def stop(self, sig=signal.SIGTERM, limit=LIMIT):
        """Asks it to end and returns its exit status."""
        if self.running():
            self.child.send_signal(sig)
        return self.wait(limit)

    def kill(self):
        if self.running():
            self.child.kill()
        self.child.wait()

    def close(self):
        self.kill()
        self.out.close()
        self.err.close()


def run(*command, env=None, cwd=None, limit=120, check=True):
    """Runs a tool to its end and returns it with its output as text."""
    done = subprocess.run([str(c) for c in command], env=env or environment(), cwd=cwd, timeout=limit, check=False,
                          capture_output=True, text=True, errors='replace')
    if check and done.returncode:
        raise AssertionError(f'{" ".join(map(str, command))} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}')
    return done
