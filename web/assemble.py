#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Puts the page together for the GResource.

    assemble.py SOURCE_DIR BUILD_DIR

Installs the two libraries from npm (into BUILD_DIR, never into the source),
copies the page's own files beside them, and names the folder of everything but
index.html after a hash of the contents: a browser may keep it for ever. Each
text is stored gzipped as well, so that the server sends it as it is.

    index.html                     asks for assets/<hash>/...
    assets/<hash>/app.js, views/*.js, vendor/*.js, app.css, text/*.json, ...
    assets/<hash>/app.js.gz, ...
"""
import gzip
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

VENDOR = {
    'htm-preact.js': 'htm/preact/standalone.module.js',
    'signals-core.js': '@preact/signals-core/dist/signals-core.mjs',
}
OWN = ('*.js', '*.css', '*.svg', 'state/*.js', 'views/*.js', 'text/*.json')


def install(source, npm):
    """npm ci, skipped when the lock file is the one installed last."""
    lock = (source / 'package-lock.json').read_bytes()
    stamp = npm / 'installed-lock.json'
    if stamp.exists() and stamp.read_bytes() == lock:
        return
    npm.mkdir(parents=True, exist_ok=True)
    for name in ('package.json', 'package-lock.json'):
        shutil.copy(source / name, npm / name)
    done = subprocess.run(['npm', 'ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
                          cwd=npm, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        sys.exit(f'the page needs htm and @preact/signals-core from npm; “npm ci” in {npm} said:\n{done.stdout}')
    stamp.write_bytes(lock)


def collect(source, npm):
    files = {}
    for pattern in OWN:
        for path in sorted(source.glob(pattern)):
            files[path.relative_to(source).as_posix()] = path.read_bytes()
    for name, path in VENDOR.items():
        text = (npm / 'node_modules' / path).read_text(encoding='utf-8')
        kept = [line for line in text.split('\n') if not line.startswith('//# sourceMappingURL')]
        files['vendor/' + name] = '\n'.join(kept).encode()
    return files


def write(out, files):
    """Returns the names written, each text with its gzipped sibling."""
    names = []
    for name, data in files.items():
        for suffix, content in (('', data), ('.gz', gzip.compress(data, 9, mtime=0))):
            path = out / (name + suffix)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            names.append(name + suffix)
    return names


def main():
    source, build = (pathlib.Path(p).resolve() for p in sys.argv[1:3])
    npm, out = build / 'npm', build / 'page'
    install(source, npm)
    files = collect(source, npm)
    digest = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()[:12]
    page = (source / 'index.html').read_text(encoding='utf-8').replace('@ASSETS@', 'assets/' + digest)
    shutil.rmtree(out, ignore_errors=True)
    names = write(out, {f'assets/{digest}/{name}': data for name, data in files.items()})
    names += write(out, {'index.html': page.encode()})
    (out / 'package.json').write_text('{"type": "module"}\n', encoding='utf-8')  # for node's tests, not part of the page
    lines = [f'    <file>{name}</file>' for name in names]
    (build / 'page.gresource.xml').write_text('<?xml version="1.0" encoding="UTF-8"?>\n<gresources>\n  <gresource prefix="/org/isr/web">\n'
                                               + '\n'.join(lines) + '\n  </gresource>\n</gresources>\n', encoding='utf-8')
    inputs = [p for pattern in OWN for p in source.glob(pattern)]
    inputs += [source / n for n in ('index.html', 'package.json', 'package-lock.json', 'assemble.py')]
    (build / 'page.d').write_text('web/page.gresource.xml: ' + ' '.join(str(p).replace(' ', '\\ ') for p in inputs) + '\n', encoding='utf-8')


if __name__ == '__main__':
    os.environ.setdefault('HOME', str(pathlib.Path(sys.argv[2]) / 'npm'))
    main()
