# SPDX-License-Identifier: MIT
"""Joins the page's modules into few files, so that a browser asks few times.

A module becomes a function that is called at once and returns what it exports:

    const m3 = (() => { const { html } = m0; ... return { Header }; })();

in an order in which each comes after what it imports. Nothing is rewritten but
the import and export lines, so the manner of the modules is narrow, and anything
else ends the build: imports stand at the beginning of a line, each export at its
declaration (vendored files: one list at the end), no cycles, no default exports,
no exported variables that change later, no await outside of functions.

What only a dynamic import('./x.js') reaches goes into a second file, more.js,
that the first one loads when it is asked for. It imports the first one for what
both need, so there is one instance of everything.
"""
import posixpath
import re

IMPORT = re.compile(r"^import\s+(\{[^}]*\}|\*\s+as\s+\w+)\s+from\s+'([^']+)';[ \t]*\n?", re.M)
DYNAMIC = re.compile(r"\bimport\('([^']+)'\)")
DECLARED = re.compile(r'^export\s+(?=(?:async\s+)?(?:const|function|class)\s+(\w+))', re.M)
LISTED = re.compile(r'(?:^|(?<=[;}]))export\s*\{([^}]*)\};?\s*$', re.M)
LEFT = re.compile(r'^(?:import|export)\b.*', re.M)
COMMENT = re.compile(r'^[ \t]*//[^\n]*\n|^[ \t]*/\*.*?\*/[ \t]*\n', re.M | re.S)


class Module:
    def __init__(self, name, text):
        self.name = name
        self.text = COMMENT.sub('', text)
        self.imports = [(what, self.resolve(path)) for what, path in IMPORT.findall(self.text)]
        self.later = [self.resolve(path) for path in DYNAMIC.findall(self.text)]
        self.variable = 'm_' + re.sub(r'\W', '_', name.removesuffix('.js'))

    def resolve(self, path):
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.name), path))

    def exports(self):
        """(inside, outside) names."""
        names = [(name, name) for name in DECLARED.findall(self.text)]
        for listed in LISTED.findall(self.text):
            for one in filter(None, (part.strip() for part in listed.split(','))):
                inside, _, outside = one.partition(' as ')
                names.append((inside.strip(), outside.strip() or inside.strip()))
        return names

    def head(self, modules):
        lines = []
        for what, path in self.imports:
            variable = modules[path].variable
            if what.startswith('*'):
                lines.append(f'const {what.split()[-1]} = {variable};')
            else:
                names = re.sub(r'\s+as\s+', ': ', what)
                lines.append(f'const {names} = {variable};')
        return '\n'.join(lines)

    def body(self, modules, first):
        text = LISTED.sub('', DECLARED.sub('', IMPORT.sub('', self.text)))
        left = LEFT.search(text)
        if left:
            raise SystemExit(f'web/{self.name}: “{left[0]}” is no manner that web/bundle.py can join')

        def later(match):
            module = modules[self.resolve(match[1])]
            return f'Promise.resolve({module.variable})' if module.name in first else f"import('./more.js').then((m) => m.{module.variable})"
        return DYNAMIC.sub(later, text)


def order(modules, roots, known=()):
    """Names that @roots reach by static imports, each behind what it imports."""
    done, path = list(known), []

    def visit(name):
        if name in done:
            return
        if name not in modules:
            raise SystemExit(f'web/{path[-1]}: there is no module “{name}”')
        if name in path:
            raise SystemExit('web: modules import each other in a circle: ' + ' -> '.join([*path[path.index(name):], name]))
        path.append(name)
        for _, imported in modules[name].imports:
            visit(imported)
        done.append(path.pop())
    for root in roots:
        visit(root)
    return done[len(known):]


def wrap(module, modules, first):
    exported = ', '.join(inside if inside == outside else f'{outside}: {inside}' for inside, outside in module.exports())
    return f'const {module.variable} = (() => {{\n{module.head(modules)}\n{module.body(modules, first)}\nreturn {{ {exported} }};\n}})();\n'


def join(names, modules, first):
    return ''.join(wrap(modules[name], modules, first) for name in names)


def bundle(files, entry):
    """{'app.js': text, 'more.js': text} of {name: text} of modules; @entry begins it all."""
    modules = {name: Module(name, text) for name, text in files.items()}
    first = order(modules, [entry])
    lazy = []
    while True:  # what is loaded later may load more later
        wanted = [name for known in first + lazy for name in modules[known].later if name not in first + lazy]
        if not wanted:
            break
        lazy += order(modules, wanted, first + lazy)
    shared = ', '.join(modules[name].variable for name in first if name != entry)
    out = {'app.js': f'{join(first, modules, first)}export {{ {shared} }};\n'}
    if lazy:
        provided = ', '.join(modules[name].variable for name in lazy)
        out['more.js'] = f"import {{ {shared} }} from './app.js';\n{join(lazy, modules, first)}export {{ {provided} }};\n"
    return out


def join_css(texts):
    """One style sheet without comments and without the blanks that only people need."""
    text = re.sub(r'/\*.*?\*/', '', ''.join(texts), flags=re.S)
    return re.sub(r'\s*([{};,>])\s*', r'\1', re.sub(r'\s+', ' ', text)).replace(';}', '}').strip() + '\n'
