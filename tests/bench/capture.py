# SPDX-License-Identifier: MIT
"""N live MP3 streams of 128 kb/s, split every 10 s, from one paced server.

    bench.py capture [--streams 1,10,50,200,500] [--seconds 20] [--runs 1] [--only isr,ffmpeg]

And how long it takes from the start of a process to the first byte on disk.
"""
import argparse
import os
import pathlib
import resource
import shutil
import signal
import sys
import tempfile
import time

import frames
import meters
from support import process

SPLIT = 10
PACE = 16000
SETTLE = 5  # s: the burst, first headers
START = 300  # s that a recorder may take until all its files are there
LOT = 50  # processes that are started together: five hundred at once keep each other from beginning
BASE, SHARE = 20, 0.5  # MB that may be used by nothing, and by each stream


def has_bytes(path):
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:  # complete meanwhile, under another name
        return True


class Recorder:
    """Something that records @count streams of @url below @place."""

    def __init__(self, place, port, count, *commands):
        self.place, self.count, self.commands = place, count, commands
        self.begun, self.children = None, []

    def start(self):
        self.begun = time.monotonic()
        while len(self.children) < len(self.commands):
            if self.children:
                process.wait_for(f'{self.name} to record {len(self.children)} streams', self.has_begun, START)
            lot = self.commands[len(self.children):len(self.children) + LOT]
            self.children += [process.Process(command, cwd=cwd) for command, cwd in lot]

    def stop(self):
        for child in self.children:
            child.child.send_signal(signal.SIGTERM)
        for child in self.children:
            child.stop()

    def close(self):
        for child in self.children:
            child.close()

    def files(self, n):
        return [self.place / f'{n:03}.mp3']

    def has_begun(self):
        """Something of each stream is on disk, of the last that was begun first of all."""
        begun = len(self.children) if len(self.commands) > 1 else self.count
        return all(any(has_bytes(p) for p in self.begun_files(n)) for n in reversed(range(begun)))

    def begun_files(self, n):
        return [p for p in self.files(n) if p.exists()]


class Isr(Recorder):
    """isr with N streams, page off: recording alone, as the others do."""
    name = 'isr, loudness = off'
    options = 'loudness = off'

    def __init__(self, place, port, count):
        sections = ''.join(f'[s{n:03}]\ntype = stream\nurl = http://127.0.0.1:{port}/\n' for n in range(count))
        (place / 'config.ini').write_text(f'[general]\nsplit_minutes = {SPLIT / 60}\n{self.options}\n[web]\nlisten = none\n{sections}')
        super().__init__(place, port, count, ([process.ISR, 'config.ini'], place))

    def files(self, n):
        return sorted((self.place / 'recordings').rglob(f's{n:03}_*.mp3'))

    def begun_files(self, n):
        return (self.place / 'recordings' / f's{n:03}').rglob('*.mp3*')


class IsrListening(Isr):
    """And each is decoded and listened to."""
    name = 'isr, loudness = on'
    options = 'loudness = on'


class IsrSoup(Isr):
    """isr through GStreamer's own source: what an application gets that embeds isrsplitsink alone."""
    name = 'isr, http_source = souphttpsrc'
    options = 'loudness = off\nhttp_source = souphttpsrc'


class Ffmpeg(Recorder):
    """A process each."""
    name = 'ffmpeg -c copy -f segment'

    def __init__(self, place, port, count):
        for n in range(count):
            (place / f'{n:03}').mkdir()
        command = ['ffmpeg', '-nostdin', '-v', 'error', '-i', f'http://127.0.0.1:{port}/', '-c', 'copy', '-f', 'segment', '-segment_atclocktime', '1',
                   '-segment_time', SPLIT, '-strftime', '1', '%Y%m%dT%H%M%S.mp3']
        super().__init__(place, port, count, *[(command, place / f'{n:03}') for n in range(count)])

    def files(self, n):
        return sorted((self.place / f'{n:03}').glob('*.mp3'))


class Bare(Recorder):
    """souphttpsrc ! filesink, N of them in one gst-launch-1.0, without a split."""
    name = 'souphttpsrc ! filesink'
    source, mode = 'souphttpsrc iradio-mode=false', 'default'

    def __init__(self, place, port, count):
        line = ' '.join(f'{self.source} location=http://127.0.0.1:{port}/ ! filesink buffer-mode={self.mode} location={n:03}.mp3' for n in range(count))
        super().__init__(place, port, count, (['gst-launch-1.0', '-q', '-e', *line.split()], place))


class BareIsr(Bare):
    """The same with isrhttpsrc: what the source alone costs."""
    name = 'isrhttpsrc ! filesink'
    source = 'isrhttpsrc'


class Limit(Recorder):
    """Sockets, epoll, SO_RCVLOWAT, and no more."""
    name = 'the limit: epoll, SO_RCVLOWAT'

    def __init__(self, place, port, count):
        super().__init__(place, port, count, ([process.BUILD / 'tests' / 'bench' / 'capture-limit', port, count, '.'], place))


KINDS = {'isr': Isr, 'listening': IsrListening, 'soup': IsrSoup, 'ffmpeg': Ffmpeg, 'souphttpsrc': Bare, 'isrhttpsrc': BareIsr, 'limit': Limit}


def judge(recorder, source):
    return [frames.judge(source, [p.read_bytes() for p in recorder.files(n)]) for n in range(recorder.count)]


def measure(kind, port, source, count, seconds):
    place = pathlib.Path(tempfile.mkdtemp(prefix='isr-bench-'))
    recorder = kind(place, port, count)
    try:
        recorder.start()
        pids = [c.child.pid for c in recorder.children]
        process.wait_for(f'{kind.name} to record {count} streams', recorder.has_begun, START)
        time.sleep(SETTLE)
        cpu, switches, begun = meters.cpu(pids), meters.switches(pids), time.monotonic()
        time.sleep(seconds)
        wall = time.monotonic() - begun
        used = {'cpu': (meters.cpu(pids) - cpu) / wall * 3600 / count, 'pss': meters.pss(pids), 'threads': meters.threads(pids),
                'switches': (meters.switches(pids) - switches) / wall / count}
        recorder.stop()
        verdicts = judge(recorder, source)
        used['exact'] = sum(not any(v.values()) for v in verdicts)
        used['worst'] = max(verdicts, key=lambda v: sum(v.values()))
        return used
    finally:
        recorder.close()
        shutil.rmtree(place, ignore_errors=True)


def make_row(count, kind, runs):
    worst = max((r['worst'] for r in runs), key=lambda v: sum(v.values()))
    share = [(r['pss'] - BASE) / count for r in runs]
    return [kind.name, meters.spread([r['cpu'] for r in runs]), meters.spread([r['pss'] for r in runs]), meters.spread(share) if count >= 50 else '',
            max(r['threads'] for r in runs), meters.spread([r['switches'] for r in runs]), f"{min(r['exact'] for r in runs)} of {count}",
            ', '.join(f'{n} {what}' for what, n in worst.items() if n) or '-']


def compare(results, ours, peer, target):
    ratio = [a['cpu'] / b['cpu'] for a, b in zip(results[ours], results[peer])]
    return [f'ratio {ours.name} / {peer.name}', meters.spread(ratio), f'target {target}', '', '', '', '', '']


def report(count, results):
    rows = [make_row(count, kind, runs) for kind, runs in results.items()]
    for ours, peer, target in ((Isr, Ffmpeg, 0.25), (IsrSoup, Bare, 1.2)):
        if ours in results and peer in results:
            rows.append(compare(results, ours, peer, target))
    print(f'{count} streams; targets of isr: 1.0, then 0.5 CPU s per stream-hour; {SHARE} MB a stream above {BASE}')
    meters.table(['recorder', 'CPU s per stream-hour', 'PSS MB', f'MB a stream above {BASE}', 'threads', 'switches per stream-second', 'exact over splits', 'worst stream (frames)'], rows)


# --- from the start to the first byte ---

def wait_first_byte(kind, port):
    place = pathlib.Path(tempfile.mkdtemp(prefix='isr-bench-'))
    recorder = kind(place, port, 1)
    try:
        recorder.start()
        while not recorder.has_begun():
            if time.monotonic() - recorder.begun > START:
                raise AssertionError(f'{kind.name} records nothing: {recorder.children[0].stderr}')
            os.sched_yield()
        return (time.monotonic() - recorder.begun) * 1000
    finally:
        recorder.close()
        shutil.rmtree(place, ignore_errors=True)


class BareAtOnce(Bare):
    """What came is written at once: filesink gathers 64 KiB otherwise."""
    mode = 'unbuffered'


class BareIsrAtOnce(BareIsr):
    mode = 'unbuffered'


def report_first_byte(port, runs):
    kinds = (BareIsrAtOnce, BareAtOnce, Ffmpeg, Isr)
    for kind in kinds:
        wait_first_byte(kind, port)  # the registry of plugins, the page cache
    times = {kind: [] for kind in kinds}
    for _ in range(runs):
        for kind in kinds:
            times[kind].append(wait_first_byte(kind, port))
    rows = [[kind.name, meters.spread(ms)] for kind, ms in times.items()]
    rows.append(['ratio isrhttpsrc / souphttpsrc (target 1.5)', meters.spread([a / b for a, b in zip(times[BareIsrAtOnce], times[BareAtOnce])])])
    print('from the start of the process to the first byte on disk; isr opens its archive first, and holds the first second of a stream to learn from when it is')
    meters.table(['recorder', 'ms'], rows)


def main(argv):
    options = argparse.ArgumentParser(prog='bench.py capture')
    options.add_argument('--streams', default='1,10,50,200,500')
    options.add_argument('--seconds', type=int, default=20)
    options.add_argument('--runs', type=int, default=1)
    options.add_argument('--only', default=','.join(KINDS), help='of ' + ', '.join(KINDS))
    options = options.parse_args(argv)
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)  # two files a process
    with tempfile.NamedTemporaryFile(suffix='.mp3') as song:
        # noise: no two frames are alike
        process.run('ffmpeg', '-nostdin', '-v', 'error', '-y', '-f', 'lavfi', '-i', 'anoisesrc=seed=1:sample_rate=44100:duration=600',
                    '-ac', '2', '-c:a', 'libmp3lame', '-b:a', '128k', '-write_xing', '0', '-id3v2_version', '0', song.name)
        source = pathlib.Path(song.name).read_bytes()
        port = process.free_port()
        server = process.Process([sys.executable, pathlib.Path(__file__).with_name('paced.py'), port, song.name, PACE])
        process.wait_for('the paced server', lambda: 'ready' in server.stdout)
        try:
            report_first_byte(port, 5)
            for count in map(int, options.streams.split(',')):
                results = {KINDS[name]: [] for name in options.only.split(',')}
                for _ in range(options.runs):
                    for kind, runs in results.items():
                        runs.append(measure(kind, port, source, count, options.seconds))
                report(count, results)
        finally:
            server.stop()
            server.close()
