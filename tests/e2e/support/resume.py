# SPDX-License-Identifier: MIT
"""Stations of several formats, a recorder of them that ends and goes on, and what its files hold together."""
import contextlib
import sqlite3
import tempfile
import time
import unittest

from . import daemon, encoder, icecast, process

KBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)


def frames(data, kind):
    """Where the frames of an MP3 or ADTS file lie."""
    found, at = [], 0
    while at + 7 <= len(data):
        if kind == 'aac':
            size = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
        else:  # Layer III of MPEG 1 at 48 kHz
            size = 144 * KBITS[data[at + 2] >> 4] // 48 + (data[at + 2] >> 1 & 1)
        found.append(data[at:at + size])
        at += size
    return found


class Case(unittest.TestCase):
    formats = ('mp3', 'aac', 'vorbis', 'opus')
    kept = 'rejoined'  # how a stream goes on that was not missed

    @classmethod
    def make(cls, name):
        return encoder.make(cls.dir.name, name)

    @classmethod
    def setUpClass(cls):
        cls.icecast = icecast.Icecast()
        cls.addClassCleanup(cls.icecast.close)
        cls.dir = tempfile.TemporaryDirectory(prefix='isr-resume-')
        cls.addClassCleanup(cls.dir.cleanup)
        cls.data = {name: cls.make(name) for name in cls.formats}

    def send(self, mount, name, data):
        """A station begins."""
        kind = encoder.FORMATS[name][1] if name in ('mp3', 'aac') else 'application/ogg'
        pace = len(data) / encoder.SECONDS
        self.stations[name] = encoder.Station(self.icecast, mount, kind, data, pace, min(encoder.BURST, int(5 * pace)))
        self.addCleanup(self.stations[name].close)

    def start(self, test, formats=None, general='', gate=None):
        """A recorder of a station in each format; @gate: a proxy that all pass."""
        self.stations = {}
        text = ''
        formats = formats or self.formats
        for name in formats:
            mount = f'{test}-{name}'
            self.send(mount, name, self.data[name])
            text += f'[{name}]\ntype = stream\nurl = {gate.url(self.icecast.url(mount)) if gate else self.icecast.url(mount)}\n'
        self.text = text
        isr = daemon.Daemon(text, general=general)
        self.addCleanup(isr.close)
        for name in formats:
            self.wait_longer(isr, name)
        return isr

    def wait_longer(self, isr, name, seconds=2):
        """Until a file of it is being written that is so long."""
        process.wait_for(lambda: f'audio of {name}: {isr.source(name)}\n{isr.process.stderr}',
                         lambda: any(f['source'] == name and f['recording'] and f['duration'] > seconds for f in isr.files()))

    def hold(self):
        """A busy machine makes no hole larger than the burst that covers it: a second is sent until release()."""
        for station in self.stations.values():
            station.hold(int(station.pace))

    def release(self, isr):
        """Each has gone on."""
        for name, station in self.stations.items():
            process.wait_for(lambda n=name: f'{n} to go on: {isr.source(n)}\n{isr.process.stderr}',
                             lambda n=name: isr.source(n)['state'] == 'recording' and isr.source(n)['reason'] == self.kept)
            station.release()

    def wait_resumed(self, isr, name, count):
        process.wait_for(lambda: f'{name} to go on: {isr.process.stderr}', lambda: len([f for f in isr.files() if f['source'] == name]) == count)
        self.wait_longer(isr, name)

    def files(self, isr, name):
        return sorted((f for f in isr.files() if f['source'] == name), key=lambda f: f['start_us'])

    def assert_ledger(self, isr, name):
        """No hole, and no second twice."""
        self.assertEqual(isr.json(f'/api/coverage?source={name}')['gaps'], [], isr.process.stderr)
        files = self.files(isr, name)
        for before, behind in zip(files, files[1:]):
            self.assertLess(abs(before['end_us'] - behind['start_us']), 1000, '\n'.join([name, *(f'{f["name"]} {f["start_us"]} {f["end_us"]} {f["size"]} {f["reason"]}' for f in files), isr.process.stderr]))

    def payload(self, path, name):
        """The packets that the stream brought, out of a file."""
        data = path.read_bytes()
        return frames(data, name) if name in ('mp3', 'aac') else encoder.packets(data)[0]

    def assert_sent_once(self, isr, name):
        """All packets of all files, in order: primers, which are another file's packets again, left out."""
        data = self.data[name]
        sent = frames(data, name) if name in ('mp3', 'aac') else encoder.packets(data)[0]
        place = {packet: n for n, packet in enumerate(sent)}
        self.assertEqual(len(place), len(sent), 'no packet repeats itself')
        paths = [isr.recordings / f['name'] for f in self.listed[name]]
        got = []
        for path in paths:
            numbers = [place[p] for p in self.payload(path, name) if p in place]
            if got:
                self.assertIn(got[-1] + 1, numbers, f'{name}: {path} does not go on')
                primer = numbers.index(got[-1] + 1)
                self.assertLessEqual(primer, 10, f'{name}: more than a primer is there twice')
                numbers = numbers[primer:]
            elif numbers[0] == numbers[1]:  # Opus that begins in the middle is primed with its first packet
                numbers = numbers[1:]
            got += numbers
        self.assertEqual(got, list(range(got[0], got[0] + len(got))), name)
        self.assertGreater(len(got), 100)
        return got

    def end(self, isr):
        process.wait_for('the files', lambda: all(len(self.files(isr, n)) > 1 for n in self.stations))
        self.listed = {name: self.files(isr, name) for name in self.stations}
        self.assertEqual(isr.stop(), 0, isr.process.stderr)

    def kill_once(self, isr):
        isr.process.child.kill()
        isr.process.wait()
        isr.process.close()
        isr.start()

    def kill_and_start(self, isr):
        self.hold()
        self.kill_once(isr)
        self.release(isr)

    def kill_again(self, isr, delay):
        """Twice more, as soon as something of any source is being written again, or a while later."""
        self.hold()
        before = self.parts(isr)
        for _ in range(2):
            self.kill_once(isr)
            process.wait_for('another file', lambda: self.parts(isr) - before)
            time.sleep(delay)  # at which of them it is killed is no matter
        self.kill_once(isr)
        self.release(isr)

    def committed(self, isr):
        """What the catalog knows of that is being written, for good."""
        with contextlib.closing(sqlite3.connect(f'file:{isr.recordings}/isr.db?mode=ro', uri=True)) as db:
            return {row[0] for row in db.execute('SELECT name FROM recordings WHERE recording = 1')}

    def parts(self, isr, name=''):
        return {p.name for p in isr.recordings.rglob(f'{name}*.part')}

    def wait_for_a_begin(self, isr, name):
        """Until the next file of it begins; the disk is asked, not the API. The catalog has the ones before."""
        process.wait_for('the catalog', lambda: {f['name'] for f in isr.files() if f['recording']} <= self.committed(isr))
        before = self.parts(isr, name)
        process.wait_for('another file', lambda: self.parts(isr, name) - before)

    def assert_joined(self, isr):
        """The one that was left is finished, and there is no hole and no second twice."""
        process.wait_for('the archive', lambda: isr.get('/readyz')[0] == 200)
        for name in self.stations:
            process.wait_for('the file that was left', lambda n=name: sum(f['recording'] for f in self.files(isr, n)) == 1)
            self.assert_ledger(isr, name)
