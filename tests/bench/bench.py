#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measurements: ours, the peers' and the limit's in one run, as tables.

    bench.py [NAME [OPTION...]]     without a name: all

Absolute figures drift with the machine; the ratios of one run count. Nothing
here decides a test.
"""
import importlib
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), 'e2e')]

BENCHES = {
    'split': 'what a split and an hour of audio cost, for each format',
    'proof': 'every codec, rate and channel count through random splits: packets and lengths against the source',
    'kill': 'SIGKILL at random moments: what is left, plays, and lacks no more than it may',
    'rf64': 'a WAV file of 6 GiB, and do ffmpeg and sox play it to its end?',
    'capture': 'N live streams at once: CPU seconds per stream-hour and PSS, against ffmpeg and bare GStreamer',
    'drops': 'connections cut 1,000 times: what was recorded and what the ledger says, against what was sent',
    'chaos': 'streams whose connections are lost and whose recorder is killed, restarted, configured anew: against what was sent',
    'soak': 'fourteen days of files and drops in fourteen minutes: does the daemon grow in the second week?',
    'fuzz': 'executions, coverage and what fell, 10 minutes a target (--seconds)',
    'analyze': 'an hour as WAV and FLAC against numpy, ffmpeg, sox and the limit; re-scoring from disk; hearing live',
    'loudness': 're-scoring a day and a year of levels; metering against memory bandwidth',
    'live': 'what listening to a stream costs beside recording it, against the bare decoder',
    'archive': 'a hundred thousand recordings: the first look, start, pages, days, search',
    'http': 'pages that listen, connections that come and go; ranges, clips, cuts, lists against their peers',
    'web': 'the page in a throttled browser: until it can be used, click to sound, another day, 100,000 recordings, meters',
}
MODULES = {'http': 'listeners'}  # a file called http.py would hide Python's own


def main():
    names = sys.argv[1:2] or list(BENCHES)
    if names[0] not in BENCHES:
        print(f'bench: no measurement “{names[0]}”; there are:', file=sys.stderr)
        for name, what in BENCHES.items():
            print(f'  {name:10} {what}', file=sys.stderr)
        return 2
    for name in names:
        print(f'# {name}: {BENCHES[name]}\n', flush=True)
        importlib.import_module(MODULES.get(name, name)).main(sys.argv[2:])
    return 0


if __name__ == '__main__':
    sys.exit(main())
