# SPDX-License-Identifier: MIT
"""What a split costs, and what an hour of audio costs, a format at a time.

    bench.py split [--minutes 60] [--runs 3] [--formats wav,flac,mp3,...]

The cost of a split is the difference between a run with splits every second and
one without any, divided by their number. The peers do the same work: ffmpeg
copies (or encodes) into segments, bare GStreamer writes one file.
"""
import argparse
import os
import pathlib
import resource
import shutil
import subprocess
import tempfile

import meters
from support import process

SECOND = 10**9

# name: (how ffmpeg makes it, extension, bare GStreamer, how ffmpeg splits it)
FORMATS = {
    'wav': (['-c:a', 'pcm_s16le'], 'wav', 'wavparse ! wavenc', ['-c:a', 'copy', '-segment_format', 'wav']),
    'flac': (['-c:a', 'pcm_s16le'], 'wav', 'wavparse ! flacenc', ['-c:a', 'flac', '-segment_format', 'flac']),
    'mp3': (['-c:a', 'libmp3lame', '-b:a', '128k', '-id3v2_version', '0'], 'mp3', 'mpegaudioparse', ['-c:a', 'copy', '-segment_format', 'mp3']),
    'aac': (['-c:a', 'aac', '-b:a', '96k', '-f', 'adts'], 'aac', 'aacparse', ['-c:a', 'copy', '-segment_format', 'adts']),
    'opus': (['-c:a', 'libopus', '-b:a', '64k'], 'opus', 'oggdemux ! audio/x-opus ! oggmux', ['-c:a', 'copy', '-segment_format', 'ogg']),
    'vorbis': (['-c:a', 'libvorbis', '-q:a', '4'], 'ogg', 'oggdemux ! vorbisparse ! audio/x-vorbis ! oggmux', ['-c:a', 'copy', '-segment_format', 'ogg']),
    'native flac': (['-c:a', 'flac'], 'flac', 'flacparse', ['-c:a', 'copy', '-segment_format', 'flac']),
}
RAW = ('wav', 'flac')


def used(command, cwd):
    """CPU seconds and peak resident MB of a command that must succeed."""
    with tempfile.TemporaryFile() as log:
        child = subprocess.Popen([str(c) for c in command], cwd=cwd, env=process.environment(), stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            log.seek(0)
            raise RuntimeError(f'{command}: {log.read().decode(errors="replace")}')
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000


def ours(name, path, interval):
    middle = 'wavparse ! ' if name in RAW else ''
    return ['gst-launch-1.0', '-q', *(f'filesrc location={path} ! {middle}isrsplitsink start-time=1700000000000000000 split-interval={interval}'
                                      + (f' format={name}' if name in RAW else '')).split()]


def bare(pipeline, path):
    return ['gst-launch-1.0', '-q', *f'filesrc location={path} ! {pipeline} ! filesink location=out'.split()]


def ffmpeg(options, path, seconds):
    return ['ffmpeg', '-nostdin', '-v', 'error', '-y', '-i', path, '-map', '0:a', *options[:2], '-f', 'segment', *options[2:], '-segment_time', str(seconds), '%06d.out']


def clean(place):
    for path in place.iterdir():
        path.unlink()


def measure(name, path, minutes, place):
    _, _, pipeline, options = FORMATS[name]
    splits = minutes * 60 - 1
    rows = {}
    for key, command in {'none': ours(name, path, 0), 'hourly': ours(name, path, 3600 * SECOND), 'each second': ours(name, path, SECOND),
                         'bare': bare(pipeline, path), 'ffmpeg': ffmpeg(options, path, 3600), 'ffmpeg 1 s': ffmpeg(options, path, 1)}.items():
        rows[key] = used(command, place)[0]
        if key == 'each second':
            count = len(list(place.iterdir()))
            if not splits <= count <= splits + 3:
                raise RuntimeError(f'{name}: {count} files instead of {splits + 1}')
        clean(place)
    return {'hour': rows['hourly'] * 60 / minutes, 'split': (rows['each second'] - rows['none']) / splits * 1000,
            'bare': rows['bare'] * 60 / minutes, 'ffmpeg': rows['ffmpeg'] * 60 / minutes,
            'ffmpeg split': (rows['ffmpeg 1 s'] - rows['ffmpeg']) / splits * 1000}


def main(argv):
    options = argparse.ArgumentParser(prog='bench.py split')
    options.add_argument('--minutes', type=int, default=60)
    options.add_argument('--runs', type=int, default=3)
    options.add_argument('--formats', default=','.join(FORMATS))
    options = options.parse_args(argv)
    place = pathlib.Path(tempfile.mkdtemp(prefix='isr-bench-split-'))
    out = place / 'out'
    out.mkdir()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    rows = []
    try:
        for name in options.formats.split(','):
            make, extension, _, _ = FORMATS[name]
            path = place / f'in.{extension}'
            process.run('ffmpeg', '-nostdin', '-v', 'error', '-y', '-f', 'lavfi', '-i',
                        f'anoisesrc=color=pink:seed=1:sample_rate=48000:amplitude=0.3:duration={options.minutes * 60}', '-ac', '2', *make, path, limit=600)
            runs = [measure(name, path, options.minutes, out) for _ in range(options.runs)]
            column = lambda key: [r[key] for r in runs]
            rows.append([name, meters.spread(column('hour')), meters.spread(column('bare')), meters.spread(column('ffmpeg')),
                         meters.spread([r['hour'] / r['bare'] for r in runs]), meters.spread([r['hour'] / r['ffmpeg'] for r in runs]),
                         meters.spread(column('split')), meters.spread(column('ffmpeg split'))])
            path.unlink()
    finally:
        shutil.rmtree(place, ignore_errors=True)
    meters.table(['format', 'isr CPU s per hour', 'bare GStreamer', 'ffmpeg', 'isr / bare', 'isr / ffmpeg', 'ms a split', 'ffmpeg ms a split'], rows)
