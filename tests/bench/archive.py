# SPDX-License-Identifier: MIT
"""A hundred thousand recordings: the first look at them, and questions once they are known, with three
loud events and two titles in each of them, a label on every tenth, a hole before every fiftieth.

    bench.py archive [--files 100000] [--directory DIR]

Short FLAC, WAV, MP3 and Ogg files in the default layout, of one day after the other. `cold`
needs to be root on a machine that lets it drop the page cache; else it is left out.
"""
import argparse
import datetime
import http.client
import json
import pathlib
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import threading
import time

import meters
from support import process

KINDS = [('flac', []), ('wav', []), ('mp3', ['-b:a', '64k']), ('opus', ['-c:a', 'libopus'])]
SOURCES = ['garden', 'jazz', 'radio', 'talk']
ALL = 'from=2000-01-01&to=2099-01-01'
START = datetime.datetime(2021, 1, 1, tzinfo=datetime.timezone.utc)


def templates(place):
    made = []
    for kind, options in KINDS:
        path = place / f'template.{kind}'
        process.run('ffmpeg', '-v', 'error', '-f', 'lavfi', '-i', 'sine=440:duration=0.2:sample_rate=8000', *options, str(path))
        made.append((kind, path.read_bytes()))
        path.unlink()
    return made


def fill(place, count):
    """Hourly files of four sources; their names say when."""
    made = templates(place)
    for i in range(count):
        source, (kind, data) = SOURCES[i % 4], made[i % 4]
        at = START + datetime.timedelta(hours=i // 4)
        day = place / source / f'{at:%Y-%m-%d}'
        if at.hour == 0:
            day.mkdir(parents=True)
        (day / f'{source}_{at:%Y%m%dT%H%M%S}+0000.{kind}').write_bytes(data)


def enrich(place, count):
    """What is known of an archive that somebody has used for years."""
    us, begin = 10**6, int(START.timestamp()) * 10**6
    hours = [(SOURCES[i % 4], begin + i // 4 * 3600 * us, i) for i in range(count)]
    with sqlite3.connect(place / 'isr.db') as db:
        db.executemany('INSERT INTO events (source, run_us, key, start_us, end_us, score, peak, floor, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
                       ((source, at, k, at + k * 900 * us + i % 97 * us, at + k * 900 * us + i % 97 * us + 5 * us, 600 + (i * 7 + k) % 900, -1000 - i % 3000, -6000, 'gap')
                        for source, at, i in hours for k in range(3)))
        db.executemany('INSERT INTO titles (source, at_us, title, artist) VALUES (?, ?, ?, ?)',
                       ((source, at + k * 1800 * us, f'Song {(i + k) % 5000}', f'Artist {i % 700}') for source, at, i in hours for k in range(2)))
        db.executemany('INSERT INTO labels (source, start_us, end_us, verdict, changed_us) VALUES (?, ?, ?, ?, ?)',
                       ((source, at + i % 97 * us, at + i % 97 * us + 5 * us, 'kept' if i % 20 else 'false', at) for source, at, i in hours if i % 10 == 0))
        db.executemany('INSERT INTO gaps (source, start_us, end_us, cause, uncertainty_us) VALUES (?, ?, ?, ?, ?)',
                       ((source, at, at + 60 * us, 'disconnected', 0) for source, at, i in hours if i % 50 == 0))
    db.close()


def drop_caches():
    try:
        subprocess.run(['sync'], check=True)
        pathlib.Path('/proc/sys/vm/drop_caches').write_text('3', encoding='ascii')
        return True
    except OSError:
        return False


class Isr:
    """The recorder over the directory, with one source that writes hardly anything."""

    def __init__(self, place):
        self.port = process.free_port()
        config = place / 'config.ini'
        config.write_text(f'[general]\noutput_directory = {place}\nloudness = off\nlog_level = INFO\n[web]\nlisten = 127.0.0.1:{self.port}\n[quiet]\ntype = test\nscene = silence\n', encoding='utf-8')
        self.begin = time.monotonic()
        self.process = process.Process([process.ISR, str(config)], cwd=place)
        self.connection = None
        self.first_answer = self.wait_for_answer()

    def wait_for_answer(self):
        while True:
            try:
                self.get('/api/files?limit=100')
                return time.monotonic() - self.begin
            except OSError:
                self.connection = None
                if not self.process.running():
                    raise AssertionError(self.process.stderr) from None
                time.sleep(0.002)

    def get(self, path):
        self.connection = self.connection or http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)
        self.connection.request('GET', path)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise AssertionError(f'GET {path}: {answer.status} {body!r}')
        return body

    def wait_for_files(self, count):
        """Seconds from the start of the process until all of them are listed, and its CPU seconds."""
        while not self.ready():
            time.sleep(0.02)
        used = time.monotonic() - self.begin, meters.cpu([self.process.child.pid])
        found = sum(day['files'] for day in json.loads(self.get('/api/days'))['days'])
        if found < count:
            raise AssertionError(f'{found} of {count} files are listed')
        return used

    def ready(self):
        self.connection.request('GET', '/readyz')
        answer = self.connection.getresponse()
        answer.read()
        return answer.status == 200

    def cpu(self):
        return meters.cpu([self.process.child.pid])

    def loop_cpu(self):
        """CPU seconds of the thread that records, and answers everybody."""
        pid = self.process.child.pid
        return int(pathlib.Path(f'/proc/{pid}/task/{pid}/schedstat').read_text(encoding='ascii').split()[0]) / 1e9

    def times(self, path, rounds):
        """ms of each of some requests over one connection."""
        taken = []
        for _ in range(rounds):
            begin = time.perf_counter()
            self.get(path)
            taken.append((time.perf_counter() - begin) * 1e3)
        return taken

    def close(self):
        self.process.stop()
        self.process.close()


def forget(place):
    for path in place.glob('isr.db*'):
        path.unlink()


def clock(what):
    begin = time.monotonic()
    what()
    return time.monotonic() - begin


def make_cold():
    """Drops the files from memory; the program itself, which a look does not read, is loaded again."""
    dropped = drop_caches()
    subprocess.run([process.ISR, '--version'], stdout=subprocess.DEVNULL, check=True)
    return dropped


def first_look(place, count, cold):
    forget(place)
    if cold and not make_cold():
        return None
    isr = Isr(place)
    try:
        return isr.wait_for_files(count)
    finally:
        isr.close()


def least(place, flight=1):
    """The same work without looking into anything, some files at once: seconds by the clock and of CPU."""
    database = place / 'bench.db'
    out = subprocess.run([process.BUILD / 'tests' / 'bench' / 'look-bench', place, database, str(flight)], check=True, capture_output=True, text=True).stdout.split()
    for path in place.glob('bench.db*'):
        path.unlink()
    return sum(map(float, out[1:4])), float(out[4])


def cold_rows(ours, least_of_all):
    return [[name, meters.spread([one[0] for one in all_of_them]), meters.spread([one[1] for one in all_of_them])]
            for name, all_of_them in (('first look, cold', ours), ('limit, cold, 16 files at once', least_of_all))]


def scans(place, count):
    walk = clock(lambda: subprocess.run(['find', str(place), '-type', 'f', '-printf', '%s %T@\n'], stdout=subprocess.DEVNULL, check=True))
    one = next(place.rglob('*.flac'))
    probe = clock(lambda: subprocess.run(['ffprobe', '-v', 'error', '-show_entries', 'format=duration', str(one)], stdout=subprocess.DEVNULL, check=True))
    forget(place)
    peer = [least(place) for _ in range(3)]
    warm = [first_look(place, count, False) for _ in range(3)]
    cold = [first_look(place, count, True) for _ in range(3)]
    cold_peer = [least(place, 16) for _ in range(3) if make_cold()]
    meters.table(['until all are listed, with their durations', 's', 'CPU s'],
                 [['first look, files in the page cache', meters.spread([w[0] for w in warm]), meters.spread([w[1] for w in warm])],
                  ['limit: every head read, rows in one transaction, one thread', meters.spread([p[0] for p in peer]), meters.spread([p[1] for p in peer])],
                  *(cold_rows(cold, cold_peer) if cold_peer else [['first look, cold', 'the page cache can not be dropped here', '-']]),
                  ['find -printf: names, sizes, times alone', f'{walk:.2f}', '-'],
                  [f'ffprobe, one file after the other ({count} times one)', f'{probe * count:.0f}', '-']])
    print(f'CPU of the first look: {min(w[1] for w in warm) / min(p[1] for p in peer):.2f} times the limit\n')
    if cold_peer:
        print(f'Seconds of the cold one: {min(c[0] for c in cold) / min(p[0] for p in cold_peer):.2f} times the limit\n')


def asked(count):
    """Name, question, ms at most."""
    middle = START + datetime.timedelta(hours=count // 8)
    day, month = f'{middle:%Y-%m-%d}', f'from={middle:%Y-%m-%d}&to={middle + datetime.timedelta(days=30):%Y-%m-%d}'
    return [('list of days', '/api/days', 5), ('list of days of a source', '/api/days?source=jazz', 5),
            ('days of a search, a quarter of all', '/api/days?q=jazz', 50), ('days of a search, not found', '/api/days?q=nowhere', 50),
            ('first page of files', '/api/files?limit=100', 2), ('a day in the middle', f'/api/files?limit=100&day={day}', 2),
            ('a page of a source', '/api/files?limit=100&source=jazz', 2), ('a thousand files', '/api/files?limit=1000', None),
            ('search, found late', f'/api/files?limit=100&q={START:%Y%m%dT}', 50), ('search, not found', '/api/files?limit=100&q=nowhere', 50),
            ('search, a quarter of all', '/api/files?limit=100&q=jazz', 50), ('search, many and late', f'/api/files?limit=100&q=jazz_{START:%Y}0', 50),
            ('search, not ASCII', '/api/files?limit=100&q=J%C3%A4zz', 50), ('search of a source', '/api/files?limit=100&source=talk&q=jazz', 50),
            ('titles', '/api/titles', None), ('titles, not found', '/api/titles?q=nowhere', 50),
            ('sources', '/api/sources', None), ('storage', '/api/storage', None), ('status', '/api/status', None),
            ('coverage of a day', f'/api/coverage?day={day}', None), ('highlights of a day', f'/api/highlights?day={day}', None),
            ('highlights of a month', f'/api/highlights?{month}', None), ('highlights of all', f'/api/highlights?{ALL}', None),
            ('export of a month', f'/api/export?{month}', None), ('labels of a month', f'/api/labels?{month}', None),
            ('labels of all', '/api/labels', None), ('coverage of all', f'/api/coverage?{ALL}', None), ('levels of all', f'/api/levels?{ALL}&source=jazz', None),
            ('a thousand highlights of all', f'/api/highlights?{ALL}&limit=1000', None), ('export of all', f'/api/export?{ALL}', None),
            ('export of all, JSON', f'/api/export?{ALL}&format=json', None)]


class Other(threading.Thread):
    """Somebody else, who asks for next to nothing all the time: how long is he kept waiting?"""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.connection = http.client.HTTPConnection('127.0.0.1', port, timeout=60)
        self.waits, self.over = [], threading.Event()

    def run(self):
        while not self.over.is_set():
            begin = time.perf_counter()
            self.connection.request('GET', '/healthz')
            self.connection.getresponse().read()
            self.waits.append((time.perf_counter() - begin) * 1e3)
            time.sleep(0.001)

    def end(self):
        self.over.set()
        self.join()
        self.connection.close()
        return f'{statistics.median(self.waits):.2f}, {max(self.waits):.1f}'


def questions(place, count):
    starts = []
    for _ in range(5):
        isr = Isr(place)
        starts.append(isr.first_answer * 1e3)
        isr.wait_for_files(count)
        isr.close()
    enrich(place, count)
    isr = Isr(place)
    isr.wait_for_files(count)
    rows = [['start with a known archive, to the first page', meters.spread(starts), '-', '-', '-', '300']]
    for name, path, target in asked(count):
        (first,) = isr.times(path, 1)
        rounds = 100 if first < 100 else 10
        cpu = isr.cpu()
        loop = isr.loop_cpu()
        taken = isr.times(path, rounds)
        cpu, loop = isr.cpu() - cpu, isr.loop_cpu() - loop
        other = Other(isr.port)
        other.start()
        isr.times(path, 5)
        rows.append([name, f'{meters.spread(taken)}; the first time {first:.2f}', f'{cpu / rounds * 1e3:.2f}', f'{loop / rounds * 1e3:.2f}', other.end(), str(target or '-')])
    isr.close()
    meters.table(['question, over HTTP', 'ms', 'CPU ms', 'of the main loop', 'another waits: median, max', 'at most'], rows)


def main(argv):
    options = argparse.ArgumentParser(prog='bench.py archive')
    options.add_argument('--files', type=int, default=100_000)
    options.add_argument('--directory')
    options = options.parse_args(argv)
    place = pathlib.Path(tempfile.mkdtemp(prefix='isr-bench-', dir=options.directory))
    try:
        fill(place, options.files)
        print(f'{options.files} files below {place}\n')
        scans(place, options.files)
        questions(place, options.files)
    finally:
        shutil.rmtree(place)
    return 0
