// SPDX-License-Identifier: MIT
// format.js - numbers and times as people read them. Pure.
import { date, number } from './intl.js';

/** 0:07, 12:07, 3:12:07; what is shorter than a second has its tenths: 0:00.5; – is not known. @param {number|null} seconds */
export function duration(seconds) {
  if (seconds === null) return '–';
  if (seconds > 0 && seconds < 1) return `0:00.${Math.max(1, Math.floor(seconds * 10))}`;
  const total = Math.floor(seconds);
  const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A share of one, never rounded up to a whole: 100%, 99.9%, 98.2%. @param {number} share @param {string} [lang] */
export function share(share, lang = 'en') {
  const floor = share >= 1 ? 1 : Math.min(0.999, Math.floor(share * 1000) / 1000);
  return number(lang, { style: 'percent', maximumFractionDigits: 1 }).format(floor);
}

/** A length in words, its two largest units: "1 hr 4 min", "1 min 5 sec", "0.25 sec". @param {number} seconds @param {string} [lang] */
export function length(seconds, lang = 'en') {
  const of = (/** @type {number} */ value, /** @type {string} */ unit) =>
    number(lang, { style: 'unit', unit, unitDisplay: 'short', maximumSignificantDigits: 3 }).format(value);
  if (seconds < 10) return of(seconds, 'second');
  const total = Math.round(seconds);
  if (total < 60) return of(total, 'second');
  const [large, small] = total < 3600 ? ['minute', 'second'] : ['hour', 'minute'];
  const units = total < 3600 ? total : Math.floor(total / 60);
  return units % 60 ? `${of(Math.floor(units / 60), large)} ${of(units % 60, small)}` : of(units / 60, large);
}

/** "12.5 dB", "−38 dB". @param {number} db @param {string} [lang] */
export const decibel = (db, lang = 'en') => `${number(lang, { maximumFractionDigits: 1 }).format(db).replace('-', '−')} dB`;

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** SI units: 999 B, 1.2 MB, 34 MB. @param {number} bytes @param {string} [lang] */
export function bytes(bytes, lang = 'en') {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** power;
  const digits = power > 0 && value < 10 ? 1 : 0;
  return `${number(lang, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value)} ${UNITS[power]}`;
}

/** The wall clock of the recording's own zone: "10:00:05" of an ISO 8601 time with offset. @param {string} iso */
export const clock = (iso) => iso.slice(11, 19);

/** "Friday, 20 November 2026". @param {string} day YYYY-MM-DD @param {string} [lang] @param {'full'|'long'|'medium'} [style] */
export function day(day, lang = 'en', style = 'full') {
  const [y, m, d] = day.split('-').map(Number);
  const time = Date.UTC(y, m - 1, d);
  return Number.isNaN(time) ? day : date(lang, { dateStyle: style, timeZone: 'UTC' }).format(time);
}

/** "20 Nov". @param {string} day YYYY-MM-DD @param {string} [lang] */
export function dayShort(day, lang = 'en') {
  const [y, m, d] = day.split('-').map(Number);
  return date(lang, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(Date.UTC(y, m - 1, d));
}

/** "−52.3 dB", "–" where there is none; a true minus, so that columns align. @param {number|null|undefined} level dBFS @param {string} [lang] */
export const decibels = (level, lang = 'en') =>
  (level === null || level === undefined ? '–' : `${number(lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(level).replace('-', '−')} dB`);

/** "20 Nov, 10:00" of an ISO 8601 time, on its own wall clock. @param {string} iso @param {string} [lang] */
export const moment = (iso, lang = 'en') =>
  date(lang, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }).format(Date.parse(`${iso.slice(0, 19)}Z`));
