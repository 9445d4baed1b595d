#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Is the image what it should be? Runs ISR in it: the demo scene, a stream of loopback, health, the doctor, SIGTERM.

    docker/check.py docker run --rm --network host -i --entrypoint sh isr
    docker/check.py TOOL --run sh          any command behind which “-c SCRIPT” runs in the built image

Needs ffmpeg here. Network: loopback, shared with the container.
"""
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'tests' / 'e2e'))
from support import icecast  # noqa: E402

SCRIPT = r'''
set -eu
test "$(id -u):$(id -g)" = 1000:1000
isr --version
export TZ=Asia/Kathmandu
dir=$(mktemp -d); cd "$dir"
printf '%s\n' '[general]' 'split_minutes = 0.1' '[scene]' 'type = test' '[radio]' 'type = stream' 'url = @URL@' '[web]' 'listen = 127.0.0.1:@PORT@' >config.ini
isr check config.ini
isr config.ini 2>log &
pid=$!
ok=
for i in $(seq 60); do isr health config.ini >health 2>&1 && { ok=yes; break; }; sleep 0.5; done
cat health; test "$ok" = yes || { cat log; exit 1; }
sleep 20
isr health config.ini
isr doctor --json config.ini >doctor.json || test $? -le 2
grep -q '"checks"' doctor.json
isr analyze recordings/radio/*/*.mp3 >analyzed
kill -TERM $pid; wait $pid
echo "ended with $?"
test -z "$(find recordings -name '*.part')"
find recordings -name '*+0545.flac' | grep -q . || { echo 'TZ is not respected'; find recordings; exit 1; }
find recordings -name '*+0545.mp3' | grep -q .
test -s analyzed
isr health config.ini >health 2>&1 && { echo 'health of nobody'; exit 1; }
find recordings -type f -size +0 | wc -l
isr coverage config.ini
tail -3 log
echo checked
'''


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    radio = icecast.Icecast()
    try:
        url = radio.station('live.mp3', 'mp3')
        with tempfile.TemporaryFile():
            script = SCRIPT.replace('@URL@', url).replace('@PORT@', str(icecast.process.free_port()))
            done = subprocess.run([*sys.argv[1:], '-c', script], capture_output=True, text=True, timeout=180, check=False)
        print(done.stdout, done.stderr)
        sys.exit(0 if done.returncode == 0 and 'checked' in done.stdout else 1)
    finally:
        radio.close()


if __name__ == '__main__':
    main()
