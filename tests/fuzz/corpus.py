#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Seeds for the fuzz targets: tiny files of every kind, made by the usual encoders.

    corpus.py TARGET DIRECTORY

Each target reads its input in its own way (see its fuzz-TARGET.c); what comes
before the file itself is put there here. Small is quick: few exceed 4 KiB.
"""
import array
import math
import pathlib
import struct
import subprocess
import sys
import tempfile
import wave

HERE = pathlib.Path(__file__).resolve().parent
ROOM = HERE.parent.parent / 'daemon' / 'config'
BROKEN = HERE.parent / 'unit' / 'config' / 'broken'
LIMIT = 4096

ENCODERS = {
    'mono.mp3': 'lame --quiet -b 16 mono.wav mono.mp3',
    'stereo.mp3': 'lame --quiet -V 9 -t stereo.wav stereo.mp3',
    'gapless.mp3': 'lame --quiet -V 9 stereo.wav gapless.mp3',
    'tagged.mp3': 'lame --quiet -b 16 --tt title --id3v2-only mono.wav tagged.mp3',
    'old.mp3': 'lame --quiet -b 16 --tt title --id3v1-only mono.wav old.mp3',
    'layer2.mp2': 'ffmpeg -v error -y -i mono.wav -c:a mp2 -b:a 32k -ar 16000 layer2.mp2',
    'mono.aac': 'ffmpeg -v error -y -i mono.wav -c:a aac -b:a 16k -f adts mono.aac',
    'mono.opus': 'opusenc --quiet --bitrate 8 mono.wav mono.opus',
    'mono.ogg': 'oggenc -Q -q -1 mono.wav -o mono.ogg',
    'mono.spx': 'speexenc --quiet mono.wav mono.spx',
    'mono.oga': 'flac -s --ogg --no-padding -b 192 short.wav -o mono.oga',
    'mono.flac': 'flac -s --no-padding -b 192 short.wav -o mono.flac',
    'table.flac': 'flac -s -P 16 -S 10x -b 192 short.wav -o table.flac',
    'paged.oga': 'ffmpeg -v error -y -i mono.wav -c:a flac -f ogg -page_duration 50000 paged.oga',
    'paged.opus': 'ffmpeg -v error -y -i mono.opus -c copy -page_duration 50000 paged.opus',
    'paged.spx': 'ffmpeg -v error -y -i mono.spx -c copy -f ogg -page_duration 50000 paged.spx',
    'float.wav': 'ffmpeg -v error -y -i short.wav -c:a pcm_f32le float.wav',
    'large.wav': 'ffmpeg -v error -y -i short.wav -c:a pcm_s24le -rf64 always large.wav',
}

FOREIGN = {
    'aac.m4a': 'ffmpeg -v error -y -i mono.wav -c:a aac -b:a 16k aac.m4a',
    'fast.m4a': 'ffmpeg -v error -y -i mono.wav -c:a aac -b:a 16k -movflags +faststart fast.m4a',
    'live.mp4': 'ffmpeg -v error -y -i mono.wav -c:a aac -b:a 16k -movflags frag_keyframe+empty_moov live.mp4',
    'short.aiff': 'ffmpeg -v error -y -i short.wav short.aiff',
    'short.w64': 'ffmpeg -v error -y -i short.wav short.w64',
    'short.caf': 'ffmpeg -v error -y -i short.wav short.caf',
    'alac.caf': 'ffmpeg -v error -y -i mono.wav -c:a alac alac.caf',
    'short.au': 'ffmpeg -v error -y -i short.wav -c:a pcm_mulaw short.au',
    'mono.wma': 'ffmpeg -v error -y -i mono.wav -c:a wmav2 mono.wma',
    'mono.mka': 'ffmpeg -v error -y -i mono.wav -c:a libopus -b:a 8k mono.mka',
    'live.webm': 'ffmpeg -v error -y -i mono.wav -c:a libopus -b:a 8k -live 1 live.webm',
    'short.wv': 'ffmpeg -v error -y -i short.wav short.wv',
}

CONFIG = """# a station and a microphone
[general]
timezone = Europe/Berlin
split_minutes = 60
format = flac

[radio]
type = stream
url = "http://127.0.0.1:8000/live.mp3"

username = me
password = secret

[mic]
type = soundcard
device = hw:CARD=Mic
filename_pattern = {source}/%Y-%m-%d/{source}_%Y%m%dT%H%M%S%z

[a]
type = test
"""

QUERIES = [
    'source=mic&from=2026-11-20T00:00:00%2B01:00&to=2026-11-21&limit=10', 'day=2026-03-29', 'day=2026-11-20&limit=1000',
    'from=1774746000&to=1774746000.25', 'q=%C3%A4%20+%00', 'a=b&a=c', 'limit=-1', 'from=2026-11-20T10:00:00Z', '%', 'x=%f', '',
    'sorce=mic', 'day=2026-11-20&from=1', 'file=a.flac&start=1&end=2', 'file=a&source=b', 'from=2&to=1', 'source=mic&start_us=1&end_us=2', '%73ource=a&cursor=x',
]

BODIES = [
    '{"source": "mic", "start_us": 1706698800000000, "end_us": 1706698801000000, "verdict": "kept", "label": "\\u00e4\\n", "note": null}',
    '{"password": "\\ud83d\\ude00 \\ud800"}', '{"a": [[[[1e400, -0.0, 0.1, 18446744073709551616]]], {}, []]}', '[]', '{"a": "\\u0000"}', '{', '',
]

HEADERS = [
    'Bearer ' + '0' * 64, 'isr_session_8080=' + 'f' * 64 + '; a=b', 'gzip;q=0.5, *;q=0', 'W/"a", "b"', 'localhost:8080', '[::1]:80', 'https://radio.example', 'null', '',
]

RANGES = [
    (1000, '0-499'), (1000, '-500'), (1000, '9500-'), (1000, '0-0,-1'), (1000, '500-600,601-999'), (0, '0-'), (1 << 40, '4294967296-'),
    (1000, '0-1,2-3 , 4-5,,'), (1000, '18446744073709551615-'), (1000, '5-4'),
]


def make_wav(path, rate, channels, seconds):
    """A glide with something on top that no codec predicts."""
    samples = array.array('h')
    noise = 1
    for n in range(int(rate * seconds)):
        noise = (noise * 1103515245 + 12345) & 0x7fffffff
        tone = 8000 * math.sin(2 * math.pi * (300 + 200 * n / rate) * n / rate)
        samples.extend(int(tone * (1 + c) / channels) + (noise >> 22) for c in range(channels))
    with wave.open(str(path), 'wb') as out:
        out.setparams((channels, 2, rate, 0, 'NONE', None))
        out.writeframes(samples.tobytes())


def audio(encoders=None):
    """name: bytes, at most LIMIT of them."""
    with tempfile.TemporaryDirectory(prefix='isr-corpus-') as directory:
        directory = pathlib.Path(directory)
        make_wav(directory / 'mono.wav', 8000, 1, 0.3)
        make_wav(directory / 'short.wav', 8000, 1, 0.1)
        make_wav(directory / 'stereo.wav', 44100, 2, 0.1)
        for command in (encoders or ENCODERS).values():
            subprocess.run(command.split(), cwd=directory, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        return {path.name: path.read_bytes()[:LIMIT - 16] for path in sorted(directory.iterdir())}


def of_kind(files, *suffixes):
    return {name: data for name, data in files.items() if name.endswith(suffixes)}


def torn(files):
    """Each file whole, cut at two places, and with garbage in front and behind."""
    for name, data in files.items():
        yield name, data
        yield f'{name}-torn', data[:-17]
        yield f'{name}-half', data[:len(data) // 2]
        yield f'{name}-dirty', (b'\0\xffgarbage' + data + bytes(40))[:LIMIT - 16]


def flac_buffers(data):
    """A FLAC file as a parser hands it out: marker, metadata blocks, frames."""
    yield data[:4]
    at = 4
    last = False
    while not last:
        end = at + 4 + int.from_bytes(data[at + 1:at + 4], 'big')
        last = data[at] & 0x80
        yield data[at:end]
        at = end
    number = 0
    while at < len(data):
        number += 1
        end = data.find(data[at:at + 4] + bytes([number]), at + 5)
        end = end if end > 0 else len(data)
        yield data[at:end]
        at = end


def seeds_flac_frame():
    data = audio()['mono.flac']
    buffers = [b for b in flac_buffers(data) if len(b) < 256]
    whole = b''.join(bytes([len(b)]) + b for b in buffers)
    yield 'stream', whole
    yield 'interrupted', whole + b'\0' + b''.join(bytes([len(b)]) + b for b in buffers[-2:])
    yield 'joined-late', b''.join(bytes([len(b)]) + b for b in buffers[3:])
    yield 'one-buffer', bytes([len(buffers[0] + buffers[1])]) + buffers[0] + buffers[1] + whole
    for i, frame in enumerate(buffers[-3:]):
        yield f'frame-{i}', frame


def seeds_icy():
    title = "StreamTitle='Anna - Für Elise';StreamUrl='http://x/';".encode()
    latin = "StreamTitle='Señor';".encode('latin-1')
    for metaint in (1, 16, 200):
        stream = b''
        for text in (title, b'', latin, b"StreamTitle='it's';", b'StreamTitle'):
            blocks = (len(text) + 15) // 16
            stream += bytes(range(metaint)) + bytes([blocks]) + text.ljust(16 * blocks, b'\0')
        for piece in (0, 6, 255):
            yield f'{metaint}-{piece}', bytes([metaint, piece]) + stream


def seeds_mp3():
    files = audio()
    for name, data in torn(of_kind(files, '.mp3', '.mp2')):
        yield name, b'\x30\x08' + data
        yield f'{name}-interrupted', b'\x12\x03' + data
    for name, data in torn(of_kind(files, '.aac')):
        yield name, b'\x31\x08' + data
        yield f'{name}-interrupted', b'\x13\x03' + data


def seeds_ogg():
    files = of_kind(audio(), '.opus', '.ogg', '.oga', '.spx')
    for name, data in torn(files):
        yield name, b'\1' + data
    for name, data in files.items():
        yield f'{name}-chain', b'\3' + data + data
        yield f'{name}-raw', b'\2' + data


def seeds_repair():
    for name, data in torn(audio()):
        yield name, b'\x80' + data
    for which in range(5):
        yield f'ours-{which}', bytes([which, 0, 0])
        yield f'ours-{which}-torn', bytes([which, 1, 7, 0, 41, 255])


def seeds_probe():
    yield from torn(audio())
    yield from torn(audio(FOREIGN))
    for kind, head in ('narrow', b'#!AMR\n\x3c'), ('wide', b'#!AMR-WB\n\x04'):
        yield f'{kind}.amr', head + bytes(300)


def seeds_config():
    yield 'whole', CONFIG.encode()
    for path in [*sorted(ROOM.glob('*.ini')), *sorted(BROKEN.glob('*.ini'))]:
        yield path.stem, path.read_bytes()[:LIMIT]


def seeds_json():
    return ((str(i), text.encode()) for i, text in enumerate(BODIES))


def seeds_headers():
    return ((str(i), text.encode()) for i, text in enumerate(HEADERS))


def seeds_query():
    return ((str(i), text.encode()) for i, text in enumerate(QUERIES))


def seeds_range():
    return ((str(i), struct.pack('<Q', size) + text.encode()) for i, (size, text) in enumerate(RANGES))


SEEDS = {
    'config': seeds_config,
    'flac-frame': seeds_flac_frame,
    'icy': seeds_icy,
    'mp3': seeds_mp3,
    'ogg': seeds_ogg,
    'headers': seeds_headers,
    'json': seeds_json,
    'probe': seeds_probe,
    'query': seeds_query,
    'range': seeds_range,
    'repair': seeds_repair,
}


def make(target, directory):
    """Writes the seeds, and what once broke the target (found/TARGET-*). How many."""
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.iterdir():
        old.unlink()
    for name, data in SEEDS[target]():
        (directory / name).write_bytes(data)
    for path in (HERE / 'found').glob(f'{target}-*'):
        (directory / path.name).write_bytes(path.read_bytes())
    return len(list(directory.iterdir()))


if __name__ == '__main__':
    if len(sys.argv) != 3 or sys.argv[1] not in SEEDS:
        sys.exit(__doc__)
    print(make(sys.argv[1], sys.argv[2]), 'seeds')
