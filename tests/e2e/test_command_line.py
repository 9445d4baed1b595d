# SPDX-License-Identifier: MIT
"""Commands, exit statuses, and what bad input is told."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest
import urllib.request

from support import audio, daemon, process, pulse


class Commands(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix='isr-cli-'))
        self.addCleanup(shutil.rmtree, self.dir)

    def isr(self, *args, env=None, limit=process.LIMIT):
        return process.run(process.ISR, *args, env=env, cwd=self.dir, check=False, limit=limit)

    def config(self, text):
        (self.dir / 'config.ini').write_text(text, encoding='utf-8')

    def refused(self, *args, says, env=None):
        """Exit status 2 and a sentence on stderr, nothing on stdout."""
        done = self.isr(*args, env=env)
        self.assertEqual(done.returncode, 2, done.stderr)
        for words in says:
            self.assertIn(words, done.stderr)
        self.assertEqual(done.stdout, '')
        return done.stderr

    def test_version(self):
        done = self.isr('--version')
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r'^isr \d+\.\d+\.\d+\n$')

    def test_help_names_every_command(self):
        done = self.isr('--help')
        self.assertEqual(done.returncode, 0)
        for word in ('check', '--demo', '--list-devices', '-o', '--version'):
            self.assertIn(word, done.stdout)

    def test_unknown_option(self):
        self.refused('--bananas', says=['--bananas'])

    def test_missing_config(self):
        self.refused('nowhere.ini', says=['nowhere.ini'])

    def test_bad_config(self):
        self.config('[pop]\ntype = stream\nurll = http://127.0.0.1/\n')
        self.refused('config.ini', says=['config.ini:3', 'urll', 'url'])

    def test_check_prints_all_at_once(self):
        self.config('[pop]\ntype = stream\nurll = x\nsplit_minutes = banana\n[mic]\ntype = soundcrd\n')
        done = self.isr('check', 'config.ini')
        self.assertEqual(done.returncode, 2)
        for words in ('config.ini:3', 'config.ini:4', 'config.ini:6', 'soundcard'):
            self.assertIn(words, done.stdout + done.stderr)

    def test_check_of_a_good_config(self):
        self.config('[mic]\ntype = test\n')
        done = self.isr('check', 'config.ini')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('OK', done.stdout)

    def test_override_is_checked(self):
        self.config('[mic]\ntype = test\n')
        self.refused('config.ini', '-o', 'mic.split_minutes=banana', says=['mic.split_minutes', 'banana'])

    def test_port_in_use(self):
        with socket.socket() as s:
            s.bind(('127.0.0.1', 0))
            s.listen()
            port = s.getsockname()[1]
            self.config(f'[web]\nlisten = 127.0.0.1:{port}\n[mic]\ntype = test\n')
            self.refused('config.ini', says=[str(port), 'in use'])

    def test_unwritable_directory(self):
        (self.dir / 'file').write_text('in the way')
        self.config(f'[general]\noutput_directory = file/recordings\n[web]\nlisten = none\n[mic]\ntype = test\n')
        self.refused('config.ini', says=['config.ini:2', '/file”', 'no directory'])

    def test_unknown_device(self):
        server = pulse.Pulse()
        self.addCleanup(server.close)
        self.config('[web]\nlisten = none\n[mic]\ntype = soundcard\ndevice = shared_mike\n')
        self.refused('config.ini', says=['shared_mike', 'shared_mic'], env=server.env)

    def test_second_recorder_on_one_archive(self):
        isr = daemon.Daemon('[mic]\ntype = test\n')
        self.addCleanup(isr.close)
        done = process.run(process.ISR, 'config.ini', '-o', 'web.listen=none', cwd=isr.dir, check=False)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn(str(isr.process.child.pid), done.stderr)

    def test_list_devices(self):
        server = pulse.Pulse()
        self.addCleanup(server.close)
        text = self.isr('--list-devices', env=server.env)
        self.assertEqual(text.returncode, 0, text.stderr)
        self.assertIn('shared_mic', text.stdout)
        listed = json.loads(self.isr('--list-devices', '--json', env=server.env).stdout)
        self.assertEqual([d['id'] for d in listed if d['id'] == 'shared_mic'], ['shared_mic'])
        self.assertEqual(len([d for d in listed if 'mic.monitor' in d['id']]), 1, listed)


    def test_columns_of_devices(self):
        server = pulse.Pulse()
        self.addCleanup(server.close)
        with open(server.asound, 'a', encoding='utf-8') as f:
            f.write(f'pcm."größe_ñ" {{ type pulse server "unix:{server.sock}" device "mic.monitor" }}\n')
        text = self.isr('--list-devices', env=server.env)
        rows = {line.split()[0]: line for line in text.stdout.splitlines()}
        self.assertEqual({len(rows[i].split(kind)[0]) for i, kind in {'ID': 'KIND', 'größe_ñ': 'pcm ', 'shared_mic': 'pcm '}.items()},
                         {rows['ID'].index('KIND')}, text.stdout)


class Signals(unittest.TestCase):
    def finishes(self, sig):
        isr = daemon.Daemon('[scene]\ntype = test\n[second]\ntype = test\nformat = wav\n')
        self.addCleanup(isr.close)
        for name in ('scene', 'second'):
            isr.wait_state(name, 'recording')
        process.wait_for('a second of audio', lambda: all(p.stat().st_size > 20000 for p in isr.paths()) and len(isr.paths()) == 2)
        self.assertEqual(isr.stop(sig=sig), 0, isr.process.stderr)
        paths = isr.paths()
        self.assertEqual(sorted(p.suffix for p in paths), ['.flac', '.wav'])
        for path in paths:
            self.assertGreater(audio.plays(path), 0.5)

    def test_sigterm(self):
        self.finishes(signal.SIGTERM)

    def test_sigint(self):
        self.finishes(signal.SIGINT)


class FirstLook(unittest.TestCase):
    def records(self, *options):
        """Nothing but a directory: the scene is recorded, the page is up, and stderr says what is recorded."""
        place = pathlib.Path(tempfile.mkdtemp(prefix='isr-first-'))
        self.addCleanup(shutil.rmtree, place)
        port = process.free_port()
        child = process.Process([process.ISR, *options, '-o', 'general.split_minutes=0', '-o', f'web.listen=127.0.0.1:{port}'], cwd=place)
        self.addCleanup(child.close)
        process.wait_for(lambda: child.stderr, lambda: list(place.rglob('*.part')))
        with urllib.request.urlopen(f'http://127.0.0.1:{port}/', timeout=process.LIMIT) as page:
            self.assertIn(b'<div id="app">', page.read())
        self.assertIn('demo scene', child.stderr)
        self.assertEqual(child.stop(), 0, child.stderr)
        (path,) = (place / 'recordings' / 'demo').rglob('*.flac')
        self.assertGreater(audio.plays(path), 0)

    def test_demo(self):
        self.records('--demo')

    def test_without_any_config(self):
        self.records()


class Crash(unittest.TestCase):
    def test_nothing_but_the_last_second_is_lost(self):
        isr = daemon.Daemon('[scene]\ntype = test\n')
        self.addCleanup(isr.close)
        isr.wait_state('scene', 'recording')
        process.wait_for('three seconds', lambda: any(f['duration'] >= 3 for f in isr.files()))
        isr.process.child.kill()
        isr.process.wait()
        self.assertEqual([p.suffix for p in isr.paths()], ['.part'])
        isr.process.close()
        isr.start()
        done = isr.wait_closed(1)
        self.assertGreater(audio.plays(isr.recordings / done[0]['name']), 1.9)
        self.assertEqual(isr.stop(), 0)


@unittest.skipIf(os.geteuid() != 0, 'only root meets a read-only directory as another user')
class Rights(unittest.TestCase):
    def test_read_only_directory(self):
        place = pathlib.Path(tempfile.mkdtemp(prefix='isr-rights-'))
        self.addCleanup(shutil.rmtree, place)
        place.chmod(0o755)
        (place / 'config.ini').write_text('[web]\nlisten = none\n[mic]\ntype = test\n')
        done = subprocess.run(['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', process.ISR, 'config.ini'],
                              cwd=place, env=process.environment(GST_REGISTRY='/nonexistent'), capture_output=True, text=True, check=False, timeout=process.LIMIT)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn(str(place), done.stderr)
        self.assertIn('ermission denied', done.stderr)
        self.assertIn(f'sudo chown -R 65534:65534 \'{place}\'', done.stderr)


if __name__ == '__main__':
    unittest.main()
