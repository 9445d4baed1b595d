# SPDX-License-Identifier: MIT
"""Long runs of the fuzz targets.

    bench.py fuzz [--seconds 600] [--target NAME ...] [--jobs CORES]

Each target runs in as many processes as there are cores, which share what they
learn; that is kept in build-sanitize/fuzz for the next run. Needs the build that
“./dev test fuzz” makes. Ends with 1 if a target fell.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / 'build-sanitize' / 'tests' / 'fuzz'
sys.path.insert(0, str(ROOT / 'tests' / 'fuzz'))

import corpus  # noqa: E402

ENVIRONMENT = {
    'ASAN_OPTIONS': 'detect_leaks=1:abort_on_error=1',
    'UBSAN_OPTIONS': 'print_stacktrace=1:halt_on_error=1',
    'LSAN_OPTIONS': f'print_suppressions=0:suppressions={ROOT}/tests/lsan.supp',
    'G_DEBUG': 'fatal-warnings,gc-friendly',
    'TZ': 'UTC',
    'LC_ALL': 'C.UTF-8',
}


def start(target, seconds, job, grown, seeds, home):
    command = [BUILD / f'fuzz-{target}', f'-max_total_time={seconds}', '-max_len=8192', '-rss_limit_mb=2048', '-timeout=20', '-reload=1',
               '-print_final_stats=1', f'-seed={time.time_ns() % 2**31 + job}', f'-artifact_prefix={home}/broken-{target}-', grown, seeds]
    log = open(home / f'{target}-{job}.log', 'w+', errors='replace')
    return subprocess.Popen(command, stderr=log, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env={**os.environ, **ENVIRONMENT}), log


def last(pattern, text):
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def read(process, log):
    """Executions, edges and features covered, where the input is that broke it (or None)."""
    status = process.wait()
    log.seek(0)
    text = log.read()
    log.close()
    broken = re.findall(r'Test unit written to (.*)', text)
    if status != 0 and not broken:
        broken = [log.name]
    return last(r'stat::number_of_executed_units: (\d+)', text), last(r'cov: (\d+)', text), last(r'ft: (\d+)', text), broken[0] if broken else None


def run(target, seconds, jobs):
    home = ROOT / 'build-sanitize' / 'fuzz'
    grown, seeds = home / target, home / f'seeds-{target}'
    grown.mkdir(parents=True, exist_ok=True)
    corpus.make(target, seeds)
    begun = time.monotonic()
    results = [read(*child) for child in [start(target, seconds, job, grown, seeds, home) for job in range(jobs)]]
    took = time.monotonic() - begun
    count = sum(r[0] for r in results)
    broken = [r[3] for r in results if r[3]]
    print(f'| {target} | {count} | {count / took:.0f} | {max(r[1] for r in results)} | {max(r[2] for r in results)} '
          f'| {len(list(grown.iterdir()))} | {", ".join(broken) or "none"} |', flush=True)
    return broken


def main(argv):
    parser = argparse.ArgumentParser(prog='bench.py fuzz')
    parser.add_argument('--seconds', type=int, default=600, help='for each target')
    parser.add_argument('--target', action='append', choices=sorted(corpus.SEEDS), help='may be repeated; without it: all')
    parser.add_argument('--jobs', type=int, default=os.cpu_count(), help='processes for each target')
    options = parser.parse_args(argv)
    targets = options.target or sorted(corpus.SEEDS)
    missing = [t for t in targets if not (BUILD / f'fuzz-{t}').exists()]
    if missing:
        sys.exit(f'bench: no fuzz-{missing[0]} in {BUILD}; “./dev test fuzz” builds it')
    print('| target | executions | exec/s | edges | features | inputs kept | broken by |\n|---|--:|--:|--:|--:|--:|---|', flush=True)
    if any([run(target, options.seconds, options.jobs) for target in targets]):
        sys.exit(1)
