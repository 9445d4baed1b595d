# SPDX-License-Identifier: MIT
"""A WAV file beyond 4 GiB: written by the element, played to its last sample by ffmpeg and sox.

    bench.py rf64 [--gib 6] [--directory DIR]

Six channels of 32 bits at 192 kHz, of known bytes. Needs that much room in DIR. The exit
status is 1 when a player does not reach the end or plays other bytes there.
"""
import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import meters
from support import process

RATE, CHANNELS, SAMPLE = 192_000, 6, 4
FRAME = CHANNELS * SAMPLE
BUFFER = FRAME * 256 * 160  # a multiple of the pattern of 256 bytes and of a frame
TAIL = 10  # frames that are compared


def record(place, buffers):
    line = (f'fakesrc num-buffers={buffers} sizetype=fixed sizemax={BUFFER} filltype=pattern ! '
            f'audio/x-raw,format=S32LE,rate={RATE},channels={CHANNELS},channel-mask=(bitmask)0x3f,layout=interleaved ! '
            f'isrsplitsink format=wav split-interval=0 fsync-interval=0 location={place}/long')
    process.run('gst-launch-1.0', '-q', *line.split(), limit=1800)
    return place / 'long.wav'


def ffmpeg_bytes(path, offset=None):
    """How many bytes ffmpeg plays, and the last ones, without a complaint."""
    return drain(['ffmpeg', '-nostdin', '-v', 'warning', *(['-ss', str(offset)] if offset else []), '-i', str(path), '-f', 's32le', '-'])


def sox_bytes(path):
    return drain(['sox', '--no-dither', str(path), '-t', 's32', '-'])


def drain(command):
    count, tail = 0, b''
    with subprocess.Popen(command, env=process.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        while piece := child.stdout.read(1 << 22):
            count += len(piece)
            tail = (tail + piece)[-TAIL * FRAME:]
        said = child.stderr.read().decode(errors='replace')
    if child.returncode or [line for line in said.splitlines() if 'Guessed Channel Layout' not in line]:
        raise AssertionError(f'{command[0]} ended with {child.returncode}: {said}')
    return count, tail


def main(argv):
    options = argparse.ArgumentParser(prog='bench.py rf64')
    options.add_argument('--gib', type=float, default=6)
    options.add_argument('--directory')
    options = options.parse_args(argv)
    buffers = int(options.gib * (1 << 30) / BUFFER) + 1
    expected = bytes(n % 256 for n in range(BUFFER - TAIL * FRAME, BUFFER))
    place = pathlib.Path(tempfile.mkdtemp(prefix='isr-rf64-', dir=options.directory))
    rows, broken = [], False
    try:
        begun = time.monotonic()
        path = record(place, buffers)
        size, head = path.stat().st_size, path.open('rb').read(4).decode()
        rows.append(['written', head, size, f'{time.monotonic() - begun:.0f}', 'ok' if (head == 'RF64') == (size > 0xffffffff) else 'WRONG'])
        for name, play in {'ffmpeg': ffmpeg_bytes, 'sox': sox_bytes}.items():
            begun = time.monotonic()
            count, tail = play(path)
            right = count == buffers * BUFFER and tail == expected
            rows.append([name, head, count, f'{time.monotonic() - begun:.0f}', 'ok' if right else f'WRONG: {buffers * BUFFER} bytes were recorded'])
    except AssertionError as error:
        rows.append(['failed', '', '', '', f'WRONG: {error}'])
    finally:
        shutil.rmtree(place, ignore_errors=True)
    broken = any(row[-1] != 'ok' for row in rows)
    meters.table(['step', 'kind', 'bytes', 's', 'verdict'], rows)
    if broken:
        sys.exit(1)
