# SPDX-License-Identifier: MIT
"""A recorder that is killed by SIGKILL, and what is left of its recording.

split-feed says after each piece that it is written (the element has nothing pending)
and when. So what must survive follows from what it said before it died:

    everything whose time is at least sync-interval before the last piece but one

and of that, whole packets: a frame waits in the parser for the next one, an Ogg packet
for the end of its page, a sample for its FLAC block. No clock of this test decides.
"""
import json
import pathlib
import random
import struct
import subprocess
import time

from . import audio, process, proof

SECONDS = 6
RATE = 48000
FLAC_BLOCK = 4096
RAW_CAPS = f'audio/x-raw,format=S16LE,rate={RATE},channels=1,layout=interleaved'
# What it is must be said: else up to 64 KiB are looked at first, and are lost with the process.
CAPS = {'mp3-cbr': 'audio/mpeg,mpegversion=1', 'mp3-vbr': 'audio/mpeg,mpegversion=1', 'aac': 'audio/mpeg,mpegversion=4', 'flac': 'audio/x-flac'}
RAW = ('wav', 'raw-flac')
FORMATS = (*RAW, *proof.CODECS)
SYNC_US = (0, 5_000, 50_000)


# --- the sources -----------------------------------------------------------

class Source:
    """A stream, its packets, and by which byte of it each of them is whole."""

    def __init__(self, place, fmt):
        self.format = fmt
        if fmt in RAW:
            wav = proof.make_stream(place, 'flac', RATE, 1, SECONDS).with_name(f'in-{RATE}-1.wav')
            self.path, self.caps, self.align, self.pcm = place / 'in.raw', RAW_CAPS, 2, audio.decode(wav)
            self.path.write_bytes(self.pcm)
            return
        self.path = proof.make_stream(place, fmt, 16000 if fmt == 'speex' else RATE, 1, SECONDS)
        self.caps, self.align = CAPS.get(fmt, 'application/ogg'), 1
        self.packets = proof.payloads(fmt, self.path)
        self.ends = self._ends()

    def _ends(self):
        if proof.CODECS[self.format].extension in ('opus', 'ogg', 'oga', 'spx'):
            ends = ogg_packet_ends(self.path.read_bytes())
            return ends[len(ends) - len(self.packets):]
        done = process.run('ffprobe', '-v', 'error', '-of', 'json', '-show_entries', 'packet=pos,size', self.path)
        return [int(p['pos']) + int(p['size']) for p in json.loads(done.stdout)['packets']]

    def whole_packets(self, size):
        """How many packets must have come through when @size bytes went in."""
        return max(sum(end <= size for end in self.ends) - 2, 0)  # one is in the parser, one in the writer


def ogg_packet_ends(data):
    """The end of the page on which each packet ends."""
    at, ends = 0, []
    while at < len(data):
        count = data[at + 26]
        lacing = struct.unpack_from(f'{count}B', data, at + 27)
        at += 27 + count + sum(lacing)
        ends += [at] * sum(value < 255 for value in lacing)
    return ends


# --- the deed --------------------------------------------------------------

def record_and_kill(source, out, seed):
    """Kills the recorder after a random byte or moment; returns (sync-interval µs, [(bytes, µs)])."""
    dice = random.Random(seed)
    sync_us = dice.choice(SYNC_US)
    command = proof.feed_command(source.path, source.caps, out, seed, maximum=6000, splits=5, align=source.align, settle=True,
                                 split_interval=dice.randrange(1500, 4000) * 1_000_000, sync_interval=sync_us * 1000, **({'format': 'flac' if source.format == 'raw-flac' else 'wav'} if source.format in RAW else {}))
    byte = dice.randrange(source.path.stat().st_size) if dice.random() < 0.5 else 1 << 62
    moment = time.monotonic() + dice.uniform(0.02, 0.4) if byte == 1 << 62 else 1 << 62
    pushed = []
    with subprocess.Popen(command, env=process.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        for line in child.stdout:
            for name, fields in proof.parse(line):
                if name == 'pushed':
                    pushed.append((int(fields['bytes']), int(fields['us'])))
                elif name == 'error':
                    raise AssertionError(line)
            if pushed and pushed[-1][0] >= byte or time.monotonic() >= moment:
                child.kill()  # what it says before it dies is read nevertheless
        said = child.stderr.read()
    if child.returncode not in (0, -9):
        raise AssertionError(f'split-feed ended with {child.returncode}: {said}')
    return sync_us, pushed


def safe_bytes(sync_us, pushed):
    """What must have survived by what was said."""
    if len(pushed) < 2:
        return 0
    last = pushed[-2][1]
    return max((size for size, us in pushed[:-1] if us <= last - sync_us), default=0)


# --- the judgement ----------------------------------------------------------

def check_raw(source, files, size):
    decoded = b''.join(audio.decode(path) for path in files)
    if source.pcm[:len(decoded)] != decoded:
        raise AssertionError('the samples are not those that went in')
    least = size - (2 * FLAC_BLOCK * 2 if source.format == 'raw-flac' else 0)
    if len(decoded) < least:
        raise AssertionError(f'{len(decoded)} bytes of {size} survived')


def check_encoded(source, files, size):
    count = proof.check_packets(source.format, source.packets, files)
    if count < source.whole_packets(size):
        raise AssertionError(f'{count} packets of {source.whole_packets(size)} survived')
    judge = proof.CODECS[source.format].judge
    for path in files:
        for said in proof.complaints(judge, path) if judge else []:
            raise AssertionError(f'{judge} of {path}: {said}')


def holds_audio(path):
    """Whether ffmpeg plays anything of what was not repaired: what is marked as a primer is not played."""
    hint = {'.mp3': ['-f', 'mp3'], '.aac': ['-f', 'aac']}.get(path.with_suffix('').suffix, [])
    done = subprocess.run(['ffmpeg', '-nostdin', '-v', 'quiet', *hint, '-i', str(path), '-f', 's16le', '-'], capture_output=True, check=False, timeout=60)
    return len(done.stdout) > 0


def repair(out):
    """The files that play afterwards. A part stays one only where it has a head and no audio, and that is said."""
    done = process.run(process.ISR, 'repair', out, check=False)
    paths = sorted(pathlib.Path(out).iterdir())
    parts = [path for path in paths if path.suffix == '.part']
    if any(str(path) not in done.stderr or holds_audio(path) for path in parts) or (done.returncode != 0) != bool(parts):
        raise AssertionError(f'not repaired: {parts}: {done.returncode}: {done.stdout}{done.stderr}')
    return [path for path in paths if path not in parts]


def prove(source, out, seed):
    """One kill in the empty directory @out; returns the number of files that are left. AssertionError where something is amiss."""
    sync_us, pushed = record_and_kill(source, out, seed)
    size = safe_bytes(sync_us, pushed)
    files = repair(out)
    for path in files:
        audio.plays(path)
    (check_raw if source.format in RAW else check_encoded)(source, files, size)
    return len(files)
