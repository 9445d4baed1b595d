# SPDX-License-Identifier: MIT
"""Days of work in minutes: does the daemon grow?

    bench.py soak [--streams 20] [--days 7] [--warm-up 7] [--seconds 420]

What a day does to a daemon is done as often, not as long: 24 files a source and a day, dropped connections,
somebody who looks at the page all the while. Resident memory swings by a MiB with what is under way; so it is
looked at each second, the medians of twenty stretches are taken, and a line is laid through those of the
measured days. Before them is a warm-up, and an archive lies there already: SQLite keeps up to 2 MB of pages for
each of its two connections, and until the catalog is larger than that, they grow with it.
"""
import argparse
import pathlib
import random
import statistics
import sys
import tempfile
import threading
import time

import archive
import meters
from support import daemon, process, proxy

PACE = 16000
TARGET = 1.0  # MiB
ARCHIVE = 20000  # recordings that are there already
TICK = 0.25  # s
LOOK = 1.0  # s between two looks at the memory
STRETCHES = 20  # of the measured days
T95 = 2.1  # Student's t for 18 degrees of freedom, both sides 95 %
BETWEEN = 25  # s between two drops of a source: after 10 s of audio the next back-off begins anew


class Reader(threading.Thread):
    """Somebody with the page open."""

    def __init__(self, recorder):
        super().__init__(daemon=True)
        self.recorder, self.ended = recorder, False

    def run(self):
        while not self.ended:
            for path in ('/api/status', '/api/days', '/api/files?limit=100', '/api/coverage', '/api/config'):
                self.recorder.get(path)
            time.sleep(0.5)


def resident(pid):
    """MiB that only this process has, and all that it maps."""
    text = pathlib.Path(f'/proc/{pid}/smaps_rollup').read_text(encoding='ascii')
    values = {line.split(':')[0]: int(line.split()[1]) / 1024 for line in text.splitlines()[1:]}
    return values['Pss_Anon'], values['Rss']


def summarise(looks, seconds):
    """(middle, median of its own, of resident) for each stretch of @seconds."""
    stretches = {}
    for look in looks:
        stretches.setdefault(int(look[0] / seconds), []).append(look)
    return [tuple(statistics.median(column) for column in zip(*stretches[n])) for n in sorted(stretches)]


def lay_line(points):
    """Slope, and half the width of its confidence interval, of 95 %."""
    times, values = [p[0] for p in points], [p[1] for p in points]
    slope, base = statistics.linear_regression(times, values)
    middle = statistics.mean(times)
    error = sum((v - base - slope * t) ** 2 for t, v in zip(times, values)) / max(1, len(points) - 2)
    return slope, T95 * (error / sum((t - middle) ** 2 for t in times)) ** 0.5


def count_files(recorder):
    return sum(day['files'] for day in recorder.json('/api/days')['days'])


def start(sections, general):
    """The recorder, over an archive that it knows."""
    recorder = daemon.Daemon(sections, general=general)
    recorder.stop()
    archive.fill(recorder.recordings, ARCHIVE)
    recorder.start()
    process.wait_for('the archive to be known', lambda: count_files(recorder) >= ARCHIVE)
    return recorder


def main(argv):
    options = argparse.ArgumentParser(prog='bench.py soak')
    options.add_argument('--streams', type=int, default=20)
    options.add_argument('--days', type=float, default=7)
    options.add_argument('--warm-up', type=float, default=7, help='days before those that count')
    options.add_argument('--seconds', type=int, default=420, help='for the days that count')
    options = options.parse_args(argv)
    warm = options.seconds * options.warm_up / options.days
    with tempfile.NamedTemporaryFile(suffix='.mp3') as song:
        process.run('ffmpeg', '-nostdin', '-v', 'error', '-y', '-f', 'lavfi', '-i', 'anoisesrc=seed=1:sample_rate=44100:duration=600',
                    '-ac', '2', '-c:a', 'libmp3lame', '-b:a', '128k', '-write_xing', '0', '-id3v2_version', '0', song.name)
        port = process.free_port()
        server = process.Process([sys.executable, pathlib.Path(__file__).with_name('paced.py'), port, song.name, PACE])
        process.wait_for('the paced server', lambda: 'ready' in server.stdout)
        gates = [proxy.Proxy(port) for _ in range(options.streams)]
        sections = ''.join(f'[s{n:03}]\ntype = stream\nurl = http://127.0.0.1:{gate.port}/\n' for n, gate in enumerate(gates))
        minutes = options.seconds / options.days / 24 / 60
        recorder = start(sections, f'split_minutes = {minutes:.6f}\nretry_delay_seconds = 0.2\n')
        reader = Reader(recorder)
        reader.start()
        chance, pid = random.Random(1), recorder.process.child.pid
        begun, looks, drops = time.monotonic(), [], 0
        try:
            while (now := time.monotonic() - begun) < warm + options.seconds:
                if not looks or now - looks[-1][0] >= LOOK:
                    looks.append((now, *resident(pid)))
                for gate in gates:
                    if chance.random() < TICK / BETWEEN:
                        drops += gate.cut()
                time.sleep(TICK)
            count = count_files(recorder) - ARCHIVE
        finally:
            reader.ended = True
            reader.join()
            recorder.stop()
            for gate in gates:
                gate.close()
            recorder.close()
            server.stop()
            server.close()
    points = summarise(looks, options.seconds / STRETCHES)
    meters.table(['after s', 'of its own MiB', 'resident MiB', ''], [[f'{t:.0f}', f'{anon:.2f}', f'{rss:.2f}', 'warm-up' if t < warm else ''] for t, anon, rss in points])
    slope, error = lay_line([p for p in points if p[0] >= warm])
    print(f'{options.warm_up + options.days:g} days of {options.streams} sources: {count} files, {drops} drops; in the last {options.days:g} days it grew by '
          f'{slope * options.seconds:+.2f} ± {error * options.seconds:.2f} MiB of its own (target: less than {TARGET} MiB)\n')
