# SPDX-License-Identifier: MIT
"""What other programs say about a file: the judge is never our own code."""
import json
import pathlib
import subprocess

from . import process

# What the tools say of every file of a kind, ours or not: ADTS has no duration, plain WAV no channel layout.
KNOWN = ('Estimating duration from bitrate', 'Guessed Channel Layout')


def complaints(text):
    return '\n'.join(line for line in text.splitlines() if line.strip() and not any(known in line for known in KNOWN))


def opening(path):
    """How ffmpeg is told what a shred of a second is: MP3 and ADTS are recognized by several frames in a row."""
    path = pathlib.Path(path)
    if path.suffix in ('.mp3', '.aac') and path.stat().st_size < 8192:
        return ['-f', path.suffix[1:], '-i', str(path)]
    return ['-i', str(path)]


def probe(path):
    """ffprobe's format and first stream; fails when it complains."""
    done = process.run('ffprobe', '-v', 'warning', '-of', 'json', '-show_format', '-show_streams', *opening(path))
    if complaints(done.stderr):
        raise AssertionError(f'ffprobe of {path}: {done.stderr}')
    answer = json.loads(done.stdout)
    return {**answer['format'], 'stream': answer['streams'][0]}


def decode(path, fmt='s16le'):
    """Every sample, as ffmpeg decodes it; fails when it complains."""
    done = subprocess.run(['ffmpeg', '-nostdin', '-v', 'warning', *opening(path), '-f', fmt, '-'], capture_output=True, check=False, timeout=120)
    if done.returncode or complaints(done.stderr.decode(errors='replace')):
        raise AssertionError(f'ffmpeg of {path}: {done.stderr.decode()}')
    return done.stdout


def plays(path):
    """The file plays from 0 to its end without a complaint; returns its duration in seconds."""
    info = probe(path)
    bytes_a_second = 2 * int(info['stream']['channels']) * int(info['stream']['sample_rate'])
    duration = len(decode(path)) / bytes_a_second
    if duration <= 0:
        raise AssertionError(f'{path} holds no audio')
    return duration
