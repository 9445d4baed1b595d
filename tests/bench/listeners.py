# SPDX-License-Identifier: MIT
"""A thousand pages that listen to events and say nothing, connections that come and go, slow readers of
gigabytes: what they cost the daemon in memory and file descriptors. Then the parts of ./dev bench http that other files have.

    bench.py http [--small]     --small: does all of it run? The figures say nothing then.
"""
import argparse
import importlib
import os
import pathlib
import resource
import socket
import sys
import time

from support import daemon, readers

REQUEST = b'GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n'
KEPT = b'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'
LARGE = {'listeners': 1000, 'connections': 5000, 'seconds': 20, 'read': readers.SIZE, 'media': [], 'archive': []}
SMALL = {'listeners': 50, 'connections': 200, 'seconds': 2, 'read': 1 << 24, 'media': ['--seconds', '400'], 'archive': ['--files', '400']}
OTHERS = ('media', 'archive')  # measurements of the same door: ranges, clips and cuts; lists and scans


def memory(pid):
    """Private bytes."""
    for line in pathlib.Path(f'/proc/{pid}/smaps_rollup').read_text().splitlines():
        if line.startswith('Pss_Anon:'):
            return int(line.split()[1]) * 1024
    raise AssertionError('the kernel tells no Pss_Anon')


def files(pid):
    return len(os.listdir(f'/proc/{pid}/fd'))


def connect(port, text):
    client = socket.create_connection(('127.0.0.1', port), timeout=30)
    client.sendall(text)
    if not client.recv(4096).startswith(b'HTTP/1.1 200'):
        raise AssertionError('no 200')
    return client


def drain(clients):
    for client in clients:
        client.setblocking(False)
        try:
            while client.recv(65536):
                pass
        except BlockingIOError:
            pass


def listen(isr, pid, size):
    before = memory(pid)
    clients = [connect(isr.port, REQUEST) for _ in range(size['listeners'])]
    first = memory(pid)
    end = time.monotonic() + size['seconds']
    while time.monotonic() < end:
        drain(clients)
        time.sleep(0.2)
    last = memory(pid)
    print(f'| {size["listeners"]} pages that listen | {(first - before) / size["listeners"] / 1024:.1f} KiB each | grows {(last - first) / 2**20:+.2f} MiB in {size["seconds"]} s of levels |')
    for client in clients:
        client.close()


def come_and_go(isr, pid, size):
    for _ in range(500):
        connect(isr.port, KEPT).close()
    time.sleep(12)  # what is swept away is swept away by then
    memory_before, files_before = memory(pid), files(pid)
    for _ in range(size['connections']):
        connect(isr.port, KEPT).close()
    time.sleep(12)
    print(f'| {size["connections"]} connections that come, ask and go | {(memory(pid) - memory_before) / size["connections"]:.0f} bytes each stay | {files(pid) - files_before:+d} file descriptors |')


def read_slowly(size):
    house = readers.serve()
    try:
        begun = time.monotonic()
        grown = readers.grows(house, size['read'])
        print(f'| {readers.FILES} who read {size["read"] >> 20} MiB each, a little in turn | grows {grown / 1024:.2f} MiB | {time.monotonic() - begun:.0f} s |')
    finally:
        house.close()


def main(arguments):
    options = argparse.ArgumentParser(prog='bench.py http')
    options.add_argument('--small', action='store_true')
    size = SMALL if options.parse_args(arguments).small else LARGE
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4 * size['listeners'])), hard))
    isr = daemon.Daemon('[desk]\ntype = test\nscene = demo\n')
    try:
        pid = isr.process.child.pid
        print('| | memory | |\n|---|---|---|')
        come_and_go(isr, pid, size)
        listen(isr, pid, size)
    finally:
        isr.close()
    read_slowly(size)
    for name in OTHERS:
        if name == 'media' or sys.argv[1:2] == ['http']:  # among all of bench.py, archive comes by itself
            print(f'\n## {name}\n', flush=True)
            importlib.import_module(name).main(size[name])
