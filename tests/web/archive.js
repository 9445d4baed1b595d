// SPDX-License-Identifier: MIT
// archive.js - an archive of three days with loud events at known times, before a real daemon.
//
// garden and street are recordings of before: nothing records them now, so the tests see the same each time.
// A source "studio" may record beside them. All times are of the zone UTC unless a test says otherwise.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Daemon, root, until } from './support.js';

const run = promisify(execFile);

/** A tone of `length` seconds at `at` seconds of the file, this many dBFS loud. @typedef {{at: number, length: number, level: number}} Loud */
/** @typedef {{source: string, start: string, seconds: number, ext: 'flac'|'mp3', events: Loud[]}} Piece `start`: 2026-11-20T10:00:00+0000 */

const loud = (at, length = 3, level = -20) => ({ at, length, level });
const piece = (source, start, events = [], ext = 'flac', seconds = 300) => ({ source, start, seconds, ext, events });

/** What lies in the archive. Between 10:10 and 10:15 of the 19th garden has a hole. @type {Piece[]} */
export const PIECES = [
  piece('garden', '2026-11-18T08:00:00+0000', [loud(30), loud(120, 5, -12)]),
  piece('garden', '2026-11-18T08:05:00+0000'),
  piece('street', '2026-11-18T08:00:00+0000', [loud(200, 4, -15)], 'mp3'),
  piece('garden', '2026-11-19T10:00:00+0000', [loud(60), loud(150, 2, -25), loud(240, 6, -9)]),
  piece('garden', '2026-11-19T10:05:00+0000', [loud(10)]),
  piece('garden', '2026-11-19T10:15:00+0000', [loud(100, 8, -18)]),
  piece('street', '2026-11-19T10:00:00+0000', [loud(100)], 'mp3'),
  piece('street', '2026-11-19T10:05:00+0000', [], 'mp3'),
  piece('garden', '2026-11-20T09:00:00+0000', [loud(20, 3, -14), loud(80, 2, -22), loud(200, 10, -10)]),
  piece('garden', '2026-11-20T09:05:00+0000', [loud(45, 4, -16)]),
  piece('garden', '2026-11-20T09:10:00+0000'),
  piece('street', '2026-11-20T09:00:00+0000', [loud(130, 5, -13)], 'mp3'),
];

export const DAYS = ['2026-11-20', '2026-11-19', '2026-11-18'];

/** Events of a day, by time: what the analysis has to find. @param {string} day @param {Piece[]} [pieces] */
export const eventsOf = (day, pieces = PIECES) => pieces.filter(({ start }) => start.startsWith(day))
  .flatMap(({ source, start, events }) => events.map((one) => ({ source, start_us: Date.parse(start.replace(/(\d\d)(\d\d)$/, '$1:$2')) * 1000 + one.at * 1e6, ...one })))
  .sort((a, b) => a.start_us - b.start_us);

/** The name that ISR itself would give. @param {Piece} piece */
export const nameOf = ({ source, start, ext }) => `${source}/${start.slice(0, 10)}/${source}_${start.replace(/[-:]/g, '')}.${ext}`;

const CODEC = { flac: ['-c:a', 'flac', '-sample_fmt', 's16'], mp3: ['-c:a', 'libmp3lame', '-b:a', '64k'] };

/** Noise of a quiet room, and the tones; made once, then copied. @param {Piece} one */
async function make(one) {
  const kept = join(root, 'build/tests/web/pieces', `${createHash('sha256').update(JSON.stringify(one)).digest('hex').slice(0, 16)}.${one.ext}`);
  if (existsSync(kept)) return kept;
  const tones = one.events.map(({ at, length, level }) => `between(t,${at},${at + length})*${(Math.SQRT2 * 10 ** (level / 20)).toFixed(6)}*sin(2*PI*660*t)`);
  const part = `${kept}.${process.pid}.${one.ext}`;
  mkdirSync(dirname(kept), { recursive: true });
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', `aevalsrc='${['0.002*(random(0)-0.5)', ...tones].join('+')}':s=8000:d=${one.seconds}`,
    ...CODEC[one.ext], '-y', part]);
  renameSync(part, kept);
  return kept;
}

/** @param {string} dir @param {Piece} one */
async function put(dir, one) {
  const path = join(dir, 'recordings', nameOf(one));
  const made = await make(one);
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync(made, path);
}

/** Makes the files below dir/recordings. @param {string} dir @param {Piece[]} [pieces] */
export async function makeRecordings(dir, pieces = PIECES) {
  for (let i = 0; i < pieces.length; i += 2) await Promise.all(pieces.slice(i, i + 2).map((one) => put(dir, one)));
}

/** What records beside the archive. */
export const STUDIO = '[studio]\ntype = test\n';

/** A daemon over the archive, when it has found all of it.
 *  @param {{pieces?: Piece[], sources?: string, general?: string, web?: string, storage?: string}} [how] */
export async function archive({ pieces = PIECES, sources = STUDIO, general = '', web = '', storage = '' } = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'isr-web-'));
  await makeRecordings(dir, pieces);
  const daemon = await Daemon.start(`${sources}\n[storage]\n${storage}\n`, general, { dir, web });
  const wanted = new Set(pieces.map(nameOf));
  await until(() => `all recordings to be found: ${daemon.log}`, async () => {
    const { files } = await daemon.json('/api/files?limit=1000');
    return files.filter(({ name }) => wanted.has(name)).length === wanted.size;
  });
  return daemon;
}

/** Has the archive analysed, and waits for the end. @param {Daemon} daemon @param {string[]} [days] */
export async function analyse(daemon, days = DAYS) {
  const asked = await Promise.all(days.map((day) => fetch(`${daemon.base}/api/jobs?kind=analyze&day=${day}`, { method: 'POST' })));
  for (const answer of asked) if (!answer.ok) throw new Error(`analysis: ${answer.status} ${await answer.text()}`);
  await until(() => `the analysis: ${daemon.log}`, async () => {
    const { jobs } = await daemon.json('/api/jobs');
    const failed = jobs.find(({ state }) => state === 'failed');
    if (failed) throw new Error(`analysis: ${JSON.stringify(failed)}`);
    return jobs.every(({ state }) => state === 'done');
  }, 300000);
}
