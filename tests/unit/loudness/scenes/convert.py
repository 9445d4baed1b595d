#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the fixtures of this directory from packs of scenes.

    convert.py PACK_DIR [OUT_DIR]

NAME.npz (int16 arrays `ac` and, perhaps, `raw`, centi-dB per 100 ms) becomes
NAME.levels.gz, NAME.golden.json becomes NAME.sections. Needs nothing but Python.

NAME.levels.gz, unpacked: for each column the low bytes of all values, then their
high bytes. A value is zigzag (v >= 0: 2 v, else -2 v - 1) of a difference modulo
65536: for `ac` to the window before, for `raw` the same of raw - ac. Both columns
have the length of the scene; the second is missing where there is no `raw`.

NAME.sections: mode, start, end (windows), score, peak (centi-dB), reason; one a line.
"""
import array
import gzip
import json
import pathlib
import struct
import sys
import zipfile


def column(archive, name):
    data = archive.read(name + '.npy')
    header = struct.unpack('<H', data[8:10])[0]
    if b"'<i2'" not in data[10:10 + header]:
        sys.exit(f'{archive.filename}: {name} is no int16')
    return array.array('h', data[10 + header:])


def packed(values):
    low, high, before = bytearray(), bytearray(), 0
    for value in values:
        difference, before = value - before, value
        zigzag = 2 * difference if difference >= 0 else -2 * difference - 1
        low.append(zigzag & 255)
        high.append(zigzag >> 8)
    return bytes(low + high)


def levels(path):
    with zipfile.ZipFile(path) as archive:
        ac = column(archive, 'ac')
        data = packed(ac)
        if 'raw.npy' in archive.namelist():
            data += packed([r - a for r, a in zip(column(archive, 'raw'), ac)])
    return gzip.compress(data, 9, mtime=0)


def sections(path):
    golden = json.loads(path.read_text())
    for mode in ('adaptive', 'blocks'):
        for start, end, score, peak, reason in golden[mode]:
            yield f'{mode} {start} {end} {round(score * 100)} {round(peak * 100)} {reason}\n'


def main():
    pack = pathlib.Path(sys.argv[1])
    out = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else pathlib.Path(__file__).parent)
    for path in sorted(pack.glob('*.npz')):
        (out / (path.stem + '.levels.gz')).write_bytes(levels(path))
        (out / (path.stem + '.sections')).write_text(''.join(sections(path.with_suffix('.golden.json'))))


if __name__ == '__main__':
    main()
