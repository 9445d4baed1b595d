# SPDX-License-Identifier: MIT
"""The page in Chromium as slow as a phone: CPU throttled 4x, 100 Mbit/s, 5 ms; medians.

    bench.py web [--runs 5] [--many 100000] [--seconds 10]
"""
import pathlib
import subprocess
import sys

TESTS = pathlib.Path(__file__).resolve().parent.parent


def main(arguments):
    subprocess.run([TESTS / 'web/install.sh'], check=True)
    sys.exit(subprocess.run(['node', TESTS / 'web/bench.js', *arguments], check=False).returncode)
