// SPDX-License-Identifier: MIT
// store.js - the state of the page: one signal, changed by pure reducers only.
import { signal } from './vendor/signals-core.js';

/**
 * @typedef {{files: import('./api.js').Recording[], next: string|null, error: string|null}} OpenDay
 * @typedef {{file: import('./api.js').Recording, titles: import('./api.js').Title[]|null}} OpenTitles
 * @typedef {{
 *   connection: {lost: number|null}, config: import('./api.js').Config|null,
 *   sources: import('./api.js').Source[]|null, days: import('./api.js').Day[]|null,
 *   open: Record<string, OpenDay|null>, coverage: Record<string, import('./api.js').Coverage[]>,
 *   titles: Record<string, OpenTitles>, playing: string|null, from: number, error: string|null, announcement: string
 * }} State
 * `open` has a key for each day that is unfolded; null until its files arrive. `titles` the same for
 * recordings whose titles are shown. `coverage`: of days that are or were unfolded. `from`: second at which `playing` begins.
 */

/** @type {State} */
export const initial = {
  connection: { lost: null }, config: null, sources: null, days: null,
  open: {}, coverage: {}, titles: {}, playing: null, from: 0, error: null, announcement: '',
};

export const state = signal(initial);

/** Applies a reducer to the state. @param {(s: State) => State} reducer */
export function update(reducer) {
  state.value = reducer(state.value);
}

/** Days arrived: what is unfolded stays so; at first the newest day is.
 *  @param {import('./api.js').Day[]} days @returns {(s: State) => State} */
export const withDays = (days) => (s) => {
  if (s.days !== null || !days.length) return { ...s, days, error: null };
  return { ...s, days, error: null, open: { [days[0].day]: null } };
};

/** @param {string} day @returns {(s: State) => State} */
export const withToggled = (day) => (s) => {
  const { [day]: known, ...rest } = s.open;
  return { ...s, open: known === undefined ? { ...s.open, [day]: null } : rest };
};

/** The first page of a day: it replaces what is there, but keeps the pages that were loaded after it.
 *  @param {string} day @param {{files: import('./api.js').Recording[], next: string|null}} page
 *  @returns {(s: State) => State} */
export const withFirstPage = (day, page) => (s) => {
  const known = s.open[day];
  if (known === undefined) return s;
  const oldest = page.files.at(-1)?.start_us ?? 0;
  const fresh = new Set(page.files.map((f) => f.name));
  const kept = page.next && known ? known.files.filter((f) => f.start_us < oldest && !fresh.has(f.name)) : [];
  const next = kept.length && known ? known.next : page.next;
  return { ...s, open: { ...s.open, [day]: { files: [...page.files, ...kept], next, error: null } } };
};

/** A further page of a day. @param {string} day
 *  @param {{files: import('./api.js').Recording[], next: string|null}} page @returns {(s: State) => State} */
export const withNextPage = (day, page) => (s) => {
  const known = s.open[day];
  if (!known) return s;
  const names = new Set(known.files.map((f) => f.name));
  const files = [...known.files, ...page.files.filter((f) => !names.has(f.name))];
  return { ...s, open: { ...s.open, [day]: { files, next: page.next, error: null } } };
};

/** @param {string} day @param {string} error @returns {(s: State) => State} */
export const withDayError = (day, error) => (s) => {
  const known = s.open[day];
  return { ...s, open: { ...s.open, [day]: { files: known?.files ?? [], next: known?.next ?? null, error } } };
};

/** @param {string} day @param {import('./api.js').Coverage[]} list @returns {(s: State) => State} */
export const withCoverage = (day, list) => (s) => ({ ...s, coverage: { ...s.coverage, [day]: list } });

/** @param {string} name @returns {(s: State) => State} */
export const withPlaying = (name) => (s) => ({ ...s, playing: s.playing === name ? null : name, from: 0 });

/** @param {string} name @param {number} from @returns {(s: State) => State} */
export const withPlayingFrom = (name, from) => (s) => ({ ...s, playing: name, from });

/** @param {import('./api.js').Recording} file @returns {(s: State) => State} */
export const withTitlesToggled = (file) => (s) => {
  const { [file.name]: known, ...rest } = s.titles;
  return { ...s, titles: known ? rest : { ...s.titles, [file.name]: { file, titles: null } } };
};

/** Titles arrived, oldest first. @param {string} name @param {import('./api.js').Title[]} titles
 *  @returns {(s: State) => State} */
export const withTitles = (name, titles) => (s) => {
  const known = s.titles[name];
  return known ? { ...s, titles: { ...s.titles, [name]: { ...known, titles } } } : s;
};
