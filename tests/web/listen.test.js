// SPDX-License-Identifier: MIT
// Listening while it is recorded: what a real browser makes of files that grow, and of
// sources as they are now. Streams come from a server here, at the pace of their sound.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Daemon, browser, open, until } from './support.js';

const SECONDS = 300;
const streams = {
  mp3: { type: 'audio/mpeg', encode: ['-c:a', 'libmp3lame', '-b:a', '128k', '-write_xing', '0', '-id3v2_version', '0', '-f', 'mp3'] },
  opus: { type: 'application/ogg', encode: ['-c:a', 'libopus', '-b:a', '64k', '-page_duration', '200000', '-f', 'ogg'] },
};
const sources = ['mp3', 'opus', 'wav', 'flac'];
let dir;
let radio;
let daemon;
let chromium;

/** The beginning at once, as servers do, the rest at the pace of its sound. */
function serve(request, answer) {
  const { type, data } = streams[request.url.slice(1)];
  const rate = data.length / SECONDS;
  const begun = Date.now();
  let sent = 0;
  answer.writeHead(200, { 'Content-Type': type });
  const timer = setInterval(() => {
    const end = Math.min(data.length, Math.floor(rate * (4 + (Date.now() - begun) / 1000)));
    answer.write(data.subarray(sent, end));
    sent = end;
    if (sent === data.length) clearInterval(timer);
  }, 100);
  answer.on('close', () => clearInterval(timer));
}

before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'isr-listen-'));
  for (const [name, stream] of Object.entries(streams)) {
    const file = join(dir, name);
    execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', `aevalsrc=0.2*sin(2*PI*440*t)+0.1*random(0):s=48000:d=${SECONDS}`, ...stream.encode, file]);
    stream.data = readFileSync(file);
  }
  radio = createServer(serve).listen(0, '127.0.0.1');
  await once(radio, 'listening');
  const url = (name) => `[${name}]\ntype = stream\nurl = http://127.0.0.1:${radio.address().port}/${name}\n`;
  daemon = await Daemon.start(`${url('mp3')}${url('opus')}[wav]\ntype = test\nformat = wav\n[flac]\ntype = test\nformat = flac\n`, 'split_minutes = 0\n');
  chromium = await browser();
});

after(async () => {
  await chromium?.close();
  await daemon?.close();
  radio?.closeAllConnections();
  radio?.close();
  rmSync(dir, { recursive: true });
});

/** The file of the source that is being written, once it has so many seconds. */
function growing(source, seconds) {
  return until(() => `${seconds} s of ${source}: ${daemon.log}`, async () => {
    const { files } = await daemon.json(`/api/files?source=${source}`);
    return files.find((f) => f.recording && f.duration >= seconds);
  });
}

/** An <audio> of its own in the page. */
async function listen(tab, address) {
  await tab.evaluate((src) => {
    const audio = document.createElement('audio');
    audio.id = 'ear';
    audio.src = src;
    audio.addEventListener('error', () => { audio.dataset.error = audio.error.message; });
    document.getElementById('ear')?.remove();
    document.body.append(audio);
    return audio.play();
  }, address);
  const ear = tab.locator('#ear');
  await until(() => 'sound', () => ear.evaluate((a) => {
    if (a.dataset.error) throw new Error(a.dataset.error);
    return a.currentTime > 0.3;
  }));
  return ear;
}

for (const source of sources) {
  test(`a growing ${source} file plays, knows how long it is now, and is sought in`, async () => {
    const { tab, context } = await open(chromium, daemon);
    const file = await growing(source, 5);
    const address = `/stream/${encodeURIComponent(file.name)}`;
    const ear = await listen(tab, address);
    const duration = await ear.evaluate((a) => a.duration);
    assert.ok(duration === Infinity || duration > 4, String(duration));
    await ear.evaluate((a) => { a.pause(); a.currentTime = 3.5; });
    await until(() => 'the seek', () => ear.evaluate((a) => !a.seeking && a.currentTime >= 3.5 && a.currentTime < 4.5));
    // who asks again gets what came since
    const more = await growing(source, file.duration + 2);
    const again = await listen(tab, `${address}?again`);
    const longer = await again.evaluate((a) => a.duration);
    assert.ok(longer === Infinity || longer > duration, `${longer} after ${duration}, ${more.duration}`);
    await again.evaluate((a) => { a.currentTime = 6; });
    await until(() => 'the seek', () => again.evaluate((a) => !a.seeking && a.currentTime >= 6));
    await context.close();
  });
}

for (const source of sources) {
  test(`${source} is heard live, by one who comes late`, async () => {
    const { tab, context } = await open(chromium, daemon);
    await growing(source, 3);
    const ear = await listen(tab, `/live/${source}`);
    await until(() => 'two seconds', () => ear.evaluate((a) => a.currentTime > 2));
    assert.equal(await ear.evaluate((a) => a.error), null);
    await context.close();
  });
}

test('a clip plays at once, and is sought in', async () => {
  const { tab, context } = await open(chromium, daemon);
  const file = await growing('flac', 8);
  const ear = await listen(tab, `/api/clip?file=${encodeURIComponent(file.name)}&start=1&end=7`);
  assert.ok(Math.abs(await ear.evaluate((a) => a.duration) - 6) < 0.01);
  await ear.evaluate((a) => { a.pause(); a.currentTime = 4; });
  await until(() => 'the seek', () => ear.evaluate((a) => !a.seeking && a.currentTime >= 4 && a.currentTime < 5));
  await context.close();
});

test('a cut of every format plays alone', async () => {
  const { tab, context } = await open(chromium, daemon);
  for (const source of sources) {
    const file = await growing(source, 8);
    const ear = await listen(tab, `/api/cut?file=${encodeURIComponent(file.name)}&start=2&end=5`);
    const duration = await ear.evaluate((a) => a.duration);
    assert.ok(Math.abs(duration - 3) < 0.15, `${source}: ${duration}`);
  }
  await context.close();
});
