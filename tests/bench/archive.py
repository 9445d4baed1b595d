# SPDX-License-Identifier: MIT
"""A hundred thousand recordings: the first look at them, and questions once they are known.

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
import subprocess
import tempfile
import time

import meters
from support import process

KINDS = [('flac', []), ('wav', []), ('mp3', ['-b:a', '64k']), ('opus', ['-c:a', 'libopus'])]
SOURCES = ['garden', 'jazz', 'radio', 'talk']
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
        while sum(day['files'] for day in json.loads(self.get('/api/days'))['days']) < count:
            time.sleep(0.1)
        return time.monotonic() - self.begin, meters.cpu([self.process.child.pid])

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


def first_look(place, count, cold):
    forget(place)
    if cold and not drop_caches():
        return None
    isr = Isr(place)
    try:
        return isr.wait_for_files(count)
    finally:
        isr.close()


def scans(place, count):
    walk = clock(lambda: subprocess.run(['find', str(place), '-type', 'f', '-printf', '%s %T@\\n'], stdout=subprocess.DEVNULL, check=True))
    one = next(place.rglob('*.flac'))
    probe = clock(lambda: subprocess.run(['ffprobe', '-v', 'error', '-show_entries', 'format=duration', str(one)], stdout=subprocess.DEVNULL, check=True))
    warm = [first_look(place, count, False) for _ in range(3)]
    cold = first_look(place, count, True)
    meters.table(['until all are listed, with their durations', 's', 'CPU s'],
                 [['first look, files in the page cache', meters.spread([w[0] for w in warm]), meters.spread([w[1] for w in warm])],
                  ['first look, cold', *([f'{cold[0]:.2f}', f'{cold[1]:.2f}'] if cold else ['the page cache can not be dropped here', '-'])],
                  ['find -printf: names, sizes, times alone', f'{walk:.2f}', '-'],
                  [f'ffprobe, one file after the other ({count} times one)', f'{probe * count:.0f}', '-']])


def questions(place, count):
    starts = []
    for _ in range(5):
        isr = Isr(place)
        starts.append(isr.first_answer * 1e3)
        isr.wait_for_files(count)
        isr.close()
    isr = Isr(place)
    isr.wait_for_files(count)
    day = f'{START + datetime.timedelta(hours=count // 8):%Y-%m-%d}'
    asked = [('list of days', '/api/days', 5), ('list of days of a source', '/api/days?source=jazz', 5),
             ('first page of files', '/api/files?limit=100', 2), ('a day in the middle', f'/api/files?limit=100&day={day}', 2),
             ('a page of a source', '/api/files?limit=100&source=jazz', 2),
             ('search, found late', f'/api/files?limit=100&q={START:%Y%m%dT}', 50), ('search, not found', '/api/files?limit=100&q=nowhere', 50),
             ('sources', '/api/sources', None), ('storage', '/api/storage', None)]
    rows = [['start with a known archive, to the first page', meters.spread(starts), '300']]
    for name, path, target in asked:
        first = isr.times(path, 1)
        rows.append([name, f'{meters.spread(isr.times(path, 100))}; the first time {first[0]:.2f}', str(target or '-')])
    isr.close()
    meters.table(['question, over HTTP', 'ms', 'at most'], rows)


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
