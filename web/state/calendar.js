// SPDX-License-Identifier: MIT
// calendar.js - days as months of weeks, and what of a day is there. Pure, but for what was asked.
import { unasked } from '../asked.js';

/** @typedef {import('../api.js').Day} Day */
/** @typedef {{day: string, known: Day|null}} Cell @typedef {{month: string, weeks: (Cell|null)[][]}} Month */

/** @type {{value: import('../asked.js').Asked<Day[]>, peek(): import('../asked.js').Asked<Day[]>}} */
export const days = unasked();

/** @type {{value: import('../asked.js').Asked<import('../api.js').Coverage[]>, peek(): import('../asked.js').Asked<import('../api.js').Coverage[]>}} */
export const holes = unasked();

const utc = (/** @type {number} */ y, /** @type {number} */ m, /** @type {number} */ d) => new Date(Date.UTC(y, m, d));

/** A month, its weeks from Monday on; null: not of this month. @param {string} month 2026-11 @param {Map<string, Day>} known @returns {Month} */
export function weeksOf(month, known) {
  const [y, m] = month.split('-').map(Number);
  const before = (utc(y, m - 1, 1).getUTCDay() + 6) % 7;
  const length = utc(y, m, 0).getUTCDate();
  const cells = Array.from({ length: Math.ceil((before + length) / 7) * 7 }, (_, i) => {
    const day = `${month}-${String(i - before + 1).padStart(2, '0')}`;
    return i < before || i >= before + length ? null : { day, known: known.get(day) ?? null };
  });
  return { month, weeks: Array.from({ length: cells.length / 7 }, (_, i) => cells.slice(i * 7, i * 7 + 7)) };
}

/** Months from the newest day back to the oldest, also those without any recording. @param {Day[]} list newest first @returns {Month[]} */
export function monthsOf(list) {
  if (!list.length) return [];
  const known = new Map(list.map((one) => [one.day, one]));
  const [first, last] = [list[list.length - 1].day.slice(0, 7), list[0].day.slice(0, 7)];
  const months = [];
  for (let month = last; month >= first;) {
    months.push(weeksOf(month, known));
    const [y, m] = month.split('-').map(Number);
    month = utc(y, m - 2, 1).toISOString().slice(0, 7);
  }
  return months;
}

/** Where a hole lies in its day, as shares of it. @param {{from_us: number, to_us: number}} day @param {{start_us: number, end_us: number}} gap */
export function place(day, gap) {
  const length = day.to_us - day.from_us || 1;
  const from = Math.max(0, (gap.start_us - day.from_us) / length);
  return { from, share: Math.min(1, (gap.end_us - day.from_us) / length) - from };
}
