#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Puts the page together for the GResource.

    assemble.py SOURCE_DIR BUILD_DIR

Installs two libraries and terser from npm (into BUILD_DIR, never into the source),
joins the modules into two files and the style sheets into one (bundle.py), makes
the code small, and names the folder of everything but index.html after a hash of
the contents: a browser may keep it for ever. Each text is stored gzipped as well,
so that the server sends it as it is.

    index.html                     asks for assets/<hash>/...
    assets/<hash>/app.js, more.js, app.css, text/*.json, icons, manifest
    assets/<hash>/app.js.gz, ...
    modules/                       as they were before, for tests that run in node
"""
import gzip
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True  # web/ is watched: nothing may be written there
import bundle  # noqa: E402

VENDOR = {
    'htm-preact.js': 'htm/preact/standalone.module.js',
    'signals-core.js': '@preact/signals-core/dist/signals-core.mjs',
}
FOLDERS = ('state', 'actions', 'views', 'css', 'text') # besides web/ itself
STYLES = ('tokens', 'base') # come first, then what each feature adds
KEPT = ('*.svg', '*.png', '*.webmanifest', 'text/*.json')
COMPRESSED = ('.html', '.js', '.css', '.svg', '.json', '.webmanifest')


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
        sys.exit(f'the page needs htm, @preact/signals-core and terser from npm; “npm ci” in {npm} said:\n{done.stdout}')
    stamp.write_bytes(lock)


def read_modules(source, npm):
    files = {}
    for path in sorted(p for p in source.rglob('*.js') if p.name != 'sw.js'):
        files[path.relative_to(source).as_posix()] = path.read_text(encoding='utf-8')
    for name, path in VENDOR.items():
        text = (npm / 'node_modules' / path).read_text(encoding='utf-8')
        files['vendor/' + name] = re.sub(r'//# sourceMappingURL=\S+', '', text)
    return files


def read_style(source):
    paths = sorted((source / 'css').glob('*.css'), key=lambda p: (STYLES.index(p.stem) if p.stem in STYLES else len(STYLES), p.stem))
    return bundle.join_css(path.read_text(encoding='utf-8') for path in paths)


def shrink(text, npm):
    """Shorter names, no comments: a third of what a phone has to load and read."""
    done = subprocess.run(['node', npm / 'node_modules/terser/bin/terser', '--module', '--compress', '--mangle'], input=text.encode(),
                          stdout=subprocess.PIPE, check=True)
    return done.stdout


def collect(source, modules, npm):
    files = {name: shrink(text, npm) for name, text in bundle.bundle(modules, 'app.js').items()}
    files['app.css'] = read_style(source).encode()
    for pattern in KEPT:
        for path in sorted(source.glob(pattern)):
            files[path.relative_to(source).as_posix()] = path.read_bytes()
    return files


def write(out, files):
    """Returns the names written, each text with its gzipped sibling."""
    names = []
    for name, data in files.items():
        forms = [('', data)]
        if name.endswith(COMPRESSED):
            forms.append(('.gz', gzip.compress(data, 9, mtime=0)))
        for suffix, content in forms:
            path = out / (name + suffix)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            names.append(name + suffix)
    return names


def write_modules(out, modules):
    """Not part of the page: what node's tests import."""
    for name, text in modules.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')
    (out / 'package.json').write_text('{"type": "module"}\n', encoding='utf-8')


def write_rules(source, build, names):
    """What goes into the program, and what this file depends on: the folders too, for files that come and go."""
    lines = [f'    <file>{name}</file>' for name in names]
    (build / 'page.gresource.xml').write_text('<?xml version="1.0" encoding="UTF-8"?>\n<gresources>\n  <gresource prefix="/org/isr/web">\n'
                                               + '\n'.join(lines) + '\n  </gresource>\n</gresources>\n', encoding='utf-8')
    inputs = [source, *(source / folder for folder in FOLDERS)]
    inputs += [p for folder in list(inputs) for p in folder.iterdir() if p.is_file() and p.suffix != '.pyc']
    (build / 'page.d').write_text('web/page.gresource.xml: ' + ' '.join(str(p).replace(' ', '\\ ') for p in inputs) + '\n', encoding='utf-8')


def main():
    source, build = (pathlib.Path(p).resolve() for p in sys.argv[1:3])
    npm, out = build / 'npm', build / 'page'
    install(source, npm)
    modules = read_modules(source, npm)
    files = collect(source, modules, npm)
    digest = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()[:12]
    pages = {}
    for name in ('index.html', 'sw.js'):
        pages[name] = (source / name).read_text(encoding='utf-8').replace('@ASSETS@', 'assets/' + digest).encode()
    shutil.rmtree(out, ignore_errors=True)
    names = write(out, {f'assets/{digest}/{name}': data for name, data in files.items()} | pages)
    write_modules(out / 'modules', modules)
    write_rules(source, build, names)


if __name__ == '__main__':
    os.environ.setdefault('HOME', str(pathlib.Path(sys.argv[2]) / 'npm'))
    main()
