// SPDX-License-Identifier: MIT
// What the reader chooses: colours, language, keys; the help that lists them; the password.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Daemon, axe, browser, open, settled } from './support.js';

let daemon;
let chromium;

before(async () => {
  [daemon, chromium] = await Promise.all([Daemon.start('[garden]\ntype = test\n'), browser()]);
});

after(async () => {
  await chromium?.close();
  await daemon?.close();
});

const paper = (tab) => tab.evaluate(() => getComputedStyle(document.body).backgroundColor);

test('colours follow the system until the reader chooses, and then outlive a reload', async () => {
  const { tab, context } = await open(chromium, daemon, { hash: '#/settings', colorScheme: 'dark' });
  const dark = await paper(tab);
  await tab.getByRole('radio', { name: 'light' }).check();
  const light = await paper(tab);
  assert.notEqual(light, dark);
  await tab.reload();
  await tab.getByRole('radio', { name: 'light' }).waitFor();
  assert.equal(await paper(tab), light);
  await tab.getByRole('radio', { name: 'as the system' }).first().check();
  assert.equal(await paper(tab), dark);
  await context.close();
});

test('German, by choice and by the browser', async () => {
  const { tab, context } = await open(chromium, daemon, { hash: '#/settings' });
  await tab.getByRole('radio', { name: 'Deutsch' }).check();
  await tab.getByRole('heading', { name: 'Einstellungen' }).waitFor();
  assert.equal(await tab.getAttribute('html', 'lang'), 'de');
  assert.deepEqual(await axe(tab), []);
  await context.close();
  const german = await open(chromium, daemon, { hash: '#/storage', locale: 'de-AT' });
  await german.tab.getByRole('heading', { name: 'Speicher' }).waitFor();
  assert.match(await german.tab.locator('main').innerText(), /Papierkorb/);
  await german.context.close();
});

test('the help lists what is bound, takes the focus and gives it back', async () => {
  const { tab, context } = await open(chromium, daemon);
  const search = tab.getByRole('link', { name: 'Coverage' });
  await search.focus();
  await tab.keyboard.press('?');
  const help = tab.getByRole('dialog', { name: 'Keyboard' });
  await help.getByText('Search').waitFor();
  assert.ok(await tab.evaluate(() => document.querySelector('dialog').contains(document.activeElement)));
  assert.deepEqual(await axe(tab), []);
  await tab.keyboard.press('Escape');
  await help.waitFor({ state: 'detached' });
  assert.ok(await search.evaluate((link) => link === document.activeElement));
  await context.close();
});

test('a key can be another one, or all of them off; both outlive a reload', async () => {
  const { tab, context } = await open(chromium, daemon, { hash: '#/settings' });
  await tab.getByRole('button', { name: /^This help: \?/ }).click();
  await tab.keyboard.press('h');
  await tab.getByRole('button', { name: /^This help: H/ }).waitFor();
  await tab.goto(`${daemon.base}/#/`);
  await tab.reload();
  await tab.locator('#recordings').waitFor();
  await settled(tab);
  await tab.keyboard.press('?');
  assert.equal(await tab.getByRole('dialog').count(), 0);
  await tab.keyboard.press('h');
  await tab.getByRole('dialog', { name: 'Keyboard' }).waitFor();
  await tab.keyboard.press('Escape');
  await tab.goto(`${daemon.base}/#/settings`);
  await tab.getByRole('checkbox', { name: 'Keys do something' }).uncheck();
  await tab.keyboard.press('h');
  assert.equal(await tab.getByRole('dialog').count(), 0);
  await context.close();
});

test('with a password: one may look, is asked before changing, and is in afterwards', async () => {
  const guarded = await Daemon.start('[garden]\ntype = test\n', '', { web: 'password_file = secret', prepare: (dir) => writeFileSync(join(dir, 'secret'), 'correct horse\n') });
  try {
    const { tab, context } = await open(chromium, guarded);
    const dialog = tab.getByRole('dialog', { name: 'Log in' });
    await tab.getByText('You can look and listen.').waitFor();
    assert.equal(await tab.getByRole('button', { name: 'Stop garden' }).count(), 0);
    await tab.getByRole('button', { name: 'Log in' }).click();
    await dialog.getByLabel('Password').fill('wrong');
    await dialog.getByRole('button', { name: 'Log in' }).click();
    await dialog.getByRole('alert').filter({ hasText: /\w{4}/ }).waitFor();
    assert.deepEqual(await axe(tab), []);
    await dialog.getByLabel('Password').fill('correct horse');
    await dialog.getByRole('button', { name: 'Log in' }).click();
    await dialog.waitFor({ state: 'detached' });
    await tab.goto(`${guarded.base}/#/`);
    await tab.getByRole('button', { name: 'Stop garden' }).waitFor();
    await context.close();
  } finally {
    await guarded.close();
  }
});
