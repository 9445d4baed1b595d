#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Loudness: re-scoring levels, and metering audio in memory, against reading it.

Runs build/tests/bench/loudness-bench, which prints the tables.
"""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def main(arguments=()):
    program = os.path.join(ROOT, 'build', 'tests', 'bench', 'loudness-bench')
    scenes = os.path.join(ROOT, 'tests', 'unit', 'loudness', 'scenes')
    subprocess.run([program, *arguments], env={**os.environ, 'ISR_SCENES': scenes}, check=True)


if __name__ == '__main__':
    main(sys.argv[1:])
