# SPDX-License-Identifier: MIT
"""[mqtt] against a real mosquitto: discovery, states, events, and what is known when we are gone."""
import json
import pathlib
import shutil
import signal
import tempfile
import unittest

from support import broker, daemon, process, tls

SENSORS = ('sensor/isr_{}/state', 'binary_sensor/isr_{}/problem', 'sensor/isr_{}/level', 'sensor/isr_{}/coverage', 'sensor/isr_{}/last_event')


def has(**wanted):
    return lambda payload: payload.startswith('{') and {**json.loads(payload), **wanted} == json.loads(payload)


class Mqtt(unittest.TestCase):
    def start(self, sources, server, more='', general=''):
        isr = daemon.Daemon(f'{sources}[mqtt]\nserver = 127.0.0.1:{server.port}\n{more}', general=general)
        self.addCleanup(isr.close)
        return isr

    def broker(self, **how):
        server = broker.Broker(**how)
        self.addCleanup(server.close)
        return server

    def test_discovery_state_events_and_the_end(self):
        server = self.broker()
        isr = self.start('[mic]\ntype = test\n[our "garden"]\ntype = test\nscene = silence\n', server)
        self.assertEqual(server.wait('isr/availability'), 'online')
        server.wait('isr/mic/state', has(state='recording', problem='OFF', warnings=[]))
        garden = next(t for t in (line.split(' ')[0] for line in server.listener.stdout.splitlines()) if t.startswith('isr/our'))
        self.assertRegex(garden, r'^isr/our__garden__[0-9a-f]{6}/')
        garden = garden.split('/')[1]
        server.wait(f'isr/{garden}/state', has(state='recording', problem='ON', warnings=['digital-zero']))
        self.assertLess(json.loads(server.wait('isr/mic/level', lambda p: 'null' not in p))['level'], 0)
        event = json.loads(server.wait('isr/mic/event', has(event='event', source='mic'), 60))
        self.assertGreater(event['score'], 12)
        self.assertTrue(event['name'].startswith('mic/'))
        self.check_discovery(server, 'mic', garden)
        isr.process.child.send_signal(signal.SIGKILL)
        self.assertEqual(server.wait('isr/availability', lambda p: p == 'offline'), 'offline')
        self.assertEqual(server.retained()['isr/availability'], 'offline')

    def check_discovery(self, server, *ids):
        """What Home Assistant would make of it: every topic that is named is there."""
        retained = server.retained()
        for sensor in [sensor.format(i) for i in ids for sensor in SENSORS]:
            config = json.loads(retained[f'homeassistant/{sensor}/config'])
            if 'garden' not in sensor or 'event' not in sensor:  # silence has no events
                self.assertIn(config['state_topic'], retained)
            self.assertEqual(retained[config['availability_topic']], 'online')
            self.assertEqual(config['device']['identifiers'], ['isr'])
        unique = [json.loads(p)['unique_id'] for t, p in retained.items() if t.startswith('homeassistant/')]
        self.assertEqual(len(unique), len(set(unique)))
        self.assertEqual(len(unique), len(SENSORS) * len(ids))

    def test_a_broker_that_goes_and_comes(self):
        """Away at the start, then there, gone, there again: recording does not notice, the broker hears how things are."""
        port = process.free_port()
        stand_in = type('Stand-in', (), {'port': port})
        isr = self.start('[mic]\ntype = test\n', stand_in)
        process.wait_for(lambda: isr.process.stderr, lambda: f'[mqtt] 127.0.0.1:{port}: ' in isr.process.stderr)
        isr.wait_state('mic', 'recording')
        server = self.broker(port=port)
        server.wait('isr/mic/state', has(state='recording'))
        server.stop()
        isr.get('/api/sources/mic/stop', method='POST')
        isr.wait_state('mic', 'stopped')
        server.start()
        server.wait('isr/mic/state', has(state='stopped'))
        self.assertEqual(server.wait('isr/availability'), 'online')
        self.assertEqual(isr.stop(), 0, isr.process.stderr)
        self.assertEqual(server.wait('isr/availability', lambda p: p == 'offline'), 'offline')

    def test_a_login_and_a_reload(self):
        """Sources that are gone leave nothing behind; another topic is another life."""
        server = self.broker(username='isr', password='p@ss-w0rd')
        isr = daemon.Daemon('[mic]\ntype = test\n')
        self.addCleanup(isr.close)
        (isr.dir / 'secret').write_text('p@ss-w0rd\n', encoding='utf-8')
        base = (isr.dir / 'config.ini').read_text(encoding='utf-8')
        mqtt = f'[mqtt]\nserver = 127.0.0.1:{server.port}\nusername = isr\npassword_file = {isr.dir}/secret\ntopic = house/isr\n'

        def reload(text):
            (isr.dir / 'config.ini').write_text(text, encoding='utf-8')
            done = isr.process.stderr.count('is in force')
            isr.process.child.send_signal(signal.SIGHUP)
            process.wait_for(lambda: isr.process.stderr, lambda: isr.process.stderr.count('is in force') > done)
        reload(base + mqtt + '[second]\ntype = test\n')
        server.wait('house/isr/second/state', has(state='recording'))
        reload(base + mqtt)
        server.wait('house/isr/second/state', lambda p: p == '')
        retained = server.retained()
        self.assertFalse([t for t in retained if 'second' in t])
        self.assertTrue([t for t in retained if t.startswith('homeassistant/sensor/house_isr')])
        reload(base)
        self.assertEqual(server.wait('house/isr/availability', lambda p: p == 'offline'), 'offline')
        self.assertEqual(isr.stop(), 0, isr.process.stderr)
        self.assertNotIn('p@ss-w0rd', isr.process.stderr)

    def test_tls(self):
        """mqtts: an authority of one's own is named; else nobody is believed, and why is said."""
        place = pathlib.Path(tempfile.mkdtemp(prefix='isr-tls-'))
        self.addCleanup(shutil.rmtree, place)
        certificate = tls.Certificate(place)
        server = self.broker(certificate=certificate)
        secure = f'[mqtt]\nserver = mqtts://127.0.0.1:{server.port}\n'
        stranger = daemon.Daemon('[mic]\ntype = test\n' + secure)
        self.addCleanup(stranger.close)
        process.wait_for(lambda: stranger.process.stderr, lambda: f'[mqtt] 127.0.0.1:{server.port}: ' in stranger.process.stderr)
        self.assertRegex(stranger.process.stderr, r'\[mqtt\] [0-9.:]+: .*(certificate|TLS)')
        self.assertEqual(server.heard('isr/availability'), [])
        isr = daemon.Daemon(f'[mic]\ntype = test\n{secure}ca_file = {certificate.cert}\n')
        self.addCleanup(isr.close)
        self.assertEqual(server.wait('isr/availability'), 'online')
        server.wait('isr/mic/state', has(state='recording'))

    def test_a_source_that_was_removed_while_we_were_away(self):
        server = self.broker()
        isr = self.start('[mic]\ntype = test\n[our "garden"]\ntype = test\n', server)
        server.wait('isr/mic/coverage')
        garden = process.wait_for('two sources', lambda: [t for t in server.retained() if t.startswith('isr/our') and t.endswith('/coverage')])[0].split('/')[1]
        isr.process.child.send_signal(signal.SIGKILL)
        self.assertEqual(server.wait('isr/availability', lambda p: p == 'offline'), 'offline')
        config = isr.dir / 'config.ini'
        config.write_text(config.read_text(encoding='utf-8').replace('[our "garden"]\ntype = test\n', ''), encoding='utf-8')
        isr.process.close()
        isr.start()
        server.wait(f'isr/{garden}/state', lambda p: p == '')
        server.wait(f'isr/{garden}/event', lambda p: p == '')
        retained = server.retained()
        self.assertFalse([t for t in retained if garden in t])
        self.assertIn('isr/mic/state', retained)


if __name__ == '__main__':
    unittest.main()
