// SPDX-License-Identifier: MIT
// The page in a real browser, before a real daemon that records while we look.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Daemon, browser, open, until, zone } from './support.js';

let daemon;
let chromium;

before(async () => {
  daemon = await Daemon.start('[garden]\ntype = test\n[studio]\ntype = test\nformat = wav\n', `split_minutes = 0.05\ntimezone = ${zone()}\n`);
  chromium = await browser();
  await daemon.closed(4);
});

after(async () => {
  await chromium?.close();
  await daemon?.close();
});

test('lists sources and recordings, newest first, with REC on what is being written', async () => {
  const { tab, seen, context } = await open(chromium, daemon);
  await tab.locator('.file').first().waitFor();
  assert.deepEqual(await tab.locator('.source b').allTextContents(), ['garden', 'studio']);
  const shown = await tab.locator('.file time:first-child').evaluateAll((list) => list.map((t) => t.getAttribute('datetime')));
  assert.deepEqual(shown, [...shown].sort().reverse());
  // a file may just have ended, and its follower waits behind a button
  await until(() => 'two REC badges', async () => (await tab.locator('.rec').count()) === 2 || (await tab.reload(), await tab.locator('.file').first().waitFor(), false));
  assert.deepEqual(seen.errors, []);
  assert.deepEqual(seen.foreign, []);
  await context.close();
});

test('a new file waits until it is asked for: nothing moves under a reader', async () => {
  const { tab, context } = await open(chromium, daemon);
  const first = await tab.locator('.file').first().getAttribute('data-name');
  const fresh = tab.getByRole('button', { name: /^\d+ new/ });
  await fresh.waitFor();
  assert.equal(await tab.locator('.file').first().getAttribute('data-name'), first);
  await fresh.click();
  await until(() => `something newer than ${first}`, async () => (await tab.locator('.file').first().getAttribute('data-name')) !== first);
  await context.close();
});

test('plays a finished file, and seeks in it; nothing of it is fetched before', async () => {
  const whole = (await daemon.closed(4)).find((f) => f.source === 'garden' && f.duration > 2.9);
  const { tab, seen, context } = await open(chromium, daemon);
  const row = tab.locator(`.file[data-name="${whole.name}"]`); // another one may be the newest meanwhile
  assert.ok(!seen.requests.some((url) => url.includes('/stream/')));
  await row.getByRole('button', { name: /^Play/ }).click();
  const audio = row.locator('audio');
  await until(() => 'sound', () => audio.evaluate((a) => a.currentTime > 0.2));
  const duration = await audio.evaluate((a) => a.duration);
  assert.ok(Math.abs(duration - whole.duration) < 0.01, `${duration} of ${whole.duration}`);
  await audio.evaluate((a) => a.pause());
  const slider = row.getByRole('slider', { name: 'Position' });
  await slider.fill(String(duration / 2));
  await until(() => 'the seek', () => audio.evaluate((a, to) => !a.seeking && Math.abs(a.currentTime - to) < 0.1, duration / 2));
  assert.match(await slider.getAttribute('aria-valuetext'), /^0:0\d of 0:0\d$/);
  assert.deepEqual(seen.errors, []);
  await context.close();
});

test('downloads a file byte for byte', async () => {
  const { tab, context } = await open(chromium, daemon);
  const name = await tab.locator('.file', { hasNot: tab.locator('.rec') }).first().getAttribute('data-name');
  const row = tab.locator(`.file[data-name="${name}"]`); // another one may be the first meanwhile
  const [download] = await Promise.all([tab.waitForEvent('download'), row.getByRole('link', { name: /^Download/ }).click()]);
  assert.equal(download.suggestedFilename(), name.split('/').at(-1));
  await context.close();
});

test('a day folds by keyboard and says so', async () => {
  const { tab, context } = await open(chromium, daemon);
  const heading = tab.locator('.day > h3 button').first();
  await heading.waitFor();
  assert.equal(await heading.getAttribute('aria-expanded'), 'true');
  await heading.focus();
  await tab.keyboard.press('Enter');
  assert.equal(await heading.getAttribute('aria-expanded'), 'false');
  assert.equal(await tab.locator('.file').count(), 0);
  await context.close();
});

test('a source is stopped from its card, and goes on when that is taken back', async () => {
  const { tab, context } = await open(chromium, daemon);
  const card = tab.locator('.source').filter({ hasText: 'studio' });
  await card.getByRole('button', { name: 'Stop studio' }).click();
  await card.locator('.state').getByText('stopped').waitFor();
  await tab.getByRole('button', { name: 'Undo' }).click(); // a stop can be taken back
  await card.locator('.state').getByText('recording').waitFor();
  await context.close();
});

test('the hole that the stop made is listed with its cause and length, and the day is not whole any more', async () => {
  const { tab, seen, context } = await open(chromium, daemon);
  const holes = tab.locator('.gaps').filter({ hasText: 'studio' });
  await holes.locator('summary').click();
  const hole = holes.getByText(/^no recording \d\d:\d\d:\d\d–\d\d:\d\d:\d\d \(.+\), stopped$/).first();
  await hole.waitFor();
  const card = tab.locator('.source').filter({ hasText: 'studio' });
  await card.locator('.today').getByText(/^today \d+(\.\d)?%$/).waitFor();
  assert.match(await tab.locator('.day .sums').first().textContent(), /\d% recorded/);
  const { sources } = await daemon.json('/api/coverage');
  for (const one of sources) {
    const missing = one.gaps.reduce((sum, gap) => sum + gap.end_us - gap.start_us, 0);
    assert.equal(one.recorded_us + missing, one.to_us - one.from_us, one.source);
  }
  assert.ok(sources.find((one) => one.source === 'studio').gaps.some((gap) => gap.cause === 'stopped'));
  assert.deepEqual(seen.errors, []);
  await context.close();
});
