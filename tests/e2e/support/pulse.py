# SPDX-License-Identifier: MIT
"""A real alsasrc without a sound card: a private PulseAudio with a null sink, and
an asound.conf whose PCM `shared_mic` records that sink's monitor."""
import array
import os
import shutil
import tempfile

from . import process


class Pulse:
    def __init__(self, rate=48000, channels=2):
        self.dir = tempfile.mkdtemp(prefix='isr-pulse-')
        self.rate, self.channels = rate, channels
        self.sock = os.path.join(self.dir, 'sock')
        self.asound = os.path.join(self.dir, 'asound.conf')
        target = f'{{ type pulse server "unix:{self.sock}" device "mic.monitor" }}\n'
        with open(self.asound, 'w', encoding='utf-8') as f:
            f.write(f'pcm.shared_mic {target}ctl.shared_mic {{ type pulse server "unix:{self.sock}" }}\n')
        self.env = process.environment(
            HOME=self.dir, XDG_RUNTIME_DIR=self.dir, PULSE_SERVER=f'unix:{self.sock}', PULSE_RUNTIME_PATH=self.dir,
            PULSE_STATE_PATH=self.dir, ALSA_CONFIG_PATH=f'/usr/share/alsa/alsa.conf:{self.asound}')
        self.server = None
        self.players = []
        self.start()

    def start(self):
        maps = {1: 'mono', 2: 'front-left,front-right'}
        self.server = process.Process(
            ['pulseaudio', '-n', '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no', '--disable-shm=yes', '--log-level=warn',
             '-L', f'module-native-protocol-unix socket={self.sock} auth-anonymous=1',
             '-L', f'module-null-sink sink_name=mic format=s16le rate={self.rate} channels={self.channels} '
                   f'channel_map={maps[self.channels]}'], env=self.env)
        process.wait_for(lambda: 'pulseaudio: ' + self.server.stderr, lambda: process.run(
            'pactl', '--server', f'unix:{self.sock}', 'info', env=self.env, check=False).returncode == 0)

    def play(self, path):
        """Plays a raw S16LE file; returns the player."""
        player = process.Process(
            ['paplay', '--server', f'unix:{self.sock}', '-d', 'mic', '--raw', '--format=s16le', f'--rate={self.rate}',
             f'--channels={self.channels}', '--volume=65536', '--latency-msec=200', path], env=self.env)
        self.players.append(player)
        return player

    def close(self):
        for player in self.players:
            player.close()
        self.server.stop()
        self.server.close()
        shutil.rmtree(self.dir, ignore_errors=True)


def numbered(seconds, rate=48000, channels=2, lead=1.0):
    """A self-numbering signal: a second of lead-in (value 1), then frame n carries n in
    its low bits: the left channel n % 30011 + 2, the right (n // 30011) + 2."""
    frames = array.array('h', [1] * int(lead * rate) * channels)
    for n in range(int(seconds * rate)):
        frames.append(n % 30011 + 2)
        if channels == 2:
            frames.append(n // 30011 + 2)
    return frames.tobytes()


def find_numbered(raw, channels=2):
    """The numbers that a stereo recording holds, in order, silence and lead-in left out."""
    samples = array.array('h', raw)
    numbers = []
    for i in range(0, len(samples) - channels + 1, channels):
        if samples[i] >= 2:
            numbers.append((samples[i + 1] - 2) * 30011 + samples[i] - 2)
    return numbers
