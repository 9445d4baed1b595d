#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Man pages and completions, made of README.md: what is told there once is told here again.

    manual.py README.md VERSION isr.1|isr.ini.5|isr-doctor.1|isr.bash|_isr

The table of options in README.md is the one of the program (a test compares them), the
table of commands is what people read first. The words around them stand here.
"""
import html
import re
import sys

COMMAND = re.compile(r'`(isr[^`]*|-[^`]*)`')


def rows(text):
    """The cells of a table's rows, without its head."""
    for line in text.splitlines():
        if line.startswith('|') and not line.startswith('|---'):
            yield [cell.strip().replace('\\|', '|') for cell in re.split(r'(?<!\\)\|', line)[1:-1]]


def section(readme, title):
    found = re.search(rf'^##+ [^\n]*{re.escape(title)}[^\n]*\n(.*?)(?=^## |\Z)', readme, re.M | re.S)
    if not found:
        sys.exit(f'manual: README.md has no section “{title}”')
    return found.group(1)


def commands(readme):
    """(usage, what it does) of every row of the first table below "Commands"."""
    return [(row[0], row[1]) for row in rows(section(readme, 'Commands')) if row[0] != 'command']


def options(readme):
    """(title of the table, [(key, default, values, meaning)])."""
    part = re.search(r'<!-- options -->\n(.*?)<!-- /options -->', readme, re.S).group(1)
    for title, body in re.findall(r'\*\*(.*?)\*\*\n\n(.*?)(?=\n\*\*|\Z)', part, re.S):
        yield title, [row for row in rows(body) if row[0] != 'key']


def roff(text):
    """Markdown of one line as roff."""
    text = html.unescape(text).replace('\\', '\\e').replace('-', '\\-').replace('–', '\\(en')
    text = re.sub(r'`([^`]*)`', r'\\fB\1\\fR', text)
    text = re.sub(r'\[([^\]]*)\]\([^)]*\)', r'\1', text)
    return re.sub(r"^([.'])", r'\\&\1', text)


def usage(text):
    """A usage of the table of commands: every `...` of it in bold, variables in italics."""
    plain = ', '.join(COMMAND.findall(text))
    return re.sub(r'\b([A-Z][A-Z_.]*(?:=VALUE)?)\b', r'\\fI\1\\fB', roff(plain))


def head(name, number, version, what):
    return [f'.TH {name.upper()} {number} "" "isr {version}" "ISR"', '.SH NAME', f'{roff(name)} \\- {roff(what)}']


def isr_1(readme, version):
    out = head('isr', 1, version, 'records radio streams and sound cards into files cut on the clock')
    out += ['.SH SYNOPSIS', '.B isr', '[\\fIOPTION\\fR...] [\\fICOMMAND\\fR] [\\fICONFIG\\fR]', '.SH DESCRIPTION',
            'Records Icecast and HTTP streams and sound cards, many at once, day and night, in files that are cut on the clock and',
            'play alone; hears loud events against a rolling noise floor while it records; and serves the archive to a browser.',
            'Every second is there, in the right place, and plays; where one is missing, ISR says so, how long, and why.',
            '.PP', 'SIGTERM and SIGINT finish every open file first; SIGHUP reads the configuration again.', '.SH COMMANDS AND OPTIONS']
    for text, does in commands(readme):
        out += ['.TP', f'\\fB{usage(text)}\\fR', roff(does)]
    out += ['.SH ENVIRONMENT', '.TP', '\\fBISR_\\fISECTION\\fB_\\fIKEY\\fR',
            'overrides a value of the configuration; \\fB\\-o\\fR overrides both.',
            '.SH EXIT STATUS', '.TP', '.B 0', 'success, SIGTERM, SIGINT', '.TP', '.B 1', 'failed', '.TP', '.B 2',
            'usage, configuration, or another process records into the same directory',
            '.SH FILES', '.TP', '.I config.ini, /etc/isr/config.ini', 'the configuration, see \\fBisr.ini\\fR(5)',
            '.SH SEE ALSO', '\\fBisr.ini\\fR(5), \\fBisr\\-doctor\\fR(1), \\fBgst\\-inspect\\-1.0\\fR(1)']
    return out


def isr_ini_5(readme, version):
    out = head('isr.ini', 5, version, 'configuration of isr')
    out += ['.SH DESCRIPTION',
            'An INI file. \\fB[general]\\fR gives defaults; every section with a \\fBtype\\fR is a source, inherits and overrides them.',
            '\\fB#\\fR and \\fB;\\fR begin a comment, also behind a value (after a blank); an empty value means unset. Unknown keys, wrong',
            'values and doubled sections are errors: \\fBisr check\\fR explains all of them at once.']
    for title, keys in options(readme):
        out += ['.SH ' + roff(title).replace('\\fB', '').replace('\\fR', '').upper()]
        for key, default, values, meaning in keys:
            out += ['.TP', roff(key) + f' ({roff(values)})', roff(meaning) + ('' if default == '–' else f' Default: {roff(default)}.')]
    out += ['.SH EXAMPLE', '.nf', '[general]', 'output_directory = recordings', '', '[jazz]', 'type = stream',
            'url = http://radio.example:8000/jazz.mp3', '', '[garden]', 'type = soundcard', 'device = hw:CARD=Microphone', '.fi',
            '.SH SEE ALSO', '\\fBisr\\fR(1)']
    return out


def isr_doctor_1(readme, version):
    """The section of the doctor in README.md, its paragraphs and tables."""
    out = head('isr-doctor', 1, version, 'why is it silent?')
    out += ['.SH SYNOPSIS']
    synopses = [text for text, _ in commands(readme) if 'isr doctor' in text]
    out += [f'\\fB{usage(text)}\\fR' for text in synopses]
    out += ['.SH DESCRIPTION']
    fenced = False
    for line in section(readme, 'isr doctor').strip().splitlines():
        if line.startswith('```'):
            fenced = not fenced
            out += ['.nf' if fenced else '.fi']
        elif fenced or line.startswith('    '):
            out += ['.RS 4', '.nf', roff(line.strip()) or '.sp', '.fi', '.RE'] if not fenced else [roff(line)]
        elif line.startswith('|'):
            cells = next(rows(line), None)
            if cells:
                out += ['.TP', roff(cells[0]), roff(' '.join(cells[1:]))]
        elif line.startswith('### '):
            out += ['.SS ' + roff(line[4:])]
        elif line.startswith('- '):
            out += ['.IP \\(bu 2', roff(line[2:])]
        else:
            out += [roff(line.strip()) if line.strip() else '.PP']
    return out + ['.SH SEE ALSO', '\\fBisr\\fR(1), \\fBisr.ini\\fR(5)']


def words(readme):
    """Names of commands, and options of all of them together."""
    text = ' '.join(usage_text for usage_text, _ in commands(readme))
    names = sorted(set(re.findall(r'\bisr ([a-z][a-z-]+)', text)))
    return names, sorted(set(re.findall(r'(?<![\w-])--?[a-z][a-z-]*', text)) | {'-h'})


def keys(readme):
    """What -o takes: section.key of the sections that are always called so, and the keys of sources."""
    fixed, of_sources = set(), set()
    for title, table in options(readme):
        sections = re.findall(r'`\[(\w+)\]`', title)
        for row in table:
            key = row[0].strip('`')
            if 'ource' in title:
                of_sources.add(key)
            if ('ource' not in title or sections or 'Also in `[general]`' in row[3]) and key != 'type':
                fixed.update(f'{name}.{key}=' for name in (sections or ['general']))
    return ' '.join(sorted(fixed)), ' '.join(sorted(of_sources))


# A source has the name of its section, which only the configuration at hand knows.
SECTIONS = r"sed -n 's/^\[\([^] ]*\)\].*/\1/p' config.ini 2>/dev/null | grep -vxE 'general|web|storage|hooks|mqtt'"


def completion_bash(readme, version):
    names, flags = words(readme)
    fixed, of_sources = keys(readme)
    return ['# bash completion of isr', '_isr() {',
            '  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} source key keys',
            '  COMPREPLY=()', '  case $prev in', '    -o | --override)', f"      keys='{fixed}'",
            f'      for source in $({SECTIONS}); do for key in {of_sources}; do keys+=" $source.$key="; done; done',
            '      compopt -o nospace; COMPREPLY=($(compgen -W "$keys" -- "$cur")); return ;;',
            '  esac', '  case $cur in', f"    -*) COMPREPLY=($(compgen -W '{' '.join(flags)}' -- \"$cur\")); return ;;", '  esac',
            f"  ((COMP_CWORD == 1)) && COMPREPLY=($(compgen -W '{' '.join(names)}' -- \"$cur\"))",
            '  compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur"))', '}', 'complete -F _isr isr']


def completion_zsh(readme, version):
    names, flags = words(readme)
    fixed, of_sources = keys(readme)
    return ['#compdef isr', '# zsh completion of isr', '_isr() {', '  local source key', '  local -a all', '  case $words[CURRENT-1] in', '    -o|--override)',
            f'      all=({fixed})', f'      for source in $({SECTIONS}); do for key in {of_sources}; do all+=($source.$key=); done; done',
            "      compadd -S '' -- $all; return ;;", '  esac',
            f'  if [[ $words[CURRENT] == -* ]]; then compadd -- {" ".join(flags)}; return; fi',
            f'  (( CURRENT == 2 )) && compadd -- {" ".join(names)}', '  _files', '}', '_isr "$@"']


PAGES = {'isr.1': isr_1, 'isr.ini.5': isr_ini_5, 'isr-doctor.1': isr_doctor_1, 'isr.bash': completion_bash, '_isr': completion_zsh}


def main():
    readme_path, version, page = sys.argv[1:]
    with open(readme_path, encoding='utf-8') as file:
        readme = file.read()
    print('\n'.join(PAGES[page](readme, version)))


if __name__ == '__main__':
    main()
