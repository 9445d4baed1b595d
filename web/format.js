// SPDX-License-Identifier: MIT
// format.js - numbers and times as people read them. Pure.

/** 0:07, 12:07, 3:12:07. @param {number} seconds */
export function duration(seconds) {
  const total = Math.floor(seconds);
  const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** SI units: 999 B, 1.2 MB, 34 MB. @param {number} bytes @param {string} [lang] */
export function bytes(bytes, lang = 'en') {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** power;
  const digits = power > 0 && value < 10 ? 1 : 0;
  return `${value.toLocaleString(lang, { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${UNITS[power]}`;
}

/** The wall clock of the recording's own zone: "10:00:05" of an ISO 8601 time with offset. @param {string} iso */
export const clock = (iso) => iso.slice(11, 19);

/** "Friday, 20 November 2026". @param {string} day YYYY-MM-DD @param {string} [lang] */
export function day(day, lang = 'en') {
  const [y, m, d] = day.split('-').map(Number);
  return new Intl.DateTimeFormat(lang, { dateStyle: 'full', timeZone: 'UTC' }).format(Date.UTC(y, m - 1, d));
}
