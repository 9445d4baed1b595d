# SPDX-License-Identifier: MIT
"""What a process has used, as the kernel counts it; and tables."""
import os
import statistics
import time


def cpu(pids):
    """User and system seconds of these processes so far, of threads that have ended too: their clocks, see clock_getcpuclockid(3)."""
    return sum(time.clock_gettime(~pid << 3 | 2) for pid in pids)


def pss(pids):
    """Proportional set size of these processes, MB."""
    total = 0
    for pid in pids:
        with open(f'/proc/{pid}/smaps_rollup', encoding='ascii') as f:
            total += next(int(line.split()[1]) for line in f if line.startswith('Pss:'))
    return total / 1000


def threads(pids):
    """Threads of all these processes."""
    return sum(len(os.listdir(f'/proc/{pid}/task')) for pid in pids)


def switches(pids):
    """Context switches of all threads so far."""
    total = 0
    for pid in pids:
        for task in os.listdir(f'/proc/{pid}/task'):
            with open(f'/proc/{pid}/task/{task}/status', encoding='ascii') as f:
                total += sum(int(line.split()[1]) for line in f if 'ctxt_switches' in line)
    return total


def spread(values, form='.2f'):
    """median (min-max)"""
    if len(values) == 1:
        return f'{values[0]:{form}}'
    return f'{statistics.median(values):{form}} ({min(values):{form}}-{max(values):{form}})'


def table(head, rows):
    rows = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    for i, row in enumerate(rows):
        print('| ' + ' | '.join(cell.ljust(width) for cell, width in zip(row, widths)) + ' |')
        if i == 0:
            print('|' + '|'.join('-' * (width + 2) for width in widths) + '|')
    print(flush=True)
