# SPDX-License-Identifier: MIT
"""Titles of a real Icecast: each arrives, in order, at its time, in the list and in the CUE sheet."""
import datetime
import unittest

from support import daemon, icecast, process

# What has broken players and loggers: the end mark of ICY inside a title, quotes, umlauts, what is longer than a block.
TITLES = ["First - One", "It's; '; over';now", 'He said "no" - twice', 'Die Ärzte - Schrei nach Liebe ß ñ', 'x' * 300 + " - ende';"]
LATE = 6.0  # s: the station's encoder and the server's burst are between setting a title and its content


class Titles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.icecast = icecast.Icecast()
        cls.addClassCleanup(cls.icecast.close)

    def wait_titles(self, isr, count):
        def enough():
            titles = isr.json('/api/titles?source=radio')['titles']
            return len(titles) >= count and titles[::-1]
        return process.wait_for(lambda: f'{count} titles: {isr.json("/api/titles")}\n{isr.process.stderr}', enough)

    def cue(self, isr, name):
        status, headers, body = isr.get(f'/api/cue?file={daemon.quote(name)}')
        self.assertEqual((status, headers['Content-Type']), (200, 'text/plain; charset=utf-8'))
        return body.decode()

    def test_titles_of_an_icecast(self):
        url = self.icecast.station('radio', 'mp3')
        before = self.icecast.set_title('radio', TITLES[0])
        isr = daemon.Daemon(f'[radio]\ntype = stream\nurl = {url}\nformat = mp3\n', general='split_minutes = 0\n')
        self.addCleanup(isr.close)
        isr.wait_state('radio', 'recording')
        self.wait_titles(isr, 1)
        set_at = [before]
        for i, title in enumerate(TITLES[1:], 2):
            set_at.append(self.icecast.set_title('radio', title))
            titles = self.wait_titles(isr, i)
        self.assertEqual([t['title'] for t in titles], TITLES)
        for title, at in list(zip(titles, set_at))[1:]:
            self.assertLess(abs(title['at_us'] - at) / 1e6, LATE, title)
            seconds = datetime.datetime.fromisoformat(title['at']).timestamp()
            self.assertAlmostEqual(seconds, title['at_us'] / 1e6, places=4)

        (file,) = isr.files()
        self.assertEqual({t['file'] for t in titles}, {file['name']})
        for title in titles:
            self.assertAlmostEqual(title['offset'], (title['at_us'] - file['start_us']) / 1e6, places=4)
        self.assertEqual(isr.stop(), 0)

        isr.start()  # what was kept is there after a restart, and not twice
        file = isr.wait_closed(1)[0]
        sheet = self.cue(isr, file['name']).splitlines()
        self.assertEqual(sheet[0], f'FILE "{file["name"].split("/")[-1]}" MP3')
        self.assertEqual([line.split('"')[1] for line in sheet if line.startswith('    TITLE ')],
                         ['One', "It's; '; over';now", 'twice', 'Schrei nach Liebe ß ñ', "ende';"])
        self.assertEqual([line.split('"')[1] for line in sheet if line.startswith('    PERFORMER ')],
                         ['First', "He said 'no'", 'Die Ärzte', 'x' * 300])
        self.assertEqual([line.strip() for line in sheet if 'INDEX' in line], [f'INDEX 01 {index(t["offset"])}' for t in titles])
        isr.wait_state('radio', 'recording')
        isr.wait_closed(1)
        self.assertEqual([t['title'] for t in self.wait_titles(isr, len(TITLES))], TITLES)

    def test_an_unknown_file(self):
        isr = daemon.Daemon('[scene]\ntype = test\n')
        self.addCleanup(isr.close)
        isr.wait_state('scene', 'recording')
        self.assertEqual(isr.get('/api/cue?file=nothing.mp3')[0], 404)
        name = process.wait_for('a file', isr.files)[0]['name']
        self.assertTrue(self.cue(isr, name).endswith('  TRACK 01 AUDIO\n    TITLE "scene"\n    INDEX 01 00:00:00\n'))  # without titles one for all of it


def index(offset):
    frames = int(offset * 75 + 1e-6)
    return f'{frames // 75 // 60:02}:{frames // 75 % 60:02}:{frames % 75:02}'


if __name__ == '__main__':
    unittest.main()
