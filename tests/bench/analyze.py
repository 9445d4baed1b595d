# SPDX-License-Identifier: MIT
"""Analysis: an hour of 48 kHz stereo as WAV and FLAC, re-scoring of stored levels, what hearing costs live.

    bench.py analyze [--minutes 60] [--runs 3]

CPU seconds of whole processes (start included). The older algorithm in numpy does
less than ours (raw RMS, blocks of 30 s); the limits do less still. The levels of a
year take 2.5 GB of the temporary directory; numpy and soundfile are those of Debian's python3.
"""
import argparse
import os
import pathlib
import shutil
import tempfile

import loudness
import meters
from split import used
from support import process

BENCH = process.BUILD / 'tests' / 'bench' / 'analyze-bench'

NUMPY = '''
import sys, numpy, soundfile
levels = []
with soundfile.SoundFile(sys.argv[1]) as f:
    window = f.samplerate // 10
    for block in f.blocks(blocksize=window * 300, dtype='float32'):
        block = block[:len(block) // window * window].reshape(-1, window, f.channels)
        levels.append(10 * numpy.log10(numpy.maximum(numpy.mean(block ** 2, axis=1).max(axis=1), 1e-12)))
for block in levels:
    loud = block >= numpy.percentile(block, 20) + 12
print(sum(len(b) for b in levels))
'''


def peers(path, place):
    script = place / 'older.py'
    script.write_text(NUMPY, encoding='utf-8')
    ffmpeg = lambda chain: ['ffmpeg', '-nostdin', '-v', 'error', '-i', path, '-af', chain, '-f', 'null', '-']
    rows = {
        'isr analyze': [process.ISR, 'analyze', path],
        'numpy + soundfile, the older algorithm': ['/usr/bin/python3', script, path],
        'ffmpeg silencedetect': ffmpeg('silencedetect'),
        'ffmpeg astats': ffmpeg('astats'),
        'ffmpeg ebur128': ffmpeg('ebur128'),
        'sox stats': ['sox', path, '-n', 'stats'],
        'gst decode alone': ['gst-launch-1.0', '-q', *f'filesrc location={path} ! {"flacparse ! flacdec" if path.suffix == ".flac" else "wavparse"} ! fakesink'.split()],
    }
    if path.suffix == '.flac':
        rows['limit: libFLAC and a plain C loop'] = [BENCH, 'limit', path]
    return rows


def files(place, options):
    wav, flac = place / 'hour.wav', place / 'hour.flac'
    process.run('ffmpeg', '-nostdin', '-v', 'error', '-y', '-f', 'lavfi', '-i',
                f'anoisesrc=color=pink:seed=1:sample_rate=48000:amplitude=0.3:duration={options.minutes * 60}', '-ac', '2', '-map_metadata', '-1', '-fflags', '+bitexact', '-c:a', 'pcm_s16le', wav, limit=900)
    process.run('flac', '-s', '-5', '-f', wav, '-o', flac, limit=900)
    rows = []
    for path in (wav, flac):
        results = {name: [used(command, place)[0] * 60 / options.minutes for _ in range(options.runs)] for name, command in peers(path, place).items()}
        ours = sorted(results['isr analyze'])[options.runs // 2]
        for name, values in results.items():
            rows.append([path.suffix[1:], name, meters.spread(values), f'{ours / (sorted(values)[options.runs // 2] or 1e-9):.2f}'])
    meters.table(['file', f'an hour of 48 kHz stereo, median of {options.runs}', 'CPU s', 'isr / this'], rows)


def scoring(place):
    out = process.run(BENCH, 'score', place, env=process.environment(ISR_SCENES=loudness.SCENES), limit=600).stdout
    targets = {'24h': 5, '30d': 150, '1y': 2000}
    rows = [[what, ms, targets[what], draw, sections] for what, ms, draw, sections in (line.split() for line in out.splitlines())]
    meters.table(['levels on disk, files of an hour', 'sections, ms of CPU', 'target', '1000 points, ms of CPU', 'sections'], rows)


def live(place, options):
    """What the element adds to decoding an hour."""
    wav = place / 'hour.wav'
    kinds = {
        'mp3': (['-c:a', 'libmp3lame', '-b:a', '128k'], 'mpegaudioparse ! mpg123audiodec'),
        'opus': (['-c:a', 'libopus', '-b:a', '64k'], 'oggdemux ! opusdec'),
        'wav': (None, 'wavparse'),
    }
    rows = []
    for name, (encode, decoder) in kinds.items():
        path = wav if encode is None else place / f'live.{name}'
        if encode:
            process.run('ffmpeg', '-nostdin', '-v', 'error', '-y', '-i', wav, *encode, path, limit=900)
        command = lambda middle: ['gst-launch-1.0', '-q', *f'filesrc location={path} ! {decoder} ! {middle}fakesink'.split()]
        bare = [used(command(''), place)[0] * 60 / options.minutes for _ in range(options.runs)]
        heard = [used(command('isrloudness ! '), place)[0] * 60 / options.minutes for _ in range(options.runs)]
        rows.append([name, meters.spread(bare), meters.spread(heard), f'{sorted(heard)[options.runs // 2] / sorted(bare)[options.runs // 2]:.2f}'])
    meters.table(['live, per hour of audio', 'decoded, CPU s', 'decoded and heard, CPU s', 'ratio'], rows)


def main(argv):
    options = argparse.ArgumentParser(prog='bench.py analyze')
    options.add_argument('--minutes', type=int, default=60)
    options.add_argument('--runs', type=int, default=3)
    options = options.parse_args(argv)
    place = pathlib.Path(tempfile.mkdtemp(prefix='isr-bench-analyze-', dir=os.environ.get('TMPDIR')))
    try:
        loudness.main()
        print()
        scoring(place)
        files(place, options)
        live(place, options)
    finally:
        shutil.rmtree(place, ignore_errors=True)
