// SPDX-License-Identifier: MIT
// clock.js - the time of the server, once a second, while something that is shown grows with it.
import { computed, signal } from '../vendor/signals-core.js';
import { dayBounds, dayOf } from '../zone.js';

const STEP = 10e6;

/** What the server's clock is ahead of this one's, µs. */
let ahead = 0;

/** UTC µs of the server. */
export const now = signal(Date.now() * 1000);

/** The same in steps of ten seconds, for what is dear to draw. */
export const slow = computed(() => Math.floor(now.value / STEP) * STEP);

/** @param {number|undefined} now_us as the server said right now */
export function setClock(now_us) {
  if (now_us) ahead = now_us - Date.now() * 1000;
}

export function tick() {
  now.value = Date.now() * 1000 + ahead;
}

/** A recording as it is by now: what is being written has grown since the server told.
 *  @template {{recording: boolean, start_us: number, end_us: number, end: string, duration: number}} T
 *  @param {T} file @param {number} now_us @returns {T} */
export function grown(file, now_us) {
  if (!file.recording || now_us <= file.end_us) return file;
  const by = Math.floor((now_us - file.end_us) / 1e6) * 1e6;
  const end = new Date(Date.parse(`${file.end.slice(0, 19)}Z`) + by / 1000).toISOString().slice(0, 19) + file.end.slice(19);
  return { ...file, end_us: file.end_us + by, end, duration: file.duration + by / 1e6 };
}

/** The next instant at which files are cut: steps of so many minutes from local midnight on. null: never.
 *  @param {number} now_us @param {string} zone @param {number|undefined} minutes @param {number} [later] minutes by which all of them are moved */
export function nextCut(now_us, zone, minutes, later = 0) {
  if (!minutes) return null;
  const step = minutes * 60e6;
  const { from_us, to_us } = dayBounds(dayOf(now_us, zone), zone);
  const begin = from_us + ((later * 60e6) % step);
  const next = begin + (Math.floor((now_us - begin) / step) + 1) * step;
  return step <= to_us - from_us ? Math.round(next) : null;
}
