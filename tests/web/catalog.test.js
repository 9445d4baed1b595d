// SPDX-License-Identifier: MIT
// What the page says of a catalog that is in memory, or damaged: it is announced, it is in the words of the server, and
// it goes by itself when the trouble is over.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Daemon, axe, browser, open, until } from './support.js';

const DESK = '[desk]\ntype = test\nscene = silence\n';
let chromium;

before(async () => {
  chromium = await browser();
});

after(() => chromium?.close());

const place = (daemon, name = 'isr.db') => join(daemon.dir, 'recordings', name);
const state = async (daemon) => (await daemon.json('/api/status')).catalog;

/** Every alert that a screen reader was given so far, in order. */
const listen = (tab) => tab.evaluate(() => {
  globalThis.heard = [...document.querySelectorAll('main [role=alert]')].map((one) => one.textContent);
  new MutationObserver((changes) => {
    for (const one of changes.flatMap((change) => [...change.addedNodes])) {
      if (one.getAttribute?.('role') === 'alert') globalThis.heard.push(one.textContent);
    }
  }).observe(document.body, { childList: true, subtree: true });
});

test('a catalog in memory: said as soon as somebody looks, and no more when it is on the disk', async () => {
  const daemon = await Daemon.start(DESK, '', { prepare: (dir) => mkdirSync(join(dir, 'recordings/isr.db'), { recursive: true }) });
  try {
    const { tab, seen, context } = await open(chromium, daemon);
    const alert = tab.getByRole('alert');
    await alert.waitFor();
    const { message } = await state(daemon);
    assert.equal(await alert.textContent(), message);
    assert.match(message, /isr\.db: can not be opened.*kept in memory/);
    assert.deepEqual(await axe(tab), []);
    for (const width of [360, 1440]) {
      await tab.setViewportSize({ width, height: 800 });
      assert.ok(await alert.evaluate((one) => one.scrollWidth <= one.clientWidth), `it fits into ${width}`);
    }
    rmdirSync(place(daemon));
    await alert.waitFor({ state: 'detached' });
    assert.equal((await state(daemon)).state, 'ok');
    assert.ok(statSync(place(daemon)).isFile());
    assert.deepEqual(seen.errors, []);
    await context.close();
  } finally {
    await daemon.close();
  }
});

/** Nothing of it can be read any more. */
function destroy(daemon) {
  for (const name of ['isr.db', 'isr.db-wal']) {
    const { size } = statSync(place(daemon, name));
    writeFileSync(place(daemon, name), randomBytes(size), { flag: 'r+' });
  }
}

/** Until somebody has noticed: @is of the condition. */
const noticed = (daemon, is) => until(() => `somebody to notice: ${daemon.log}`, async () => {
  await fetch(`${daemon.base}/api/labels?source=desk&start_us=1&end_us=2`, { method: 'DELETE', headers: { Origin: daemon.base } });
  await fetch(`${daemon.base}/api/sources/desk/split`, { method: 'POST', headers: { Origin: daemon.base } });
  await daemon.json('/api/files').catch(() => {});
  return is(await state(daemon));
});

test('a damaged one: made again beside the page; damaged twice, that is said until it is over', async () => {
  const daemon = await Daemon.start(DESK);
  try {
    const { tab, context } = await open(chromium, daemon);
    await listen(tab);
    destroy(daemon);
    await noticed(daemon, ({ message }) => message?.startsWith('it was damaged and was made again'));
    await until(() => 'the page to have it behind it', () => tab.getByRole('alert').count().then((n) => n === 0));
    assert.ok(readdirSync(join(daemon.dir, 'recordings')).some((name) => name.startsWith('isr.db.broken-')));
    destroy(daemon);
    await noticed(daemon, (one) => one.state === 'damaged');
    const alert = tab.getByRole('alert').filter({ hasText: 'it is damaged again' });
    await alert.waitFor();
    assert.deepEqual(await axe(tab), []);
    assert.ok((await tab.evaluate(() => globalThis.heard)).some((one) => one.startsWith('it is damaged again')), 'it is announced');
    await daemon.stop();
    await daemon.run();
    await alert.waitFor({ state: 'detached' });
    assert.equal((await state(daemon)).state, 'ok');
    await tab.locator('.source').getByText('desk').first().waitFor();
    await context.close();
  } finally {
    await daemon.close();
  }
});
