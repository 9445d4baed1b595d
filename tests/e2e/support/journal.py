# SPDX-License-Identifier: MIT
"""A stand-in for systemd's journal.

    unshare -m python3 journal.py FILE COMMAND...

In a mount namespace of its own it is what lies at /run/systemd/journal: COMMAND is started with
its stderr there, as systemd does it, and each entry that it writes becomes a line of JSON in FILE.
"""
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys

PLACE = pathlib.Path('/run/systemd/journal')


def parse(entry):
    """The native protocol: KEY=value, or KEY and a value with its length in front."""
    fields = {}
    while entry:
        line, _, rest = entry.partition(b'\n')
        key, equals, value = line.partition(b'=')
        if not equals:
            size = struct.unpack('<Q', rest[:8])[0]
            value, rest = rest[8:8 + size], rest[9 + size:]
        fields[key.decode()] = value.decode()
        entry = rest
    return fields


def main():
    out, command = sys.argv[1], sys.argv[2:]
    subprocess.run(['mount', '-t', 'tmpfs', 'none', '/run'], check=True)
    PLACE.mkdir(parents=True)
    entries, stdout = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    entries.bind(str(PLACE / 'socket'))
    stdout.bind(str(PLACE / 'stdout'))
    stdout.listen()
    stderr = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    stderr.connect(str(PLACE / 'stdout'))
    child = subprocess.Popen(command, stderr=stderr)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    entries.settimeout(0.1)
    with open(out, 'w', encoding='utf-8', buffering=1) as file:
        while True:
            ended = child.poll() is not None  # what it said before is there already
            try:
                file.write(json.dumps(parse(entries.recv(1 << 20))) + '\n')
            except TimeoutError:
                if ended:
                    break
    sys.exit(child.returncode)


if __name__ == '__main__':
    main()
