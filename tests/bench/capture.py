# SPDX-License-Identifier: MIT
"""N live MP3 streams of 128 kb/s, split every 10 s, from one paced server.

    bench.py capture [--streams 1,10,50,200] [--seconds 20] [--runs 1]
"""
import argparse
import pathlib
import shutil
import sys
import tempfile
import time

import frames
import meters
from support import process

SPLIT = 10
PACE = 16000


class Isr:
    """isr with N streams, page off: recording alone, as the others do."""
    name = 'isr, loudness = off'
    loudness = 'off'

    def __init__(self, place, url, count):
        sections = ''.join(f'[s{n:03}]\ntype = stream\nurl = {url}\n' for n in range(count))
        self.recordings = place / 'recordings'
        (place / 'config.ini').write_text(f'[general]\nsplit_minutes = {SPLIT / 60}\nloudness = {self.loudness}\n[web]\nlisten = none\n{sections}')
        self.children = [process.Process([process.ISR, 'config.ini'], cwd=place)]

    def files(self, n):
        return sorted(self.recordings.rglob(f's{n:03}_*.mp3'))


class IsrListening(Isr):
    """And each is decoded and listened to."""
    name = 'isr, loudness = on'
    loudness = 'on'


class Ffmpeg:
    """A process each."""
    name = 'ffmpeg -c copy -f segment'

    def __init__(self, place, url, count):
        self.place, self.children = place, []
        for n in range(count):
            (place / f'{n:03}').mkdir()
            self.children.append(process.Process(
                ['ffmpeg', '-nostdin', '-v', 'error', '-i', url, '-c', 'copy', '-f', 'segment', '-segment_atclocktime', '1',
                 '-segment_time', SPLIT, '-strftime', '1', '%Y%m%dT%H%M%S.mp3'], cwd=place / f'{n:03}'))

    def files(self, n):
        return sorted((self.place / f'{n:03}').glob('*.mp3'))


class Bare:
    """souphttpsrc ! filesink, N of them in one gst-launch-1.0, without a split."""
    name = 'souphttpsrc ! filesink'

    def __init__(self, place, url, count):
        self.place = place
        line = ' '.join(f'souphttpsrc location={url} iradio-mode=false ! filesink location={n:03}.mp3' for n in range(count))
        self.children = [process.Process(['gst-launch-1.0', '-q', *line.split()], cwd=place)]

    def files(self, n):
        return [self.place / f'{n:03}.mp3']


class BareIsr(Bare):
    """The same with isrhttpsrc: what the source alone costs."""
    name = 'isrhttpsrc ! filesink'

    def __init__(self, place, url, count):
        self.place = place
        line = ' '.join(f'isrhttpsrc location={url} ! filesink location={n:03}.mp3' for n in range(count))
        self.children = [process.Process(['gst-launch-1.0', '-q', '-e', *line.split()], cwd=place)]


def measure(kind, url, source, count, seconds):
    place = pathlib.Path(tempfile.mkdtemp(prefix='isr-bench-'))
    try:
        recorder = kind(place, url, count)
        pids = [c.child.pid for c in recorder.children]
        time.sleep(5)  # connect, burst, first headers
        cpu, switches, begun = meters.cpu(pids), meters.switches(pids), time.monotonic()
        time.sleep(seconds)
        wall = time.monotonic() - begun
        used = {'cpu': (meters.cpu(pids) - cpu) / wall * 3600 / count, 'pss': meters.pss(pids),
                'switches': (meters.switches(pids) - switches) / wall / count}
        for child in recorder.children:
            child.stop()
        verdicts = [frames.judge(source, [p.read_bytes() for p in recorder.files(n)]) for n in range(count)]
        used['exact'] = sum(not any(v.values()) for v in verdicts)
        used['worst'] = max(verdicts, key=lambda v: sum(v.values()))
        for child in recorder.children:
            child.close()
        return used
    finally:
        shutil.rmtree(place, ignore_errors=True)


def report(count, results):
    rows = []
    for kind, runs in results.items():
        worst = max((r['worst'] for r in runs), key=lambda v: sum(v.values()))
        rows.append([kind.name, meters.spread([r['cpu'] for r in runs]), meters.spread([r['pss'] for r in runs]),
                     meters.spread([r['switches'] for r in runs]), f"{min(r['exact'] for r in runs)} of {count}",
                     ', '.join(f'{n} {what}' for what, n in worst.items() if n) or '-'])
    ours = results[Isr]
    print(f'{count} streams; listening costs {meters.spread([on["cpu"] - off["cpu"] for on, off in zip(results[IsrListening], ours)])} CPU s per stream-hour')
    for peer in (Ffmpeg, Bare):
        ratio = [a['cpu'] / b['cpu'] for a, b in zip(ours, results[peer])]
        rows.append([f'ratio isr / {peer.name}', meters.spread(ratio), meters.spread([a['pss'] / b['pss'] for a, b in zip(ours, results[peer])]), '', '', ''])
    meters.table(['recorder', 'CPU s per stream-hour', 'PSS MB', 'switches per stream-second', 'exact over splits', 'worst stream (frames)'], rows)


def main(argv):
    options = argparse.ArgumentParser(prog='bench.py capture')
    options.add_argument('--streams', default='1,10,50,200')
    options.add_argument('--seconds', type=int, default=20)
    options.add_argument('--runs', type=int, default=1)
    options = options.parse_args(argv)
    with tempfile.NamedTemporaryFile(suffix='.mp3') as song:
        # noise: no two frames are alike
        process.run('ffmpeg', '-nostdin', '-v', 'error', '-y', '-f', 'lavfi', '-i', 'anoisesrc=seed=1:sample_rate=44100:duration=600',
                    '-ac', '2', '-c:a', 'libmp3lame', '-b:a', '128k', '-write_xing', '0', '-id3v2_version', '0', song.name)
        source = pathlib.Path(song.name).read_bytes()
        port = process.free_port()
        server = process.Process([sys.executable, pathlib.Path(__file__).with_name('paced.py'), port, song.name, PACE])
        process.wait_for('the paced server', lambda: 'ready' in server.stdout)
        try:
            for count in map(int, options.streams.split(',')):
                results = {kind: [] for kind in (Isr, IsrListening, Ffmpeg, Bare, BareIsr)}
                for _ in range(options.runs):
                    for kind, runs in results.items():
                        runs.append(measure(kind, f'http://127.0.0.1:{port}/', source, count, options.seconds))
                report(count, results)
        finally:
            server.stop()
            server.close()
