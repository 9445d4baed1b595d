#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Loudness: re-scoring levels, and metering audio in memory, against reading it.

Runs build/tests/bench/loudness-bench, which prints the tables.
"""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


SCENES = os.path.join(ROOT, 'tests', 'unit', 'loudness', 'scenes')


def main(arguments=()):
    program = os.path.join(ROOT, 'build', 'tests', 'bench', 'loudness-bench')
    subprocess.run([program, *arguments], env={**os.environ, 'ISR_SCENES': SCENES}, check=True)


if __name__ == '__main__':
    main(sys.argv[1:])
