# SPDX-License-Identifier: MIT
"""Sources that drop again and again, as often as they could in an hour: few words, no empty file, nothing left over.

What an hour holds of one source is laid side by side here, on many sources of one process:

  - "gone": good for ten seconds each time, so that its failures are forgotten and the next drop is an incident of
    its own; and not there yet at the first retry, so that the second one is made, 5 s later at the defaults: that
    is all three messages, at most 3600 / 14.6 = 247 times;
  - "brief": never good for so long. The back-off of the defaults, 5 s and doubled to two minutes, makes 40 tries;
  - "joined": the burst reaches back, so that its failures are forgotten at once, and the first retry is there in
    175 ms on average. With a second of audio each time that is 3600 / 1.175 = 3064 drops.

All is faster here: the delay is a fiftieth of the default, and of a second of audio a tenth is sent.
"""
import collections
import pathlib
import unittest

from support import daemon, flapping, process

HOUR = {'gone': 247, 'brief': 40, 'joined': 3064}  # drops
SOURCES = {'gone': 82, 'brief': 6, 'joined': 12}
MOST = 3  # messages an incident
HOOKS = '[hooks]\n' + ''.join(f"on_{kind} = sh -c 'echo $ISR_SOURCE {kind} $ISR_STATE$ISR_CAUSE >> told'\n" for kind in ('state', 'gap'))


def plan(kind, n):
    if kind == 'gone':  # not all in one moment: the queue of a hook has a bound
        return flapping.Plan(burst=0, length=12.2 + n % 10 * 0.1, away=0.4)
    return flapping.Plan(burst=0, length=0.5) if kind == 'brief' else flapping.Plan(burst=3, length=0.1)


class Flapping(unittest.TestCase):
    def setUp(self):
        self.names = {kind: [f'{kind}{n:03}' for n in range(count)] for kind, count in SOURCES.items()}
        self.all = [name for names in self.names.values() for name in names]
        self.server = flapping.Server({name: plan(kind, n) for kind, names in self.names.items() for n, name in enumerate(names)})
        self.addCleanup(self.server.close)
        sections = ''.join(f'[{name}]\ntype = stream\nurl = {self.server.url(name)}\n' for name in self.all)
        self.isr = daemon.Daemon(HOOKS + sections, general='retry_delay_seconds = 0.1\nsplit_minutes = 0\nloudness = off\n')
        self.addCleanup(self.isr.close)

    def drops(self):
        return {kind: sum(self.server.drops[name] for name in names) for kind, names in self.names.items()}

    def told(self):
        """(source, kind, what)"""
        path = self.isr.dir / 'told'
        return [tuple(line.split()) for line in path.read_text(encoding='utf-8').splitlines()] if path.exists() else []

    def control(self, action, states):
        before = len(self.told())
        for name in self.all:
            self.assertEqual(self.isr.get(f'/api/sources/{name}/{action}', method='POST')[0], 202)
        self.wait_told(before, states)

    def wait_told(self, before, states):
        def missing():
            return set(self.all) - {name for name, _, what in self.told()[before:] if what in states}
        process.wait_for(lambda: f'{states} of {missing()}', lambda: not missing())

    def memory(self):
        """MB of its own."""
        text = pathlib.Path(f'/proc/{self.isr.process.child.pid}/smaps_rollup').read_text(encoding='ascii')
        return next(int(line.split()[1]) / 1000 for line in text.splitlines() if line.startswith('Pss_Anon'))

    def open_files(self):
        return len(list(pathlib.Path(f'/proc/{self.isr.process.child.pid}/fd').iterdir()))

    def test_an_hour(self):
        self.wait_told(0, ['recording', 'waiting-to-retry'])
        self.control('stop', ['stopped'])
        before, files, start = self.memory(), self.open_files(), len(self.told())
        self.control('start', ['recording', 'waiting-to-retry'])
        process.wait_for(lambda: f'an hour, there are {self.drops()}: {self.isr.process.stderr[-2000:]}',
                         lambda: all(self.drops()[kind] >= count for kind, count in HOUR.items()), 300)
        end = len(self.told())
        self.control('stop', ['stopped'])
        # a connection of ours is open while it is asked, and what is free is given back once a minute
        process.wait_for(lambda: f'{files} open files, there are {self.open_files()}', lambda: self.open_files() <= files + 1)
        process.wait_for(lambda: f'{before} MB, it has {self.memory()}', lambda: self.memory() < before + 4, 150)
        self.assertEqual(self.isr.stop(), 0)
        heard = self.hear()
        self.few_words(self.told()[start:end], heard)
        self.nothing_twice(heard)

    def few_words(self, told, heard):
        known = {('state', 'waiting-to-retry'), ('gap', 'disconnected'), ('state', 'recording'), ('gap', 'stopped')}
        self.assertLessEqual({line[1:] for line in told}, known)
        counts = collections.Counter(name for name, _, what in told if what != 'stopped')
        for name in self.all:
            incidents = {'gone': self.server.drops[name], 'brief': 1, 'joined': len(heard[name])}[name[:-3]]
            self.assertLessEqual(counts[name], MOST * incidents + 1, [line for line in told if line[0] == name])  # one: that it records at all
            self.assertGreater(counts[name], 0, name)
        gone = self.names['gone']  # few, but told: the last drop may be under way
        self.assertGreaterEqual(sum(counts[name] for name in gone), 2 * sum(self.server.drops[name] - 1 for name in gone))

    def hear(self):
        """{source: [(first frame, last frame) of each file]}. Every file has audio, and all of it from its first frame to its last."""
        heard = collections.defaultdict(list)
        for path in self.isr.paths():
            self.assertGreater(path.stat().st_size, 0, path)
            self.assertEqual(path.suffix, '.mp3')
            found = flapping.numbers(path.read_bytes())
            self.assertEqual(found, list(range(found[0], found[0] + len(found))), path)
            heard[path.name.split('_')[0]].append((found[0], found[-1]))
        return heard

    def nothing_twice(self, heard):
        for name, runs in heard.items():
            runs.sort(key=lambda run: run[1])
            for before, run in zip(runs, runs[1:]):
                # a person who stops and starts it has a new history: the burst brings the last seconds again
                if not (name.startswith('joined') and before is runs[0]):
                    self.assertLess(before[1], run[0], (name, runs))


if __name__ == '__main__':
    unittest.main()
