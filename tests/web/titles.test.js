// SPDX-License-Identifier: MIT
// The titles of a stream on the page: a station that names what it plays, recorded while we look.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { Daemon, axe, browser, open, until } from './support.js';

const RATE = 16000; // bytes a second
const TITLES = ['Die Ärzte - "Live"', 'Second'];

/** A block of ICY metadata. @param {string} title */
function block(title) {
  const text = Buffer.from(`StreamTitle='${title}';`);
  const size = Math.ceil(text.length / 16);
  return Buffer.concat([Buffer.from([size]), text, Buffer.alloc(size * 16 - text.length)]);
}

/** A second of audio a second, each followed by a title: the first one for three seconds, then the second one. */
function station() {
  const mp3 = execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'sine=440:d=60', '-c:a', 'libmp3lame', '-b:a', '128k', '-write_xing', '0', '-id3v2_version', '0', '-f', 'mp3', '-']);
  return createServer((_, answer) => {
    let n = 0;
    answer.writeHead(200, { 'Content-Type': 'audio/mpeg', 'icy-metaint': String(RATE) });
    const timer = setInterval(() => {
      answer.write(mp3.subarray((n * RATE) % (mp3.length - RATE), ((n * RATE) % (mp3.length - RATE)) + RATE));
      answer.write(block(TITLES[n++ < 3 ? 0 : 1]));
    }, 1000);
    answer.on('close', () => clearInterval(timer));
  }).listen(0, '127.0.0.1');
}

let server;
let daemon;
let chromium;

before(async () => {
  server = station();
  await once(server, 'listening');
  daemon = await Daemon.start(`[radio]\ntype = stream\nurl = http://127.0.0.1:${server.address().port}/live.mp3\n[studio]\ntype = test\n`, 'http_source = souphttpsrc\n');
  chromium = await browser();
  await until(() => `titles: ${daemon.log}`, async () => (await daemon.json('/api/titles')).titles.length === 2);
  // so much that there is something to play behind the second one
  await until(() => 'ten seconds of the station', async () => (await daemon.json('/api/files?source=radio')).files.some((f) => f.duration > 10));
});

after(async () => {
  await chromium?.close();
  await daemon?.close();
  server?.closeAllConnections();
  server?.close();
});

test('a recording of a stream unfolds its titles; a click plays from there', async () => {
  const { tab, seen, context } = await open(chromium, daemon);
  const row = tab.locator('.file').filter({ hasText: 'radio' }).first();
  await row.getByRole('button', { name: /^Titles of/ }).click();
  const items = row.locator('.titles li');
  await until(() => 'two titles', async () => (await items.count()) === 2);
  assert.match(await items.nth(0).innerText(), /^\d\d:\d\d:\d\d\s+Die Ärzte - "Live"$/);
  assert.deepEqual(await axe(tab), []);
  await items.nth(1).getByRole('button').click();
  const [title] = (await daemon.json('/api/titles')).titles;
  await until(() => 'sound from there on', () => tab.locator('audio').evaluate((a, from) => a.currentTime > from, title.offset));
  assert.match(await (await fetch(new URL(await row.getByRole('link', { name: 'Cue sheet' }).getAttribute('href'), daemon.base))).text(), /TITLE "'Live'"\n {4}PERFORMER "Die Ärzte"/);
  assert.equal(await tab.locator('.file').filter({ hasText: 'studio' }).getByRole('button', { name: /^Titles of/ }).count(), 0);
  assert.deepEqual(seen.errors, []);
  await context.close();
});
