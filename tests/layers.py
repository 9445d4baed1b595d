#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Who may include whom: the layer rules of the tree, as a test.

    layers.py [ROOT]

Reads every #include below plugins/ and daemon/ and names each that breaks a
rule. The rules stand in the tables below, nowhere else. And every function has a
name of its own: of two in libraries that are linked statically, the linker
takes one for both without a word.
"""
import pathlib
import re
import sys

# The daemon's rooms, left to right: each includes itself and what lies to its left.
ORDER = [['core'], ['config'], ['archive'], ['capture', 'analysis', 'media'], ['http', 'ops'], ['cli'], ['']]

# All that the daemon may know of the plugins.
DOORS = {'plugins/elements.h', 'plugins/messages.h', 'plugins/format/format.h',
         'plugins/loudness/meter.h', 'plugins/loudness/floor.h', 'plugins/loudness/detector.h'}

# Files of the plugins that know neither GObject nor GStreamer nor a clock.
PURE = re.compile(r'plugins/(format/.*|split/(boundary|timemap|timefilter|position|zone)\.[ch]|loudness/(meter|sums|weighting|floor|detector|detector-private|waiting|announce|blocks)\.[ch]|http/(lead|match|overlap|pace|pages|past|playlist|prologue|rejoin|retry|ring|sequel|settings)\.[ch])$')
PURE_MAY = re.compile(r'(glib(/.*)?|FLAC/.*|ogg/.*|vorbis/.*|math|string|stdlib|stdint|stdio|errno|limits|float|sys/.*|fcntl|unistd)\.h$')
# The one corner of plugins/format that touches files.
IMPURE_CORNER = re.compile(r'plugins/format/file\.[ch]$')
SYSTEM_IO = re.compile(r'(sys/.*|fcntl|unistd)\.h$')

# Which library only where.
ONLY = [
    (re.compile(r'gst/'), re.compile(r'plugins/|daemon/(capture|analysis|media)/|daemon/app-rooms\.c$')),
    (re.compile(r'libsoup/'), re.compile(r'daemon/http/|plugins/http/|daemon/ops/')),
    (re.compile(r'mosquitto\.h'), re.compile(r'daemon/ops/mqtt/')),
    (re.compile(r'sqlite3\.h'), re.compile(r'daemon/archive/')),
    (re.compile(r'(alsa/|asoundlib)'), re.compile(r'daemon/(capture|ops)/')),
    (re.compile(r'(FLAC|ogg|vorbis)/'), re.compile(r'plugins/format/')),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)

# A function that others may call: return type on one line, name at the begin of the next.
DEFINED = re.compile(r'^(?!static\b)[A-Za-z_][\w \t*]*\n(isr_\w+) \(', re.M)


def room(name):
    parts = name.split('/')
    return parts[1] if len(parts) > 2 else ''


def rank(room_name):
    return next(i for i, rooms in enumerate(ORDER) if room_name in rooms)


def daemon_rule(name, include):
    """Why the daemon's file may not include this, or None."""
    if include.startswith('plugins/'):
        return None if include in DOORS else 'the daemon knows only ' + ', '.join(sorted(DOORS))
    if include.startswith('daemon/'):
        own, other = room(name), room(include)
        if own != other and rank(other) >= rank(own):
            return f'{own or "app"} may include only rooms to its left, not {other or "app"}'
    return None


def plugins_rule(name, include):
    if include.startswith('daemon/'):
        return 'plugins never include the daemon'
    if not PURE.match(name):
        return None
    if include.startswith('plugins/'):
        return None if PURE.match(include) else 'a pure file includes pure files only'
    if SYSTEM_IO.match(include) and not IMPURE_CORNER.match(name):
        return 'a pure file does no input or output'
    return None if PURE_MAY.match(include) else 'a pure file includes GLib, libc, libm and its codec library only'


def rules(name, include):
    if include.startswith('tests/'):
        yield 'nothing includes tests'
    own = plugins_rule if name.startswith('plugins/') else daemon_rule
    reason = own(name, include)
    if reason:
        yield reason
    for library, where in ONLY:
        if library.match(include) and not where.match(name):
            yield f'{include} is not for this room'


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else '.')
    broken = seen = 0
    home = {}
    for path in sorted(p for top in ('plugins', 'daemon') for p in (root / top).rglob('*.[ch]')):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding='utf-8')
        for function in DEFINED.findall(text) if name.endswith('.c') else []:
            if home.setdefault(function, name) != name:
                print(f'{name}: {function}() is a function of {home[function]} already')
                broken += 1
        for include in INCLUDE.findall(text):
            seen += 1
            for reason in rules(name, include):
                print(f'{name}: includes {include}: {reason}')
                broken += 1
    if not seen:
        sys.exit(f'layers: nothing found below {root.resolve()}')
    print(f'layers: {seen} includes, {len(home)} functions, {broken} against the rules')
    sys.exit(1 if broken else 0)


if __name__ == '__main__':
    main()
