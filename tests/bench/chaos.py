# SPDX-License-Identifier: MIT
"""All at once: streams of a real Icecast that are cut on the clock, whose connections are lost, and whose recorder is
killed, stopped, started, configured anew and told to split, at random moments. Is what is on disk what was sent, once
and in order, and does the ledger say what is missing?

    bench.py chaos [--streams 8] [--seconds 600] [--seed 1] [--formats mp3,aac,vorbis,opus]

Each trouble is tested on its own elsewhere; here they meet.
"""
import argparse
import random
import signal
import threading
import time

import meters
from support import station
from support.drops import Trial

SPLIT = 0.2  # minutes
FAULTS = ('twice', 'torn', 'undeclared', 'beyond')


class Troubles:
    """What happens to the recorder of @trial. One at a time; the streams' own go on beside it."""

    def __init__(self, trial, seed):
        self.trial, self.chance, self.counts = trial, random.Random(seed), {}

    @property
    def recorder(self):
        return self.trial.recorder

    def _start_again(self):
        self.recorder.process.close()
        time.sleep(self.chance.choice((0, 0.2, 1, 4)))
        self.recorder.start()

    def killed(self):
        self.recorder.process.kill()
        self._start_again()

    def restarted(self):
        self.recorder.stop()
        self._start_again()

    def reloaded(self):
        path = self.recorder.dir / 'config.ini'
        text = path.read_text(encoding='utf-8')
        was, becomes = ('12', '11') if 'margin = 12' in text else ('11', '12')
        path.write_text(text.replace(f'margin = {was}', f'margin = {becomes}'), encoding='utf-8')
        self.recorder.process.child.send_signal(signal.SIGHUP)

    def split(self):
        stream = self.chance.choice(self.trial.streams)
        self.recorder.get(f'/api/sources/{stream.name}/split', method='POST')

    def run(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(self.chance.uniform(0.2, 20))
            trouble = self.chance.choice((self.killed, self.killed, self.restarted, self.reloaded, self.split))
            self.counts[trouble.__name__] = self.counts.get(trouble.__name__, 0) + 1
            trouble()


def drop(stream, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(stream.chance.uniform(1, 40))
        stream.drop(stream.chance.random() ** 3 * 12)


def report(trial, formats, counts):
    rows, told = [], []
    for name in formats:
        mine = [trial.judge(s) for s in trial.streams if s.track.name == name]
        total = {key: sum((m[key] for m in mine), type(mine[0][key])()) for key in mine[0]}
        rows.append([name, total['drops'], total['holes'], *(total[fault] for fault in FAULTS), f"{total['missing']:.1f}", f"{total['declared']:.1f}"])
        told += total['told'][:20]
    meters.table(['format', 'drops', 'holes', 'packets twice', 'seams within a file', 'undeclared holes', 'beyond uncertainty', 'missing s', 'ledger s'], rows)
    print('recorder: ' + ', '.join(f'{n} x {name}' for name, n in sorted(counts.items())))
    for line in told:
        print(line)


def main(argv):
    options = argparse.ArgumentParser(prog='bench.py chaos')
    options.add_argument('--streams', type=int, default=8)
    options.add_argument('--seconds', type=int, default=600)
    options.add_argument('--seed', type=int, default=1)
    options.add_argument('--formats', default=','.join(station.FORMATS))
    options = options.parse_args(argv)
    formats = options.formats.split(',')
    with Trial(options.streams, options.seconds + 240, options.seed, formats, general=f'split_minutes = {SPLIT}\nretry_delay_seconds = 1\nmargin = 12\n') as trial:
        troubles = Troubles(trial, options.seed)
        others = threading.Thread(target=troubles.run, args=(options.seconds,))
        others.start()
        trial.run(lambda stream: drop(stream, options.seconds))
        others.join()
        trial.finish()
        report(trial, formats, troubles.counts)
