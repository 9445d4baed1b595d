// SPDX-License-Identifier: MIT
// Every view and dialog in both sizes and both colours: nothing serious for axe, no horizontal scroll,
// targets that a thumb hits; and a picture of each in build/screenshots.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { STUDIO, analyse, archive } from './archive.js';
import { axe, browser, open, root } from './support.js';

const shots = join(root, 'build/screenshots');
const SIZES = {
  phone: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
  desk: { viewport: { width: 1440, height: 900 } },
};

/** name, address, what to wait for, what to press first */
const VIEWS = [
  ['recordings', '#/?day=2026-11-20', '.file'],
  ['filtered', '#/?q=garden&from=2026-11-18&to=2026-11-19', '.chip'],
  ['row', '#/?day=2026-11-18', '.file', (tab) => open3(tab)],
  ['coverage', '#/coverage?day=2026-11-19', '.hole'],
  ['titles', '#/titles', 'main p'],
  ['storage', '#/storage', '.trash-list'],
  ['erase', '#/storage', '.trash-list', (tab) => tab.getByRole('button', { name: /for good$/ }).first().click()],
  ['settings', '#/settings', '.key-table'],
  ['help', '#/settings', '.key-table', (tab) => tab.getByRole('button', { name: 'Keyboard', exact: true }).click()],
  ['doctor', '#/doctor', '.check'],
  ['report', '#/report?day=2026-11-19', '.report table'],
];

/** Plays a row, and shows what else can be done with it. */
async function open3(tab) {
  const row = tab.locator('.file', { hasText: 'garden' }).first();
  await row.getByRole('button', { name: /^Play/ }).click();
  const more = row.getByRole('button', { name: /^More about/ });
  if (await more.isVisible()) await more.click();
  await row.getByRole('slider').waitFor();
}

let daemon;
let chromium;

before(async () => {
  mkdirSync(shots, { recursive: true });
  [daemon, chromium] = await Promise.all([archive({ sources: `${STUDIO}[roof]\ntype = test\nscene = tone\n[radio]\ntype = stream\nurl = http://127.0.0.1:9/jazz.mp3\n` }), browser()]);
  await analyse(daemon);
  for (const name of ['garden_20261118T080500', 'garden_20261119T101500']) {
    const [file] = (await daemon.json(`/api/files?q=${name}`)).files;
    await fetch(`${daemon.base}/api/files/${file.name.replaceAll('+', '%2B')}`, { method: 'DELETE' });
  }
});

after(async () => {
  await chromium?.close();
  await daemon?.close();
});

/** What is pressed and is smaller than a thumb. A link in running text may be. */
const small = (tab) => tab.evaluate(() => [...document.querySelectorAll('button, a, input, select, summary')].filter((one) => {
  const target = one.closest('label.choice') ?? one;
  const { width, height } = target.getBoundingClientRect();
  const seen = one.checkVisibility() && width > 1 && height > 1;
  const running = one.localName === 'a' && getComputedStyle(one).display === 'inline';
  return seen && !running && (height < 43.5 || (width < 43.5 && !target.closest('.month')));
}).map((one) => `${one.outerHTML.slice(0, 120)} ${Math.round(one.getBoundingClientRect().width)}x${Math.round(one.getBoundingClientRect().height)}`));

for (const [name, hash, wait, press] of VIEWS) {
  for (const [size, options] of Object.entries(SIZES)) {
    test(`${name} on a ${size}`, async () => {
      const { tab, seen, context } = await open(chromium, daemon, { hash, ...options });
      await tab.locator(wait).first().waitFor();
      await press?.(tab);
      for (const scheme of ['light', 'dark']) {
        await tab.emulateMedia({ colorScheme: scheme });
        await tab.screenshot({ path: join(shots, `${name}-${size}-${scheme}.png`) });
        assert.deepEqual(await axe(tab), [], scheme);
      }
      assert.ok(await tab.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'scrolls sideways');
      if (options.hasTouch) assert.deepEqual(await small(tab), []);
      assert.deepEqual(seen.errors, []);
      await context.close();
    });
  }
}
