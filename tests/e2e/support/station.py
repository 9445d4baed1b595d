# SPDX-License-Identifier: MIT
"""A station whose every packet is known: a file that is made before, sent in real time, and what
a recorder made of it taken apart again."""
import base64
import bisect
import pathlib
import socket
import threading
import time

from . import process

# name: (how ffmpeg makes the file, content type)
FORMATS = {
    'mp3': (['-c:a', 'libmp3lame', '-b:a', '128k', '-write_xing', '0', '-id3v2_version', '0', '-f', 'mp3'], 'audio/mpeg'),
    'aac': (['-c:a', 'aac', '-b:a', '128k', '-f', 'adts'], 'audio/aac'),
    # Icecast takes a step with each listener at each page: with pages of a second it is mute for three
    'vorbis': (['-c:a', 'libvorbis', '-q:a', '4', '-page_duration', '100000', '-f', 'ogg'], 'application/ogg'),
    'opus': (['-c:a', 'libopus', '-b:a', '96k', '-page_duration', '100000', '-f', 'ogg'], 'application/ogg'),
}
HEADS = (b'\x01vorbis', b'\x03vorbis', b'\x05vorbis', b'OpusHead', b'OpusTags')


def mpeg_packets(data, size_at):
    i, found = 0, []
    while i + 4 <= len(data):
        size = size_at(data, i)
        if size and (i + size == len(data) or size_at(data, i + size)):
            found.append(data[i:i + size])
            i += size
        else:
            i += 1
    return found


def mp3_size(data, i):
    """Of an MPEG-1 Layer III frame of 48 kHz at 128 kb/s, the only ones sent here; else 0."""
    return 384 if data[i:i + 2] in (b'\xff\xfb', b'\xff\xfa') and data[i + 2] & 0xfc == 0x94 else 0


def adts_size(data, i):
    if i + 7 > len(data) or data[i] != 0xff or data[i + 1] & 0xf6 != 0xf0:
        return 0
    return (data[i + 3] & 3) << 11 | data[i + 4] << 3 | data[i + 5] >> 5


def all_ogg_packets(data):
    """Headers, too."""
    found, at, packet = [], 0, b''
    while at + 27 <= len(data) and data[at:at + 4] == b'OggS':
        n = data[at + 26]
        body = at + 27 + n
        for lace in data[at + 27:at + 27 + n]:
            packet += data[body:body + lace]
            body += lace
            if lace < 255:
                found.append(packet)
                packet = b''
        at = body
    return found


def ogg_packets(data):
    return [packet for packet in all_ogg_packets(data) if not packet.startswith(HEADS)]


def packets(name, data):
    """The packets of a file of that format, in order."""
    if name == 'mp3':
        return mpeg_packets(data, mp3_size)
    return mpeg_packets(data, adts_size) if name == 'aac' else ogg_packets(data)


def make(directory, name, seconds):
    """A file of that format: noise, in which nothing repeats."""
    path = pathlib.Path(directory) / f'source.{name}'
    process.run('ffmpeg', '-nostdin', '-v', 'error', '-y', '-f', 'lavfi', '-i', f'anoisesrc=seed=1:sample_rate=48000:duration={seconds}',
                '-ac', '2', *FORMATS[name][0], path, limit=600)
    return path


def connect(server, mount, kind):
    """As an encoder: a socket that takes the bytes of a mount."""
    connection = socket.create_connection(('127.0.0.1', server.port))
    password = base64.b64encode(b'source:hackme').decode()
    connection.sendall(f'SOURCE /{mount} HTTP/1.0\r\nAuthorization: Basic {password}\r\nContent-Type: {kind}\r\n\r\n'.encode())
    answer = connection.recv(1000)
    if b' 200 ' not in answer:
        raise AssertionError(f'icecast: {answer}')
    return connection


class Track:
    """@seconds of noise in a format: its bytes, and the time of each of its packets."""

    def __init__(self, name, seconds, directory):
        self.name, self.seconds = name, seconds
        path = make(directory, name, seconds)
        self.data = path.read_bytes()
        shown = process.run('ffprobe', '-v', 'error', '-show_entries', 'packet=pts_time,pos', '-of', 'csv=p=0', path, limit=600).stdout
        rows = [line.split(',')[:2] for line in shown.split()]
        self.times = [float(time_) for time_, _ in rows]
        self.offsets = [int(offset) for _, offset in rows]
        self.packets = packets(name, self.data)
        self.index = {packet: n for n, packet in enumerate(self.packets)}
        if len(self.packets) != len(self.times):
            raise AssertionError(f'{name}: {len(self.packets)} packets, ffprobe has {len(self.times)}')

    def due(self, seconds):
        """Bytes that have to be sent by then."""
        n = bisect.bisect_right(self.times, seconds)
        return len(self.data) if n >= len(self.times) else self.offsets[n]

    def length(self, first, end):
        """Seconds of packets [first, end)."""
        time_of = (lambda n: self.times[n] if n < len(self.times) else self.seconds)
        return time_of(end) - time_of(first)

    def primer(self, data):
        """How many packets at the head of a file are not played: what OpusHead says beyond the encoder's own, in packets of
        20 ms; of MP3 what the Info tag says, but for a carrier, which is nobody's packet; of Vorbis the first always."""
        if self.name == 'vorbis':
            return 1
        tag = data.find(b'Info', 0, 200) if self.name == 'mp3' else -1
        if tag >= 0:
            return max(0, ((int.from_bytes(data[tag + 141:tag + 144], 'big') >> 12) + 529) // 1152 - 1)
        head = data.find(b'OpusHead', 0, 200)
        return int.from_bytes(data[head + 10:head + 12], 'little') // 960 if head >= 0 else 0

    def runs(self, data):
        """What a recorded file holds, as runs [first, end) of packets, in order. What no packet of ours is, a
        table or a primer's carrier, is not played."""
        found = []
        for packet in packets(self.name, data):
            n = self.index.get(packet)
            if n is None:
                continue
            if found and found[-1][1] == n:
                found[-1][1] = n + 1
            else:
                found.append([n, n + 1])
        if len(found) > 1 and found[0] == [found[1][0], found[1][0] + 1]:
            del found[0]  # Opus: the first packet is its own primer where we joined
        return found


class Station:
    """Sends a track to a mount of Icecast in real time, after @burst seconds of it at once."""

    def __init__(self, server, mount, track, burst=6.0):
        self.track, self.burst, self.sent, self.stopped = track, burst, 0, False
        self.socket = connect(server, mount, FORMATS[track.name][1])
        self.begun, self.begun_us = time.monotonic(), time.time_ns() // 1000
        self.thread = threading.Thread(target=self._send, daemon=True)
        self.thread.start()

    def utc_us(self, packet):
        """When the first sample of that packet was on the air, UTC µs."""
        return self.begun_us + round((self.track.times[packet] - self.burst) * 1e6)

    def _send(self):
        while not self.stopped and self.sent < len(self.track.data):
            due = self.track.due(time.monotonic() - self.begun + self.burst)
            self.socket.sendall(self.track.data[self.sent:due])
            self.sent = max(due, self.sent)
            time.sleep(0.005)

    def close(self):
        self.stopped = True
        self.thread.join()
        self.socket.close()
