# SPDX-License-Identifier: MIT
"""Many streams of a real Icecast whose connections are cut again and again, for 0 to 30 s each: is what was
recorded what was sent, and does the ledger say how much is missing?

    bench.py drops [--streams 40] [--drops 1000] [--longest 30] [--seed 1]

A drop is covered where the server's burst reaches back to what was received before: nothing is missing
then, nothing twice, and no file ends. Every other drop is a hole: where it is in the packets that were
sent, and how long the ledger says that it is, is compared.
"""
import argparse
import concurrent.futures
import tempfile
import time

import meters
from support import daemon, icecast, process, station
from support.drops import Stream, judge

def report(streams, recorder, drops):
    rows = []
    for name in station.FORMATS:
        mine = [judge(s, recorder) for s in streams if s.track.name == name]
        if not mine:
            continue
        total = {key: sum((m[key] for m in mine), type(mine[0][key])()) for key in mine[0]}
        errors = sorted(abs(e) for e in total['errors']) or [0.0]
        share = (total['declared'] - total['missing']) / total['missing'] * 100 if total['missing'] else 0.0
        rows.append([name, len(mine) * drops, len(mine) * drops - total['holes'], total['holes'], total['twice'], total['torn'], total['undeclared'],
                     f"{total['missing']:.1f}", f"{total['declared']:.1f}", f'{share:+.2f} %', f'{errors[len(errors) // 2]:.2f}', f'{errors[-1]:.2f}', total['beyond']])
    meters.table(['format', 'drops', 'joined', 'holes', 'packets twice', 'seams within a file', 'undeclared holes', 'missing s', 'ledger s', 'sum off',
                  'median error s', 'largest s', 'beyond uncertainty'], rows)
    for s in streams:
        for line in judge(s, recorder)['told'][:20]:
            print(line)


def main(argv):
    options = argparse.ArgumentParser(prog='bench.py drops')
    options.add_argument('--streams', type=int, default=40)
    options.add_argument('--drops', type=int, default=1000, help='of all streams together')
    options.add_argument('--longest', type=float, default=30)
    options.add_argument('--seed', type=int, default=1)
    options = options.parse_args(argv)
    each = -(-options.drops // options.streams)
    radio = icecast.Icecast()
    with tempfile.TemporaryDirectory(prefix='isr-drops-') as place:
        names = list(station.FORMATS)
        tracks = {name: station.Track(name, int(each * (options.longest / 2 + 20) * 1.5 + 120), place) for name in names}
        stations = [station.Station(radio, name, track) for name, track in tracks.items()]
        process.wait_for('the bursts', lambda: all(s.sent >= s.track.due(5) for s in stations))
        streams = [Stream(f's{n:03}', tracks[names[n % len(names)]], radio, options.seed * 1000 + n) for n in range(options.streams)]
        recorder = daemon.Daemon('\n'.join(s.section() for s in streams), general='split_minutes = 0\nretry_delay_seconds = 1\nloudness = off\n')
        try:
            for s in streams:
                recorder.wait_state(s.name, 'recording')
            time.sleep(8)
            with concurrent.futures.ThreadPoolExecutor(len(streams)) as pool:
                for run in [pool.submit(s.drops, recorder, each, options.longest) for s in streams]:
                    run.result()
            for s in streams:
                recorder.get(f'/api/sources/{s.name}/stop', method='POST')
            for s in streams:
                recorder.wait_state(s.name, 'stopped')
            report(streams, recorder, each)
        finally:
            recorder.stop()
            recorder.close()
            for s in streams:
                s.gate.close()
            for s in stations:
                s.close()
            radio.close()
