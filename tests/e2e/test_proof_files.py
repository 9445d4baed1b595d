# SPDX-License-Identifier: MIT
"""What files carry and what they are called: two recorders with one pattern, bext, comments, titles, the examples."""
import array
import datetime
import json
import pathlib
import shutil
import signal
import tempfile
import unittest

from support import audio, process, proof

SECOND = 1_000_000_000


class Place(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix='isr-proof-'))
        self.addCleanup(shutil.rmtree, self.dir)

    def files(self):
        return sorted(p for p in self.dir.rglob('*') if p.is_file())


class TwoRecorders(Place):
    """Two gst-launch-1.0 that would write the same names: each gets all of its own."""

    FILES, RATE = 40, 8000

    def line(self, volume):
        return ['gst-launch-1.0', '-q', 'audiotestsrc', 'wave=square', f'volume={volume}', f'samplesperbuffer={self.RATE}', f'num-buffers={self.FILES}', '!',
                f'audio/x-raw,format=S16LE,rate={self.RATE},channels=1', '!', 'isrsplitsink', 'format=wav', 'timezone=UTC',
                f'start-time={proof.START_US * 1000}', f'split-interval={SECOND}', f'location={self.dir}/%H%M%S']

    def test_nothing_is_overwritten(self):
        children = [process.Process(self.line(volume)) for volume in ('0.25', '0.5')]
        for child in children:
            self.addCleanup(child.close)
        for child in children:
            self.assertEqual(child.wait(60), 0, child.stderr)
        names = [f'0000{n:02}' for n in range(self.FILES)]
        self.assertEqual([p.name for p in self.files()], sorted(f'{name}{more}.wav' for name in names for more in ('', '_2')))
        peaks = {name: sorted(max(array.array('h', audio.decode(self.dir / f'{name}{more}.wav'))) for more in ('', '_2')) for name in names}
        self.assertEqual({tuple(peak) for peak in peaks.values()}, {(8191, 16383)})


class Carried(Place):
    def feed(self, path, caps, **properties):
        done = process.run(*proof.feed_command(path, caps, self.dir / 'out', 1, **properties))
        return list(proof.parse(done.stdout))

    def out(self):
        return sorted((self.dir / 'out').iterdir())

    def test_bext(self):
        """EBU Tech 3285: the date and the samples since midnight of the first sample, in local time."""
        rate, start = 44100, datetime.datetime(2026, 3, 28, 22, 59, 58, 123457, tzinfo=datetime.timezone.utc)
        raw = self.dir / 'in.raw'
        raw.write_bytes(bytes(2 * rate * 5))
        start_us = int(start.timestamp()) * 1_000_000 + start.microsecond
        said = self.feed(raw, f'audio/x-raw,format=S16LE,rate={rate},channels=1,layout=interleaved', align=2, format='wav',
                         timezone='Europe/Berlin', start_time=start_us * 1000, split_interval=2 * SECOND)
        opened = [fields for name, fields in said if name == 'isr-file-opened']
        self.assertEqual(len(opened), len(self.out()))
        self.assertEqual(len(opened), 3)  # 23:59:58 local, then midnight, then 0:00:02
        for message in opened:
            tags = audio.probe(message['location'])['tags']
            utc_us, offset = int(message['start-utc-us']), int(message['utc-offset'])
            local = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=utc_us, seconds=offset)
            midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
            self.assertEqual(tags['date'], local.strftime('%Y-%m-%d'))
            self.assertEqual(tags['creation_time'], local.strftime('%H:%M:%S'))
            self.assertEqual(int(tags['time_reference']), round((local - midnight).total_seconds() * rate))
        self.assertEqual(int(opened[0]['start-utc-us']), start_us)

    def comments(self, path):
        answer = json.loads(process.run('ffprobe', '-v', 'error', '-of', 'json', '-show_format', '-show_streams', path).stdout)
        tags = {**answer['format'].get('tags', {}), **answer['streams'][0].get('tags', {})}
        return {key.upper(): value for key, value in tags.items()}

    def test_comments_are_kept_and_told(self):
        """What the source says of itself stands in every file, and comes as tags before the first of them ends."""
        wanted = {'TITLE': 'Ein Lied: äöü', 'ARTIST': 'The “Band”'}
        encoders = {'opus': 'opusenc --quiet --title {TITLE} --artist {ARTIST} {wav} {out}', 'ogg': 'oggenc -Q -t {TITLE} -a {ARTIST} {wav} -o {out}',
                    'oga': 'flac -s --ogg -T TITLE={TITLE} -T ARTIST={ARTIST} {wav} -o {out}', 'flac': 'flac -s -T TITLE={TITLE} -T ARTIST={ARTIST} {wav} -o {out}'}
        wav = self.dir / 'in.wav'
        process.run('ffmpeg', '-v', 'error', '-f', 'lavfi', '-i', 'anoisesrc=seed=1:sample_rate=48000:duration=4', '-c:a', 'pcm_s16le', wav)
        for extension, encoder in encoders.items():
            with self.subTest(extension):
                shutil.rmtree(self.dir / 'out', ignore_errors=True)
                out = self.dir / f'in.{extension}'
                process.run(*(word.format(wav=wav, out=out, **wanted) for word in encoder.split()))
                said = self.feed(out, 'application/octet-stream', split_interval=3 * SECOND // 2)
                names = [name for name, _ in said]
                titled = [n for n, (name, fields) in enumerate(said) if name == 'tag' and fields.get('title') == wanted['TITLE'] and fields.get('artist') == wanted['ARTIST']]
                self.assertTrue(titled, said)
                self.assertLess(titled[0], names.index('isr-file-closed'))
                self.assertEqual(len(self.out()), 3)
                for path in self.out():
                    self.assertEqual(wanted, {key: value for key, value in self.comments(path).items() if key in wanted}, path)

    def test_titles_between_the_songs(self):
        """Chained Ogg, a link a song: each title comes in its place among the files, none is lost."""
        stream = self.dir / 'in.ogg'
        with open(stream, 'wb') as whole:
            for n in range(3):
                wav, song = self.dir / f'{n}.wav', self.dir / f'{n}.ogg'
                process.run('ffmpeg', '-v', 'error', '-f', 'lavfi', '-i', f'anoisesrc=seed={n}:sample_rate=44100:duration=2', '-c:a', 'pcm_s16le', wav)
                process.run('oggenc', '-Q', '-s', n + 1, '-t', f'song {n}', wav, '-o', song)
                whole.write(song.read_bytes())
        said = self.feed(stream, 'application/ogg', split_interval=SECOND, maximum=2000)
        titles = [fields['title'] for name, fields in said if name == 'tag' and 'title' in fields]
        self.assertEqual(titles, ['song 0', 'song 1', 'song 2'])
        self.assertEqual(sum(int(fields['samples']) for name, fields in said if name == 'isr-file-closed'), 3 * 2 * 44100)


class Examples(Place):
    def start(self, name, *arguments):
        child = process.Process([process.BUILD / 'examples' / name, *arguments])
        self.addCleanup(child.close)
        return child

    def said(self, child, count, what):
        process.wait_for(lambda: f'{count} times “{what}”: {child.stdout}{child.stderr}', lambda: child.stdout.count(what) >= count)

    def test_record_card(self):
        child = self.start('record-card', self.dir, 'audiotestsrc', 'is-live=true')
        self.said(child, 1, 'recording')
        self.assertEqual(child.stop(signal.SIGINT), 0, child.stderr)
        (path,) = self.files()
        self.assertIn(f'complete  {path}', child.stdout)
        self.assertGreater(audio.plays(path), 0)

    def test_record_card_that_is_not_there(self):
        child = self.start('record-card', self.dir, 'filesrc', 'location=/nonexistent')
        child.wait()
        self.assertIn('/nonexistent', child.stderr)

    def test_format_location(self):
        child = self.start('format-location', self.dir, 'audiotestsrc', 'is-live=true')
        for n in (1, 2, 3):
            self.said(child, n, 'take-')
            if n < 3:
                child.child.send_signal(signal.SIGUSR1)
        self.assertEqual(child.stop(signal.SIGTERM), 0, child.stderr)
        self.assertEqual([p.name[:8] for p in self.files()], ['take-001', 'take-002', 'take-003'])
        for path in self.files():
            self.assertGreater(audio.plays(path), 0)


if __name__ == '__main__':
    unittest.main()
