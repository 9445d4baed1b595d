// SPDX-License-Identifier: MIT
// The player bar and the view of one recording in a real browser, over an archive with known events.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DAYS, PIECES, STUDIO, analyse, archive, eventsOf, nameOf } from './archive.js';
import { axe, browser, open, root, until } from './support.js';

const shots = join(root, 'build/screenshots');
const PIECE = PIECES.find(({ source, start }) => source === 'garden' && start.startsWith('2026-11-19T10:00'));
const NAME = nameOf(PIECE);
const FILE = `#/file?file=${encodeURIComponent(NAME)}`;
const us = (clock) => Date.parse(`2026-11-19T${clock}Z`) * 1000;
let daemon;
let chromium;

before(async () => {
  mkdirSync(shots, { recursive: true });
  daemon = await archive({ sources: STUDIO });
  await analyse(daemon);
  chromium = await browser();
});

after(async () => {
  await chromium?.close();
  await daemon?.close();
});

/** The view of a recording. */
async function file(query = '', options = {}) {
  const context = await chromium.newContext({ locale: 'en-GB', permissions: ['clipboard-read', 'clipboard-write'], acceptDownloads: true, ...options });
  const tab = await context.newPage();
  const errors = [];
  tab.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  tab.on('pageerror', (error) => errors.push(String(error)));
  await tab.goto(`${daemon.base}/${FILE}${query}`);
  await tab.locator('.file-view .timeline').waitFor();
  const player = tab.locator('.player');
  return { context, tab, errors, player, time: player.locator('.at'), slider: tab.locator('.file-view').getByRole('slider') };
}

const seconds = (text) => us(text.slice(0, 8)) / 1e6 + Number(text.slice(8) || 0);

test('the waveform is said in words; its sections are those of the analysis', async () => {
  const { tab, errors, context } = await file();
  const picture = tab.locator('.file-view').getByRole('img');
  await until(() => 'three events', async () => /, 5:00, 3 events$/.test(await picture.getAttribute('aria-label')));
  assert.equal(await tab.locator('.file-view .chip').count(), 3);
  assert.deepEqual(errors, []);
  await context.close();
});

test('a link opens the recording at its second, silent until somebody plays', async () => {
  const { time, player, tab, context } = await file(`&at=${us('10:02:30')}`);
  await until(() => 'the second', async () => (await time.textContent()) === '10:02:30.0');
  assert.ok(await player.getByRole('button', { name: 'Play', exact: true }).isVisible());
  await tab.keyboard.press('Space');
  await until(() => 'sound from there', async () => { const at = seconds(await time.textContent()); return at > us('10:02:30') / 1e6 + 0.2 && at < us('10:02:40') / 1e6; });
  await context.close();
});

test('keys move the sound: by five, one, a tenth of a second, to tenths of the whole', async () => {
  const { time, tab, context } = await file(`&at=${us('10:02:30')}`);
  await until(() => 'the second', async () => (await time.textContent()) === '10:02:30.0');
  const moved = async (key, clock) => {
    await tab.keyboard.press(key);
    await until(() => `${clock} after ${key}`, async () => Math.abs(seconds(await time.textContent()) - seconds(clock)) < 0.15);
  };
  await until(() => 'a length', () => tab.locator('.player .position').getAttribute('max').then((max) => Number(max) > 299));
  await moved('ArrowRight', '10:02:35.0');
  await moved('ArrowLeft', '10:02:30.0');
  await moved('Shift+ArrowRight', '10:02:31.0');
  await moved('.', '10:02:31.1');
  await moved(',', '10:02:31.0');
  await moved('5', '10:02:30.0');
  await moved('1', '10:00:30.0');
  await context.close();
});

// The browser knows the length a moment before it says so, and what a key does in that moment is the last word.
test('a key that is pressed while the recording tells how long it is moves the sound', async () => {
  const context = await chromium.newContext({ locale: 'en-GB' });
  const tab = await context.newPage();
  await context.addInitScript(() => {
    const Real = globalThis.Audio;
    globalThis.Audio = function Hasty() {
      const one = new Real();
      one.addEventListener('loadedmetadata', () => { // before the page hears of it
        globalThis.known = one.readyState;
        document.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', shiftKey: true, bubbles: true, cancelable: true }));
      }, { once: true });
      one.addEventListener('seeked', () => { globalThis.at = one.currentTime; });
      return one;
    };
  });
  let go;
  const ready = new Promise((done) => { go = done; });
  await tab.route('**/stream/**', async (route) => { await ready; await route.continue(); });
  await tab.goto(`${daemon.base}/${FILE}&at=${us('10:02:30')}`);
  const time = tab.locator('.player .at');
  await until(() => 'the second', async () => (await time.count()) && (await time.textContent()) === '10:02:30.0');
  await tab.keyboard.press('.'); // the player listens to keys
  await until(() => 'a tenth on', async () => (await time.textContent()) === '10:02:30.1');
  go();
  await until(() => 'the place', () => tab.evaluate(() => globalThis.at > 0 && globalThis.known > 0));
  assert.ok(Math.abs(seconds(await time.textContent()) - seconds('10:02:31.1')) < 0.15, await time.textContent());
  assert.ok(Math.abs(await tab.evaluate(() => globalThis.at) - 151.1) < 0.05);
  await context.close();
});

test('speed, gain and loop', async () => {
  const { player, tab, context } = await file();
  await tab.locator('.file-view .chip').first().click();
  await until(() => 'sound', () => player.getByRole('button', { name: 'Pause' }).isVisible());
  await tab.keyboard.press('>');
  assert.equal(await player.locator('select').inputValue(), '1.25');
  await tab.keyboard.press('<');
  assert.equal(await player.locator('select').inputValue(), '1');
  await player.getByRole('slider', { name: 'Gain' }).fill('12');
  await until(() => 'the gain in words', async () => (await player.locator('.gain').textContent()) === '12 dB');
  await player.getByRole('button', { name: 'Loop' }).click();
  await player.locator('select').selectOption('4');
  const time = player.locator('.at');
  let last = 0;
  await until(() => 'the beginning again', async () => { const now = seconds(await time.textContent()); const again = now < last - 1; last = now; return again; });
  await context.close();
});

test('the player of a section opens the recording at the same second', async () => {
  const { tab, player, context } = await file();
  const { context: other, tab: days } = await open(chromium, daemon, { hash: '#/?day=2026-11-19' });
  await days.locator('[aria-controls="highlights-2026-11-19"]').click();
  await days.locator('.chip').first().click();
  await days.getByRole('button', { name: 'Open in file' }).click();
  await until(() => 'the recording', () => days.url().includes('#/file?'));
  const loudest = eventsOf('2026-11-19').sort((a, b) => b.level - a.level)[0];
  await until(() => 'the same second', async () => Math.abs(seconds(await days.locator('.player .at').textContent()) - loudest.start_us / 1e6) < 5);
  await other.close();
  assert.equal(await player.count(), 0);
  await tab.close();
  await context.close();
});

test('S copies a link to this moment', async () => {
  const { tab, time, context } = await file(`&at=${us('10:02:30')}`);
  await until(() => 'the second', async () => (await time.textContent()) === '10:02:30.0');
  await tab.keyboard.press('s');
  await tab.getByText('The link to this moment is in the clipboard.').first().waitFor();
  const link = new URL(await tab.evaluate(() => navigator.clipboard.readText()));
  assert.match(link.hash, new RegExp(`^#/file\\?file=.*at=${us('10:02:30')}`));
  await context.close();
});

test('a cut by positions and clock times, over two recordings, has the length that was asked for', async () => {
  const { tab, context } = await file();
  const cut = tab.getByRole('group', { name: 'Cut' });
  const [from, to] = [cut.getByLabel('From'), cut.getByLabel('To')];
  await from.fill('4:50');
  await from.press('Tab');
  await until(() => 'its clock time', async () => (await from.inputValue()) === '10:04:50.0');
  await to.fill('10:05:12');
  await to.press('Tab');
  await until(() => 'its clock time', async () => (await to.inputValue()) === '10:05:12.0');
  const [download] = await Promise.all([tab.waitForEvent('download'), cut.getByRole('link', { name: 'Download the cut' }).click()]);
  assert.match(download.suggestedFilename(), /garden.*\.flac$/);
  const length = Number(execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', await download.path()]).toString());
  assert.ok(Math.abs(length - 22) < 0.2, String(length));
  await context.close();
});

test('brackets take the ends of the cut from the sound', async () => {
  const { tab, time, context } = await file(`&at=${us('10:02:30')}`);
  await until(() => 'the second', async () => (await time.textContent()) === '10:02:30.0');
  await tab.keyboard.press('[');
  await tab.keyboard.press('ArrowRight');
  await until(() => 'five seconds on', async () => (await time.textContent()) === '10:02:35.0');
  await tab.keyboard.press(']');
  const cut = tab.getByRole('group', { name: 'Cut' });
  assert.deepEqual([await cut.getByLabel('From').inputValue(), await cut.getByLabel('To').inputValue()], ['10:02:30.0', '10:02:35.0']);
  await context.close();
});

test('protected it can not be deleted; deleted it can be taken back; played meanwhile it says what happened', async () => {
  const { tab, player, context } = await file(`&at=${us('10:02:30')}`);
  await tab.getByRole('button', { name: 'Protect' }).click();
  await until(() => 'no way to delete', () => tab.getByRole('button', { name: 'Delete', exact: true }).isDisabled());
  await tab.getByRole('button', { name: 'Protect' }).click();
  await until(() => 'a way to delete', () => tab.getByRole('button', { name: 'Delete', exact: true }).isEnabled());
  await tab.getByRole('button', { name: 'Delete', exact: true }).click();
  await tab.getByText(/is in the trash/).first().waitFor();
  await tab.goto(`${daemon.base}/${FILE}`);
  await tab.getByText('This recording is not there any more.').first().waitFor();
  await tab.goto(`${daemon.base}/#/`);
  const { trash } = await daemon.json('/api/trash');
  assert.equal(trash.length, 1);
  await fetch(`${daemon.base}/api/trash/${trash[0].id}/restore`, { method: 'POST' });
  assert.equal(await player.getByRole('alert').count(), 0);
  await context.close();
});

test('what somebody points at is fetched before the click, and only once', async () => {
  const { tab, time, context } = await file();
  const asked = [];
  tab.on('request', (request) => { if (request.url().includes('api/clip')) asked.push(request.url()); });
  const chip = tab.locator('.file-view .chip').nth(1);
  await chip.hover();
  await until(() => 'the clip to be fetched', () => asked.length === 1);
  await chip.click();
  await until(() => 'its sound', async () => (await time.count()) && seconds(await time.textContent()) > us('10:02:28') / 1e6 + 0.2);
  assert.equal(asked.filter((url) => url === asked[0]).length, 1);
  await tab.keyboard.press('k');
  await until(() => 'the one before', async () => seconds(await time.textContent()) < us('10:01:10') / 1e6);
  await context.close();
});

test('open highlights and a player that plays leave the page at rest', async () => {
  const { tab, context } = await file();
  await tab.goto(`${daemon.base}/#/?day=2026-11-19`);
  await tab.locator('[aria-controls="highlights-2026-11-19"]').click();
  await tab.locator('.panel .chip').first().click();
  await until(() => 'its sound', () => tab.locator('.player').getByRole('button', { name: 'Pause' }).isVisible());
  await tab.evaluate(() => {
    const { clearRect } = CanvasRenderingContext2D.prototype;
    globalThis.painted = 0;
    CanvasRenderingContext2D.prototype.clearRect = function count(...box) { globalThis.painted++; return clearRect.apply(this, box); };
  });
  const counts = [];
  const inASecond = () => tab.evaluate(() => new Promise((done) => { const before = globalThis.painted; setTimeout(() => done(globalThis.painted - before), 1000); }));
  await until(() => `a second at rest: ${counts} pictures`, async () => { counts.push(await inASecond()); return counts.at(-1) < 10; }, 15000); // what is loaded is drawn first
  await context.close();
});

test('a section of a recording that is gone has its message in the player', async () => {
  const { tab, player, context } = await file();
  await tab.locator('.file-view .chip').nth(2).waitFor();
  await tab.route('**/api/clip?*', async (route) => { await route.continue(); });
  const { trash } = await fetch(`${daemon.base}/api/files/${NAME.split('/').map(encodeURIComponent).join('/')}`, { method: 'DELETE' }).then((answer) => answer.json());
  try {
    const chip = tab.locator('.file-view .chip').first();
    await until(() => 'a message', async () => { // in the player; or the view has heard of it before
      if (await player.getByRole('alert').or(tab.getByText('This recording is not there any more.')).first().isVisible()) return true;
      await chip.click({ timeout: 1000 }).catch(() => {});
      return false;
    });
  } finally {
    await fetch(`${daemon.base}/api/trash/${trash}/restore`, { method: 'POST' });
  }
  await context.close();
});

test('the second that is being recorded is not there yet, and that is said', async () => {
  const context = await chromium.newContext({ locale: 'en-GB' });
  const tab = await context.newPage();
  const { files } = await daemon.json('/api/files?source=studio');
  await tab.goto(`${daemon.base}/#/file?file=${encodeURIComponent(files[0].name)}`);
  const cut = tab.getByRole('group', { name: 'Cut' });
  await cut.waitFor();
  await cut.getByLabel('From').fill('50:00');
  await cut.getByLabel('From').press('Tab');
  await cut.getByLabel('To').fill('55:00');
  await cut.getByLabel('To').press('Tab');
  await cut.getByRole('button', { name: 'Play it' }).click();
  await tab.locator('.player').getByRole('alert').waitFor();
  await context.close();
});

for (const [name, options] of Object.entries({
  'phone-light': { viewport: { width: 360, height: 740 }, colorScheme: 'light', hasTouch: true },
  'phone-dark': { viewport: { width: 360, height: 740 }, colorScheme: 'dark', hasTouch: true },
  'desk-light': { viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  'desk-dark': { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
})) {
  test(`recording and highlights, ${name}: nothing serious for axe, no horizontal scroll`, async () => {
    const { tab, context } = await file(`&at=${us('10:02:30')}`, options);
    await tab.locator('.file-view .chip').first().waitFor();
    const fits = () => tab.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
    await tab.screenshot({ path: join(shots, `file-${name}.png`) });
    assert.deepEqual(await axe(tab), []);
    assert.ok(await fits());
    await tab.goto(`${daemon.base}/#/?day=${DAYS[1]}`);
    await tab.locator(`[aria-controls="highlights-${DAYS[1]}"]`).click();
    await tab.locator('.chip').first().waitFor();
    await tab.locator('.chip').first().click();
    await until(() => 'sound', () => tab.locator('.player').getByRole('button', { name: 'Pause' }).isVisible());
    await tab.keyboard.press('Space');
    await tab.locator('.highlights').first().scrollIntoViewIfNeeded();
    await tab.screenshot({ path: join(shots, `highlights-${name}.png`) });
    assert.deepEqual(await axe(tab), []);
    assert.ok(await fits());
    await context.close();
  });
}
