# SPDX-License-Identifier: MIT
"""`isr doctor --bundle`: all that helps, and none of the configured secrets."""
import json
import os
import stat
import tarfile
import unittest

from support import daemon, machine, process

SECRETS = ('uname', 'p%40ss-in-url', 'p@ss-in-url', 'tok3n', 'streamuser', 'stream-pass', 'filed-pass', 'web-pass', 'hook-s3cret', 'old-comment', 'envpass')


class Bundle(unittest.TestCase):
    def setUp(self):
        self.machine = machine.Machine()
        self.addCleanup(self.machine.close)
        self.machine.define('pcm.extra { type hw card 0 }\n', mic='signal tone')
        self.port = process.free_port()

    def record(self):
        """A recorder that has said all of it into its log."""
        (self.machine.dir / 'secret').write_text('filed-pass\n')
        (self.machine.dir / 'web').write_text('web-pass\n')
        nobody = f'127.0.0.1:{self.port}'
        text = (f'[mic]\ntype = soundcard\ndevice = mic\n# password = old-comment\n'
                f'[inurl]\ntype = stream\nurl = http://uname:p%40ss-in-url@{nobody}/a.mp3?t=tok3n\n'
                f'[keys]\ntype = stream\nurl = http://{nobody}/b.mp3\nusername = streamuser\npassword = stream-pass\n'
                f'[filed]\ntype = stream\nurl = http://{nobody}/c.mp3\nusername = streamuser\npassword_file = {self.machine.dir}/secret\n'
                f'[hooks]\non_gap = /nonexistent/hook --token hook-s3cret\n')
        env = {**self.machine.env, 'ISR_KEYS_PASSWORD': 'envpass'}
        isr = daemon.Daemon(text, general='log_file = isr.log', env=env)
        self.addCleanup(isr.close)
        isr.wait_state('mic', 'recording')
        isr.wait_state('keys', 'waiting-to-retry')
        process.wait_for('status.json', lambda: (isr.recordings / 'status.json').exists())
        return isr, env

    def unpack(self, path):
        with tarfile.open(path, 'r:gz') as tar:
            self.assertTrue(all(m.name.startswith('isr-bundle/') and m.isfile() for m in tar.getmembers()))
            return {m.name.removeprefix('isr-bundle/'): tar.extractfile(m).read().decode() for m in tar.getmembers()}

    def test_all_that_helps_and_no_secret(self):
        isr, env = self.record()
        with open(isr.dir / 'isr.log', 'a', encoding='utf-8') as log:  # as if a library had said it
            log.write(''.join(f'[{s}]\n' for s in SECRETS if s != 'old-comment'))
        text = (isr.dir / 'config.ini').read_text().replace('[web]\n', f'[web]\npassword_file = {self.machine.dir}/web\n')
        (isr.dir / 'more.ini').write_text(text)
        done = process.run(process.ISR, 'doctor', '--json', '--bundle', 'out.tar.gz', 'more.ini', env=env, cwd=isr.dir, check=False)
        self.assertEqual(stat.S_IMODE(os.stat(isr.dir / 'out.tar.gz').st_mode), 0o600)
        files = self.unpack(isr.dir / 'out.tar.gz')
        for name in ('doctor.txt', 'doctor.json', 'config.ini', 'system.txt', 'gstreamer.txt', 'devices.json', 'status.json', 'log.txt'):
            self.assertIn(name, files)
        self.assertEqual(len([n for n in files if n.startswith('coverage-')]), 7)
        for name, text in files.items():
            for secret in SECRETS:
                self.assertNotIn(secret, text, name)
        self.assertEqual(json.loads(files['doctor.json'])['checks'][0]['code'], json.loads(done.stdout)['checks'][0]['code'])
        self.assertEqual({s['name'] for s in json.loads(files['status.json'])['sources']}, {'mic', 'inurl', 'keys', 'filed'})
        self.assertIn('isr 0.', files['system.txt'])
        self.assertIn('kernel Linux', files['system.txt'])
        self.assertRegex(files['gstreamer.txt'], r'(?m)^GStreamer 1\.\d+\.\d+\n(.*\n)*coreelements \d')
        self.assertIn('device = mic', files['config.ini'])
        self.assertIn('on_gap = /nonexistent/hook ***', files['config.ini'])
        self.assertIn('recording', files['log.txt'])
        self.assertIn('extra', files['devices.json'])

    def test_without_an_archive_or_a_config(self):
        self.machine.config('[mic]\ntype = nothing\n')
        done = process.run(process.ISR, 'doctor', '--bundle', 'out.tar.gz', 'config.ini', env=self.machine.env, cwd=self.machine.work, check=False)
        self.assertEqual(done.returncode, 2)
        files = self.unpack(self.machine.work / 'out.tar.gz')
        self.assertIn('doctor.json', files)
        self.assertNotIn('status.json', files)

    def test_can_not_be_written(self):
        self.machine.config('[scene]\ntype = test\n')
        done = process.run(process.ISR, 'doctor', '--bundle', 'nowhere/out.tar.gz', 'config.ini', env=self.machine.env, cwd=self.machine.work, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn('nowhere/out.tar.gz', done.stderr)

    def test_belongs_to_doctor(self):
        done = process.run(process.ISR, 'check', '--bundle', 'x', env=self.machine.env, cwd=self.machine.work, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn('--bundle goes with doctor', done.stderr)


if __name__ == '__main__':
    unittest.main()
