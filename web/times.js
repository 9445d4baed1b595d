// SPDX-License-Identifier: MIT
// times.js - times as people type them: m:ss and h:mm:ss into a recording, or the clock. Pure.
import { SECOND, clockOf, dayOf, instant } from './zone.js';

/** Seconds of "1:02", "1:02:03.5", "62,5"; null where it is none. @param {string} text */
export function seconds(text) {
  const match = /^(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,6})(?:[.,](\d{1,6}))?$/.exec(text.trim());
  if (!match) return null;
  const [, h = '0', m = '0', s, digits = ''] = match;
  if (match[2] !== undefined && Number(s) > 59) return null;
  if (match[1] !== undefined && Number(m) > 59) return null;
  return Number(h) * 3600 + Number(m) * 60 + Number(s) + Number(`0.${digits || '0'}`);
}

/** The instant that somebody means. Three parts are the clock where the clock falls into the recording, else a position; fewer are a
 *  position. A clock time is that of the day of @near, or of the day before or after when that is nearer; a clock time that comes twice
 *  is the one nearer to @near. Without a recording everything with a colon is the clock.
 *  @param {string} text @param {{start_us: number, end_us: number}|null} file @param {string} zone @param {number} near
 *  @returns {number|null} */
export function instantOf(text, file, zone, near) {
  const found = seconds(text);
  if (found === null) return null;
  const parts = text.split(':').length;
  const position = file ? Math.round(file.start_us + found * SECOND) : null;
  if (position !== null && parts < 3) return position;
  if (parts < 2) return null;
  const clock = clockNear(parts === 2 ? minutes(text) : found, zone, near);
  if (position === null || clock === null) return clock ?? position;
  if (file && clock >= file.start_us && clock <= file.end_us) return clock;
  return file && position <= file.end_us ? position : clock;
}

/** "10:32" on a clock. @param {string} text */
const minutes = (text) => (seconds(text) ?? 0) * 60;

/** @param {number} ofDay seconds @param {string} zone @param {number} near */
function clockNear(ofDay, zone, near) {
  if (ofDay >= 86400) return null;
  const day = dayOf(near, zone);
  const list = [-1, 0, 1].map((n) => instant(shifted(day, n), ofDay, zone, near));
  return Math.round(list.reduce((best, us) => (Math.abs(us - near) < Math.abs(best - near) ? us : best)));
}

/** @param {string} day @param {number} n */
const shifted = (day, n) => new Date(Date.parse(`${day}T00:00:00Z`) + n * 86400000).toISOString().slice(0, 10);

/** Position in a recording as people write it: "2:05.3", "1:02:05.3". @param {number} us since its first sample */
export function position(us) {
  const tenths = Math.max(0, Math.floor(us / 100000));
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(tenths / 36000), Math.floor(tenths / 600) % 60, Math.floor(tenths / 10) % 60];
  return `${h ? `${h}:${two(m)}` : m}:${two(s)}.${tenths % 10}`;
}

/** The clock with tenths: what cut fields show. @param {number} us @param {string} zone */
export const clockTenths = (us, zone) => clockOf(us, zone, 1);
