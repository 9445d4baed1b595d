# SPDX-License-Identifier: MIT
"""One case of the proof that encoded audio comes out as it went in.

A real encoder makes a stream, split-feed pushes it through isrsplitsink in pieces of
random sizes with splits at random points, and other programs judge what came out:
the packets are the source's, the decoded lengths add up, nobody complains.
"""
import json
import pathlib
import random
import subprocess
import tempfile

from . import audio, process

FEED = process.BUILD / 'tests' / 'element' / 'split-feed'
START_US = 1767225600_000_000  # 2026-01-01T00:00:00Z
# Packets in front of a file that only warm a decoder up: at most so many.
PRIMER_MAX = 20


class Codec:
    """How a stream of a kind is made of a WAV file, and who judges it."""

    def __init__(self, extension, caps, rates, make, judge, exact=False):
        self.extension, self.caps, self.rates, self.make, self.judge, self.exact = extension, caps, rates, make, judge, exact


CODECS = {
    'mp3-cbr': Codec('mp3', 'audio/mpeg,mpegversion=1', (48000, 44100, 22050), 'lame --quiet -t -b 128 {wav} {out}', 'mpg123 -q -t', True),
    'mp3-vbr': Codec('mp3', 'application/octet-stream', (48000, 32000, 24000), 'lame --quiet -t -V 3 {wav} {out}', 'mpg123 -q -t', True),
    'aac': Codec('aac', 'application/octet-stream', (48000, 44100, 22050), 'ffmpeg -v error -i {wav} -c:a aac -b:a 96k -f adts {out}', None),
    'opus': Codec('opus', 'audio/ogg', (48000, 24000, 16000), 'opusenc --quiet --bitrate 48 {wav} {out}', 'opusinfo'),
    'vorbis': Codec('ogg', 'application/ogg', (48000, 44100, 22050), 'oggenc -Q {wav} -o {out}', 'ogginfo', True),
    'ogg-flac': Codec('oga', 'application/octet-stream', (48000, 44100, 96000), 'flac -s --ogg {wav} -o {out}', 'ogginfo', True),
    'speex': Codec('spx', 'audio/ogg', (8000, 16000, 32000), 'speexenc --quiet {wav} {out}', 'ogginfo'),
    'flac': Codec('flac', 'audio/x-flac', (48000, 44100, 96000), 'flac -s {wav} -o {out}', 'flac -s -t -w', True),
}

# What a judge says of every file of that kind: flac -t of a re-cut file, whose MD5 nobody knows.
DOCUMENTED = ('cannot check MD5 signature since it was unset',)


# --- the stream -----------------------------------------------------------

def make_stream(place, codec, rate, channels, seconds):
    """A stream of a glide over noise: no two packets are alike."""
    wav, out = place / f'in-{rate}-{channels}.wav', place / f'in.{CODECS[codec].extension}'
    glide = '0.3*sin(2*PI*(200+30*t)*t)+0.1*(random(0)-0.5)'
    source = f'aevalsrc={"|".join([glide] * channels)}:s={rate}:d={seconds}'
    process.run('ffmpeg', '-v', 'error', '-y', '-f', 'lavfi', '-i', source, '-c:a', 'pcm_s16le', wav)
    process.run(*CODECS[codec].make.format(wav=wav, out=out).split())
    return out


def packets(path):
    """The hash of each packet, as ffprobe sees them."""
    done = process.run('ffprobe', '-v', 'error', '-of', 'json', '-show_entries', 'packet=data_hash', '-show_data_hash', 'md5', *audio.opening(path))
    return [p['data_hash'] for p in json.loads(done.stdout)['packets']]


# --- FLAC: the number in each frame's header is rewritten, all else is not ---

def flac_payloads(path):
    """Each frame without its header and its CRC. The frames are found by ffmpeg."""
    sizes = json.loads(process.run('ffprobe', '-v', 'error', '-of', 'json', '-show_entries', 'packet=size', path).stdout)['packets']
    data = subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-i', str(path), '-map', '0:a', '-c', 'copy', '-f', 'data', '-'], capture_output=True, check=True, timeout=60).stdout
    at, bodies = 0, []
    for size in (int(p['size']) for p in sizes):
        bodies.append(data[at + flac_header_size(data[at:at + 16]):at + size - 2])
        at += size
    return bodies


def flac_header_size(frame):
    number = 1 if frame[4] < 0x80 else f'{frame[4]:08b}'.index('0')
    block = {6: 1, 7: 2}.get(frame[2] >> 4, 0)
    rate = {12: 1, 13: 2, 14: 2}.get(frame[2] & 15, 0)
    return 4 + number + block + rate + 1


def payloads(codec, path):
    return flac_payloads(path) if 'flac' in codec else packets(path)


# --- recording -------------------------------------------------------------

def parse(text):
    """Lines of split-feed: (name, fields)."""
    for line in text.splitlines():
        name, *fields = line.split('\t')
        yield name, dict(field.split('=', 1) for field in fields)


def feed_command(path, caps, where, seed, maximum=100_000, splits=0, align=1, settle=False, **properties):
    settings = {'location': f'{where}/%H%M%S_%f', 'start-time': START_US * 1000, 'timezone': 'UTC', **properties}
    return [str(FEED), '--seed', str(seed), '--max', str(maximum), '--splits', str(splits), '--align', str(align), *(['--settle'] if settle else []),
            str(path), caps, *(f'{key.replace("_", "-")}={value}' for key, value in settings.items())]


def draw_interval(dice, seconds):
    """ms, such that the last file is no shred: ffmpeg and ffprobe do not recognize MP3 and AAC of one frame."""
    while True:
        interval = dice.randrange(700, 3000)
        if seconds * 1000 % interval > 300:
            return interval


def record(path, codec, where, seed, seconds):
    """Pushes the stream through the element; returns the messages of the closed files, in order."""
    interval = draw_interval(random.Random(seed), seconds) * 1_000_000
    done = process.run(*feed_command(path, CODECS[codec].caps, where, seed, splits=40, split_interval=interval))
    if done.stderr.strip():
        raise AssertionError(f'split-feed said: {done.stderr}')
    lines = list(parse(done.stdout))
    opened = [fields for name, fields in lines if name == 'isr-file-opened']
    closed = [fields for name, fields in lines if name == 'isr-file-closed']
    if [o['location'] for o in opened] != [c['location'] for c in closed]:
        raise AssertionError(f'what was opened was not closed: {done.stdout}')
    return [{**o, **c} for o, c in zip(opened, closed)]


# --- judging -----------------------------------------------------------------

def complaints(command, path):
    """What a judge has to say against a file."""
    done = subprocess.run([*command.split(), str(path)], capture_output=True, text=True, errors='replace', timeout=60, check=False)
    said = [line for line in (done.stdout + done.stderr).splitlines() if not any(d in line for d in DOCUMENTED)]
    if command.endswith('info'):
        said = [line for line in said if 'WARNING' in line or 'Warning' in line or 'rror' in line]
    if done.returncode and not said and 'flac' in command:
        return [] if any(d in done.stderr for d in DOCUMENTED) else [f'{command} ended with {done.returncode}']
    return said or ([f'{command} ended with {done.returncode}'] if done.returncode else [])


def check_packets(codec, whole, files):
    """Primers aside, the packets of the files are those of the source, in order, once; returns how many."""
    at = 0
    for path in files:
        own = payloads(codec, path)
        if at >= len(whole) or whole[at] not in own[:PRIMER_MAX + 1]:
            raise AssertionError(f'{path} does not go on with packet {at} of {len(whole)}')
        own = own[own.index(whole[at]):]
        if own != whole[at:at + len(own)]:
            raise AssertionError(f'{path} differs from the source behind packet {at}')
        at += len(own)
    return at


def decode(codec, path):
    """Every sample. ffmpeg does not take off what Speex puts in front, and forgets the last
    packet of a Vorbis file of two: there the codecs' own tools decode."""
    if codec not in ('speex', 'vorbis'):
        return audio.decode(path)
    with tempfile.NamedTemporaryFile(suffix='.raw') as out:
        process.run(*(['oggdec', '-Q', '-R', '-o', out.name, path] if codec == 'vorbis' else ['speexdec', path, out.name]))
        return pathlib.Path(out.name).read_bytes()


def check_decoded(codec, stream, closed, channels):
    """Each file decodes to what its message says; together to the whole, where exact: sample for sample."""
    whole, at = decode(codec, stream), 0
    for message in closed:
        part = decode(codec, message['location'])
        samples = len(part) // (2 * channels)
        # speexdec holds the first file to be shorter and the last one to be longer by its own delay
        if samples != int(message['samples']) and codec != 'speex':
            raise AssertionError(f'{message["location"]} decodes to {samples} samples, not {message["samples"]}')
        skip = int(message['warm-up']) * 2 * channels
        if CODECS[codec].exact and part[skip:] != whole[at + skip:at + len(part)]:
            raise AssertionError(f'{message["location"]} decodes otherwise than the whole')
        at += len(part)
    if at != len(whole) or at != sum(int(m['samples']) for m in closed) * 2 * channels:
        raise AssertionError(f'the files decode to {at} bytes, the whole to {len(whole)}')


def prove(place, codec, rate, channels, seed, seconds=6):
    """Runs one case in the empty directory @place; returns the number of files. AssertionError where it fails."""
    place = pathlib.Path(place)
    out = place / 'out'
    out.mkdir()
    stream = make_stream(place, codec, rate, channels, seconds)
    closed = record(stream, codec, out, seed, seconds)
    files = [c['location'] for c in closed]
    if sorted(files) != sorted(str(p) for p in out.iterdir()):
        raise AssertionError(f'other files than were told: {sorted(out.iterdir())}')
    whole = payloads(codec, stream)
    count = check_packets(codec, whole, files)
    if count != len(whole):
        raise AssertionError(f'{count} of {len(whole)} packets came out')
    check_decoded(codec, stream, closed, channels)
    for path in files:
        audio.probe(path)
        for said in complaints(CODECS[codec].judge, path) if CODECS[codec].judge else []:
            raise AssertionError(f'{CODECS[codec].judge} of {path}: {said}')
    return len(files)
