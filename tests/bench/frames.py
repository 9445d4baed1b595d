# SPDX-License-Identifier: MIT
"""MP3 files taken apart into frames, to see what a recorder lost or wrote twice."""
import functools

RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
KBITS = {True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
         False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)}


def size_at(data, i):
    """Size of the Layer III frame at @i, 0 where there is none."""
    if i + 4 > len(data) or data[i] != 0xff or data[i + 1] & 0xe6 != 0xe2:
        return 0
    version, bitrate, rate = data[i + 1] >> 3 & 3, data[i + 2] >> 4, data[i + 2] >> 2 & 3
    if version == 1 or bitrate in (0, 15) or rate == 3:
        return 0
    kbits, first = KBITS[version == 3][bitrate], version == 3
    return (144 if first else 72) * kbits * 1000 // RATES[version][rate] + (data[i + 2] >> 1 & 1)


def frames(data):
    """The frames of a file, in order; what is no frame is stepped over."""
    i, found = 0, []
    while i < len(data) - 4:
        size = size_at(data, i)
        if size and (i + size == len(data) or size_at(data, i + size)):
            found.append(data[i:i + size])
            i += size
        else:
            i += 1
    return found


@functools.lru_cache(maxsize=1)
def index_of(source):
    """Number of each frame of the source, and how many there are."""
    original = frames(source)
    return {frame: n for n, frame in enumerate(original)}, len(original)


def judge(source, files):
    """Compares files, in order, with the looped source: missing, twice, foreign frames.
    What stands in front of the first frame of a file that is new, is not played: tag and primer."""
    index, count = index_of(source)
    missing = twice = foreign = 0
    last = None
    for data in files:
        first, primer = True, 0
        for frame in frames(data):
            n = index.get(frame)
            if n is None:
                foreign += not first  # an Info frame or a primer's carrier may stand in front
                continue
            ahead = 1 if last is None else (n - last) % count
            if ahead > count // 2:  # behind what was there: a primer at the start, else twice
                primer += first
                twice += not first
                continue
            if first and ahead == 0:
                primer += 1
                continue
            missing += ahead - 1
            last, first = n, False
    return {'missing': missing, 'twice': twice, 'foreign': foreign}
