# SPDX-License-Identifier: MIT
"""Ranges, clips and cuts of the daemon, against nginx, ffmpeg, sox and flac.

    media.py [ranges] [clips] [cuts] [--seconds 3600]     without a name: all

An hour of sound in FLAC, MP3 and Opus, 48 kHz, stereo. Clips and cuts are 10 s at 55:00 and
some other places; what they hold is compared with what ffmpeg decodes.
"""
import argparse
import http.client
import pathlib
import random
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

import meters
from support import daemon, process

LARGE = 16 << 20
START_US = 1767225600000000  # 2026-01-01T00:00:00Z
ENCODE = {'flac': ['-c:a', 'flac', '-sample_fmt', 's16'], 'mp3': ['-c:a', 'libmp3lame', '-b:a', '128k', '-id3v2_version', '0'], 'opus': ['-c:a', 'libopus', '-b:a', '96k']}
NGINX = '''
daemon off; pid {dir}/nginx.pid; error_log {dir}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off; sendfile on; client_body_temp_path {dir}/body; proxy_temp_path {dir}/proxy; fastcgi_temp_path {dir}/fastcgi;
  uwsgi_temp_path {dir}/uwsgi; scgi_temp_path {dir}/scgi;
  server {{ listen 127.0.0.1:{port}; root {root}; keepalive_requests 100000000; }}
}}
'''
WRK = '''
local size, part = {size}, {part}
request = function()
  local first = math.random(0, size - part - 1)
  return wrk.format('GET', nil, {{ ['Range'] = string.format('bytes=%d-%d', first, first + part - 1) }})
end
'''


class Archive:
    """The hour, as the daemon would have recorded it."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.late = seconds * 55 // 60  # 55:00 of an hour
        self.house = daemon.Daemon('[mic]\ntype = test\n')
        self.house.stop()
        made = self.house.recordings
        for extension, how in ENCODE.items():
            self.run('ffmpeg', '-v', 'error', '-f', 'lavfi', '-i', 'aevalsrc=0.3*sin(2*PI*(200+t)*t)+0.05*random(0)|0.3*sin(2*PI*300*t)+0.05*random(1):s=48000',
                     '-t', str(seconds), *how, made / f'hour.{extension}')
        self.house.start()
        process.wait_for('the hour in the list', lambda: sum(f['name'].startswith('hour.') for f in self.house.files()) == len(ENCODE))
        self.house.stop()
        self.adopt()
        self.house.start()

    def adopt(self):
        """Our own recordings are decoded by the daemon itself."""
        with sqlite3.connect(self.house.recordings / 'isr.db') as db:
            db.execute("UPDATE recordings SET adopted = 0, source = 'hour', start_us = ?, end_us = ?, rate = 48000, samples = ? WHERE name LIKE 'hour.%'",
                       (START_US, START_US + self.seconds * 1000000, self.seconds * 48000))

    @staticmethod
    def run(*command):
        subprocess.run([str(c) for c in command], check=True, stdin=subprocess.DEVNULL)

    def path(self, extension):
        return self.house.recordings / f'hour.{extension}'

    def close(self):
        self.house.close()


def show(rows):
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print('  ' + '  '.join(str(cell).ljust(width) for cell, width in zip(row, widths)))
    print(flush=True)


def summary(times):
    ms = sorted(1000 * t for t in times)
    return f'{statistics.median(ms):.1f}', f'{ms[0]:.1f}', f'{ms[-1]:.1f}'


def timed(function, places):
    times = []
    for place in places:
        begun = time.perf_counter()
        function(place)
        times.append(time.perf_counter() - begun)
    return times


def places(archive, n):
    rng = random.Random(1)
    return [archive.late] + [rng.randrange(10, archive.seconds - 20) + rng.random() for _ in range(n - 1)]


# --- ranges ------------------------------------------------------------------------------


def wrk(url, size, part, folder, seconds=6):
    script = folder / 'wrk.lua'
    script.write_text(WRK.format(size=size, part=part))
    out = subprocess.run(['wrk', '-t1', '-c32', f'-d{seconds}s', '-s', script, url], check=True, capture_output=True, text=True).stdout
    requests = float(re.search(r'Requests/sec:\s+([\d.]+)', out)[1])
    wrong = re.search(r'Non-2xx or 3xx responses: (\d+)', out)
    if wrong:
        raise AssertionError(f'{url}: {wrong[0]}')
    return requests


def serve_by_hand(archive, port):
    """SoupServer with nothing around it."""
    return process.Process([process.BUILD / 'tests' / 'bench' / 'range-bench', str(port), archive.path('flac')])


def serve_nginx(archive, port, folder):
    (folder / 'nginx.conf').write_text(NGINX.format(dir=folder, port=port, root=archive.house.recordings))
    return process.Process([shutil.which('nginx') or '/usr/sbin/nginx', '-p', folder, '-e', folder / 'error.log', '-c', folder / 'nginx.conf'])


def measure_ranges(archive, folder, urls, rounds=5):
    """Requests per second of each, small and large, taken in turns: the machine is not the same all the time."""
    size = archive.path('flac').stat().st_size
    part = min(LARGE, size // 2)
    small, large = {name: [] for name in urls}, {name: [] for name in urls}
    for _ in range(rounds):
        for name, url in urls.items():
            small[name].append(wrk(url, size, 4096, folder, 3))
            large[name].append(wrk(url, size, part, folder, 3) * part / 1e6)
    return part, small, large


def bench_ranges(archive):
    """Small and large ranges on loopback, 32 connections."""
    with tempfile.TemporaryDirectory(prefix='isr-bench-', dir='/tmp') as folder:
        folder = pathlib.Path(folder)
        folder.chmod(0o755)
        archive.house.dir.chmod(0o755)
        ports = [process.free_port(), process.free_port()]
        others = [serve_nginx(archive, ports[0], folder), serve_by_hand(archive, ports[1])]
        urls = {'nginx': f'http://127.0.0.1:{ports[0]}/hour.flac', 'SoupServer, by hand': f'http://127.0.0.1:{ports[1]}/hour.flac', 'isr': f'{archive.house.base}/stream/hour.flac'}
        try:
            time.sleep(1)
            part, small, large = measure_ranges(archive, folder, urls)
        finally:
            for other in others:
                other.close()
        mid = {name: (statistics.median(small[name]), statistics.median(large[name])) for name in urls}
        rows = [('', '4 KiB ranges/s', f'{part >> 20} MiB ranges, MB/s')]
        rows += [(name, meters.spread(small[name], '.0f'), meters.spread(large[name], '.0f')) for name in urls]
        rows += [(f'isr / {name}', *(f'{mid["isr"][i] / mid[name][i]:.2f}' for i in (0, 1))) for name in urls if name != 'isr']
        show(rows)


# --- clips ---------------------------------------------------------------------------------


class Client:
    def __init__(self, archive):
        self.connection = http.client.HTTPConnection('127.0.0.1', archive.house.port, timeout=60)
        self.first = []

    def ask(self, kind, name, start, end):
        begun = time.perf_counter()
        self.connection.request('GET', f'/api/{kind}?' + urllib.parse.urlencode({'file': name, 'start': f'{start:.6f}', 'end': f'{end:.6f}'}))
        answer = self.connection.getresponse()
        head = answer.read(1)
        self.first.append(time.perf_counter() - begun)
        body = head + answer.read()
        if answer.status != 200:
            raise AssertionError(f'{kind} {name} {start}: {answer.status} {body[:300]}')
        return body


def samples(wav):
    return wav[wav.index(b'data') + 8:]


def check_clip(archive, client):
    """The clip of FLAC holds the samples that ffmpeg decodes."""
    start = archive.late + 0.25
    exact = subprocess.run(['ffmpeg', '-v', 'error', '-i', archive.path('flac'), '-af', f'atrim=start_sample={int(start * 48000)}:end_sample={int((start + 10) * 48000)}',
                            '-f', 's16le', '-'], check=True, stdout=subprocess.PIPE).stdout
    return samples(client.ask('clip', 'hour.flac', start, start + 10)) == exact


def libflac(archive):
    """Seconds that the same takes where nothing but libFLAC runs."""
    program = process.BUILD / 'tests' / 'bench' / 'clip-bench'
    out = subprocess.run([program, archive.path('flac'), '10', *map(str, places(archive, 41))], check=True, capture_output=True, text=True).stdout
    return [float(line) / 1e3 for line in out.split()]


def bench_clips(archive):
    """10 s decoded to WAV."""
    out = tempfile.NamedTemporaryFile(suffix='.wav')
    client = Client(archive)
    print('  samples of the clip equal to ffmpeg\'s:', check_clip(archive, client))
    client.first.clear()
    rows = [('10 s to WAV, ms', 'median', 'min', 'max')]
    for extension in ENCODE:
        client.first.clear()
        times = timed(lambda at: client.ask('clip', f'hour.{extension}', at, at + 10), places(archive, 41))
        rows.append((f'isr, {extension}', *summary(times)))
        rows.append((f'isr, {extension}, first byte', *summary(client.first)))
        rows.append((f'ffmpeg, {extension}', *summary(timed(lambda at: Archive.run('ffmpeg', '-y', '-v', 'error', '-ss', at, '-t', 10, '-i', archive.path(extension), '-c:a', 'pcm_s16le', out.name), places(archive, 9)))))
    rows.append(('libFLAC in process, flac', *summary(libflac(archive))))
    rows.append(('sox, flac', *summary(timed(lambda at: Archive.run('sox', archive.path('flac'), out.name, 'trim', at, 10), places(archive, 9)))))
    rows.append(('flac --skip', *summary(timed(lambda at: Archive.run('flac', '-dfs', f'--skip={int(at * 48000)}', f'--until=+{480000}', archive.path('flac'), '-o', out.name), places(archive, 9)))))
    show(rows)


# --- cuts ------------------------------------------------------------------------------------


def bench_cuts(archive):
    """10 s in the same codec."""
    client = Client(archive)
    rows = [('10 s, not encoded again, ms', 'median', 'min', 'max')]
    for extension in ENCODE:
        out = tempfile.NamedTemporaryFile(suffix=f'.{extension}')
        ours = timed(lambda at: client.ask('cut', f'hour.{extension}', at, at + 10), places(archive, 21))
        theirs = timed(lambda at: Archive.run('ffmpeg', '-y', '-v', 'error', '-ss', at, '-t', 10, '-i', archive.path(extension), '-c', 'copy', out.name), places(archive, 9))
        rows.append((f'isr, {extension}', *summary(ours)))
        rows.append((f'ffmpeg -c copy, {extension}', *summary(theirs)))
        rows.append((f'isr / ffmpeg, {extension}', f'{statistics.median(ours) / statistics.median(theirs):.2f}', '', ''))
    show(rows)
    with tempfile.NamedTemporaryFile(suffix='.flac') as cut:
        cut.write(client.ask('cut', 'hour.flac', archive.late + 0.25, archive.late + 10.25))
        cut.flush()
        whole = subprocess.run(['flac', '-ts', cut.name], check=False).returncode == 0
        count = subprocess.run(['metaflac', '--show-total-samples', cut.name], check=True, capture_output=True, text=True).stdout.strip()
        print(f'  the cut of FLAC: flac -t {"ok, MD5 true" if whole else "FAILED"}, {count} of 480000 samples\n')


PARTS = {'ranges': bench_ranges, 'clips': bench_clips, 'cuts': bench_cuts}


def main(arguments):
    options = argparse.ArgumentParser(prog='bench.py http')
    options.add_argument('parts', nargs='*', metavar='|'.join(PARTS))
    options.add_argument('--seconds', type=int, default=3600)
    options = options.parse_args(arguments)
    archive = Archive(options.seconds)
    try:
        for name in options.parts or PARTS:
            print(f'## {name}: {PARTS[name].__doc__}\n', flush=True)
            PARTS[name](archive)
    finally:
        archive.close()


if __name__ == '__main__':
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'e2e'))
    main(sys.argv[1:])
