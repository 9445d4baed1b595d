// SPDX-License-Identifier: MIT
// The day strip and the highlights in a real browser, over an archive with known events.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DAYS, analyse, archive, eventsOf } from './archive.js';
import { axe, browser, open, until } from './support.js';

const DAY = DAYS[0];
const us = (clock, day = DAY) => Date.parse(`${day}T${clock}Z`) * 1000;
const clock = (at) => new Date(at / 1000).toISOString().slice(11, 19);
const EVENTS = eventsOf(DAY);
let daemon;
let chromium;

before(async () => {
  daemon = await archive();
  await analyse(daemon);
  chromium = await browser();
});

after(async () => {
  await chromium?.close();
  await daemon?.close();
});

/** The page at a day. @param {string} query @param {object} [options] quiet: nothing is loud there */
async function at(query = '', { quiet = false, ...options } = {}) {
  const page = await open(chromium, daemon, { hash: `#/?day=${DAY}${query}`, ...options });
  const strip = page.tab.locator(`#day-${DAY} > .strip`);
  await strip.waitFor();
  const picture = strip.getByRole('img');
  // events and holes come each in an answer of their own
  await until(() => 'events and holes in words', async () => {
    const text = await picture.getAttribute('aria-label');
    return quiet || (text.includes('no recording') && /[1-9]\d* event/.test(text));
  });
  return { ...page, strip, slider: strip.getByRole('slider'), shown: strip.locator('.strip-bar > .number') };
}

test('the strip says in words what it shows: sources, their events, what is missing and why', async () => {
  const { strip, seen, context } = await at();
  const picture = strip.getByRole('img');
  const text = await picture.getAttribute('aria-label');
  assert.match(text, /^Levels from 00:00:00 to /);
  assert.match(text, /garden: 4 events/);
  assert.match(text, /street: 1 event/);
  assert.match(text, /no recording: ISR was not running 00:00:00–09:00:00/);
  assert.equal(await strip.getByRole('slider').getAttribute('aria-valuemax'), '86400');
  assert.deepEqual(seen.errors, []);
  assert.deepEqual(seen.foreign, []);
  await context.close();
});

test('the slider is moved by keys, jumps from event to event, and says where it stands', async () => {
  const { slider, tab, context } = await at(`&at=${us('09:00:00')}&span=600`);
  await slider.focus();
  for (const { start_us } of EVENTS) {
    await tab.keyboard.press('PageDown');
    const said = await slider.getAttribute('aria-valuetext');
    assert.match(said, /^\d\d:\d\d:\d\d, \d events?/);
    const found = us(said.slice(0, 8));
    assert.ok(Math.abs(found - start_us) < 1.5e6, `${said}, not ${clock(start_us)}`);
  }
  await tab.keyboard.press('PageUp');
  const before = await slider.getAttribute('aria-valuetext');
  await tab.keyboard.press('ArrowRight');
  assert.notEqual(await slider.getAttribute('aria-valuetext'), before);
  await context.close();
});

test('zoom by key, button and wheel down to ten seconds, and B comes back', async () => {
  const { slider, strip, shown, tab, context } = await at(`&at=${us('09:03:20')}`);
  await slider.focus();
  const spans = [];
  for (let i = 0; i < 5; i++) {
    await tab.keyboard.press('+');
    const [from, to] = (await shown.textContent()).split('–');
    spans.push((us(to) - us(from)) / 1e6);
  }
  assert.deepEqual(spans, [21600, 3600, 600, 60, 10]);
  assert.ok(await strip.getByRole('button', { name: 'Zoom in' }).isDisabled());
  await tab.keyboard.press('b');
  const [from, to] = (await shown.textContent()).split('–');
  assert.equal((us(to) - us(from)) / 1e6, 60);
  await strip.getByRole('button', { name: 'Zoom out' }).click();
  await strip.getByRole('button', { name: 'Later' }).click();
  const before = await shown.textContent();
  const box = await slider.boundingBox();
  await tab.mouse.move(box.x + box.width / 2, box.y + 10);
  await tab.mouse.wheel(0, -240);
  await until(() => 'the wheel', async () => (await shown.textContent()) !== before);
  await context.close();
});

test('levels are asked again for what a zoom shows', async () => {
  const { slider, seen, tab, context } = await at();
  await slider.focus();
  const asked = () => seen.requests.filter((url) => url.includes('api/levels'));
  await until(() => 'the levels of the day', () => asked().some((url) => url.includes(`from=${us('00:00:00')}`)));
  const before = asked().length;
  await tab.keyboard.press('+');
  await until(() => 'levels of six hours', () => asked().slice(before).some((url) => {
    const query = new URL(url).searchParams;
    return Number(query.get('to')) - Number(query.get('from')) === 21600e6;
  }));
  await context.close();
});

test('a short recording asks for a level of every pixel of its row, at most two at once', async () => {
  const { tab, seen, context } = await at();
  await until(() => 'waves in the rows', async () => (await tab.locator(`#day-${DAY} .row-wave`).count()) === 4);
  const asked = () => seen.requests.filter((url) => url.includes('api/levels')).map((url) => new URL(url).searchParams).filter((q) => Number(q.get('to')) - Number(q.get('from')) === 300e6);
  await until(() => 'four questions', () => asked().length === 4);
  const width = await tab.locator(`#day-${DAY} .row-wave canvas`).first().evaluate((canvas) => Math.round(canvas.getBoundingClientRect().width));
  assert.deepEqual(asked().map((q) => Number(q.get('points'))), [width, width, width, width]);
  assert.match(await tab.locator(`#day-${DAY} .row-wave`).first().getAttribute('aria-label'), /^Open (garden|street)_.*, \d events?$/);
  const columns = () => tab.locator(`#day-${DAY} .file[data-name*="garden_20261120T090000"] canvas`).evaluate((canvas) => {
    const { data, width: wide, height } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const middle = Math.floor(height / 4);
    return new Set(Array.from({ length: wide }, (_, x) => data.slice((middle * wide + x) * 4, (middle * wide + x) * 4 + 4).join())).size;
  });
  await until(() => 'sound and silence in the picture', async () => (await columns()) > 1);
  await context.close();
});

test('a link opens the moment: day, instant, zoom', async () => {
  const { shown, slider, context } = await at(`&at=${us('09:03:20')}&span=600`);
  assert.equal(await shown.textContent(), '08:58:20–09:08:20');
  assert.match(await slider.getAttribute('aria-valuetext'), /^09:03:20, 1 event/);
  await context.close();
});

test('the address follows the zoom, so that it can be passed on', async () => {
  const { slider, tab, context } = await at(`&at=${us('09:03:20')}`);
  await slider.focus();
  await tab.keyboard.press('+');
  await until(() => 'the address', async () => /span=21600/.test(tab.url()));
  await context.close();
});

test('a click plays from there; in a hole what comes after it', async () => {
  const { slider, tab, context } = await at(`&at=${us('09:00:00')}&span=3600`);
  const box = await slider.boundingBox();
  await tab.mouse.click(box.x + box.width * 0.1, box.y + 12); // 08:36, nothing is recorded
  const time = tab.locator('.player .at');
  await until(() => 'sound at nine', async () => /^09:00:0[0-9]/.test(await time.textContent().catch(() => '')));
  await tab.mouse.click(box.x + box.width * (0.5 + 200 / 3600), box.y + 12);
  await until(() => 'sound at 09:03:2x', async () => /^09:03:2/.test(await time.textContent()));
  await context.close();
});

test('a drag chooses a span, its fields say which, and typed times do the same', async () => {
  const { slider, tab, context } = await at(`&at=${us('09:02:30')}&span=600`);
  const box = await slider.boundingBox();
  await tab.mouse.move(box.x + box.width * 0.5, box.y + 12);
  await tab.mouse.down();
  await tab.mouse.move(box.x + box.width * 0.55, box.y + 12, { steps: 4 });
  await tab.mouse.move(box.x + box.width * 0.6, box.y + 12, { steps: 4 });
  await tab.mouse.up();
  const cut = tab.getByRole('group', { name: 'Cut' });
  const [from, to] = [cut.getByLabel('From'), cut.getByLabel('To')];
  assert.match(await from.inputValue(), /^09:02:(29|30)/);
  assert.match(await to.inputValue(), /^09:03:(29|30)/);
  await to.fill('09:04:00');
  await to.press('Tab');
  await until(() => 'the time as it is written', async () => (await to.inputValue()) === '09:04:00.0');
  await to.fill('whenever');
  await to.press('Tab');
  assert.equal(await to.getAttribute('aria-invalid'), 'true');
  await tab.locator('.player').getByRole('button', { name: 'Close' }).click();
  assert.equal(await cut.count(), 0);
  await context.close();
});

test('a word for a moment without an event stands on the strip, and can be taken back', async () => {
  const { strip, tab, context } = await at(`&at=${us('09:11:00')}&span=600`, { quiet: true, serviceWorkers: 'block' });
  let come = () => {};
  const late = new Promise((done) => { come = done; });
  await strip.getByRole('slider').focus();
  await tab.keyboard.press('Enter'); // plays from there
  await until(() => 'sound', async () => /^09:11:0/.test(await tab.locator('.player .at').textContent().catch(() => '')));
  await tab.route('**/more*.js', async (route) => { await late; await route.continue(); });
  await tab.keyboard.press('m');
  await tab.keyboard.type('gate');
  await tab.keyboard.press('Enter'); // while the slider still has the focus
  come();
  await until(() => 'the word', async () => /“gate” 09:11:0/.test(await strip.getByRole('img').getAttribute('aria-label')));
  await tab.keyboard.press('Control+z');
  await until(() => 'it is gone', async () => !/gate/.test(await strip.getByRole('img').getAttribute('aria-label')));
  await context.close();
});

test('a day of 25 hours has them all, and its change of the clocks is said', async () => {
  const pieces = [{ source: 'garden', start: '2026-10-25T02:10:00+0200', seconds: 300, ext: 'flac', events: [] },
    { source: 'garden', start: '2026-10-25T02:10:00+0100', seconds: 300, ext: 'flac', events: [] }];
  const berlin = await archive({ pieces, general: 'timezone = Europe/Berlin\n' });
  const { tab, context } = await open(chromium, berlin, { hash: '#/?day=2026-10-25' });
  const strip = tab.locator('#day-2026-10-25 > .strip');
  await strip.waitFor();
  await until(() => '25 hours', async () => (await strip.getByRole('slider').getAttribute('aria-valuemax')) === '90000');
  assert.match(await strip.getByRole('img').getAttribute('aria-label'), /02:00:00 clocks 1 hr back/);
  await context.close();
  await berlin.close();
});

/** The open highlights of the day. */
async function highlights(options) {
  const page = await at('', options);
  const button = page.tab.locator(`[aria-controls="highlights-${DAY}"]`);
  await button.click();
  assert.equal(await button.getAttribute('aria-expanded'), 'true');
  await page.tab.locator('.chip').first().waitFor();
  return { ...page, chips: page.tab.locator(`#day-${DAY} .chip`) };
}

test('one click and the highlights are there, the loudest first', async () => {
  const { chips, tab, seen, context } = await highlights();
  const loudest = [...EVENTS].sort((a, b) => b.level - a.level).map(({ start_us }) => clock(start_us));
  const texts = await chips.allTextContents();
  assert.equal(texts.length, EVENTS.length);
  assert.ok(Math.abs(us(texts[0].match(/\d\d:\d\d:\d\d/)[0]) - us(loudest[0])) < 1.5e6, `${texts[0]} ${loudest[0]}`);
  assert.deepEqual(seen.errors, []);
  assert.deepEqual(await axe(tab), []);
  await context.close();
});

test('the margin scores the day again while it moves', async () => {
  const { chips, tab, context } = await highlights();
  const margin = tab.getByRole('slider', { name: /Above the floor/ });
  await margin.fill('50');
  await until(() => 'fewer events', async () => (await chips.count()) < EVENTS.length);
  await tab.getByRole('button', { name: 'Back to the standard' }).click();
  await until(() => 'all of them', async () => (await chips.count()) === EVENTS.length);
  await context.close();
});

test('J and K walk through the events in order of time', async () => {
  const { tab, context } = await highlights();
  const time = tab.locator('.player .at');
  const heard = async (event) => until(() => `sound before ${clock(event.start_us)}`, async () => {
    const text = await time.textContent().catch(() => '');
    return text && Math.abs(us(text.slice(0, 8)) - (event.start_us - 2e6)) < 2.5e6;
  });
  await tab.keyboard.press('j');
  await heard(EVENTS[0]);
  await tab.keyboard.press('j');
  await heard(EVENTS[1]);
  await tab.keyboard.press('k');
  await heard(EVENTS[0]);
  await context.close();
});

test('a reel goes on by itself', async () => {
  const { tab, context } = await highlights();
  await tab.getByRole('button', { name: 'Play all' }).click();
  await tab.locator('.player select').selectOption('4');
  const time = tab.locator('.player .at');
  await until(() => 'the second event', async () => us((await time.textContent()).slice(0, 8)) > EVENTS[1].start_us - 2.5e6);
  await context.close();
});
