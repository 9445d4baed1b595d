# SPDX-License-Identifier: MIT
"""The whole matrix of the proof: every codec x three rates x mono and stereo x seeds.

    bench.py proof [--seeds 3] [--first 1] [--codecs mp3-cbr,opus,...] [--seconds 6] [--keep DIR]

A case that fails is printed with what it takes to run it again; with --keep its
files stay in DIR. The exit status is 1 then.
"""
import argparse
import itertools
import pathlib
import shutil
import sys
import tempfile
import time

import meters
from support import proof


def run_case(case, seconds, keep):
    codec, rate, channels, seed = case
    place = pathlib.Path(tempfile.mkdtemp(prefix='isr-proof-'))
    try:
        return proof.prove(place, codec, rate, channels, seed, seconds), None
    except AssertionError as error:
        if keep:
            shutil.copytree(place, pathlib.Path(keep) / '-'.join(map(str, case)), dirs_exist_ok=True)
        return 0, str(error)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def main(argv):
    options = argparse.ArgumentParser(prog='bench.py proof')
    options.add_argument('--seeds', type=int, default=3)
    options.add_argument('--first', type=int, default=1)
    options.add_argument('--codecs', default=','.join(proof.CODECS))
    options.add_argument('--seconds', type=int, default=6)
    options.add_argument('--keep')
    options = options.parse_args(argv)
    rows, broken = [], 0
    for codec in options.codecs.split(','):
        begun, files, bad = time.monotonic(), 0, 0
        cases = list(itertools.product([codec], proof.CODECS[codec].rates, (1, 2), range(options.first, options.first + options.seeds)))
        for case in cases:
            count, error = run_case(case, options.seconds, options.keep)
            files += count
            if error:
                bad += 1
                print(f'FAILED {case}: {error}', flush=True)
        broken += bad
        rows.append([codec, len(cases), files, bad, f'{time.monotonic() - begun:.0f}'])
    meters.table(['codec', 'cases', 'files', 'failed', 's'], rows)
    if broken:
        sys.exit(1)
