#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A short run of one fuzz target, the same one every time: a test.

    run.py .../fuzz-TARGET RUNS

Fails when the target does, or when its seeds reach nothing. The input that broke
it is kept beside the program, as broken-TARGET-*. Long runs: ./dev bench fuzz.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

import corpus


def options(program):
    target = program.name.removeprefix('fuzz-')
    return ['-max_len=6144', '-rss_limit_mb=2048', '-timeout=20', '-print_final_stats=1', f'-artifact_prefix={program.parent}/broken-{target}-']


def main():
    program, runs = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    seeds = program.parent / f'seeds-{program.name.removeprefix("fuzz-")}'
    count = corpus.make(program.name.removeprefix('fuzz-'), seeds)
    with tempfile.TemporaryDirectory(prefix='isr-fuzz-') as grown:
        done = subprocess.run([program, *options(program), f'-runs={runs}', '-seed=1', grown, seeds], stderr=subprocess.PIPE, text=True, errors='replace')
    if done.returncode != 0:
        sys.stderr.write(done.stderr)
        return 1  # not the 77 of libFuzzer, which is “skipped” to meson
    covered = re.findall(r'cov: (\d+)', done.stderr)
    print(f'{count} seeds, {runs} runs, {covered[-1] if covered else 0} edges')
    return 0 if covered else 1


if __name__ == '__main__':
    sys.exit(main())
