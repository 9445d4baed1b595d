# SPDX-License-Identifier: MIT
"""What machines look at: /metrics as Prometheus reads it, systemd's notifications, man pages and completion."""
import os
import re
import socket
import tempfile
import unittest

from support import daemon, process

SAMPLE = re.compile(r'^([a-z_:][a-z0-9_:]*)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (-?[0-9.e+]+|NaN|[+-]Inf)$')
UNITS = ('_seconds', '_bytes', '_ratio', '_decibels', '_total', '_info', '_state', '_warning', '_failures', '_fds', '_decoders', '_waiting')


def parse(text):
    """{name: (type, {labels: value})}; fails where promtool would."""
    found, name = {}, None
    for line in text.splitlines():
        if line.startswith('# HELP '):
            name = line.split()[2]
            if name in found:
                raise AssertionError(f'{name} comes twice')
            found[name] = [None, {}]
        elif line.startswith('# TYPE '):
            if line.split()[2] != name:
                raise AssertionError(line)
            found[name][0] = line.split()[3]
        else:
            sample = SAMPLE.match(line)
            if not sample or sample[1] != name:
                raise AssertionError(f'behind {name}: {line}')
            if sample[2] in found[name][1]:
                raise AssertionError(f'twice: {line}')
            found[name][1][sample[2]] = float(sample[3])
    if not text.endswith('\n'):
        raise AssertionError('the last line does not end')
    return found


class Metrics(unittest.TestCase):
    def test_scraped(self):
        isr = daemon.Daemon('[mic]\ntype = test\n[quoted "x"]\ntype = test\nscene = silence\n', general='split_minutes = 0.05\n')
        self.addCleanup(isr.close)
        isr.wait_closed(1, 'mic')
        process.wait_for('a level', lambda: isr.source('mic')['level'] is not None)
        status, headers, body = isr.get('/metrics')
        self.assertEqual((status, headers['Content-Type']), (200, 'text/plain; version=0.0.4; charset=utf-8'))
        first = parse(body.decode())
        for name, (kind, samples) in first.items():
            self.assertIn(kind, ('gauge', 'counter'), name)
            self.assertEqual(kind == 'counter', name.endswith('_total'), name)
            self.assertTrue(name.endswith(UNITS), name)
        states = first['isr_source_state'][1]
        self.assertEqual(states['source="mic",type="test",state="recording"'], 1)
        self.assertEqual(sum(value for labels, value in states.items() if 'source="mic"' in labels), 1)
        self.assertGreaterEqual(first['isr_source_files_total'][1]['source="mic",reason="boundary"'], 1)
        self.assertLess(first['isr_source_level_decibels'][1]['source="mic"'], 0)
        self.assertGreater(first['isr_storage_free_bytes'][1][None], 0)
        isr.get('/api/sources/mic/stop', method='POST')
        isr.wait_state('mic', 'stopped')
        isr.get('/api/sources/mic/start', method='POST')
        process.wait_for('the hole', lambda: parse(isr.get('/metrics')[2].decode())['isr_source_missing_seconds_total'][1].get('source="mic",cause="stopped"', 0) > 0)


class Systemd(unittest.TestCase):
    def test_told(self):
        place = tempfile.TemporaryDirectory(prefix='isr-systemd-')
        self.addCleanup(place.cleanup)
        path = os.path.join(place.name, 'notify')
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(listening.close)
        listening.bind(path)
        listening.settimeout(process.LIMIT)
        isr = daemon.Daemon('[mic]\ntype = test\n', env=process.environment(NOTIFY_SOCKET=path, WATCHDOG_USEC=1000000))
        self.addCleanup(isr.close)
        heard = ''
        while heard.count('WATCHDOG=1') < 3 or 'STATUS=1 of 1 sources record' not in heard:
            heard += listening.recv(4096).decode() + '\n'
        self.assertTrue(heard.startswith('READY=1\n'), heard)
        self.assertEqual(isr.stop(), 0)
        while 'STOPPING=1' not in heard:
            heard += listening.recv(4096).decode() + '\n'


class Manual(unittest.TestCase):
    """Man pages and completion are made of README.md: they name whatever the program has."""

    def pages(self):
        return {path.name: path.read_text(encoding='utf-8') for path in (process.BUILD / 'data').iterdir() if path.is_file()}

    def test_every_key_of_the_configuration(self):
        pages = self.pages()
        readme = (process.ROOT / 'README.md').read_text(encoding='utf-8')
        table = readme[readme.index('<!-- options -->'):readme.index('<!-- /options -->')]
        keys = set(re.findall(r'^\| `(\w+)` \|', table, re.M))
        self.assertGreater(len(keys), 30)
        for key in keys:
            self.assertIn(f'\\fB{key}\\fR', pages['isr.ini.5'])
            for completion in ('isr', '_isr'):
                self.assertRegex(pages[completion], rf'[ .(]{key}[= ;)]')

    def test_completion_completes(self):
        place = tempfile.TemporaryDirectory(prefix='isr-completion-')
        self.addCleanup(place.cleanup)
        with open(os.path.join(place.name, 'config.ini'), 'w', encoding='utf-8') as file:
            file.write('[general]\n[jazz]  # a station\ntype = stream\n')
        script = f"compopt() {{ :; }}; . {process.BUILD / 'data' / 'isr'}; COMP_WORDS=(isr -o \"$1\"); COMP_CWORD=2; _isr; echo ${{COMPREPLY[@]}}"
        for typed, offered in {'jazz.u': 'jazz.url= jazz.username=', 'web.li': 'web.listen=', 'general.split_o': 'general.split_offset_minutes='}.items():
            self.assertEqual(process.run('bash', '-c', script, 'bash', typed, cwd=place.name).stdout.strip(), offered)

    def test_every_option_and_command_of_the_program(self):
        pages = self.pages()
        usage = process.run(process.ISR, '--help').stdout
        options = set(re.findall(r'(?<![\w-])--[a-z][a-z-]+', usage)) - {'--help', '--override'}
        commands = set(re.findall(r'^  isr ([a-z]+) ', usage, re.M))
        self.assertGreater(len(options), 5)
        self.assertGreater(len(commands), 3)
        for page in ('isr.1', 'isr', '_isr'):
            text = pages[page].replace('\\-', '-')
            for word in options | commands:
                self.assertIn(word, text, f'{page} does not have {word}: it is missing in the table of commands in README.md')

    def test_they_are_well_formed(self):
        for page in ('isr.1', 'isr.ini.5', 'isr-doctor.1'):
            done = process.run('man', '--warnings', '-l', process.BUILD / 'data' / page, env={**process.environment(), 'MANWIDTH': '100', 'LC_ALL': 'C.UTF-8'})
            self.assertEqual(done.stderr, '')
            self.assertIn('NAME', done.stdout)
        process.run('bash', '-n', process.BUILD / 'data' / 'isr')


class Files(unittest.TestCase):
    def test_many_streams_without_a_page_may_open_their_files(self):
        """The soft limit is 1024 nearly everywhere; 500 streams need three times as many."""
        with tempfile.TemporaryDirectory(prefix='isr-files-') as place:
            with open(os.path.join(place, 'config.ini'), 'w', encoding='utf-8') as config:
                config.write('[web]\nlisten = none\n[scene]\ntype = test\n')
            isr = process.Process(['prlimit', '--nofile=256:4096', process.ISR, 'config.ini'], cwd=place)
            self.addCleanup(isr.close)
            process.wait_for(lambda: f'a file: {isr.stderr}', lambda: 'recording' in isr.stderr)
            with open(f'/proc/{isr.child.pid}/limits', encoding='ascii') as limits:
                self.assertRegex(limits.read(), r'Max open files +4096 +4096')
            self.assertEqual(isr.stop(), 0)


if __name__ == '__main__':
    unittest.main()
