# SPDX-License-Identifier: MIT
"""Readers of large files who take their time, and what they cost the one who sends."""
import pathlib
import re
import socket

from . import daemon, process

FILES = 10
SIZE = 1 << 30
SIP = 65536  # bytes: the server's buffers are full all the time


def serve():
    """A daemon with ten files of a gigabyte, which take no room: they have holes only."""
    house = daemon.Daemon('[mic]\ntype = test\n')
    for i in range(FILES):
        with open(house.recordings / f'{i}.mp3', 'wb') as file:
            file.truncate(SIZE)
    house.stop()
    house.start()
    process.wait_for('the files in the list', lambda: sum(f['name'][0].isdigit() for f in house.files()) == FILES)
    return house


def connect(house, number):
    """Somebody who asked, and has read the head of the answer."""
    reader = socket.create_connection(('127.0.0.1', house.port), timeout=process.LIMIT)
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SIP)
    reader.sendall(f'GET /stream/{number}.mp3 HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\n\r\n'.encode())
    head = b''
    while not head.endswith(b'\r\n\r\n'):
        head += reader.recv(1)
    if not head.startswith(b'HTTP/1.1 200') or f'Content-Length: {SIZE}'.encode() not in head:
        raise AssertionError(head)
    return reader


def sip(reader, buffer):
    left = len(buffer)
    while left:
        n = reader.recv_into(buffer, left)
        if not n:
            raise AssertionError('the answer ended too soon')
        left -= n


def read(house, numbers, wanted):
    """Everybody a little, in turn, until each has @wanted bytes."""
    readers, buffer = [connect(house, i) for i in numbers], bytearray(SIP)
    for _ in range(wanted // SIP):
        for reader in readers:
            sip(reader, buffer)
    if wanted == SIZE:
        for reader in readers:
            reader.sendall(f'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\n\r\n'.encode())
            if not reader.recv(SIP).startswith(b'HTTP/1.1 200'):  # not a byte too many before it
                raise AssertionError('the end of the file is not the end of the answer')
    for reader in readers:
        reader.close()


def grows(house, wanted):
    """KiB by which the daemon's memory grew at its peak, while ten read @wanted bytes each."""
    read(house, range(1), 1 << 24)  # what is allocated once and for all
    pid = house.process.child.pid
    pathlib.Path(f'/proc/{pid}/clear_refs').write_text('5')  # the peak is that of now
    before = kilobytes(pid, 'VmRSS')
    read(house, range(FILES), wanted)
    return kilobytes(pid, 'VmHWM') - before


def kilobytes(pid, what):
    return int(re.search(what + r':\s+(\d+) kB', pathlib.Path(f'/proc/{pid}/status').read_text())[1])
