// SPDX-License-Identifier: MIT
// The day list over an archive of three days: groups, filters in the address, rows, deleting and taking back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DAYS, archive } from './archive.js';
import { browser, open, until } from './support.js';

let daemon;
let chromium;

before(async () => {
  [daemon, chromium] = await Promise.all([archive(), browser()]);
});

after(async () => {
  await chromium?.close();
  await daemon?.close();
});

const heading = (tab, day) => tab.locator(`[aria-controls="day-${day}"]`);
const rows = (tab) => tab.locator('.file').evaluateAll((list) => list.map((row) => row.dataset.name));
const unfolded = (tab) => tab.locator('.day > h3 [aria-expanded="true"]').evaluateAll((list) => list.map((one) => one.getAttribute('aria-controls').slice(4)));
const settledFocus = async (tab) => assert.notEqual(await tab.evaluate(() => document.activeElement.localName), 'body');
const settled = (tab, n) => until(() => `${n} rows`, async () => (await tab.locator('.file').count()) === n);

test('a group a day, newest first and open; the others cost nothing until they are opened', async () => {
  const { tab, seen, context } = await open(chromium, daemon);
  await tab.locator('.file').first().waitFor();
  const days = await tab.locator('.day > h3 [aria-controls]').evaluateAll((list) => list.map((one) => one.getAttribute('aria-controls').slice(4)));
  assert.deepEqual(days.slice(-3), DAYS); // before them is what the studio records now
  assert.deepEqual(await unfolded(tab), days.slice(0, 1));
  assert.match(await heading(tab, '2026-11-19').innerText(), /Thursday,? 19 November 2026[^]*5 files[^]*11 MB/);
  assert.ok(!seen.requests.some((url) => DAYS.some((day) => url.includes(`day=${day}`))), 'a folded day asks nothing');
  await heading(tab, '2026-11-20').click();
  await until(() => 'the rows of the 20th', async () => (await rows(tab)).some((name) => name.startsWith('garden/2026-11-20')));
  assert.deepEqual(seen.foreign, []);
  await context.close();
});

test('what is unfolded survives a reload, and filters', async () => {
  const { tab, context } = await open(chromium, daemon);
  await heading(tab, '2026-11-19').click();
  await heading(tab, '2026-11-18').click();
  const before = await unfolded(tab);
  await tab.reload();
  await tab.locator('.file').first().waitFor();
  assert.deepEqual(await unfolded(tab), before);
  await tab.getByRole('combobox', { name: 'Source' }).selectOption('garden');
  await until(() => 'only garden', async () => (await rows(tab)).length === 5 && (await rows(tab)).every((name) => name.startsWith('garden/')));
  await tab.getByRole('combobox', { name: 'Source' }).selectOption('');
  await until(() => 'all again', async () => (await rows(tab)).length === 9);
  assert.deepEqual(await unfolded(tab), before);
  await context.close();
});

test('a link to a day opens it', async () => {
  const { tab, context } = await open(chromium, daemon, { hash: '#/?day=2026-11-18' });
  await until(() => 'the rows of the 18th', async () => (await rows(tab)).filter((name) => name.includes('2026-11-18')).length === 3);
  assert.equal(await heading(tab, '2026-11-18').getAttribute('aria-expanded'), 'true');
  await context.close();
});

test('the search takes the key /, narrows by name, and its chip says what it hides', async () => {
  const { tab, context } = await open(chromium, daemon);
  await tab.locator('.file').first().waitFor();
  await tab.keyboard.press('/');
  await tab.keyboard.type('0905');
  await tab.getByText('1 of 13 shown.').waitFor();
  assert.deepEqual(await rows(tab), ['garden/2026-11-20/garden_20261120T090500+0000.flac']);
  assert.match(tab.url(), /#\/\?q=0905$/);
  await tab.getByRole('button', { name: /^Take away the filter Name/ }).getByText('hides 12').waitFor();
  await tab.getByRole('button', { name: /^Take away the filter Name/ }).click();
  await tab.getByText('of 13 shown').waitFor({ state: 'detached' });
  assert.match(tab.url(), /#\/$/);
  await context.close();
});

test('filters lie in the address; where nothing is left, the one that hides most is named', async () => {
  const { tab, context } = await open(chromium, daemon, { hash: '#/?q=street&source=garden&from=2026-11-19&to=2026-11-19' });
  await tab.getByText('No recording matches these filters.').waitFor();
  await tab.getByText(/0 of 13 shown\.\s+The filter (Name|Source) hides most\./).waitFor();
  await tab.getByRole('button', { name: /^Take away the filter Source/ }).click();
  await settled(tab, 2);
  await tab.getByText('2 of 13 shown.').waitFor();
  await tab.getByRole('button', { name: 'Take all away' }).click();
  await until(() => 'all days', async () => (await tab.locator('.day').count()) === 4);
  await tab.goBack();
  await settled(tab, 2);
  await context.close();
});

test('deleting is undone for ten seconds; the focus stays in the list', async () => {
  const { tab, seen, context } = await open(chromium, daemon, { hash: '#/?source=street' });
  await settled(tab, 1);
  const [name] = await rows(tab);
  const play = tab.locator('.file .play');
  await play.focus();
  await tab.keyboard.press('Delete');
  await until(() => 'the row to go', async () => !(await rows(tab)).includes(name));
  await until(() => 'the server to know', async () => (await daemon.json('/api/files?source=street')).files.length === 3);
  await until(() => 'the day to go with its last row', async () => !(await heading(tab, '2026-11-20').count()));
  await settledFocus(tab);
  await tab.getByText('is in the trash.').first().waitFor();
  await tab.getByRole('button', { name: 'Undo' }).click();
  await settled(tab, 1);
  assert.deepEqual(await rows(tab), [name]);
  assert.deepEqual(seen.errors, []);
  await context.close();
});

test('what is being recorded, or protected, can not be deleted, and says why', async () => {
  const { tab, context } = await open(chromium, daemon);
  await heading(tab, '2026-11-20').click();
  const live = tab.locator('.file', { has: tab.locator('.rec') }).first();
  await live.locator('[data-delete]').press('Enter');
  await tab.getByText('It is being recorded.', { exact: true }).first().waitFor();
  assert.equal(await live.locator('[data-delete]').getAttribute('aria-disabled'), 'true');
  const row = tab.locator('.file[data-name*="T091000"]');
  await row.getByRole('button', { name: /^Protect/ }).click();
  await row.locator('[data-delete][aria-disabled="true"]').waitFor();
  await row.locator('[data-delete]').press('Enter');
  await tab.getByText('It is protected.', { exact: true }).first().waitFor();
  assert.equal((await daemon.json('/api/files?q=T091000')).files[0].protected, true);
  await row.getByRole('button', { name: /^Protect/ }).click();
  await row.locator('[data-delete][aria-disabled="false"]').waitFor();
  await context.close();
});

test('the trash: put back, or gone for good after being asked once', async () => {
  const names = ['street/2026-11-18/street_20261118T080000+0000.mp3', 'garden/2026-11-18/garden_20261118T080500+0000.flac'];
  for (const name of names) await fetch(`${daemon.base}/api/files/${name.replaceAll('+', '%2B')}`, { method: 'DELETE' });
  const { tab, seen, context } = await open(chromium, daemon, { hash: '#/storage' });
  await tab.getByText('Recordings are in').waitFor();
  await tab.getByRole('button', { name: `Put ${names[0]} back` }).click();
  await until(() => 'it to be back', async () => (await daemon.json('/api/files?day=2026-11-18')).files.some((f) => f.name === names[0]));
  await tab.getByRole('button', { name: `Delete ${names[1]} for good` }).click();
  const dialog = tab.getByRole('dialog', { name: 'Delete for good?' });
  await dialog.getByText('can not be had back').waitFor();
  await tab.keyboard.press('Escape');
  assert.equal((await daemon.json('/api/trash')).trash.length, 1);
  await tab.getByRole('button', { name: `Delete ${names[1]} for good` }).click();
  await dialog.getByRole('button', { name: 'Delete for good' }).click();
  await tab.getByText('The trash is empty.').waitFor();
  assert.deepEqual((await daemon.json('/api/trash')).trash, []);
  assert.deepEqual(seen.errors, []);
  await context.close();
});

test('the calendar has a day with its holes, each with its cause', async () => {
  const { tab, context } = await open(chromium, daemon, { hash: '#/coverage?source=garden' });
  await tab.getByRole('link', { name: /^19 November 2026: .*% recorded/ }).click();
  await tab.locator('.hole').getByText('ISR was not running').first().waitFor();
  const { sources } = await daemon.json('/api/coverage?day=2026-11-19');
  const [{ gaps }] = sources.filter(({ source }) => source === 'garden');
  assert.equal(await tab.locator('.hole').count(), gaps.length);
  assert.match(await tab.locator('.day-bar').getAttribute('aria-label'), /^garden: .*%.* recorded, \d+ holes?, hatched$/);
  await context.close();
});

test('the day report lists sources, holes and recordings', async () => {
  const { tab, context } = await open(chromium, daemon, { hash: '#/report?day=2026-11-19&source=garden' });
  await tab.emulateMedia({ media: 'print' });
  await tab.getByRole('heading', { name: 'Recordings' }).waitFor();
  assert.equal(await tab.locator('.report .name').count(), 3);
  assert.equal(await tab.locator('nav').isVisible(), false);
  await context.close();
});
