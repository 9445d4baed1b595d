// SPDX-License-Identifier: MIT
// days.js - the day list: which days there are, what is unfolded, what has come meanwhile.
//
// Nothing moves under a reader: what arrives while the list is shown is kept aside
// (`held` of a day, `newer` days) and counted until the reader asks for it. What is
// there already changes in place.
import { signal } from '../vendor/signals-core.js';
import { stored } from '../stored.js';

/**
 * @typedef {import('../api.js').Recording} Recording
 * @typedef {import('../api.js').Day} Day
 * @typedef {{files: Recording[], held: Recording[], next: string|null, error: string|null}} OpenDay
 * @typedef {{days: Day[]|null, newer: Day[], open: Record<string, OpenDay|null>, total: number|null, error: string|null}} Days
 * `open` has a key for each day that is unfolded; null until its files arrive. `total`: recordings without any filter.
 */

/** @type {Days} */
export const initial = { days: null, newer: [], open: {}, total: null, error: null };

export const days = signal(initial);

/** Names of the days that are unfolded; null: the reader has not chosen yet. Outlives a reload. */
export const unfolded = stored('unfolded', /** @type {string[]|null} */ (null), 'sessionStorage');

/** @param {(s: Days) => Days} reducer */
export function update(reducer) {
  days.value = reducer(days.peek());
}

const sum = (/** @type {Day[]} */ list) => list.reduce((n, day) => n + day.files, 0);

/** What is as it was stays the same object, and who shows it is not drawn again. @template T @param {T[]} before @param {T[]} list @param {keyof T} key
 *  @returns {T[]} @before itself where nothing changed */
function kept(before, list, key) {
  const known = new Map(before.map((one) => [one[key], one]));
  const next = list.map((one) => {
    const old = known.get(one[key]);
    return old && JSON.stringify(old) === JSON.stringify(one) ? old : one;
  });
  return next.length === before.length && next.every((one, i) => one === before[i]) ? before : next;
}

/** Days arrived. @param {Day[]} list @param {{hold?: boolean, open?: string[]|null}} [how] hold: newer ones wait;
 *  open: what to unfold when the list is new, the newest if null @returns {(s: Days) => Days} */
export const withDays = (list, { hold = false, open = null } = {}) => (s) => {
  if (s.days === null) {
    const names = open ?? list.slice(0, 1).map(({ day }) => day);
    return { ...s, days: list, newer: [], error: null, open: Object.fromEntries(names.map((name) => [name, s.open[name] ?? null])) };
  }
  const newest = s.days[0]?.day;
  const newer = hold && newest ? list.filter(({ day }) => day > newest) : [];
  const next = { ...s, days: kept(s.days, list.slice(newer.length), 'day'), newer: kept(s.newer, newer, 'day'), error: null };
  return next.days === s.days && next.newer === s.newer && s.error === null ? s : next;
};

/** How many recordings there are without a filter. @param {Day[]} list @returns {(s: Days) => Days} */
export const withTotal = (list) => (s) => (s.total === sum(list) ? s : { ...s, total: sum(list) });

/** @param {string} day @returns {(s: Days) => Days} */
export const withToggled = (day) => (s) => {
  const { [day]: known, ...rest } = s.open;
  return { ...s, open: known === undefined ? { ...s.open, [day]: null } : rest };
};

/** @param {Days} s @param {string} day @param {OpenDay} open @returns {Days} */
const put = (s, day, open) => ({ ...s, open: { ...s.open, [day]: open } });

/** Newest first, each name once; the first one of a name counts. @param {Recording[]} list */
function merged(list) {
  const seen = new Set();
  return list.filter(({ name }) => !seen.has(name) && seen.add(name)).sort((a, b) => b.start_us - a.start_us);
}

/** The first page of a day, again: what is shown changes in place, what vanished goes, the pages loaded
 *  after it stay. @param {string} day @param {{files: Recording[], next: string|null}} page
 *  @param {boolean} [hold] new ones wait @returns {(s: Days) => Days} */
export const withFirstPage = (day, page, hold = false) => (s) => {
  const known = s.open[day];
  if (known === undefined) return s;
  const oldest = page.files.at(-1)?.start_us ?? 0;
  const further = page.next && known ? known.files.filter((f) => f.start_us < oldest) : [];
  const next = further.length && known ? known.next : page.next;
  const newest = known?.files[0]?.start_us;
  const held = hold && newest !== undefined ? page.files.filter((f) => f.start_us > newest && !known?.files.some(({ name }) => name === f.name)) : [];
  const names = new Set(held.map(({ name }) => name));
  const files = merged([...page.files.filter(({ name }) => !names.has(name)), ...further]);
  if (!known) return put(s, day, { files, held, next, error: null });
  const now = { files: kept(known.files, files, 'name'), held: kept(known.held, held, 'name'), next, error: null };
  return now.files === known.files && now.held === known.held && next === known.next && !known.error ? s : put(s, day, now);
};

/** A further page of a day. @param {string} day
 *  @param {{files: Recording[], next: string|null}} page @returns {(s: Days) => Days} */
export const withNextPage = (day, page) => (s) => {
  const known = s.open[day];
  if (!known) return s;
  return put(s, day, { ...known, files: merged([...known.files, ...page.files]), next: page.next, error: null });
};

/** @param {string} day @param {string} error @returns {(s: Days) => Days} */
export const withDayError = (day, error) => (s) => {
  const known = s.open[day];
  return put(s, day, { files: known?.files ?? [], held: known?.held ?? [], next: known?.next ?? null, error });
};

/** @param {Days} s @param {(list: Recording[]) => Recording[]} change @returns {Days} */
const everyDay = (s, change) => ({
  ...s, open: Object.fromEntries(Object.entries(s.open).map(([day, open]) => [day, open && { ...open, files: change(open.files) }])),
});

/** A recording changed. @param {Recording} file @returns {(s: Days) => Days} */
export const withFile = (file) => (s) => everyDay(s, (list) => list.map((one) => (one.name === file.name ? { ...one, ...file } : one)));

/** @param {string} name @returns {(s: Days) => Days} */
export const withoutFile = (name) => (s) => everyDay(s, (list) => list.filter((one) => one.name !== name));

/** The reader asked for what is new. @returns {(s: Days) => Days} */
export const withShown = () => (s) => ({
  ...s, days: [...s.newer, ...(s.days ?? [])], newer: [],
  open: Object.fromEntries([
    ...s.newer.slice(0, 1).map(({ day }) => [day, null]),
    ...Object.entries(s.open).map(([day, open]) => [day, open && { ...open, files: merged([...open.held, ...open.files]), held: [] }]),
  ]),
});

/** How many recordings wait to be shown. @param {Days} s */
export const countNew = (s) => sum(s.newer) + Object.values(s.open).reduce((n, open) => n + (open?.held.length ?? 0), 0);

/** The days between two dates, both included. @param {Day[]} list @param {string|undefined} from @param {string|undefined} to */
export const between = (list, from, to) => list.filter(({ day }) => (!from || day >= from) && (!to || day <= to));

/** Recordings in a list of days. */
export const count = sum;
