// SPDX-License-Identifier: MIT
// What the page may weigh and ask: sizes, requests, origins; and that it is what a browser can install.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { archive } from './archive.js';
import { browser, open, until } from './support.js';

const KB = 1000;

let daemon;
let chromium;

before(async () => {
  [daemon, chromium] = await Promise.all([archive(), browser()]);
});

after(async () => {
  await chromium?.close();
  await daemon?.close();
});

/** What the first view loads, by its name. @param {string[]} urls */
const own = (urls) => urls.filter((url) => !url.includes('/api/') && !url.includes('/stream/'));

const weigh = async (url) => gzipSync(Buffer.from(await (await fetch(url)).arrayBuffer()), { level: 9 }).length;

test('the first view: 45 kB of code, 12 kB of style, gzipped; all of it within its budget', async () => {
  const { seen, tab, context } = await open(chromium, daemon);
  await tab.locator('.file').first().waitFor();
  const code = own(seen.requests).filter((url) => url.endsWith('.js') && !url.endsWith('sw.js'));
  const style = own(seen.requests).filter((url) => url.endsWith('.css'));
  assert.equal(style.length, 1);
  const size = (await Promise.all(code.map(weigh))).reduce((sum, n) => sum + n, 0);
  assert.ok(size <= 45 * KB, `${size} bytes of ${code.join(' ')}`);
  const css = await weigh(style[0]);
  assert.ok(css <= 12 * KB, `${css} bytes of style`);
  await context.close();
});

test('six requests until something is painted, none to another origin, and nothing that the policy forbids', async () => {
  const { seen, tab, context } = await open(chromium, daemon);
  await tab.locator('.file').first().waitFor();
  const before = await tab.evaluate(() => {
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    return performance.getEntriesByType('resource').filter((one) => one.startTime < paint.startTime && !one.initiatorType.startsWith('other')).map((one) => one.name);
  });
  assert.ok(before.length + 1 <= 6, `index.html and ${before.join(' ')}`);
  for (const hash of ['#/review', '#/coverage', '#/titles', '#/storage', '#/settings', '#/doctor', '#/report?day=2026-11-20']) {
    await tab.goto(`${daemon.base}/${hash}`);
    await tab.locator('main h1').waitFor();
  }
  assert.deepEqual(seen.foreign, []);
  assert.deepEqual(seen.errors.filter((text) => /Content Security Policy|Refused/.test(text)), []);
  await context.close();
});

test('it can be installed, and opens without its server to say that it is away', async () => {
  const { tab, context } = await open(chromium, daemon);
  const manifest = await tab.evaluate(async () => {
    const link = document.querySelector('link[rel="manifest"]');
    const answer = await fetch(link.href);
    return { type: answer.headers.get('Content-Type'), url: link.href, body: await answer.json() };
  });
  assert.match(manifest.type, /^application\/manifest\+json/);
  assert.equal(new URL(manifest.body.start_url, manifest.url).href, `${daemon.base}/`);
  for (const { src, sizes } of manifest.body.icons) {
    const answer = await fetch(new URL(src, manifest.url));
    assert.equal(answer.status, 200, `${src} ${sizes}`);
  }
  await tab.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await until(() => 'the shell to be kept', () => tab.evaluate(async () => {
    const names = await caches.keys();
    return names.length === 1 && (await (await caches.open(names[0])).keys()).length >= 6;
  }));
  const kept = await tab.evaluate(async () => (await (await caches.open((await caches.keys())[0])).keys()).map((one) => new URL(one.url).pathname));
  assert.ok(kept.every((path) => path === '/' || path.startsWith('/assets/')), `only the shell is kept: ${kept}`);
  await daemon.stop();
  await tab.reload();
  await tab.getByRole('alert').getByText('No connection to the server').first().waitFor();
  await daemon.run();
  await until(() => 'the list to come by itself', async () => (await tab.locator('.day').count()) > 0);
  await context.close();
});
