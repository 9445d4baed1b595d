# SPDX-License-Identifier: MIT
"""`isr health`: alive, hanging, stopped, killed, somebody else's port."""
import os
import pathlib
import shutil
import signal
import tempfile
import time
import unittest

from support import daemon, machine, process


class Health(unittest.TestCase):
    def health(self, where, *options):
        done = process.run(process.ISR, 'health', 'config.ini', *options, cwd=where, check=False, limit=process.LIMIT)
        return done.returncode, done.stdout + done.stderr

    def recorder(self, *options, sources='[scene]\ntype = test\n[second]\ntype = test\n'):
        isr = daemon.Daemon(sources, *options)
        self.addCleanup(isr.close)
        process.wait_for('status.json', lambda: (isr.recordings / 'status.json').exists())
        return isr

    def test_alive_then_stopped(self):
        isr = self.recorder()
        isr.wait_state('second', 'recording')
        process.wait_for('the news in status.json', lambda: '2 of 2' in self.health(isr.dir)[1])
        self.assertEqual(self.health(isr.dir), (0, 'healthy: 2 of 2 sources are recorded\n'))
        self.assertEqual(isr.stop(), 0)
        status, words = self.health(isr.dir)
        self.assertEqual(status, 1)
        self.assertIn('no ISR records into', words)

    def test_a_source_that_waits_is_no_illness(self):
        isr = self.recorder(sources=f'[scene]\ntype = test\n[radio]\ntype = stream\nurl = http://127.0.0.1:{process.free_port()}/\n')
        process.wait_for('the scene', lambda: '1 of 2' in self.health(isr.dir)[1])
        self.assertEqual(self.health(isr.dir)[0], 0)

    def test_a_source_that_was_given_up(self):
        isr = self.recorder('-o', 'general.max_retries=1', '-o', 'general.retry_delay_seconds=0.1',
                            sources=f'[scene]\ntype = test\n[radio]\ntype = stream\nurl = http://127.0.0.1:{process.free_port()}/\n')
        isr.wait_state('radio', 'failed')
        process.wait_for('the news in status.json', lambda: 'given up: [radio] (1 of 2' in self.health(isr.dir)[1])
        self.assertEqual(self.health(isr.dir)[0], 1)

    def test_hangs(self):
        """The main loop stands still: its page does not answer, whatever status.json says."""
        isr = self.recorder()
        isr.process.child.send_signal(signal.SIGSTOP)
        try:
            status, words = self.health(isr.dir)
        finally:
            isr.process.child.send_signal(signal.SIGCONT)
        self.assertEqual(status, 1)
        self.assertIn('does not answer', words)

    def test_killed(self):
        isr = self.recorder()
        isr.process.kill()
        old = time.time() - 60
        os.utime(isr.recordings / 'status.json', (old, old))
        status, words = self.health(isr.dir)
        self.assertEqual(status, 1)
        self.assertIn('has not written', words)

    def test_without_a_page(self):
        isr = self.recorder()
        self.assertEqual(self.health(isr.dir, '-o', 'web.listen=none')[0], 0)
        self.assertEqual(self.health(isr.dir, '-o', 'web.listen=127.0.0.1:0')[0], 0)

    def test_every_address(self):
        isr = self.recorder()
        self.assertEqual(self.health(isr.dir, '-o', f'web.listen=:{isr.port}')[0], 0)
        self.assertEqual(self.health(isr.dir, '-o', f'web.listen=0.0.0.0:{isr.port}')[0], 0)

    def test_another_program_at_the_port(self):
        isr = self.recorder()
        station = machine.Station({'/healthz': (404, 'text/plain', b'what?')})
        self.addCleanup(station.close)
        status, words = self.health(isr.dir, '-o', 'web.listen=' + station.url.removeprefix('http://'))
        self.assertEqual(status, 1)
        self.assertIn('404', words)

    def test_an_archive_that_is_only_served(self):
        place = pathlib.Path(tempfile.mkdtemp(prefix='isr-health-'))
        self.addCleanup(shutil.rmtree, place)
        for recording, expected in ((b'false', 0), (b'true', 1)):
            station = machine.Station({'/healthz': (200, 'text/plain', b'ok'), '/api/config': (200, 'application/json', b'{"recording": ' + recording + b'}')})
            self.addCleanup(station.close)
            (place / 'config.ini').write_text(f'[web]\nlisten = {station.url.removeprefix("http://")}\n')
            status, words = self.health(place)
            self.assertEqual(status, expected, words)

    def test_bad_config(self):
        place = pathlib.Path(tempfile.mkdtemp(prefix='isr-health-'))
        self.addCleanup(shutil.rmtree, place)
        (place / 'config.ini').write_text('[web]\nlisten = banana\n')
        status, words = self.health(place)
        self.assertEqual(status, 1)
        self.assertIn('banana', words)


if __name__ == '__main__':
    unittest.main()
