# SPDX-License-Identifier: MIT
"""Every gst-launch-1.0 line that people are told to type is typed here: README.md and examples/launch.md.

Hosts and files of the text are replaced by an Icecast on loopback and by files made for
it; a line that does not end by itself is ended as people do, by Ctrl-C.
"""
import os
import pathlib
import re
import shlex
import shutil
import signal
import tempfile
import unittest

from support import audio, icecast, process, pulse

TEXTS = ('README.md', 'examples/launch.md')
ENOUGH = 20_000  # bytes
RECORDED = ('.wav', '.flac', '.mp3', '.aac', '.opus', '.ogg', '.oga', '.spx')


def lines_of(text):
    """The lines that begin with the command, continued ones joined."""
    joined = (process.ROOT / text).read_text(encoding='utf-8').replace('\\\n', ' ')
    return [line.strip() for line in joined.splitlines() if line.startswith('    gst-launch-1.0 ')]


class Lines(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix='isr-readme-'))
        self.addCleanup(shutil.rmtree, self.dir)
        self.env = process.environment(GST_PRESET_PATH=process.ROOT / 'gst-presets', XDG_DATA_HOME=self.dir / 'data')
        self.radio = None

    def station(self, match):
        """An address of the text -> one that answers, of the same kind."""
        if not self.radio:
            self.radio = icecast.Icecast()
            self.addCleanup(self.radio.close)
        extension = match[0].rsplit('.', 1)[-1]
        mount = f's{len(self.radio.stations)}.{extension}'
        return self.radio.station(mount, extension if extension in icecast.FORMATS else 'mp3')

    def sound_card(self):
        """shared_mic, and somebody who speaks."""
        server = pulse.Pulse()
        self.addCleanup(server.close)
        voice = self.dir / 'voice.raw'
        voice.write_bytes(pulse.numbered(4))
        self.env = {**self.env, **server.env}
        return server, voice

    def make_file(self, place, name):
        process.run('ffmpeg', '-v', 'error', '-f', 'lavfi', '-i', 'anoisesrc=seed=1:duration=2', place / name)

    def listens(self, server):
        return process.run('pactl', '--server', f'unix:{server.sock}', 'list', 'short', 'source-outputs', env=self.env).stdout

    def run_line(self, line, place):
        """Types it, lets it record, ends it; returns what it has recorded."""
        server, voice = self.sound_card() if 'alsasrc' in line or 'pulsesrc' in line else (None, None)
        words = shlex.split(re.sub(r'https?://[^\s"\']+', self.station, line))
        for name in re.findall(r'filesrc location=(\S+)', line):
            self.make_file(place, name)
        inputs = set(place.rglob('*'))
        child = process.Process(words, env=self.env, cwd=place)
        self.addCleanup(child.close)
        if server:
            process.wait_for(lambda: 'the card to be opened: ' + child.stderr, lambda: self.listens(server) or not child.running())
            player = server.play(voice)
            self.addCleanup(player.close)

        def recorded():
            return [p for p in place.rglob('*') if p.is_file() and p not in inputs]
        process.wait_for(lambda: f'{line} to record: {child.stdout}{child.stderr}',
                         lambda: not child.running() or sum(p.stat().st_size for p in recorded() if p.exists()) > ENOUGH, 60)
        child.stop(signal.SIGINT)
        said = re.sub(r"WARNING: .* Can't record audio fast enough\n", '', child.stdout + child.stderr)  # a busy machine: no fault of the line
        self.assertNotIn('ERROR', said)
        self.assertNotIn('WARNING', said)
        return recorded()

    def check_text(self, text):
        lines = lines_of(text)
        self.assertGreaterEqual(len(lines), 3, f'{text}: where have the lines gone?')
        for n, line in enumerate(lines):
            with self.subTest(line):
                place = self.dir / f'{os.path.basename(text)}-{n}'
                place.mkdir()
                files = self.run_line(line, place)
                self.assertEqual(bool(files), 'isrsplitsink' in line)
                for path in files:
                    self.assertIn(path.suffix, RECORDED)
                    self.assertGreater(audio.plays(path), 0)


for _text in TEXTS:
    setattr(Lines, 'test_' + re.sub(r'\W', '_', _text), lambda self, text=_text: self.check_text(text))

if __name__ == '__main__':
    unittest.main()
