# SPDX-License-Identifier: MIT
"""A thousand kills: SIGKILL at random moments and bytes, repair, and is everything there?

    bench.py kill [--kills 1000] [--first 1000] [--formats wav,mp3-cbr,...] [--keep DIR]

A kill that costs more than it may is printed with its format and seed. (A moment
can not be repeated exactly; --keep copies what was left.) The exit status is 1 then.
"""
import argparse
import pathlib
import shutil
import sys
import tempfile
import time

import meters
from support import kill


def one(source, place, seed, keep):
    out = place / 'out'
    out.mkdir()
    try:
        return kill.prove(source, out, seed), None
    except AssertionError as error:
        if keep:
            shutil.copytree(out, pathlib.Path(keep) / f'{source.format}-{seed}', dirs_exist_ok=True)
        return 0, str(error)
    finally:
        shutil.rmtree(out)


def main(argv):
    options = argparse.ArgumentParser(prog='bench.py kill')
    options.add_argument('--kills', type=int, default=1000)
    options.add_argument('--first', type=int, default=1000)
    options.add_argument('--formats', default=','.join(kill.FORMATS))
    options.add_argument('--keep')
    options = options.parse_args(argv)
    formats = options.formats.split(',')
    rows, broken = [], 0
    for fmt in formats:
        begun, files, bad = time.monotonic(), 0, 0
        kills = max(options.kills // len(formats), 1)
        with tempfile.TemporaryDirectory(prefix='isr-kill-') as place:
            source = kill.Source(pathlib.Path(place), fmt)
            for seed in range(options.first, options.first + kills):
                count, error = one(source, pathlib.Path(place), seed, options.keep)
                files += count
                if error:
                    bad += 1
                    print(f'FAILED {fmt} {seed}: {error}', flush=True)
        broken += bad
        rows.append([fmt, kills, files, bad, f'{time.monotonic() - begun:.0f}'])
    meters.table(['format', 'kills', 'files left', 'failed', 's'], rows)
    if broken:
        sys.exit(1)
