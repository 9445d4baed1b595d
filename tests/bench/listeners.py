# SPDX-License-Identifier: MIT
"""A thousand pages that listen to events and say nothing, and connections that come and go: what they
cost the daemon in memory and file descriptors. Then the parts of ./dev bench http that other files have."""
import importlib.util
import os
import pathlib
import resource
import socket
import sys
import time

from support import daemon

LISTENERS = 1000
CONNECTIONS = 5000
SECONDS = 20
REQUEST = b'GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n'
KEPT = b'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'
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


def listen(isr, pid):
    before = memory(pid)
    clients = [connect(isr.port, REQUEST) for _ in range(LISTENERS)]
    first = memory(pid)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        drain(clients)
        time.sleep(0.2)
    last = memory(pid)
    print(f'| {LISTENERS} pages that listen | {(first - before) / LISTENERS / 1024:.1f} KiB each | grows {(last - first) / 2**20:+.2f} MiB in {SECONDS} s of levels |')
    for client in clients:
        client.close()


def come_and_go(isr, pid):
    for _ in range(500):
        connect(isr.port, KEPT).close()
    time.sleep(12)  # what is swept away is swept away by then
    memory_before, files_before = memory(pid), files(pid)
    for _ in range(CONNECTIONS):
        connect(isr.port, KEPT).close()
    time.sleep(12)
    print(f'| {CONNECTIONS} connections that come, ask and go | {(memory(pid) - memory_before) / CONNECTIONS:.0f} bytes each stay | {files(pid) - files_before:+d} file descriptors |')


def main(options):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4 * LISTENERS)), hard))
    isr = daemon.Daemon('[desk]\ntype = test\nscene = demo\n')
    try:
        pid = isr.process.child.pid
        print('| | memory | |\n|---|---|---|')
        come_and_go(isr, pid)
        listen(isr, pid)
    finally:
        isr.close()
    for name in OTHERS:
        if sys.argv[1:2] == ['http'] and importlib.util.find_spec(name):  # else they come by themselves
            print(f'\n## {name}\n', flush=True)
            importlib.import_module(name).main(options)
