// SPDX-License-Identifier: MIT
// support.js - the page as it is built, a real daemon, a real Chromium.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createSocket } from 'node:dgram';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const build = resolve(process.env.ISR_BUILD ?? join(root, 'build'));
const require = createRequire(join(root, 'build/tests/web/package.json'));

/** Imports a module of the page as it was put together. @param {string} name */
export function page(name) {
  return import(pathToFileURL(join(build, 'web/page/modules', name)).href);
}

/** ms that anything is waited for: paid by failures only, and a busy machine is no failure. */
export const LIMIT = 60000;

/** Polls until condition() is truthy; fails with @what after @limit ms. */
export async function until(what, condition, limit = LIMIT) {
  const end = Date.now() + limit;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${limit} ms in vain for ${what()}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** Whether a number is nobody's: kept by a UDP socket until we end, as all tests do; and nobody listens. @param {number} port */
async function reserve(port) {
  const mark = createSocket('udp4');
  const server = createServer();
  try {
    mark.bind({ port, address: '127.0.0.1', exclusive: true });
    await once(mark, 'listening');
    mark.unref();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return true;
  } catch {
    mark.close();
    return false;
  }
}

/** Ports that no browser and no fetch() asks: https://fetch.spec.whatwg.org/#port-blocking */
const BLOCKED = [1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080];

/** A port that nobody else gets: neither another test, nor a connection that the kernel gives a number. */
async function freePort() {
  const [first, last] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'ascii').split(/\s+/).map(Number);
  const [from, to] = first > 8192 ? [1024, first] : last < 60000 ? [last + 1, 65536] : [first, last];
  for (;;) {
    const port = from + Math.floor(Math.random() * (to - from));
    if (!BLOCKED.includes(port) && await reserve(port)) return port;
  }
}

/** UTC; around its midnight a zone where it is early morning: today is today for as long as a test lasts. */
export const zone = () => ([22, 23, 0, 1].includes(new Date().getUTCHours()) ? 'Etc/GMT-6' : 'UTC');

/** [general] of a test that does not want files to end at the hour. @param {string} general */
const endless = (general) => (general.includes('split_minutes') ? general : `split_minutes = 0\n${general}`);

/** `isr config.ini` in a directory of its own. */
export class Daemon {
  /** @param {string} sources @param {string} [general] lines of [general]
   *  @param {{dir?: string, web?: string, prepare?: (dir: string) => void, disk?: string, env?: Record<string, string>}} [how] a directory that has
   *  recordings already; more lines of [web]; what else is to be in the directory; recordings lie on a disk of this size ("8m") that only the daemon
   *  sees, see inside(); its environment */
  static async start(sources, general = '', { dir = mkdtempSync(join(tmpdir(), 'isr-web-')), web = '', prepare = () => {}, disk, env } = {}) {
    const self = new Daemon();
    Object.assign(self, { disk, env });
    self.dir = dir;
    self.port = await freePort();
    self.base = `http://127.0.0.1:${self.port}`;
    writeFileSync(join(self.dir, 'config.ini'), `[general]\n${endless(general)}\n[web]\nlisten = 127.0.0.1:${self.port}\n${web}\n${sources}\n`);
    prepare(self.dir);
    await self.run();
    return self;
  }

  /** `isr serve` of recordings that lie in dir/recordings. @param {string} dir */
  static async serve(dir) {
    const self = new Daemon();
    self.dir = dir;
    self.port = await freePort();
    self.base = `http://127.0.0.1:${self.port}`;
    self.args = ['serve', 'recordings', '-o', `web.listen=127.0.0.1:${self.port}`];
    await self.run();
    return self;
  }

  async run() {
    this.log = '';
    const env = { ...process.env, TZ: 'UTC', GST_REGISTRY: join(build, 'tests/e2e-registry.bin'), ...this.env };
    const command = [join(build, 'daemon/isr'), ...(this.args ?? ['config.ini'])];
    if (this.disk) {
      mkdirSync(join(this.dir, 'recordings'), { recursive: true });
      command.unshift('unshare', ...(process.getuid?.() === 0 ? [] : ['-Ur']), '-m', 'sh', '-c', `mount -t tmpfs -o size=${this.disk} none recordings && exec "$@"`, 'sh');
    }
    this.child = spawn(command[0], command.slice(1), { cwd: this.dir, env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.child.stderr.on('data', (data) => { this.log += data; });
    await until(() => `the daemon: ${this.log}`, () => fetch(`${this.base}/healthz`).then((r) => r.ok, () => false));
  }

  /** A path of the disk that only the daemon sees. @param {string} name below recordings */
  inside(name) {
    return join(`/proc/${this.child.pid}/root`, this.dir, 'recordings', name);
  }

  /** @param {string} path */
  async json(path) {
    const answer = await fetch(this.base + path);
    return answer.json();
  }

  /** Until n files are finished. @param {number} n */
  closed(n) {
    return until(() => `${n} finished files: ${this.log}`, async () => {
      const files = (await this.json('/api/files')).files.filter((f) => !f.recording);
      return files.length >= n && files;
    });
  }

  async stop() {
    if (this.child.exitCode !== null) return this.child.exitCode;
    this.child.kill('SIGTERM');
    const [status] = await once(this.child, 'exit');
    return status;
  }

  async close() {
    await this.stop();
    rmSync(this.dir, { recursive: true });
  }
}

/** Headless Chromium that asks nobody but us. */
export async function browser() {
  const { chromium } = require('playwright-core');
  const launched = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    timeout: 3 * LIMIT,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required'],
  });
  const make = launched.newContext.bind(launched);
  launched.newContext = async (options) => {
    const context = await make(options);
    context.setDefaultTimeout(LIMIT);
    return context;
  };
  return launched;
}

/** Until keys are bound: views do that behind their first picture. */
export const settled = (tab) => tab.evaluate(() => new Promise((done) => { requestAnimationFrame(() => setTimeout(() => setTimeout(done))); }));

/** Opens the page at an address such as #/storage; everything it says or asks elsewhere is kept for the test. */
export async function open(chromium, daemon, { hash = '', ...options } = {}) {
  const context = await chromium.newContext({ locale: 'en-GB', ...options });
  const tab = await context.newPage();
  const seen = { errors: [], foreign: [], requests: [] };
  tab.on('console', (message) => message.type() === 'error' && seen.errors.push(message.text()));
  tab.on('pageerror', (error) => seen.errors.push(String(error)));
  tab.on('request', (request) => {
    seen.requests.push(request.url());
    if (!request.url().startsWith(daemon.base)) seen.foreign.push(request.url());
  });
  await tab.goto(`${daemon.base}/${hash}`);
  await tab.locator(hash.replace(/^#\/?/, '').replace(/\?.*/, '') ? 'main h1' : '#recordings').waitFor();
  await settled(tab);
  return { tab, seen, context };
}

/** Serious and critical findings of axe on what is shown. */
export async function axe(tab) {
  const source = require.resolve('axe-core/axe.min.js');
  await tab.evaluate(readFileSync(source, 'utf8'));
  const { violations } = await tab.evaluate(() => globalThis.axe.run());
  return violations.filter((v) => ['serious', 'critical'].includes(v.impact)).map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' | ')}`);
}
