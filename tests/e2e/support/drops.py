# SPDX-License-Identifier: MIT
"""Connections that are cut for a while, and what the recording and the ledger say of it, packet by packet.

A drop is covered where the server's burst reaches back to what was received before: nothing is missing
then, nothing twice, and no file ends. Every other drop is a hole: where it is in the packets that were
sent, and how long the ledger says that it is, is compared.
"""
import random
import time

from . import process, proxy

BLOCK = 0.1  # seconds: Icecast hands on what a station has sent so far, here every 20 ms and a page at least


class Stream:
    """One source of the daemon, behind a proxy of its own."""

    def __init__(self, name, track, radio, seed):
        self.name, self.track, self.chance = name, track, random.Random(seed)
        self.gate = proxy.Proxy(radio.port)
        self.url = self.gate.url(radio.url(track.name))

    def section(self):
        return f'[{self.name}]\ntype = stream\nurl = {self.url}\n'

    def drop(self, recorder, length):
        process.wait_for(f'{self.name} to be connected', lambda: self.gate.pairs, 180)
        self.gate.refuse(True)
        self.gate.cut(reset=self.chance.random() < 0.5)
        time.sleep(length)
        self.gate.refuse(False)
        recorder.wait_state(self.name, 'recording', 180)
        time.sleep(11 + self.chance.random() * 4)  # ten seconds are a recovery: the next back-off begins anew

    def drops(self, recorder, count, longest):
        for _ in range(count):
            self.drop(recorder, self.chance.random() * longest)


def judge(stream, recorder):
    """Compares what is on disk with what was sent, and with the ledger."""
    track = stream.track
    files = sorted((f for f in recorder.files() if f['source'] == stream.name), key=lambda f: f['start_us'])
    contents = [(recorder.recordings / f['name']).read_bytes() for f in files]
    runs, primers = [track.runs(data) for data in contents], [track.primer(data) for data in contents]
    gaps = {g['end_us']: g for g in recorder.json(f'/api/coverage?source={stream.name}')['gaps']}
    found = {'holes': 0, 'torn': 0, 'twice': 0, 'undeclared': 0, 'errors': [], 'missing': 0.0, 'declared': 0.0, 'beyond': 0, 'told': []}
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
