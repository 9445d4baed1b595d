// SPDX-License-Identifier: MIT
// A day reviewed in a real browser, by keyboard alone; the same as a table; exports.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { DAYS, analyse, archive, eventsOf } from './archive.js';
import { axe, browser, open, root, settled, until } from './support.js';

const DAY = DAYS[0];
const EVENTS = eventsOf(DAY);
const shots = join(root, 'build/screenshots');
let daemon;
let chromium;

before(async () => {
  mkdirSync(shots, { recursive: true });
  daemon = await archive();
  await analyse(daemon);
  chromium = await browser();
});

after(async () => {
  await chromium?.close();
  await daemon?.close();
});

const labels = async () => (await daemon.json(`/api/labels?day=${DAY}`)).labels;

beforeEach(async () => {
  for (const { source, start_us, end_us } of await labels()) {
    await fetch(`${daemon.base}/api/labels?source=${source}&start_us=${start_us}&end_us=${end_us}`, { method: 'DELETE' });
  }
});

/** The review, with its queue. */
async function review(query = `?day=${DAY}`, options = {}) {
  const context = await chromium.newContext({ locale: 'en-GB', ...options });
  const tab = await context.newPage();
  const errors = [];
  tab.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  tab.on('pageerror', (error) => errors.push(String(error)));
  await tab.goto(`${daemon.base}/#/review${query}`);
  await tab.getByRole('heading', { name: 'Review', level: 1 }).waitFor();
  await tab.locator('.item').first().waitFor();
  await settled(tab);
  const count = (name) => tab.getByRole('tab', { name }).locator('.count').textContent().then(Number);
  return { context, tab, errors, count, hand: tab.locator('.card .facts dd').first() };
}

const clock = (at) => new Date(at / 1000).toISOString().slice(11, 19);

/** Until this event is in hand and heard. */
const inHand = ({ tab, hand }, event) => until(() => `${event.source} ${clock(event.start_us)} in hand`, async () => {
  const text = await hand.textContent({ timeout: 100 }).catch(() => '');
  const away = text && Math.abs(Date.parse(`${DAY}T${text.slice(0, 8)}Z`) * 1000 - event.start_us);
  return text && away < 1.5e6 && (await tab.locator('.card h2 b').textContent()) === event.source;
});

test('a queue of one word, or of what has none: in the address, by keyboard, in counts and steps', async () => {
  const [first, , third] = EVENTS;
  for (const [event, label] of [[first, 'dog'], [third, 'wind']]) {
    const [section] = (await daemon.json(`/api/highlights?day=${DAY}&source=${event.source}`)).sections.filter((one) => Math.abs(one.start_us - event.start_us) < 1.5e6);
    const answer = await fetch(`${daemon.base}/api/labels`, { method: 'PUT', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ source: event.source, start_us: section.start_us, end_us: section.end_us, verdict: 'kept', label, note: null }) });
    assert.equal(answer.status, 200);
  }
  const page = await review(`?day=${DAY}&verdict=all&label=dog`);
  const { tab, count, context, errors } = page;
  await until(() => 'one of one word', async () => (await tab.locator('.item').count()) === 1);
  assert.deepEqual(await Promise.all(['Unreviewed', 'Kept', 'All'].map(count)), [0, 1, 1]);
  await tab.keyboard.press('j');
  await inHand(page, first);
  await tab.keyboard.press('j'); // there is no other one
  await inHand(page, first);
  await tab.keyboard.press('l');
  assert.equal(await tab.evaluate(() => document.activeElement.selectedOptions[0].textContent), 'dog (1)');
  await tab.keyboard.press('ArrowUp');
  await until(() => 'those without a word', async () => (await tab.locator('.item').count()) === EVENTS.length - 2);
  assert.match(tab.url(), /verdict=all&label=-/);
  await tab.getByRole('combobox', { name: 'Label' }).selectOption('');
  await until(() => 'all of them', async () => (await tab.locator('.item').count()) === EVENTS.length);
  assert.doesNotMatch(tab.url(), /label=/);
  await tab.evaluate(() => { location.hash = location.hash.replace('verdict=all', 'verdict=all&label=wind'); });
  await until(() => 'the other word', async () => (await tab.locator('.item').count()) === 1);
  assert.deepEqual(await axe(tab), []);
  assert.deepEqual(errors, []);
  await context.close();
});

test('what the filters of the day list leave is a queue, one click away', async () => {
  const { tab, context } = await open(chromium, daemon, { hash: `#/?from=${DAYS[2]}&to=${DAYS[1]}&source=street` });
  const wanted = DAYS.slice(1).flatMap((day) => eventsOf(day)).filter(({ source }) => source === 'street').length;
  await tab.locator('.chips').getByRole('link', { name: `Review ${wanted} events` }).click();
  await until(() => 'its queue', async () => (await tab.locator('.item').count()) === wanted);
  assert.match(tab.url(), new RegExp(`review\\?source=street&from=${DAYS[2]}&to=${DAYS[1]}`));
  await context.close();
});

test('a day is reviewed by keyboard alone: heard, kept, refused, named, taken back', async () => {
  const page = await review();
  const { tab, count, errors, context } = page;
  const { keyboard } = tab;
  assert.equal(await count('Unreviewed'), EVENTS.length);
  await keyboard.press('j');
  await inHand(page, EVENTS[0]);
  const pause = tab.locator('.player').getByRole('button', { name: 'Pause' });
  await until(() => 'sound', () => pause.isVisible());
  await keyboard.press('g'); // keep: the next one follows by itself
  await inHand(page, EVENTS[1]);
  await keyboard.press('x');
  await inHand(page, EVENTS[2]);
  assert.deepEqual([await count('Unreviewed'), await count('Kept'), await count('False alarm'), await count('All')], [EVENTS.length - 2, 1, 1, EVENTS.length]);
  await keyboard.press('m');
  await tab.getByRole('dialog').waitFor();
  await keyboard.type('blackbird');
  await keyboard.press('Enter');
  await tab.getByRole('dialog').waitFor({ state: 'detached' });
  await until(() => 'the word', async () => (await labels()).some(({ label }) => label === 'blackbird'));
  await keyboard.press('k');
  await keyboard.press('Control+z'); // the word
  await keyboard.press('Control+z'); // the false alarm
  await until(() => 'two steps back', async () => (await count('Unreviewed')) === EVENTS.length - 1);
  await until(() => 'the server knows', async () => {
    const list = await labels();
    return list.length === 1 && list[0].verdict === 'kept' && Math.abs(list[0].start_us - EVENTS[0].start_us) < 1.5e6;
  });
  assert.deepEqual(errors, []);
  await context.close();
});

test('when the last one is decided that is said', async () => {
  const page = await review();
  const { tab, context } = page;
  await tab.keyboard.press('j');
  for (const [i, event] of EVENTS.entries()) {
    await inHand(page, event);
    await tab.keyboard.press(i % 2 ? 'x' : 'g');
  }
  await tab.getByText('Everything here has been reviewed.').first().waitFor();
  await tab.getByRole('tab', { name: 'Kept' }).click();
  assert.equal(await tab.locator('.item').count(), Math.ceil(EVENTS.length / 2));
  await context.close();
});

test('words that were given before are offered, a digit takes one', async () => {
  const page = await review();
  const { tab, context } = page;
  await tab.keyboard.press('j');
  await inHand(page, EVENTS[0]);
  await tab.keyboard.press('m');
  await tab.keyboard.type('door');
  await tab.keyboard.press('Enter');
  await until(() => 'the word', async () => (await labels()).some(({ label }) => label === 'door'));
  await tab.keyboard.press('j');
  await inHand(page, EVENTS[1]);
  await tab.keyboard.press('m');
  await tab.locator('.words button', { hasText: 'door' }).waitFor();
  await tab.keyboard.press('1');
  await until(() => 'the word twice', async () => (await labels()).filter(({ label }) => label === 'door').length === 2);
  await context.close();
});

test('what is typed while the field is still on its way is in it, and Enter takes it', async () => {
  const page = await review(undefined, { serviceWorkers: 'block' });
  const { tab, count, context } = page;
  let come = () => {};
  const late = new Promise((done) => { come = done; });
  await tab.route('**/more*.js', async (route) => { await late; await route.continue(); });
  await tab.keyboard.press('j');
  await inHand(page, EVENTS[0]);
  await tab.keyboard.press('m');
  await tab.keyboard.type('gatex');
  await tab.keyboard.press('Backspace');
  await tab.keyboard.press('Enter');
  assert.equal(await tab.getByRole('dialog').count(), 0);
  come();
  await until(() => 'the word', async () => (await labels()).some(({ label, verdict }) => label === 'gate' && verdict === null));
  assert.equal(await count('Kept'), 0);
  await until(() => 'the field to close', async () => (await tab.getByRole('dialog').count()) === 0);
  await context.close();
});

test('what somebody types into a field is no command, and keys can be switched off', async () => {
  const page = await review();
  const { tab, count, context } = page;
  await tab.keyboard.press('j');
  await inHand(page, EVENTS[0]);
  await tab.keyboard.press('m');
  await tab.keyboard.type('gxg');
  assert.equal(await count('Kept'), 0);
  await tab.keyboard.press('Escape');
  await tab.evaluate(() => localStorage.setItem('isr.keys', '{"off": true, "map": {}}'));
  await tab.reload();
  await tab.locator('.item').first().waitFor();
  await settled(tab);
  await tab.keyboard.press('j');
  await tab.keyboard.press('g');
  assert.equal(await count('Kept'), 0);
  await tab.evaluate(() => localStorage.setItem('isr.keys', '{"off": false, "map": {"key.keep": ["y"]}}'));
  await tab.reload();
  await inHand(page, EVENTS[0]); // the address has named it
  await tab.keyboard.press('g');
  assert.equal(await count('Kept'), 0);
  await tab.keyboard.press('y');
  await until(() => 'kept by another key', async () => (await count('Kept')) === 1);
  await context.close();
});

test('the focus stays in the queue when a row leaves it, and on the button that was pressed', async () => {
  const page = await review();
  const { tab, context } = page;
  await tab.locator('.item').first().click();
  await inHand(page, EVENTS[0]);
  await tab.locator('.item').first().focus();
  await tab.keyboard.press('g');
  await inHand(page, EVENTS[1]);
  assert.equal(await tab.evaluate(() => document.activeElement?.getAttribute('aria-current')), 'true');
  const keep = tab.getByRole('button', { name: /^Keep/ });
  await keep.focus();
  await tab.keyboard.press('Enter');
  await inHand(page, EVENTS[2]);
  assert.ok(await keep.evaluate((button) => button === document.activeElement));
  await context.close();
});

test('the table says the same, and is a table', async () => {
  const { tab, context } = await review();
  await tab.getByRole('button', { name: 'Events as a table' }).click();
  const rows = tab.getByRole('row');
  assert.equal(await rows.count(), EVENTS.length + 1);
  const cells = await rows.nth(1).getByRole('cell').allTextContents();
  assert.equal(cells[0], EVENTS[0].source);
  assert.ok(cells.includes('Unreviewed'));
  assert.deepEqual(await axe(tab), []);
  await rows.nth(2).getByRole('button').click();
  await until(() => 'sound', () => tab.locator('.player').getByRole('button', { name: 'Pause' }).isVisible());
  await context.close();
});

test('events are taken along as CSV, Audacity and Raven', async () => {
  const { tab, context } = await review();
  const [csv, audacity, raven] = await Promise.all(['CSV', 'Audacity', 'Raven'].map(async (name) => {
    const href = await tab.getByRole('link', { name, exact: true }).getAttribute('href');
    const answer = await fetch(new URL(href, `${daemon.base}/`));
    assert.equal(answer.status, 200, name);
    return answer.text();
  }));
  assert.equal(csv.trim().split('\n').length, EVENTS.length + 1, csv);
  assert.equal(audacity.trim().split('\n').length, EVENTS.length, audacity);
  assert.match(raven, /Begin Time/);
  await context.close();
});

test('a link opens the event that it names, silent', async () => {
  const first = await review();
  await first.tab.keyboard.press('j');
  await first.tab.keyboard.press('j');
  await inHand(first, EVENTS[1]);
  await until(() => 'the address', async () => /section=/.test(first.tab.url()));
  const query = new URL(first.tab.url()).hash.replace('#/review', '');
  await first.context.close();
  const page = await review(query);
  await inHand(page, EVENTS[1]);
  assert.ok(await page.tab.locator('.player').getByRole('button', { name: 'Play', exact: true }).isVisible());
  await page.context.close();
});

test('the waveform of the event is said in words', async () => {
  const page = await review();
  await page.tab.keyboard.press('j');
  await inHand(page, EVENTS[0]);
  assert.match(await page.tab.locator('.card').getByRole('img').getAttribute('aria-label'), /^Waveform around 09:00:(19|20), .+, 1 event$/);
  await page.context.close();
});

test('news waits: a judgement elsewhere shows at once, nothing else moves', async () => {
  const page = await review();
  const { tab, count, context } = page;
  const { sections } = await daemon.json(`/api/highlights?day=${DAY}`);
  const { source, start_us, end_us } = sections.sort((a, b) => a.start_us - b.start_us)[0];
  await fetch(`${daemon.base}/api/labels`, { method: 'PUT', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ source, start_us, end_us, verdict: 'kept', label: null, note: null }) });
  await until(() => 'the verdict of somebody else', async () => (await count('Kept')) === 1);
  await context.close();
});

test('what was decided is not taken back by an answer that is older', async () => {
  const page = await review();
  const { tab, count, context } = page;
  await tab.keyboard.press('j');
  await inHand(page, EVENTS[0]);
  let let_go = () => {};
  const held = new Promise((done) => { let_go = done; });
  let asked = 0;
  await tab.route('**/api/highlights?*', async (route) => {
    if (asked++) return; // never answered
    const answer = await route.fetch(); // of before the decision
    await held;
    await route.fulfill({ response: answer });
  });
  const { sections } = await daemon.json(`/api/highlights?day=${DAY}`);
  const { source, start_us, end_us } = sections.sort((a, b) => a.start_us - b.start_us)[3];
  await fetch(`${daemon.base}/api/labels`, { method: 'PUT', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ source, start_us, end_us, verdict: 'false', label: null, note: null }) });
  await until(() => 'the question', () => asked > 0);
  await tab.keyboard.press('g');
  await inHand(page, EVENTS[1]);
  await until(() => 'the server to know', async () => (await labels()).length === 2);
  let_go();
  await until(() => 'the verdict of somebody else', async () => (await count('False alarm')) === 1);
  assert.equal(await count('Kept'), 1);
  await context.close();
});

for (const [name, options] of Object.entries({
  'phone-light': { viewport: { width: 360, height: 740 }, colorScheme: 'light', hasTouch: true },
  'phone-dark': { viewport: { width: 360, height: 740 }, colorScheme: 'dark', hasTouch: true },
  'desk-light': { viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  'desk-dark': { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
})) {
  test(`review, ${name}: nothing serious for axe, no horizontal scroll, nothing hidden below the player`, async () => {
    const page = await review(undefined, options);
    const { tab, context } = page;
    await tab.keyboard.press('j');
    await inHand(page, EVENTS[0]);
    await until(() => 'sound', () => tab.locator('.player').getByRole('button', { name: 'Pause' }).isVisible());
    await tab.keyboard.press('Space');
    await tab.screenshot({ path: join(shots, `review-${name}.png`) });
    assert.deepEqual(await axe(tab), []);
    assert.ok(await tab.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
    for (let i = 0; i < 30; i++) {
      await tab.keyboard.press('Tab');
      const covered = await tab.evaluate(() => {
        const one = document.activeElement;
        const bar = document.querySelector('.player')?.getBoundingClientRect();
        if (!one || !bar || one.closest('.player, nav') || one === document.body) return null;
        const box = one.getBoundingClientRect();
        return box.bottom > bar.top + 1 && box.top < bar.bottom && box.height < bar.top ? one.outerHTML : null;
      });
      assert.equal(covered, null);
    }
    if (options.hasTouch) {
      const small = await tab.locator('.player button:visible, .decide button:visible').evaluateAll((list) => list.map((one) => [one.textContent, one.getBoundingClientRect().height])
        .filter(([, height]) => height < 44));
      assert.deepEqual(small, []);
    }
    await context.close();
  });
}
