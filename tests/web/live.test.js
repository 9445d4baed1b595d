// SPDX-License-Identifier: MIT
// What is recorded right now: meters, what can be done with a source, what it says when it can not record.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Daemon, axe, browser, open, until } from './support.js';

let daemon;
let chromium;

before(async () => {
  daemon = await Daemon.start('[garden]\ntype = test\n[mute]\ntype = test\nscene = silence\n[radio]\ntype = stream\nurl = http://127.0.0.1:9/x.mp3\n');
  chromium = await browser();
});

after(async () => {
  await chromium?.close();
  await daemon?.close();
});

const card = (tab, name) => tab.locator('.source').filter({ hasText: name });

test('meters follow the sound, in numbers and for screen readers, and cost next to nothing', async () => {
  const { tab, seen, context } = await open(chromium, daemon);
  const meter = card(tab, 'garden').getByRole('meter', { name: 'Level of garden' });
  await until(() => 'a level', async () => /^−\d+\.\d dB, peak −\d+\.\d dB, floor (−\d+\.\d dB|–)$/.test(await meter.getAttribute('aria-valuetext')));
  const first = await meter.getAttribute('aria-valuetext');
  await until(() => 'another level', async () => (await meter.getAttribute('aria-valuetext')) !== first);
  const now = Number(await meter.getAttribute('aria-valuenow'));
  assert.ok(now >= -90 && now <= 0, String(now));
  const asked = seen.requests.filter((url) => url.includes('api/status')).length;
  await until(() => 'two more', async () => (await meter.getAttribute('aria-valuetext')) !== first);
  assert.ok(seen.requests.filter((url) => url.includes('api/status')).length <= asked + 1, 'levels come by themselves');
  await context.close();
});

test('a source that can not record says why, and when it tries again', async () => {
  const { tab, context } = await open(chromium, daemon);
  const radio = card(tab, 'radio');
  await radio.getByText('refuses the connection').waitFor();
  await radio.getByText(/^Next try at \d\d:\d\d:\d\d$/).waitFor();
  assert.deepEqual(await axe(tab), []);
  await context.close();
});

test('a new file is begun when it is asked for', async () => {
  const { tab, context } = await open(chromium, daemon);
  await until(() => 'some seconds of it', async () => (await daemon.json('/api/files?source=garden')).files[0]?.duration > 1);
  const before = (await daemon.json('/api/files?source=garden')).files.length;
  await card(tab, 'garden').getByRole('button', { name: 'Begin a new file of garden now' }).click();
  await tab.getByText('garden: a new file begins.').first().waitFor();
  await until(() => 'one file more', async () => (await daemon.json('/api/files?source=garden')).files.length === before + 1);
  await context.close();
});

test('what is being written grows before the eyes', async () => {
  const { tab, context } = await open(chromium, daemon);
  const duration = tab.locator('.file[data-name^="garden"]', { has: tab.locator('.rec') }).locator('.duration');
  const first = await duration.innerText();
  await until(() => `longer than ${first}`, async () => (await duration.innerText()) !== first);
  await context.close();
});

test('a source is heard as it is recorded, and is called live while it is', async () => {
  const { tab, context } = await open(chromium, daemon);
  const garden = card(tab, 'garden');
  await garden.getByRole('button', { name: 'Listen to garden' }).click();
  await until(() => 'sound', () => garden.locator('audio').evaluate((a) => a.currentTime > 0.3));
  await garden.getByText('LIVE', { exact: true }).waitFor();
  await garden.locator('audio').evaluate((a) => a.pause());
  await garden.getByRole('button', { name: 'Jump to live' }).click();
  await garden.getByText('LIVE', { exact: true }).waitFor();
  await garden.getByRole('button', { name: 'Listen to garden' }).click();
  assert.equal(await garden.locator('audio').count(), 0);
  await context.close();
});
