# SPDX-License-Identifier: MIT
"""Every cause that makes a microphone silent, injected as far as no hardware is needed, and
`isr doctor` names it with its fix. The real alsa-lib and PulseAudio speak; only the machine
(/dev/snd, /proc, /sys) and the card below ALSA are ours."""
import base64
import json
import os
import pathlib
import socket
import tempfile
import unittest

from support import daemon, machine, process, pulse

MIC = '[mic]\ntype = soundcard\ndevice = {}\n'


class Doctor(unittest.TestCase):
    def setUp(self):
        self.machine = machine.Machine()
        self.addCleanup(self.machine.close)

    def bare(self, **how):
        """Another machine in place of the healthy one."""
        self.machine = machine.Machine(**how)
        self.addCleanup(self.machine.close)
        return self.machine

    def examine(self, device='mic', more='', **env):
        self.machine.config(MIC.format(device) + more)
        return self.machine.doctor('config.ini', **env)

    def undisturbed(self, limit=180, **how):
        """Examines until the machine has let the doctor listen in peace: a busy one makes samples get lost, and says so."""
        def calm():
            status, checks = self.examine(**how)
            return not any(c['code'] == 'overrun' or 'can not be compared' in c['detail'] for c in checks) and (status, checks)
        return process.wait_for('a machine that is calm for three seconds', calm, limit)

    def named(self, code, *words, status='fail', **how):
        """One of the checks has this code and status, and all words in sentence and fix."""
        _, checks = self.examine(**how)
        return self.found(checks, code, *words, status=status)

    def found(self, checks, code, *words, status='fail'):
        found = [c for c in checks if c['code'] == code and c['status'] == status]
        self.assertTrue(found, checks)
        texts = [f'{c["detail"]} -> {c["fix"]}' for c in found]
        self.assertTrue(any(all(w in text for w in words) for text in texts), texts)
        return checks


class Healthy(Doctor):
    def test_all_is_well(self):
        self.machine.define(mic='signal tone')
        status, checks = self.undisturbed()
        self.assertEqual({c['status'] for c in checks}, {'ok'}, checks)
        self.assertEqual(status, 0)
        codes = [c['code'] for c in checks]
        order = ['host', 'usb-devices', 'sound-nodes', 'sound-cards', 'asound', 'device', 'signal', 'clock-drift', 'writable', 'disk-speed', 'space', 'timezone', 'clock']
        self.assertEqual([c for c in codes if c in order], order)
        self.assertEqual({tuple(c) for c in checks}, {('code', 'status', 'title', 'detail', 'fix')})
        self.assertEqual(sorted(os.listdir(self.machine.work)), ['config.ini'])  # nothing stays

    def test_text(self):
        self.machine.define(mic='signal zero')
        self.machine.config(MIC.format('mic'))
        done = process.run(process.ISR, 'doctor', 'config.ini', env=self.machine.env, cwd=self.machine.work, check=False)
        self.assertEqual(done.returncode, 2)
        for line in done.stdout.splitlines():
            self.assertRegex(line, r'^(OK|WARN|FAIL) +[a-z0-9-]+ +\S.*: .*')
        self.assertRegex(done.stdout, r'FAIL +digital-zero +\[mic\]: .*Do: amixer')

    def test_beside_the_recorder_on_its_page(self):
        self.machine.define(mic='signal zero')
        isr = daemon.Daemon(MIC.format('mic'), env=self.machine.env)
        self.addCleanup(isr.close)
        isr.wait_state('mic', 'recording')
        status, headers, body = isr.get('/api/doctor')
        self.assertEqual((status, headers['Content-Type'].split(';')[0]), (200, 'application/json'))
        report = json.loads(body)
        self.assertEqual(report['status'], 'fail')
        self.assertIn('digital-zero', [c['code'] for c in report['checks']])
        self.assertEqual(isr.get('/api/doctor', method='POST')[0], 405)
        self.assertEqual(isr.source('mic')['state'], 'recording')

    def test_end_while_the_page_waits_for_the_doctor(self):
        self.machine.define(mic='signal tone')
        isr = daemon.Daemon(MIC.format('mic'), env=self.machine.env)
        self.addCleanup(isr.close)
        with socket.create_connection(('127.0.0.1', isr.port)) as s:
            s.sendall(f'GET /api/doctor HTTP/1.1\r\nHost: 127.0.0.1:{isr.port}\r\n\r\n'.encode())
            isr.json('/api/status')
            self.assertEqual(isr.stop(), 0, isr.process.stderr)

    def test_bad_config_is_one_of_the_checks(self):
        status, checks = self.examine(more='bananas = 3\n')
        self.assertEqual(status, 2)
        self.assertIn('config.ini:4', checks[0]['detail'])
        self.assertEqual(checks[0]['code'], 'config')
        self.assertIn('sound-nodes', [c['code'] for c in checks])

    def test_no_sound_card_is_needed_for_scenes(self):
        m = self.bare(cards=())
        m.config('[scene]\ntype = test\n[storage]\nmin_free = 1 %\n')  # how much room there is here is no matter
        status, checks = m.doctor('config.ini')
        self.assertEqual(status, 0, checks)


class Nodes(Doctor):
    def test_container_without_dev_snd(self):
        self.bare(cards=()).container()
        self.named('no-sound-devices', 'devices: ["/dev/snd:/dev/snd"]', device='default')

    def test_container_of_a_host_without_sound(self):
        m = self.bare(cards=())
        m.container()
        (m.root / 'dev/snd').mkdir(parents=True)
        self.named('no-host-device', 'plug the device in', device='default')

    def test_wrong_group(self):
        self.machine.container()
        self.machine.user(os.getuid() + 1, groups=[63])
        self.named('no-permission', f'group_add: ["{self.machine.gid}"]', 'mode 0660', device='default')

    def test_wrong_group_on_a_host(self):
        self.machine.user(os.getuid() + 1, groups=[])
        self.named('no-permission', 'sudo usermod -aG', device='default')

    def test_right_group_whatever_its_number(self):
        self.machine.define(mic='signal tone')
        _, checks = self.examine()
        self.assertIn(('sound-nodes', 'ok'), [(c['code'], c['status']) for c in checks])

    def test_default_is_card_0(self):
        self.bare(cards=((1, 'Mic'),))
        self.named('default-is-card-0', 'hw:CARD=Mic,DEV=0', device='default')

    def test_wrong_id(self):
        self.bare(cards=((2, 'Microphone'),))
        self.named('unknown-card', 'Cannot get card index for Mikrophone', 'hw:CARD=Microphone,DEV=0', device='hw:CARD=Mikrophone,DEV=0')

    def test_i2s_off(self):
        m = self.bare(cards=())
        m.card(0, 'vc4hdmi', capture=False)
        m.write('proc/device-tree/model', 'Raspberry Pi 4 Model B Rev 1.4\0')
        m.write('boot/firmware/config.txt', 'arm_64bit=1\n#dtparam=i2s=on\n')
        self.named('i2s-off', 'dtparam=i2s=on', '/boot/firmware/config.txt', device='default')

    def test_usb_device_without_a_driver(self):
        m = self.bare(cards=())
        m.write('sys/bus/usb/devices/1-1/product', 'USB PnP Sound Device\n')
        m.write('sys/bus/usb/devices/1-1:1.0/bInterfaceClass', '01\n')
        self.named('usb-without-card', 'USB PnP Sound Device', 'modprobe snd-usb-audio', device='default')

    def test_command_for_the_host(self):
        self.machine.container()
        self.machine.define(mic='signal tone')
        self.named('container', 'arecord -D plughw:CARD=Mic,DEV=0', status='ok')


class Busy(Doctor):
    def test_by_a_process_that_is_seen(self):
        self.machine.define(Mic='error 16')
        self.machine.holder(777, 'darkice', '/dev/snd/pcmC0D0c')
        self.named('busy', 'darkice', '777', 'sudo kill 777', 'shared_mic', device='Mic')

    def test_by_a_process_outside_the_container(self):
        self.machine.container()
        self.machine.define(Mic='error 16')
        self.named('busy', 'on the host: sudo fuser -v /dev/snd/pcmC0D0c', device='Mic')

    def test_gstreamer_s_words(self):
        self.machine.define(Mic='error 16 text "Device is being used by another application."')
        self.named('busy', 'sudo fuser -v', device='Mic')

    def test_names_the_dsnoop_device_that_is_there(self):
        self.machine.define('pcm.shared { type dsnoop ipc_key 5678 slave.pcm "hw:0" }\n', Mic='error 16')
        self.named('busy', 'device = shared', device='Mic')

    def test_dsnoop_without_shared_ipc(self):
        self.machine.container()
        self.machine.define(mic='error 16 text "unable to open slave"')
        self.named('ipc-not-shared', 'ipc: host', 'ipc_key')

    def test_ipc_namespace(self):
        self.machine.container()
        self.machine.define('pcm.shared { type dsnoop ipc_key 5678 slave.pcm "hw:0" }\n', mic='signal tone')
        self.named('ipc-not-shared', 'ipc: host', status='warn')
        other = self.bare()
        other.container(ipc='4026531839')
        other.define('pcm.shared { type dsnoop ipc_key 5678 slave.pcm "hw:0" }\n', mic='signal tone')
        self.named('ipc-shared', 'shared', status='ok')

    def test_by_ourselves(self):
        """Beside a running recorder a busy device is none of its faults."""
        self.machine.define(mic='signal tone')
        recorder = daemon.Daemon(MIC.format('mic'), env=self.machine.env)
        self.addCleanup(recorder.close)
        recorder.wait_state('mic', 'recording')
        process.wait_for('status.json', lambda: '"recording"' in (recorder.recordings / 'status.json').read_text()
                         if (recorder.recordings / 'status.json').exists() else False)
        self.machine.define(mic='error 16')
        self.machine.config(MIC.format('mic'))
        status, checks = self.machine.doctor(str(recorder.dir / 'config.ini'), '-o', f'general.output_directory={recorder.recordings}')
        (check,) = [c for c in checks if c['code'] == 'recording']
        self.assertEqual(check['status'], 'ok')
        self.assertIn(str(recorder.process.child.pid), check['detail'])
        # the recorder may have lost samples on a busy machine, or the machine be full, and say so
        self.assertEqual([c for c in checks if c['status'] != 'ok' and c['code'] not in ('overruns', 'space')], [], status)
        self.assertEqual(recorder.source('mic')['state'], 'recording')


class Asound(Doctor):
    def test_dsnoop_without_ipc_key(self):
        self.machine.define('pcm.mic {\n type dsnoop\n slave.pcm "hw:0"\n}\n')
        checks = self.named('asound-ipc-key', 'ipc_key 5678', 'Unique IPC key is not defined')
        self.assertTrue(any('asound.conf:2:' in c['detail'] for c in checks), checks)

    def test_defined_twice(self):
        self.machine.define('pcm.mic { type dsnoop ipc_key 5678 slave.pcm "hw:0" }\npcm.mic { type hw card 0 }\n')
        checks = self.named('asound-duplicate', 'asound.conf:2 ', 'asound.conf:3')
        self.assertTrue(any('Unknown field' in c['detail'] and c['code'] == 'asound-duplicate' for c in checks), checks)

    def test_defined_twice_in_two_files(self):
        (self.machine.root / 'etc').mkdir()
        (self.machine.root / 'etc/asound.conf').write_text('\npcm.mic { type hw card 1 }\n')
        self.machine.define(mic='signal tone')
        self.named('asound-duplicate', '/etc/asound.conf:2', f'{self.machine.asound}:2')

    def test_what_packages_define(self):
        """Their files are read, too: found right, and what replaces a device of theirs on purpose is no fault."""
        for path in pathlib.Path('/etc/alsa/conf.d').glob('*.conf'):
            self.machine.write(f'etc/alsa/conf.d/{path.name}', path.read_text(encoding='utf-8'))
        self.machine.write('etc/alsa/conf.d/70-house.conf', 'pcm.!mic { type hw card 1 }\npcm.room { type hw card 1 }\n')
        self.machine.define('pcm.!mic { type hw card 0 }\n')
        _, checks = self.machine.doctor()
        self.assertEqual([c for c in checks if c['code'].startswith('asound') and c['status'] != 'ok'], [])
        self.machine.write('etc/asound.conf', '\npcm.room { type hw card 0 }\n')
        self.named('asound-duplicate', '/etc/alsa/conf.d/70-house.conf:2', '/etc/asound.conf:2', status='warn')

    def test_syntax_error(self):
        self.machine.define('pcm.mic {\n type hw\n slave { pcm "hw:0"\n}\n')
        checks = self.named('asound-syntax', 'asound.conf:2:', 'never closed')
        self.assertEqual([c['code'] for c in checks if c['title'] == '[mic]'], ['asound-syntax'])
        self.named('asound-syntax', 'may be old or corrupted', device='plug:mic')

    def test_unexpected_brace(self):
        self.machine.define('pcm.mic { type hw }\n}\n')
        self.named('asound-syntax', 'asound.conf:3:', 'too many')

    def test_plugin_that_is_not_installed(self):
        self.machine.define('pcm.mic { type pulse }\n')
        plugins = process.run('sh', '-c', 'dirname $(dpkg -L libasound2-plugins | grep conf_pulse.so)').stdout.strip()
        with tempfile.TemporaryDirectory() as few:
            os.symlink(f'{plugins}/libasound_module_conf_pulse.so', f'{few}/libasound_module_conf_pulse.so')
            self.named('plugin-missing', 'libasound_module_pcm_pulse.so', 'libasound2-plugins', 'never by mounting', ALSA_PLUGIN_DIR=few)

    def test_definition_of_the_host_is_not_mounted(self):
        self.machine.container()
        self.named('unknown-pcm', '/etc/asound.conf:/etc/asound.conf:ro', device='shared_mic')
        self.named('unknown-pcm', 'Unknown PCM', '/etc/asound.conf:ro', device='plug:shared_mic')


class SoundServer(Doctor):
    def test_nobody_answers(self):
        self.machine.define(f'pcm.mic {{ type pulse server "unix:{self.machine.dir}/none" }}\n')
        self.named('pulse-refused', 'Connection refused', 'PULSE_SERVER')

    def test_wrong_cookie(self):
        sock = self.machine.dir / 'sock'
        server = process.Process(
            ['pulseaudio', '-n', '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no', '--disable-shm=yes', '-L',
             f'module-native-protocol-unix socket={sock} auth-group-enable=0 auth-cookie={self.machine.dir}/cookie'],
            env={**self.machine.env, 'PULSE_RUNTIME_PATH': str(self.machine.dir), 'PULSE_STATE_PATH': str(self.machine.dir)})
        self.addCleanup(server.close)
        process.wait_for(lambda: server.stderr, sock.exists)
        self.machine.define(f'pcm.mic {{ type pulse server "unix:{sock}" }}\n')
        self.other_user(sock)

    def other_user(self, sock):
        """Only another uid is refused; as one it has no cookie."""
        if os.geteuid():
            self.skipTest('only root can be somebody else')
        self.machine.config(MIC.format('mic'))
        for path in (self.machine.dir, self.machine.work, self.machine.root):
            os.chmod(path, 0o777)
        os.chmod(sock, 0o777)
        done = process.run('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', process.ISR, 'doctor', 'config.ini',
                           env={**self.machine.env, 'GST_REGISTRY': '/nonexistent'}, cwd=self.machine.work, check=False)
        self.assertRegex(done.stdout, r'FAIL +pulse-denied +\[mic\]: .*Access denied.*Do: .*cookie')

    def mixer(self, *command):
        """A sound server whose source is a mixer for ALSA, and pactl's @command done to it."""
        server = pulse.Pulse()
        self.addCleanup(server.close)
        self.machine.env.update({k: v for k, v in server.env.items() if k.startswith('PULSE_')})
        self.machine.define(f'pcm.mic {{ type pulse server "unix:{server.sock}" device "mic.monitor" }}\n'
                            f'ctl.mic {{ type pulse server "unix:{server.sock}" source "mic.monitor" }}\n')
        process.run('pactl', '--server', f'unix:{server.sock}', command[0], 'mic.monitor', command[1], env=server.env)

    def test_gain_zero(self):
        self.mixer('set-source-volume', '0%')
        self.named('gain-zero', "amixer -D mic sset 'Capture' 80%", status='warn')

    def test_gain(self):
        self.mixer('set-source-volume', '50%')
        self.named('mixer', 'Capture 50 %', status='ok')

    def test_muted(self):
        self.mixer('set-source-mute', '1')
        checks = self.named('capture-switch-off', "amixer -D mic sset 'Capture' cap", status='warn')
        self.assertTrue({'digital-zero', 'stalled'} & {c['code'] for c in checks}, checks)


class Signal(Doctor):
    def heard(self, signal, code, *words, status='warn'):
        self.machine.define(mic=signal)
        return self.found(self.undisturbed()[1], code, *words, status=status)

    def test_exact_zeros(self):
        self.heard('signal zero', 'digital-zero', 'capture switch', 'amixer', status='fail')

    def test_too_quiet_to_be_true(self):
        self.heard('signal faint', 'below-80dbfs', 'gain 0', status='fail')

    def test_dead_channel(self):
        self.heard('channels 2 signal left', 'dead-channel', 'channel 2 of 2')

    def test_unequal_channels(self):
        self.heard('channels 2 signal loud-left', 'channel-balance', '40 dB')

    def test_clipping(self):
        self.heard('signal clipped', 'clipping', 'gain is too high')

    def test_dc(self):
        self.heard('signal dc', 'dc-offset', '+18.3 %')

    def test_overrun(self):
        self.machine.define(mic='signal tone fail 32 fail_after 20000 once 1')
        self.named('overrun', 'powered hub', status='warn')

    def test_drift(self):
        self.heard('signal tone speed 1100', 'clock-drift', 'more than any crystal')

    def test_unplugged(self):
        self.machine.define(mic='signal tone fail 19 fail_after 20000')
        self.named('disconnected', 'The device has been disconnected.', 'c 116:* rmw')

    def test_fixed_channels(self):
        self.machine.define(mic='channels 2 signal tone')
        self.named('channels', 'has 2 channel', 'remove channels', more='channels = 1\n')

    def test_fixed_rate(self):
        self.machine.define(mic='rate 44100 signal tone')
        self.named('rate', 'has 44100 Hz', 'remove sample_rate', more='sample_rate = 96000\n')


class Streams(Doctor):
    def stream(self, url, *words, code, status='fail', more=''):
        self.machine.config(f'[radio]\ntype = stream\nurl = {url}\n{more}')
        _, checks = self.machine.doctor('config.ini')
        found = [f'{c["detail"]} -> {c["fix"]}' for c in checks if c['code'] == code and c['status'] == status and c['title'] == '[radio]']
        self.assertTrue(found, checks)
        for word in words:
            self.assertIn(word, found[0])

    def test_streams(self):
        mp3 = process.run('sh', '-c', 'ffmpeg -v error -f lavfi -i sine=duration=8 -c:a libmp3lame -b:a 128k -f mp3 - | base64')
        body = base64.b64decode(mp3.stdout)
        station = machine.Station({'/a.mp3': (200, 'audio/mpeg', body), '/page': (200, 'text/html', b'<html><body>hello</body></html>'),
                                   '/secret': (401, 'text/plain', b'no'), '/gone': (404, 'text/plain', b'no')})
        self.addCleanup(station.close)
        nobody = f'http://127.0.0.1:{process.free_port()}/'
        for url, code, word, status, more in (
                (station.url + '/a.mp3', 'stream', 'sends mp3', 'ok', ''),
                (station.url + '/a.mp3', 'stream-format', 'format = mp3', 'fail', 'format = opus\n'),
                (station.url + '/page', 'not-audio', 'in a browser', 'fail', ''),
                (station.url + '/secret', 'unauthorized', 'password_file', 'fail', ''),
                (station.url + '/gone', 'not-found', 'path of url', 'fail', ''),
                (nobody, 'refused', 'curl -sI', 'fail', '')):
            with self.subTest(url, more=more):
                self.stream(url, word, code=code, status=status, more=more)

    def test_no_login_is_shown(self):
        self.machine.config(f'[radio]\ntype = stream\nurl = http://me:hunter2@127.0.0.1:{process.free_port()}/x\n')
        _, checks = self.machine.doctor('config.ini')
        self.assertNotIn('hunter2', str(checks))


class Storage(Doctor):
    @unittest.skipIf(os.geteuid() != 0, 'only root meets a directory that another user may not write')
    def test_not_writable(self):
        self.machine.config('[scene]\ntype = test\n')
        for path in (self.machine.dir, self.machine.root, self.machine.work):
            os.chmod(path, 0o755)
        self.machine.user(65534, groups=[65534])
        done = process.run('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', process.ISR, 'doctor', 'config.ini',
                           env={**self.machine.env, 'GST_REGISTRY': '/nonexistent'}, cwd=self.machine.work, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stdout, r'FAIL +not-writable +storage: .*ermission denied.*Do: sudo chown -R 65534:54321 .*/work')

    def test_zone_that_is_not_installed(self):
        self.machine.define(mic='signal tone')
        self.named('timezone-unknown', 'tzdata', TZ='Mars/Olympus')

    def test_container_without_a_zone(self):
        self.machine.container()
        self.machine.define(mic='signal tone')
        self.named('timezone-unset', 'TZ: Europe/Berlin', status='warn', TZ='')


if __name__ == '__main__':
    unittest.main()
