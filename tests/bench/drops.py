# SPDX-License-Identifier: MIT
"""Many streams of a real Icecast whose connections are cut again and again, for 0 to 30 s each: is what was
recorded what was sent, and does the ledger say how much is missing?

    bench.py drops [--streams 40] [--drops 1000] [--longest 30] [--seed 1]

The same as tests/e2e/test_drops.py, for a quarter of an hour; support/drops.py says how it is judged.
"""
import argparse
import time

import meters
from support import station
from support.drops import Trial


def report(trial):
    rows, told = [], []
    for name in station.FORMATS:
        mine = [trial.judge(s) for s in trial.streams if s.track.name == name]
        if not mine:
            continue
        total = {key: sum((m[key] for m in mine), type(mine[0][key])()) for key in mine[0]}
        errors = sorted(abs(e) for e in total['errors']) or [0.0]
        share = (total['declared'] - total['missing']) / total['missing'] * 100 if total['missing'] else 0.0
        rows.append([name, total['drops'], total['covered'], total['unjoined'], total['drops'] - total['holes'], total['holes'], total['twice'], total['torn'],
                     total['undeclared'], f"{total['missing']:.1f}", f"{total['declared']:.1f}", f'{share:+.2f} %', f'{errors[len(errors) // 2]:.2f}',
                     f'{errors[-1]:.2f}', total['beyond']])
        told += total['told'][:20]
    meters.table(['format', 'drops', 'covered', 'of them not joined', 'joined', 'holes', 'packets twice', 'seams within a file', 'undeclared holes',
                  'missing s', 'ledger s', 'sum off', 'median error s', 'largest s', 'beyond uncertainty'], rows)
    for line in told:
        print(line)


def drop(stream, count, longest):
    for _ in range(count):
        stream.drop(stream.chance.random() * longest)
        time.sleep(11 + stream.chance.random() * 4)  # ten seconds are a recovery: the next back-off begins anew


def main(argv):
    options = argparse.ArgumentParser(prog='bench.py drops')
    options.add_argument('--streams', type=int, default=40)
    options.add_argument('--drops', type=int, default=1000, help='of all streams together')
    options.add_argument('--longest', type=float, default=30)
    options.add_argument('--seed', type=int, default=1)
    options = options.parse_args(argv)
    each = -(-options.drops // options.streams)
    seconds = int(each * (options.longest / 2 + 20) * 1.5 + 120)
    with Trial(options.streams, seconds, options.seed, general='retry_delay_seconds = 1\n') as trial:
        time.sleep(8)
        trial.run(lambda stream: drop(stream, each, options.longest))
        trial.finish()
        report(trial)
