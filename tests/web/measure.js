// SPDX-License-Identifier: MIT
// measure.js - how long things take in a browser as slow as a phone: CPU throttled 4x, 100 Mbit/s, 5 ms.
// `./dev bench web` prints what it finds against the limits; the tests allow ten times as much.
import { execFileSync } from 'node:child_process';
import { copyFileSync, linkSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { archive, analyse, DAYS, STUDIO } from './archive.js';
import { Daemon, until } from './support.js';

/** ms, but for the main thread: per cent. */
export const LIMITS = { 'interactive, cold': 1500, 'interactive, warm': 700, 'click to sound': 300, 'switching day': 500, '100,000 recordings: first view': 1500,
  'main thread with 4 live meters': 5 };

/** Tells when rows are on the screen, and when sound begins after a click. */
const WATCH = () => {
  const seen = { rows: 0, click: 0, sound: 0 };
  globalThis.seen = seen;
  const look = () => {
    const row = document.querySelector('.day .files li');
    if (row && row.getBoundingClientRect().height) requestAnimationFrame(() => { seen.rows ||= performance.now(); });
    else requestAnimationFrame(look);
  };
  look();
  addEventListener('click', () => { seen.click = performance.now(); seen.sound = 0; }, true);
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function started() {
    this.addEventListener('playing', () => { seen.sound ||= performance.now(); }, { once: true });
    return play.call(this);
  };
};

/** A tab as slow as a phone. @param {any} context */
export async function slow(context) {
  const tab = await context.newPage();
  await tab.addInitScript(WATCH);
  const cdp = await context.newCDPSession(tab);
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await cdp.send('Network.enable');
  await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 5, downloadThroughput: 12.5e6, uploadThroughput: 12.5e6 });
  await cdp.send('Performance.enable');
  return { tab, cdp };
}

/** From the start of the navigation until rows are on the screen. @param {any} tab @param {string} url */
async function untilRows(tab, url) {
  await tab.goto(url);
  await tab.waitForFunction(() => globalThis.seen.rows > 0, undefined, { timeout: 60000 });
  return tab.evaluate(() => globalThis.seen.rows);
}

/** @param {number[]} list */
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

/** @param {any} chromium @param {string} base @param {number} runs */
export async function interactive(chromium, base, runs) {
  const cold = [];
  const warm = [];
  for (let i = 0; i < runs; i++) {
    const context = await chromium.newContext({ serviceWorkers: 'allow' });
    const { tab } = await slow(context);
    cold.push(await untilRows(tab, `${base}/`));
    await tab.waitForTimeout(300); // the shell is put aside after the page is there
    warm.push(await untilRows(tab, `${base}/?again`));
    await context.close();
  }
  return { cold: median(cold), warm: median(warm) };
}

/** From the click on an event until its sound. @param {any} chromium @param {string} base @param {number} runs */
export async function clickToSound(chromium, base, runs) {
  const context = await chromium.newContext();
  const { tab } = await slow(context);
  await untilRows(tab, `${base}/#/?day=${DAYS[0]}`);
  await tab.locator(`[aria-controls="highlights-${DAYS[0]}"]`).click();
  const list = [];
  for (let i = 0; i < runs; i++) {
    await tab.locator('.chip').nth(i % 4).click();
    await tab.waitForFunction(() => globalThis.seen.sound > 0, undefined, { timeout: 30000 });
    list.push(await tab.evaluate(() => globalThis.seen.sound - globalThis.seen.click));
    await tab.keyboard.press('Escape');
  }
  await context.close();
  return median(list);
}

/** From the click on a day until its rows. @param {any} chromium @param {string} base @param {string[]} days @param {number} runs */
export async function switchingDay(chromium, base, days, runs) {
  const list = [];
  for (let i = 0; i < runs; i++) {
    const context = await chromium.newContext();
    const { tab } = await slow(context);
    await untilRows(tab, `${base}/`);
    const day = days[1 + (i % (days.length - 1))];
    list.push(await tab.evaluate((name) => new Promise((done) => {
      const begun = performance.now();
      document.querySelector(`[aria-controls="day-${name}"]`).click();
      const look = () => (document.querySelector(`#day-${name} .files li`) ? requestAnimationFrame(() => done(performance.now() - begun)) : requestAnimationFrame(look));
      look();
    }), day));
    await context.close();
  }
  return median(list);
}

/** Share of a core that a page needs to show four meters. @param {any} chromium @param {string} base @param {number} seconds */
export async function mainThread(chromium, base, seconds) {
  const context = await chromium.newContext();
  const { tab, cdp } = await slow(context);
  await untilRows(tab, `${base}/`);
  await tab.waitForTimeout(3000);
  const busy = async () => (await cdp.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value;
  const [before, begun] = [await busy(), Date.now()];
  await tab.waitForTimeout(seconds * 1000);
  const share = ((await busy()) - before) / ((Date.now() - begun) / 1000);
  await context.close();
  return share * 100;
}

/** A day has 1,000 recordings of one source, 100 days of them: one file a day with 1,000 names. @param {number} [n] */
export async function manyRecordings(n = 100000) {
  const dir = mkdtempSync(join(tmpdir(), 'isr-many-'));
  const one = join(dir, 'one.wav');
  execFileSync('sox', ['-n', '-r', '8000', '-b', '16', one, 'synth', '0.5', 'sine', '440']);
  let first = '';
  for (let i = 0; i < n; i++) {
    const at = new Date(Date.UTC(2026, 7, 1) + Math.floor(i / 1000) * 86400000 + (i % 1000) * 86000).toISOString();
    const folder = join(dir, 'recordings/yard', at.slice(0, 10));
    const path = join(folder, `yard_${at.slice(0, 19).replace(/[-:]/g, '')}+0000.wav`);
    if (i % 1000 === 0) {
      mkdirSync(folder, { recursive: true });
      copyFileSync(one, path);
      first = path;
    } else linkSync(first, path);
  }
  const daemon = await Daemon.start(STUDIO, '', { dir });
  await until(() => `${n} recordings: ${daemon.log.slice(-400)}`, async () => {
    const { days } = await daemon.json('/api/days');
    return days.reduce((sum, day) => sum + day.files, 0) >= n;
  }, 600000);
  return daemon;
}

const METERS = ['garden', 'street', 'hall', 'yard'].map((name) => `[live-${name}]\ntype = test\n`).join('');

/** @param {any} chromium @param {{runs: number, many: number, seconds: number}} how @returns {Promise<Record<string, number>>} */
export async function measure(chromium, { runs, many, seconds }) {
  const found = {};
  const small = await archive();
  try {
    await analyse(small);
    const { cold, warm } = await interactive(chromium, small.base, runs);
    Object.assign(found, { 'interactive, cold': cold, 'interactive, warm': warm, 'click to sound': await clickToSound(chromium, small.base, runs) });
  } finally {
    await small.close();
  }
  const meters = await Daemon.start(METERS);
  try {
    found['main thread with 4 live meters'] = await mainThread(chromium, meters.base, seconds);
  } finally {
    await meters.close();
  }
  const large = await manyRecordings(many);
  try {
    const { days } = await large.json('/api/days');
    found['switching day'] = await switchingDay(chromium, large.base, days.slice(0, 6).map(({ day }) => day), runs);
    found['100,000 recordings: first view'] = (await interactive(chromium, large.base, runs)).cold;
  } finally {
    await large.close();
  }
  return found;
}
