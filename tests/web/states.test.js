// SPDX-License-Identifier: MIT
// What the page says when there is nothing, little, or nobody: empty archive, first run, one second, restart, refusals.
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { archive, makeRecordings } from './archive.js';
import { Daemon, axe, browser, open, until } from './support.js';

let chromium;

before(async () => {
  chromium = await browser();
});

after(() => chromium?.close());

/** Runs body with a daemon of its own. */
async function served(daemon, body) {
  try {
    await body(await daemon);
  } finally {
    await (await daemon).close();
  }
}

const HALF_AN_HOUR = (new Date().getUTCMinutes() + 30) % 60; // from now until a file ends

const REFUSED = '[radio]\ntype = stream\nurl = http://127.0.0.1:9/x.mp3\n';

test('no recordings yet: what the source does, instead of an empty page', () => served(Daemon.start(REFUSED), async (daemon) => {
  const { tab, context } = await open(chromium, daemon);
  await tab.getByText('No recordings yet.').waitFor();
  await tab.getByText(/^radio is (connecting|waiting to retry)\. /).waitFor();
  assert.deepEqual(await axe(tab), []);
  for (const [hash, sentence] of [['#/coverage', 'No recordings yet.'], ['#/titles', 'No stream has named a title yet. Titles come from internet radios'], ['#/storage', 'The trash is empty.'], ['#/review', 'No events here.']]) {
    await tab.goto(`${daemon.base}/${hash}`);
    await tab.getByText(sentence).first().waitFor();
  }
  await context.close();
}));

test('the first recording: how long there has been sound, how loud it is, when its file closes', () => served(Daemon.start('[mic_in]\ntype = test\n', `split_minutes = 60\nsplit_offset_minutes = ${HALF_AN_HOUR}\n`), async (daemon) => {
  const { tab, context } = await open(chromium, daemon);
  await tab.getByText('The first recording is being written.').waitFor();
  await tab.getByText(/^mic_in has delivered sound for \d+ (secs?|min.*), now at −\d+\.\d dB\.$/).waitFor();
  await tab.getByText(/^The first file closes at \d\d:\d\d:00; until then it can be heard already\.$/).waitFor();
  assert.equal(await tab.locator('.file .rec').count(), 1);
  assert.deepEqual(await axe(tab), []);
  await context.close();
}));

const SECOND = { source: 'mic', start: '2026-11-20T10:00:00+0000', seconds: 1, ext: 'flac', events: [] };

test('an archive of one second', () => served(archive({ pieces: [SECOND], sources: REFUSED }), async (daemon) => {
  const { tab, seen, context } = await open(chromium, daemon);
  const row = tab.locator('.file');
  await row.getByText('0:01').first().waitFor();
  await row.getByRole('button', { name: /^Play/ }).click();
  await until(() => 'its end', () => row.locator('audio').evaluate((a) => a.ended));
  await tab.goto(`${daemon.base}/#/coverage?day=2026-11-20`);
  await tab.getByRole('link', { name: /^20 November 2026/ }).waitFor();
  assert.deepEqual(seen.errors, []);
  await context.close();
}));

test('isr serve: an archive that is only looked at, and says so', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'isr-web-'));
  await makeRecordings(dir, [SECOND]);
  await served(Daemon.serve(dir), async (daemon) => {
    const { tab, context } = await open(chromium, daemon);
    await tab.getByText('This server shows an archive and records nothing').waitFor();
    await tab.locator('.file').waitFor();
    assert.equal(await tab.locator('[data-delete]').count(), 0);
    await tab.getByText('no isr records into this archive now').waitFor();
    assert.deepEqual(await axe(tab), []);
    await context.close();
  });
});

test('a server that restarts is waited for, says since when, and what is shown comes back by itself', () => served(archive({ pieces: [SECOND], sources: REFUSED }), async (daemon) => {
  const { tab, context } = await open(chromium, daemon);
  await tab.locator('.file').first().waitFor();
  await daemon.stop();
  await tab.getByRole('alert').getByText(/No connection to the server since \d\d:\d\d:\d\d\./).waitFor();
  assert.equal(await tab.locator('.file').count(), 1); // what was there stays
  await daemon.run();
  await tab.locator('.lost').waitFor({ state: 'detached' });
  await context.close();
}));

test('a refusal is said in the words of the server, and nothing is lost from the list', () => served(archive({ pieces: [SECOND] }), async (daemon) => {
  const { tab, context } = await open(chromium, daemon, { hash: '#/?source=mic' });
  const row = tab.locator('.file');
  await row.waitFor();
  const [written] = (await daemon.json('/api/files?source=studio')).files;
  // as if it were being recorded again by now: the server is asked for what it has to refuse
  await tab.route('**/api/files/**', (route) => route.continue({ url: `${daemon.base}/api/files/${written.name.replaceAll('+', '%2B')}` }));
  const [answer] = await Promise.all([tab.waitForResponse((one) => one.request().method() === 'DELETE'), row.locator('[data-delete]').click()]);
  assert.equal(answer.status(), 409);
  const { message } = await answer.json();
  await tab.locator('.toast.bad').getByText(message).waitFor();
  assert.equal(await row.count(), 1);
  await tab.locator('.toast.bad').getByRole('button', { name: 'Close' }).click();
  assert.equal(await tab.locator('.toast').count(), 0);
  await context.close();
}));
