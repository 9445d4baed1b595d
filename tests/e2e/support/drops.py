# SPDX-License-Identifier: MIT
"""Connections that are cut for a while, and what the recording and the ledger say of it, packet by packet.

A drop is covered where the server's burst reaches back to what was received before: nothing is missing
then, nothing twice, and no file ends. Every other drop is a hole: where it is in the packets that were
sent, and how long the ledger says that it is, is compared.
"""
import concurrent.futures
import contextlib
import random
import tempfile
import time

from . import daemon, icecast, process, proxy, station

BLOCK = 0.1  # seconds: Icecast hands on what a station has sent so far, here every 20 ms and a page at least
BURST = 65535  # bytes, as in icecast.CONFIG
# seconds of a burst that need not help: what a reset takes with it before it is read, and what two blocks overlap by
LOSS = 1.0


def now_us():
    return time.time_ns() // 1000


class Stream:
    """One source of the daemon, behind a proxy of its own."""

    def __init__(self, name, track, radio, seed):
        self.name, self.track, self.chance = name, track, random.Random(seed)
        self.gate = proxy.Proxy(radio.port)
        self.url = self.gate.url(radio.url(track.name))
        self.drops = []  # (cut, connected again), UTC µs

    def section(self):
        return f'[{self.name}]\ntype = stream\nurl = {self.url}\n'

    def drop(self, length):
        """Nobody gets through for @length seconds; returns when the recorder has come again."""
        process.wait_for(f'{self.name} to be connected', lambda: self.gate.pairs, 180)
        self.gate.refuse(True)
        self.gate.cut(reset=self.chance.random() < 0.5)
        cut_us = now_us()
        time.sleep(length)
        self.gate.refuse(False)
        process.wait_for(f'{self.name} to come again', lambda: self.gate.pairs, 180)
        self.drops.append((cut_us, now_us()))

    def is_covered(self, drop):
        """Has the server's burst all that was sent meanwhile?"""
        cut_us, back_us = drop
        return (back_us - cut_us) / 1e6 < BURST / len(self.track.data) * self.track.seconds - LOSS


class Trial:
    """A real Icecast with a station of each of @formats, and a recorder of @count streams of them. A context."""

    def __init__(self, count, seconds, seed=1, formats=tuple(station.FORMATS), general=''):
        with contextlib.ExitStack() as stack:
            place = stack.enter_context(tempfile.TemporaryDirectory(prefix='isr-drops-'))
            self.radio = stack.enter_context(contextlib.closing(icecast.Icecast()))
            tracks = [station.Track(name, seconds, place) for name in formats]
            stations = [stack.enter_context(contextlib.closing(station.Station(self.radio, track.name, track))) for track in tracks]
            process.wait_for('the bursts', lambda: all(s.sent >= s.track.due(5) for s in stations))
            self.streams = [Stream(f's{n:03}', tracks[n % len(tracks)], self.radio, seed * 1000 + n) for n in range(count)]
            for stream in self.streams:
                stack.callback(stream.gate.close)
            self.recorder = daemon.Daemon(''.join(s.section() for s in self.streams), general=f'loudness = off\n{general}')
            stack.callback(self.recorder.close)
            self._wait_audio(lambda stream, file: file['duration'] > 3)
            self.stack = stack.pop_all()

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.stack.close()

    def _wait_audio(self, enough):
        def all_have():
            files = self.recorder.files()
            return all(any(f['source'] == s.name and enough(s, f) for f in files) for s in self.streams)
        process.wait_for(lambda: f'audio of every stream: {self.recorder.process.stderr[-4000:]}', all_have, 180)

    def run(self, drops):
        """drops(stream), of all streams at the same time."""
        with concurrent.futures.ThreadPoolExecutor(len(self.streams)) as pool:
            for one in [pool.submit(drops, stream) for stream in self.streams]:
                one.result()

    def finish(self):
        """Every stream has gone on and is stopped, its files are whole; the process still answers."""
        self._wait_audio(lambda stream, file: file['start_us'] + file['duration'] * 1e6 > stream.drops[-1][1])
        for stream in self.streams:
            self.recorder.get(f'/api/sources/{stream.name}/stop', method='POST')
        for stream in self.streams:
            self.recorder.wait_state(stream.name, 'stopped')

    def judge(self, stream):
        return judge(stream, self.recorder)


def holes(gaps):
    """By its end each hole of the ledger; those that meet, of different causes, are one."""
    found = {}
    for gap in sorted(gaps, key=lambda g: g['start_us']):
        before = found.pop(gap['start_us'], None)
        found[gap['end_us']] = gap if not before else {
            'start_us': before['start_us'], 'end_us': gap['end_us'], 'cause': f"{before['cause']}, {gap['cause']}",
            'uncertainty': (before['uncertainty'] or 0) + (gap['uncertainty'] or 0)}
    return found


def judge(stream, recorder):
    """Compares what is on disk with what was sent, and with the ledger."""
    track = stream.track
    files = sorted((f for f in recorder.files() if f['source'] == stream.name), key=lambda f: f['start_us'])
    contents = [(recorder.recordings / f['name']).read_bytes() for f in files]
    runs, primers = [track.runs(data) for data in contents], [track.primer(data) for data in contents]
    gaps = holes(recorder.json(f'/api/coverage?source={stream.name}')['gaps'])
    covered = [drop for drop in stream.drops if stream.is_covered(drop)]
    found = {'drops': len(stream.drops), 'covered': len(covered), 'unjoined': 0, 'holes': 0, 'torn': 0, 'twice': 0, 'undeclared': 0, 'errors': [],
             'missing': 0.0, 'declared': 0.0, 'beyond': 0, 'told': []}
    for file, run in zip(files, runs):
        if len(run) > 1:
            found['torn'] += len(run) - 1
            found['told'].append(f"{file['name']}: seams within: {run}")
    for before, file, run, primer in zip(runs, files[1:], runs[1:], primers[1:]):
        if not run or not before:
            continue
        end, first = before[-1][1], run[0][0]
        if first < end:  # the next file goes on where this one ended
            first = min(end, first + primer)
        missing = track.length(end, first) if first >= end else -track.length(first, end)
        gap = gaps.get(file['start_us'])
        found['holes'] += bool(gap or missing)  # else the file ended while nothing came, and nothing is missing
        found['twice'] += max(0, end - first)
        if (gap or missing) and any(cut_us - 1e6 < file['start_us'] < back_us + 1e6 for cut_us, back_us in covered):
            found['unjoined'] += 1
            found['told'].append(f"{file['name']}: the burst covers what is missing before it: {missing:.3f} s; the ledger: {gap}; drops {stream.drops}")
        if first < end:
            found['told'].append(f"{file['name']}: begins {end - first} packets before the end of the last file; the ledger: {gap}")
        if not gap:
            found['undeclared'] += missing > 0
            continue
        said = (gap['end_us'] - gap['start_us']) / 1e6
        found['errors'].append(said - missing)
        if abs(said - missing) > (gap['uncertainty'] or 0) + BLOCK:
            found['beyond'] += 1
            found['told'].append(f"{file['name']}: the ledger says {said:.3f} s ({gap['cause']}, ±{gap['uncertainty']}), missing are {missing:.3f} s")
        found['missing'] += missing
        found['declared'] += said
    return found
