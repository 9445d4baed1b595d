# SPDX-License-Identifier: MIT
"""Every second is recorded, or in a hole that says why: restarts, crashes, people, servers."""
import json
import re
import signal
import unittest

from support import daemon, icecast, process


def span(gaps):
    return sum(g['end_us'] - g['start_us'] for g in gaps)


class Ledger(unittest.TestCase):
    def start(self, sources, **more):
        isr = daemon.Daemon(sources, general='split_minutes = 0.05\nretry_delay_seconds = 0.5\n', **more)
        self.addCleanup(isr.close)
        return isr

    def coverage(self, isr, source, query=''):
        answer = isr.json(f'/api/coverage?source={source}{query}')
        self.assertEqual(answer['recorded_us'] + span(answer['gaps']), answer['to_us'] - answer['from_us'], answer)
        return answer

    def wait_gap(self, isr, source, cause, count=1):
        """Until @count holes of that cause are over: audio is recorded behind the last one."""
        def over():
            answer = self.coverage(isr, source)
            gaps = [g for g in answer['gaps'] if g['cause'] == cause]
            return len(gaps) >= count and gaps[-1]['end_us'] < answer['to_us'] and answer
        return process.wait_for(lambda: f'{count} holes {cause}: {self.coverage(isr, source)}\n{isr.process.stderr}', over)

    def holes_match_files(self, isr, source, gaps):
        """What the ledger calls a hole is exactly where no file is."""
        files = sorted((f for f in isr.files() if f['source'] == source), key=lambda f: f['start_us'])
        for g in gaps:
            with self.subTest(g):
                self.assertFalse([f['name'] for f in files if f['start_us'] < g['end_us'] and g['start_us'] < f['end_us'] and not f['recording']])
                self.assertIn(g['end_us'], [f['start_us'] for f in files])

    def test_killed_and_started_again(self):
        isr = self.start('[mic]\ntype = test\n')
        isr.wait_closed(1, 'mic')
        process.wait_for('something to be repaired', lambda: any(f['recording'] and f['size'] > 20000 for f in isr.files()))
        isr.process.stop(sig=signal.SIGKILL)
        isr.process.close()
        isr.start()
        answer = self.wait_gap(isr, 'mic', 'not-running')
        process.wait_for(lambda: f'the repair: {isr.process.stderr}', lambda: '[isr-reconcile]' in isr.process.stderr)
        answer = self.coverage(isr, 'mic')
        self.assertEqual([g['cause'] for g in answer['gaps']], ['not-running'])
        self.holes_match_files(isr, 'mic', answer['gaps'])
        self.assertLess(answer['coverage'], 1)
        self.assertAlmostEqual(answer['coverage'], answer['recorded_us'] / (answer['to_us'] - answer['from_us']), places=9)
        day = isr.json('/api/days')['days'][0]
        self.assertAlmostEqual(day['coverage'], answer['coverage'], delta=0.3)
        self.assertLess(day['coverage'], 1)
        process.wait_for('the figure of today', lambda: isr.source('mic')['coverage_today'] not in (None, 1))

    def test_ended_and_started_again(self):
        isr = self.start('[mic]\ntype = test\n')
        isr.wait_closed(1, 'mic')
        self.assertEqual(isr.stop(), 0)
        isr.process.close()
        isr.start()
        answer = self.wait_gap(isr, 'mic', 'not-running')
        self.assertEqual([g['cause'] for g in answer['gaps']], ['not-running'])
        self.holes_match_files(isr, 'mic', answer['gaps'])

    def test_a_source_that_has_never_delivered(self):
        """It is not left out: nothing of it is recorded, since its first failure, whatever works beside it."""
        isr = self.start(f'[mic]\ntype = test\n[far]\ntype = stream\nurl = http://127.0.0.1:{process.free_port()}/a.mp3\n')
        isr.wait_closed(1, 'mic')
        answer = process.wait_for('the hole', lambda: (self.coverage(isr, 'far')['gaps'] or None) and self.coverage(isr, 'far'))
        self.assertEqual((answer['coverage'], answer['recorded_us'], [g['cause'] for g in answer['gaps']]), (0, 0, ['disconnected']))
        self.assertIn('far', [s['source'] for s in isr.json('/api/coverage')['sources']])
        # another process sees what is committed, a moment later
        process.wait_for('the hole', lambda: re.search(r'(?m)^far: 0\.000 %, .* missing\n .* disconnected$',
                                                       process.run(process.ISR, 'coverage', 'config.ini', cwd=isr.dir).stdout))
        for times, end in ((1, signal.SIGTERM), (2, signal.SIGKILL)):
            # a sign of life after its last note, a second so that this is committed
            last = self.coverage(isr, 'far')['gaps'][-1]['start_us'] / 1e6
            status = isr.recordings / 'status.json'
            process.wait_for('a sign of life', lambda last=last, status=status: status.exists() and status.stat().st_mtime > last + 1)
            isr.process.stop(sig=end)
            isr.process.close()
            isr.start()
            # it fails again: then it is told how long nobody tried
            again = process.wait_for(lambda: f'{times} times: {self.coverage(isr, "far")}', lambda: (
                [g['cause'] for g in self.coverage(isr, 'far')['gaps']] == ['disconnected', 'not-running'] * times + ['disconnected']) and self.coverage(isr, 'far'))
            self.assertEqual((again['from_us'], again['recorded_us']), (answer['from_us'], 0))

    def test_stopped_by_a_person(self):
        isr = self.start('[mic]\ntype = test\n[other]\ntype = test\n')
        isr.wait_closed(1, 'mic')
        self.assertEqual(isr.get('/api/sources/mic/stop', method='POST')[0], 202)
        isr.wait_state('mic', 'stopped')
        self.assertEqual(self.coverage(isr, 'mic')['gaps'][-1]['cause'], 'stopped')
        self.assertEqual(isr.get('/api/sources/mic/start', method='POST')[0], 202)
        answer = self.wait_gap(isr, 'mic', 'stopped')
        self.assertEqual([g['cause'] for g in answer['gaps']], ['stopped'])
        self.holes_match_files(isr, 'mic', answer['gaps'])
        self.assertEqual(self.coverage(isr, 'other')['gaps'], [])

    def test_a_station_off_the_air_and_back(self):
        """It begins again with the same bytes: that is another broadcast, and no goes-on of the first one."""
        radio = icecast.Icecast()
        self.addCleanup(radio.close)
        isr = self.start(f'[pop]\ntype = stream\nurl = {radio.station("a.mp3", "mp3")}\n')
        isr.wait_closed(1, 'pop')
        radio.silence('a.mp3')
        process.wait_for(lambda: f'the mount to be gone: {isr.process.stderr}', lambda: isr.source('pop')['reason'] == 'not-found')
        radio.station('a.mp3', 'mp3')
        answer = self.wait_gap(isr, 'pop', 'disconnected')
        self.assertEqual({g['cause'] for g in answer['gaps']}, {'disconnected'})
        self.holes_match_files(isr, 'pop', answer['gaps'])

    def test_the_command_beside_the_recorder_and_without_it(self):
        isr = self.start('[mic]\ntype = test\n')
        isr.wait_closed(1, 'mic')
        isr.get('/api/sources/mic/stop', method='POST')
        isr.wait_state('mic', 'stopped')
        isr.get('/api/sources/mic/start', method='POST')
        hole = self.wait_gap(isr, 'mic', 'stopped')['gaps'][0]
        # another process sees what is committed, a moment later
        process.wait_for(f'the hole {hole}', lambda: hole in json.loads(process.run(
            process.ISR, 'coverage', '--json', '--source', 'mic', 'config.ini', cwd=isr.dir).stdout)['gaps'])
        text = process.run(process.ISR, 'coverage', 'config.ini', cwd=isr.dir).stdout
        self.assertRegex(text, r'^mic: \d+\.\d{3} %, .* missing\n  \d\d:\d\d:\d\d-\d\d:\d\d:\d\d  .* s  stopped\n')
        self.assertEqual(isr.stop(), 0)
        text = process.run(process.ISR, 'coverage', 'config.ini', cwd=isr.dir).stdout
        self.assertRegex(text, r'  stopped\n  .*  not-running\n$')
        wrong = process.run(process.ISR, 'coverage', '--source', 'nobody', 'config.ini', cwd=isr.dir, check=False)
        self.assertEqual((wrong.returncode, wrong.stdout), (2, ''))
        self.assertIn('nobody', wrong.stderr)

    def test_wrong_questions(self):
        isr = self.start('[mic]\ntype = test\n')
        process.wait_for('the archive', lambda: isr.get('/readyz')[0] == 200)
        for query, status in {'source=nobody': 404, 'day=yesterday': 400, 'from=x': 400, 'from=2026-02-01&to=2026-01-01': 400}.items():
            with self.subTest(query):
                self.assertEqual(isr.get(f'/api/coverage?{query}')[0], status)

    def test_hooks_are_told(self):
        told = '{ echo "$ISR_EVENT $ISR_SOURCE $ISR_STATE$ISR_CAUSE $ISR_FILE" >> told; }'
        hooks = ''.join(f"on_{event} = sh -c '{told}'\n" for event in ('state', 'file', 'gap'))
        isr = self.start(f'[hooks]\n{hooks}[mic]\ntype = test\n')
        isr.wait_closed(1, 'mic')
        isr.get('/api/sources/mic/stop', method='POST')
        isr.wait_state('mic', 'stopped')
        isr.get('/api/sources/mic/start', method='POST')
        self.wait_gap(isr, 'mic', 'stopped')
        self.assertEqual(isr.stop(), 0)
        lines = (isr.dir / 'told').read_text(encoding='utf-8').splitlines()
        self.assertEqual(len([line for line in lines if line.startswith('state mic recording')]), 2, lines)
        self.assertEqual(len([line for line in lines if line.startswith('state mic stopped')]), 2, lines)
        self.assertEqual(len([line for line in lines if line.startswith('gap mic stopped')]), 1, lines)
        self.assertEqual(sorted(line.split(' ', 3)[3] for line in lines if line.startswith('file mic')), [str(p) for p in isr.paths()])


if __name__ == '__main__':
    unittest.main()
