#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the end-to-end tests, a process a module, some side by side: they wait more than they work.

    run.py [MODULE...]     without a module: all; ISR_E2E_JOBS of them at a time (4)
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
# the longest first: nothing is left to wait for at the end
LONG = ['test_doctor', 'test_flapping', 'test_drops', 'test_servers', 'test_rejoin', 'test_api', 'test_proof_kill']


def run(module):
    begun = time.monotonic()
    done = subprocess.run([sys.executable, '-m', 'unittest', '-b', module], cwd=HERE, capture_output=True, text=True, errors='replace', check=False)
    return module, done.returncode, done.stderr, time.monotonic() - begun


def main():
    found = sys.argv[1:] or [path.stem for path in HERE.glob('test_*.py')]
    modules = sorted(found, key=lambda name: (LONG.index(name) if name in LONG else len(LONG), name))
    tests = failed = skipped = 0
    again = []  # what fails beside others is tried once more alone, and said: a busy machine decides no test
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get('ISR_E2E_JOBS', '4'))) as pool:
        for future in concurrent.futures.as_completed([pool.submit(run, module) for module in modules]):
            module, status, text, seconds = future.result()
            count = re.search(r'^Ran (\d+) test', text, re.M)
            skips = re.search(r'skipped=(\d+)', text)
            tests += int(count[1]) if count else 0
            skipped += int(skips[1]) if skips else 0
            print(f'{"ok" if status == 0 else "FAILED":7} {module}: {count[1] if count else 0} tests, {seconds:.0f} s', file=sys.stderr, flush=True)
            if status or not count:
                again.append(module)
                print(text, file=sys.stderr, flush=True)
    for module in again if len(again) <= 3 else []:
        print(f'once more, alone: {module}', file=sys.stderr, flush=True)
        _, status, text, _ = run(module)
        failed += status != 0
        if status:
            print(text, file=sys.stderr, flush=True)
    if len(again) > 3:
        failed = len(again)
    print(f'{tests} end-to-end tests in {len(modules)} modules, {failed} modules failed, {skipped} skipped', file=sys.stderr)
    return 1 if failed or skipped else 0


if __name__ == '__main__':
    sys.exit(main())
