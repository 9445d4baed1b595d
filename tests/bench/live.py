#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Live: what listening to a stream costs beside recording it, against the bare decoder.

    live.py [MINUTES]

Makes half an hour of MP3 and Opus with ffmpeg and runs build/tests/bench/live-bench.
"""
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CODECS = [('radio.mp3', ['-b:a', '128k', '-write_xing', '0', '-id3v2_version', '0']), ('radio.opus', ['-b:a', '96k', '-c:a', 'libopus'])]


def main(arguments=()):
    minutes = int(arguments[0]) if arguments else 30
    source = f'anoisesrc=r=48000:a=0.1:d={60 * minutes},tremolo=f=0.2:d=0.9'
    program = os.path.join(ROOT, 'build', 'tests', 'bench', 'live-bench')
    environment = {**os.environ, 'GST_PLUGIN_PATH': os.path.join(ROOT, 'build', 'plugins')}
    with tempfile.TemporaryDirectory() as directory:
        paths = [os.path.join(directory, name) for name, _ in CODECS]
        for path, (_, options) in zip(paths, CODECS):
            subprocess.run(['ffmpeg', '-v', 'error', '-f', 'lavfi', '-i', source, '-ac', '2', *options, path], check=True)
        subprocess.run([program, *paths], env=environment, check=True)


if __name__ == '__main__':
    main(sys.argv[1:])
