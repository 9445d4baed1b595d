// SPDX-License-Identifier: MIT
// What a server can not do now has its message, and nothing is shown that is not so: a disk that is full (507), a decoder that is missing (501).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, copyFileSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, symlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { analyse, makeRecordings, nameOf } from './archive.js';
import { Daemon, axe, browser, open, until } from './support.js';

const DAY = '2026-11-20';
const PIECES = ['10:00', '10:05'].map((clock) => ({ source: 'mic', start: `${DAY}T${clock}:00+0000`, seconds: 20, ext: 'flac', events: [{ at: 5, length: 2, level: -12 }] }));
const QUIET = '[radio]\ntype = stream\nurl = http://127.0.0.1:9/x.mp3\n';

let chromium;

before(async () => {
  chromium = await browser();
});

after(() => chromium?.close());

/** Recordings on a disk of 8 MB, analysed. */
async function small() {
  const made = mkdtempSync(join(tmpdir(), 'isr-web-'));
  const daemon = await Daemon.start(QUIET, '', { disk: '8m' });
  await makeRecordings(made, PIECES);
  for (const piece of PIECES) {
    const to = daemon.inside(nameOf(piece));
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(join(made, 'recordings', nameOf(piece)), to);
  }
  rmSync(made, { recursive: true });
  await until(() => `the recordings: ${daemon.log}`, async () => (await daemon.json('/api/files')).files.length === PIECES.length);
  await analyse(daemon, [DAY]);
  return daemon;
}

/** Somebody else's file takes the rest of the disk, and short lines what is left of the last block of the journal. @param {Daemon} daemon */
async function fill(daemon) {
  const ballast = openSync(daemon.inside('ballast'), 'w');
  try {
    for (;;) writeSync(ballast, Buffer.alloc(4096));
  } catch (error) {
    assert.equal(error.code, 'ENOSPC');
  } finally {
    closeSync(ballast);
  }
  const label = (word) => fetch(`${daemon.base}/api/labels`, { method: 'PUT', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ source: 'mic', start_us: 1e15, end_us: 1e15 + 1e6, verdict: null, label: word, note: null }) });
  for (let n = 0; ; n++) if ((await label(`word ${n}`)).status === 507) return;
}

test('a full disk: each action says so and what to do, and takes back what it showed; to delete is possible', async () => {
  const daemon = await small();
  try {
    const { tab, context } = await open(chromium, daemon, { hash: `#/review?day=${DAY}` });
    const told = (what) => until(() => `the message of ${what}`, async () => {
      const text = await tab.locator('.toast.bad').last().textContent({ timeout: 200 }).catch(() => '');
      return /No space left on device; make room on that disk and try again/.test(text);
    });
    const closed = async () => {
      for (const close of await tab.locator('.toast').getByRole('button', { name: 'Close' }).all()) await close.click();
      await until(() => 'no message', async () => (await tab.locator('.toast').count()) === 0);
    };
    const count = (name) => tab.getByRole('tab', { name }).locator('.count').textContent().then(Number);
    await tab.locator('.item').nth(1).waitFor();
    await tab.keyboard.press('j');
    await tab.locator('.decide').waitFor();
    await tab.keyboard.press('g');
    await until(() => 'the first one to be kept', async () => (await daemon.json(`/api/labels?day=${DAY}`)).labels.length === 1);
    await fill(daemon);

    await tab.keyboard.press('x'); // the second one, which is in hand by now
    await told('a verdict');
    assert.deepEqual(await Promise.all(['Unreviewed', 'Kept', 'False alarm'].map(count)), [1, 1, 0]);
    await closed();
    await tab.keyboard.press('Control+z');
    await told('an undo');
    assert.deepEqual(await Promise.all(['Unreviewed', 'Kept'].map(count)), [1, 1]);
    assert.deepEqual((await daemon.json(`/api/labels?day=${DAY}`)).labels.map((one) => one.verdict), ['kept']);
    assert.deepEqual(await axe(tab), []);
    await closed();

    await tab.goto(`${daemon.base}/#/?day=${DAY}&source=mic`);
    const row = tab.locator(`.file[data-name="${nameOf(PIECES[1])}"]`);
    const protect = row.getByRole('button', { name: /^Protect/ });
    const pressed = () => protect.getAttribute('aria-pressed');
    for (let refused = false; !refused;) { // its line is short: one or two may still have room
      const was = await pressed();
      await protect.click();
      refused = await until(() => 'an answer', async () => (await tab.locator('.toast.bad').count()) ? 'no' : (await pressed()) !== was && 'yes') === 'no';
      if (refused) assert.equal(await pressed(), was);
    }
    await told('a protection');
    await closed();
    const other = tab.locator(`.file[data-name="${nameOf(PIECES[0])}"]`);
    await other.locator('[data-delete]').click(); // only a name changes
    await tab.getByText('is in the trash.').first().waitFor();
    await tab.getByRole('button', { name: 'Undo' }).click();
    await other.waitFor();

    await tab.goto(`${daemon.base}/#/file?file=${encodeURIComponent(nameOf(PIECES[0]))}&start=1&end=19`);
    await tab.getByRole('link', { name: 'Download the cut' }).click();
    await tab.locator('.toast.bad').getByText(/has no room/).waitFor();
    await context.close();
  } finally {
    await daemon.close();
  }
});

/** A folder of GStreamer's plugins without those that decode AAC or encode Opus. @param {string} place */
function fewer(place) {
  const found = execFileSync('gst-inspect-1.0', ['coreelements'], { encoding: 'utf8' });
  const system = dirname(/Filename\s+(\S+)/.exec(found)[1]);
  for (const name of readdirSync(system).filter((one) => one.endsWith('.so') && !/libav|faad|fdkaac|opus/.test(one))) symlinkSync(join(system, name), join(place, name));
  return { GST_PLUGIN_SYSTEM_PATH: place, GST_PLUGIN_PATH: '', GST_REGISTRY: join(place, 'registry.bin') };
}

test('a missing decoder or encoder: the message names the package', async () => {
  const place = mkdtempSync(join(tmpdir(), 'isr-plugins-'));
  const name = `mic/${DAY}/mic_20261120T100000+0000.aac`;
  const daemon = await Daemon.start('[desk]\ntype = test\n', '', { env: fewer(place), prepare: (dir) => {
    mkdirSync(join(dir, 'recordings', dirname(name)), { recursive: true });
    execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'anoisesrc=seed=1:duration=5', '-c:a', 'aac', join(dir, 'recordings', name)]);
  } });
  try {
    await until(() => `the file: ${daemon.log}`, async () => (await daemon.json('/api/files')).files.some((one) => one.name === name));
    const { tab, context } = await open(chromium, daemon, { hash: `#/file?file=${encodeURIComponent(name)}&start=1&end=3` });
    await tab.getByRole('button', { name: 'Play it' }).click();
    await tab.locator('.player').getByRole('alert').getByText('gstreamer1.0-libav').waitFor();
    assert.deepEqual(await axe(tab), []);
    await tab.goto(`${daemon.base}/#/`);
    await tab.getByRole('button', { name: 'Listen to desk' }).click();
    await tab.locator('.listen').getByText('gstreamer1.0-plugins-base').waitFor();
    await context.close();
  } finally {
    await daemon.close();
    rmSync(place, { recursive: true });
  }
});
