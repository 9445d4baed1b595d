# SPDX-License-Identifier: MIT
"""isr analyze: what is found in files of every kind, and what other programs make of its labels."""
import array
import csv
import io
import itertools
import json
import math
import pathlib
import random
import re
import shutil
import subprocess
import tempfile
import unittest
import wave
import xml.etree.ElementTree

from support import daemon, process

RATE = 16000
SECONDS = 60
LOUD = [(12.0, 13.5, 0.3), (30.0, 30.4, 0.1), (44.0, 47.0, 0.2)]

FORMATS = {
    'flac': ['-c:a', 'flac'], 'mp3': ['-c:a', 'libmp3lame', '-b:a', '96k', '-id3v2_version', '0'], 'ogg': ['-c:a', 'libvorbis', '-q:a', '4'],
    'opus': ['-c:a', 'libopus', '-b:a', '64k'], 'aac': ['-c:a', 'aac', '-b:a', '96k', '-f', 'adts'], 'm4a': ['-c:a', 'aac', '-b:a', '96k'],
    'aiff': [], 'spx': ['-c:a', 'libspeex', '-ac', '1'],
}


def write_wav(path):
    rand = random.Random(7)
    samples = array.array('h')
    for i in range(RATE * SECONDS):
        t = i / RATE
        a = next((a for start, end, a in LOUD if start <= t < end), 0.003)
        samples.append(int(32767 * a * rand.uniform(-1, 1)))
    with wave.open(str(path), 'wb') as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.tobytes())


def parse_audacity(text):
    """What Audacity 3 takes for a label: two times and a title, with tabs between; anything else is refused."""
    labels = []
    for line in text.split('\n')[:-1]:
        start, end, title = re.fullmatch(r'(\d+\.\d+)\t(\d+\.\d+)\t([^\t\r\n]*)', line).groups()
        assert float(start) <= float(end)
        labels.append((float(start), float(end), title))
    assert text == '' or text.endswith('\n')
    return labels


def parse_raven(text):
    """A selection table: the columns that Raven wants, as many fields in each row, selections numbered from 1."""
    lines = text.split('\n')
    assert lines.pop() == ''
    head = lines[0].split('\t')
    assert head[:7] == ['Selection', 'View', 'Channel', 'Begin Time (s)', 'End Time (s)', 'Low Freq (Hz)', 'High Freq (Hz)'], head
    rows = []
    for number, line in enumerate(lines[1:], 1):
        row = dict(zip(head, line.split('\t'), strict=True))
        assert row['Selection'] == str(number) and row['View'] in ('Waveform 1', 'Spectrogram 1') and int(row['Channel']) >= 1
        assert 0 <= float(row['Begin Time (s)']) < float(row['End Time (s)']) and float(row['Low Freq (Hz)']) < float(row['High Freq (Hz)'])
        rows.append(row)
    return rows


class Analyze(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = pathlib.Path(tempfile.mkdtemp(prefix='isr-analyze-'))
        cls.addClassCleanup(shutil.rmtree, cls.dir)
        cls.wav = cls.dir / 'a day, "quiet".wav'
        write_wav(cls.wav)

    def isr(self, *args, status=0):
        done = process.run(process.ISR, 'analyze', *args, cwd=self.dir, check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def encode(self, name):
        path = self.dir / f'day.{name}'
        process.run('ffmpeg', '-nostdin', '-v', 'error', '-y', '-i', self.wav, *FORMATS[name], path)
        return path

    def check_sections(self, sections, slack):
        self.assertEqual(len(sections), len(LOUD), sections)
        for found, (start, end, _) in zip(sections, LOUD):
            self.assertAlmostEqual(found['start'], start, delta=slack)
            self.assertAlmostEqual(found['end'], end, delta=slack)
            self.assertGreater(found['score'], 20)

    def test_json(self):
        answer = json.loads(self.isr('--json', self.wav.name).stdout)
        self.assertEqual(list(answer), ['file', 'duration', 'sections'])
        self.assertEqual(answer['file'], self.wav.name)
        self.assertEqual(answer['duration'], SECONDS)
        self.assertEqual(list(answer['sections'][0]), ['start', 'end', 'score', 'peak', 'reason'])
        self.check_sections(answer['sections'], 0.001)

    def test_formats(self):
        """Every format that GStreamer decodes here: the sections, and the length that ffmpeg decodes."""
        paths = [self.encode(name) for name in FORMATS]
        lines = self.isr('--json', *paths).stdout.splitlines()
        self.assertEqual([json.loads(line)['file'] for line in lines], [str(p) for p in paths])
        for path, line in zip(paths, lines):
            with self.subTest(path.name):
                answer = json.loads(line)
                raw = subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-i', path, '-f', 's16le', '-'], capture_output=True, check=True).stdout
                rate = int(process.run('ffprobe', '-v', 'error', '-show_entries', 'stream=sample_rate', '-of', 'csv=p=0', path).stdout)
                # of what ISR does not record: a frame at each end, about which the two decoders differ
                slack = {'.spx': 960, '.m4a': 1024}.get(path.suffix, 0)
                self.assertLessEqual(abs(round(answer['duration'] * rate) - len(raw) // 2), slack)
                self.check_sections(answer['sections'], 0.3)

    def test_cut_off(self):
        """A demuxer that finds no end, or no way on, in a file that is damaged."""
        whole = self.encode('aiff').read_bytes()
        cut, size = self.dir / 'cut.aiff', self.dir / 'size.aiff'
        cut.write_bytes(whole[:RATE * 2 * 35])
        size.write_bytes(whole[:16] + b'\xff' * 4 + whole[20:])  # of a chunk: as large as can be
        answer = json.loads(self.isr('--json', cut).stdout)
        self.assertAlmostEqual(answer['duration'], 35, delta=1)
        self.assertEqual([round(s['start']) for s in answer['sections']], [12, 30])
        self.assertIn('damaged', self.isr(size, status=1).stderr)

    def test_recorded_files(self):
        """Files that ISR itself has cut are as long for isr analyze as for ffmpeg, to the sample: primers, pre-skips and ends are trimmed."""
        for name in ('mp3', 'ogg', 'opus', 'aac', 'flac'):
            out = self.dir / f'cut-{name}'
            out.mkdir()
            process.run('gst-launch-1.0', '-q', *f'filesrc location={self.encode(name)} ! isrsplitsink location={out}/%s split-interval=7100000000 start-time=1700000000000000000 timezone=UTC'.split())
            paths = sorted(out.iterdir())
            self.assertGreaterEqual(len(paths), 8)
            for path, line in zip(paths, self.isr('--json', *paths).stdout.splitlines(), strict=True):
                with self.subTest(f'{name}: {path.name}'):
                    raw = subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-i', path, '-f', 's16le', '-'], capture_output=True, check=True).stdout
                    rate = int(process.run('ffprobe', '-v', 'error', '-show_entries', 'stream=sample_rate', '-of', 'csv=p=0', path).stdout.split()[0])
                    self.assertEqual(round(json.loads(line)['duration'] * rate), len(raw) // 2)

    def test_every_kind_of_flac(self):
        """Decoded in process or by a pipeline, of any width and any number of channels: what its WAV has."""
        wider = {'s16': 'pcm_s16le', 's32': 'pcm_s24le'}
        for width, channels in itertools.product(wider, (1, 2, 6)):
            with self.subTest(width=width, channels=channels):
                wav, flac = self.dir / 'wide.wav', self.dir / 'wide.flac'
                process.run('ffmpeg', '-nostdin', '-v', 'error', '-y', '-i', self.wav, '-ac', channels, '-c:a', wider[width], wav)
                process.run('ffmpeg', '-nostdin', '-v', 'error', '-y', '-i', wav, '-c:a', 'flac', '-sample_fmt', width, flac)
                of_wav, of_flac = (json.loads(line) for line in self.isr('--json', wav, flac).stdout.splitlines())
                self.check_sections(of_flac['sections'], 0.001)
                self.assertEqual({**of_flac, 'file': ''}, {**of_wav, 'file': ''})
        narrow = self.dir / 'narrow.flac'
        process.run('sox', self.wav, '-b', '8', narrow)
        self.check_sections(json.loads(self.isr('--json', narrow).stdout)['sections'], 0.001)

    def test_a_damaged_flac(self):
        """A hole in its bytes costs what lies there, and a torn one is heard as far as it goes."""
        whole = self.encode('flac').read_bytes()
        damaged, torn = self.dir / 'damaged.flac', self.dir / 'torn.flac'
        middle = len(whole) * 20 // SECONDS
        damaged.write_bytes(whole[:middle] + bytes(300) + whole[middle + 300:])
        torn.write_bytes(whole[:len(whole) // 2])
        of_damaged, of_torn = (json.loads(line) for line in self.isr('--json', damaged, torn).stdout.splitlines())
        self.assertAlmostEqual(of_damaged['duration'], SECONDS, delta=1)
        self.check_sections(of_damaged['sections'], 1)
        self.assertGreater(of_torn['duration'], 10)
        self.assertAlmostEqual(of_torn['sections'][0]['start'], LOUD[0][0], delta=0.001)

    def test_words(self):
        text = self.isr(self.wav.name).stdout
        self.assertIn(f'{self.wav.name}: 0:01:00, 3 loud sections\n', text)
        self.assertRegex(text, r'\n  0:00:12\.0-0:00:13\.5 +\d\d\.\d dB\n')

    def test_margin_gap_mode(self):
        self.assertEqual(len(json.loads(self.isr('--json', '--margin', '35', self.wav.name).stdout)['sections']), 2)
        self.assertEqual(len(json.loads(self.isr('--json', '--min-gap', '18', self.wav.name).stdout)['sections']), 1)
        blocks = json.loads(self.isr('--json', '--mode', 'blocks', self.wav.name).stdout)
        self.check_sections(blocks['sections'], 0.001)

    def test_csv(self):
        rows = list(csv.DictReader(io.StringIO(self.isr('--labels', 'csv', self.wav.name).stdout, newline=''), strict=True))
        self.assertEqual({row['file'] for row in rows}, {self.wav.name})
        self.check_sections([{key: float(row[key]) for key in ('start', 'end', 'score')} for row in rows], 0.001)

    def test_audacity(self):
        labels = parse_audacity(self.isr('--labels', 'audacity', self.wav.name).stdout)
        self.assertEqual([(start, end) for start, end, _ in labels], [(start, end) for start, end, _ in LOUD])
        self.assertTrue(all(title.endswith(' dB') for _, _, title in labels))

    def test_raven(self):
        rows = parse_raven(self.isr('--labels', 'raven', self.wav.name).stdout)
        self.assertEqual([float(row['Begin Time (s)']) for row in rows], [start for start, _, _ in LOUD])
        self.assertEqual({row['High Freq (Hz)'] for row in rows}, {str(RATE // 2)})

    def test_plot(self):
        self.isr('--plot', 'plot.svg', self.wav.name)
        root = xml.etree.ElementTree.parse(self.dir / 'plot.svg').getroot()
        space = '{http://www.w3.org/2000/svg}'
        self.assertEqual(root.tag, space + 'svg')
        self.assertEqual(len([r for r in root.iter(space + 'rect') if r.get('class') == 'section']), len(LOUD))
        self.assertIn(self.wav.name, [t.text for t in root.iter(space + 'text')])

    def test_broken_files(self):
        """Each that fails is named with its reason, the others are answered, the status is 1."""
        (self.dir / 'noise.flac').write_bytes(random.Random(1).randbytes(100000))
        (self.dir / 'empty.wav').write_bytes(b'')
        (self.dir / 'torn.wav').write_bytes(self.wav.read_bytes()[:30])
        (self.dir / 'words.txt').write_text('hello', encoding='ascii')
        bad = ['noise.flac', 'empty.wav', 'torn.wav', 'words.txt', 'nowhere.mp3', '.']
        done = self.isr('--json', *bad[:3], self.wav.name, *bad[3:], status=1)
        self.assertEqual(len(done.stdout.splitlines()), 1)
        for name in bad:
            self.assertRegex(done.stderr, rf'(?m)^isr: {re.escape(name)}: .{{10,}}$')
        self.assertNotIn('\r', done.stderr)  # no bar where there is no terminal

    def test_containers(self):
        """Also those whose name speaks of video."""
        names = ['x.mp4', 'x.m4a', 'x.mov', 'x.mkv', 'x.webm']
        for name in names:
            process.run('ffmpeg', '-v', 'error', '-i', self.wav, self.dir / name)
        lines = [json.loads(line) for line in self.isr('--json', self.wav.name, *names).stdout.splitlines()]
        for line in lines[1:]:
            with self.subTest(line['file']):
                self.assertAlmostEqual(line['duration'], lines[0]['duration'], delta=0.1)
                self.assertEqual(len(line['sections']), len(lines[0]['sections']))

    def test_no_decoder(self):
        """What to install, or that there is nothing."""
        for name in ('x.caf', 'x.w64', 'x.wma'):
            process.run('ffmpeg', '-v', 'error', '-i', self.wav, self.dir / name)
        said = self.isr('x.caf', 'x.w64', 'x.wma', status=1).stderr
        for name in ('x.caf', 'x.w64'):
            self.assertRegex(said, rf'(?m)^isr: {name}: no package of Debian can decode it .* ffmpeg -i FILE FILE.flac$')
        if 'x.wma' in said:  # else it is decoded here
            self.assertRegex(said, r'(?m)^isr: x.wma: no decoder for it is installed .* install gstreamer1.0-plugins-ugly and gstreamer1.0-libav')

    def test_usage(self):
        for args in ([], ['--margin', 'x', 'a'], ['--margin', '99', 'a'], ['--min-gap', '0', 'a'], ['--mode', 'other', 'a'], ['--labels', 'pdf', 'a'],
                     ['--labels', 'csv', '--json', 'a'], ['--labels', 'audacity', 'a', 'b'], ['--plot', 'p.svg', 'a', 'b']):
            with self.subTest(args):
                done = self.isr(*args, status=2)
                self.assertEqual(done.stdout, '')
                self.assertRegex(done.stderr, r'^isr: .{10,}\n$')

    def test_silence_and_dc(self):
        for name, source in (('zero', 'anullsrc=r=8000:cl=mono:d=20'), ('dc', 'aevalsrc=0.9:s=8000:d=20'), ('square', 'aevalsrc=gt(sin(2*PI*50*t)\\,0)*2-1:s=8000:d=20')):
            path = self.dir / f'{name}.wav'
            process.run('ffmpeg', '-nostdin', '-v', 'error', '-y', '-f', 'lavfi', '-i', source, path)
            answer = json.loads(self.isr('--json', path).stdout)
            self.assertEqual(answer['sections'], [])
            self.assertTrue(math.isclose(answer['duration'], 20))


class Live(unittest.TestCase):
    """A running daemon: what it heard is there at once, and after a crash, too."""

    def setUp(self):
        self.daemon = daemon.Daemon('[demo]\ntype = test\nscene = demo\n', general='split_minutes = 0')
        self.addCleanup(self.daemon.close)

    def analyze(self, name):
        status, _, body = self.daemon.get(f'/api/analyze?file={daemon.quote(name)}')
        return json.loads(body) if status == 200 else None

    def loud_file(self):
        """The recording, once a section of it is final."""
        def found():
            files = self.daemon.files()
            answer = files and self.analyze(files[0]['name'])
            return answer and any(s['start'] and s['final'] for s in answer['sections']) and files[0]
        return process.wait_for('a loud section in the demo', found, 60)

    def test_crash(self):
        name = self.loud_file()['name']
        before = self.analyze(name)
        self.assertFalse(before['final'])
        self.daemon.process.kill()
        self.daemon.process.close()
        self.daemon.start()
        def complete():
            answer = self.analyze(name)
            return answer and answer['final'] and answer
        after = process.wait_for('levels of the mended recording', complete, 60)
        self.assertGreaterEqual(len(after['sections']), 1)
        self.assertAlmostEqual(after['sections'][0]['start'], before['sections'][0]['start'], delta=0.001)
        def told():
            row = next(f for f in self.daemon.files() if f['name'] == name)
            return row['analysed'] and row['events'] == len(after['sections'])
        process.wait_for('the events of the mended recording', told)


if __name__ == '__main__':
    unittest.main()
