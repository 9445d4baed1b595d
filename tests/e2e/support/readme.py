# SPDX-License-Identifier: MIT
"""README's table of the API, taken apart: operations, their parameters, the shapes of answers."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[3]
VERBS = ('start', 'stop', 'split')


def tidy(path):
    """<name> of the text is {name} of the document."""
    return re.sub(r'<(\w+)>', r'{\1}', path)


class Row:
    """One line of the table."""

    def __init__(self, line):
        first, self.text = line.strip().strip('|').split(' | ', 1)
        self.operations = []  # (method, path, names of parameters)
        self.shapes = [word for word in re.findall(r'`([^`]+)`', line) if word.startswith('{')]
        method = None
        for word in re.findall(r'`([^`]+)`', first):
            asked = re.match(r'(GET|PUT|POST|DELETE) (/\S*)$', word)
            if asked:
                method = asked[1].lower()
                self._add(method, asked[2])
            elif re.match(r'[?&]\w', word):
                self.operations[-1][2].update(re.findall(r'(\w+)=', word))
            elif word.startswith('/'):
                before = self.operations[-1][1].rsplit('/', 1)
                self._add(method, before[0] + word if before[1] in VERBS and word[1:] in VERBS else word)

    def _add(self, method, target):
        path, _, query = target.partition('?')
        self.operations.append((method, tidy(path), set(re.findall(r'(\w+)=', query))))


def rows():
    lines = (ROOT / 'README.md').read_text(encoding='utf-8').splitlines()
    return [Row(line) for line in lines if re.match(r'\| `(GET|PUT|POST|DELETE) /', line)]


def members(shape):
    """Of {"a", "b": [{"c"}]}: {"a", "b", "b.c"}."""
    found, path, last = set(), [], ''
    for token in re.findall(r'"\w+"|[{}]', shape):
        if token == '{':
            path.append(last)
        elif token == '}':
            last = path.pop()
        else:
            last = token.strip('"')
            found.add('.'.join([*filter(None, path), last]))
    return found


def section():
    """The shape of a section, which is told once, below the table."""
    text = (ROOT / 'README.md').read_text(encoding='utf-8')
    return members(re.search(r'^A section is `(\{[^`]+\})`', text, re.M)[1])
