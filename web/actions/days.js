// SPDX-License-Identifier: MIT
// days.js - loads the day list, and does what its rows offer.
import { effect, untracked } from '../vendor/signals-core.js';
import * as api from '../api.js';
import { onChange, onReturn } from '../hub.js';
import { complain, sentence, toast } from '../notice.js';
import { route } from '../route.js';
import { between, count, days, initial, unfolded, update, withDayError, withDays, withFile, withFirstPage, withNextPage, withShown, withToggled, withTotal, withoutFile } from '../state/days.js';
import { KEYS, filtersOf, hides, without } from '../state/filters.js';
import { t } from '../text.js';

const PAGE = 100;
const GROWN_MS = 15000;

/** What the server filters by. */
const filters = () => ({ source: route.peek().source, q: route.peek().q });

const filtered = () => Object.values(filters()).some(Boolean);

/** Is somebody reading? A page in the background shows what is new at once. */
const reading = () => document.visibilityState === 'visible';

/** @param {string} day @param {boolean} [hold] */
async function loadDay(day, hold = false) {
  try {
    update(withFirstPage(day, await api.getFiles({ day, limit: PAGE, ...filters() }), hold));
  } catch (error) {
    update(withDayError(day, sentence(error)));
  }
}

/** @param {string} day */
export async function loadMore(day) {
  const cursor = days.peek().open[day]?.next;
  if (!cursor) return;
  try {
    update(withNextPage(day, await api.getFiles({ day, limit: PAGE, cursor, ...filters() })));
  } catch (error) {
    update(withDayError(day, sentence(error)));
  }
}

/** The days to unfold in a new list: what the address names, what was unfolded before, else the newest that matches.
 *  @param {import('../api.js').Day[]} list */
function toOpen(list) {
  const { day, from, to } = route.peek();
  const known = new Set(list.map((one) => one.day));
  const kept = (unfolded.peek() ?? []).filter((name) => known.has(name));
  if (day && known.has(day)) return [...new Set([day, ...kept])];
  return unfolded.peek() && !(from || to) ? kept : between(list, from, to).slice(0, 1).map((one) => one.day);
}

/** How many there are without filters, and how many each filter alone hides. */
async function loadTotal() {
  const set = filtersOf(route.peek());
  hides.value = {};
  if (!Object.keys(set).length) return;
  update(withTotal((await api.getDays()).days));
  const counted = (/** @type {import('../state/filters.js').Filters} */ { source, q, from, to }) => api.getDays({ source, q }).then((answer) => count(between(answer.days, from, to)));
  const shown = await counted(set);
  const keys = KEYS.filter((key) => set[key]);
  const more = await Promise.all(keys.map((key) => counted(without(set, key))));
  hides.value = Object.fromEntries(keys.map((key, i) => [key, Math.max(0, more[i] - shown)]));
}

/** @type {Promise<{days: import('../api.js').Day[]}>|null} */
let early = null;

/** Asks for the days before there is anything to show them: a first view waits for nothing longer. */
export function askEarly() {
  if (route.peek().view !== 'days') return;
  early = api.getDays(filters());
  early.catch(() => {}); // load() tells
}

/** @param {boolean} hold */
async function load(hold) {
  const asked = early ?? api.getDays(filters());
  early = null;
  try {
    const { days: list } = await asked;
    update(withDays(list, { hold, open: toOpen(list) }));
    if (!filtered()) update(withTotal(list));
    await Promise.all(Object.keys(days.peek().open).map((day) => loadDay(day, hold)));
  } catch (error) {
    update((s) => ({ ...s, error: sentence(error) }));
  }
}

/** Fresh news of what is shown. */
export const refresh = () => load(reading());

/** What is being written grows: its size is asked now and then, while somebody looks. */
function refreshWritten() {
  if (!reading() || route.peek().view !== 'days') return;
  for (const [day, open] of Object.entries(days.peek().open)) if (open?.files.some(({ recording }) => recording)) loadDay(day, true);
}

/** Begins anew, with other filters. */
async function restart() {
  update((s) => ({ ...initial, total: s.total }));
  await load(false);
}

/** @param {string} day */
export function toggleDay(day) {
  update(withToggled(day));
  unfolded.value = Object.keys(days.peek().open);
  if (days.peek().open[day] === null) loadDay(day);
}

export function showNew() {
  update(withShown());
  for (const [day, open] of Object.entries(days.peek().open)) if (open === null) loadDay(day);
}

/** @param {import('../api.js').Recording} file @param {boolean} on */
export async function protect(file, on) {
  try {
    update(withFile(await api.protect(file.name, on)));
  } catch (error) {
    complain(error);
  }
}

/** @param {number} id @param {string} name */
export async function restore(id, name) {
  try {
    await api.restore(id);
    toast(t('restored', { name }));
    await load(false);
  } catch (error) {
    complain(error);
  }
}

/** Into the trash, with a way back. @param {import('../api.js').Recording} file */
export async function remove(file) {
  try {
    const { trash } = await api.remove(file.name);
    update(withoutFile(file.name));
    const name = file.name.split('/').at(-1) ?? file.name;
    toast(t('deleted', { name }), { undo: () => restore(trash, name) });
  } catch (error) {
    complain(error);
  }
}

/** Follows the filters in the address, and the server's events. */
export function start() {
  let [last, counted] = ['', ''];
  effect(() => {
    const { view, source, q, day } = route.value;
    const now = JSON.stringify([source, q]);
    if (view !== 'days') return;
    if (now !== last) untracked(restart);
    else if (day && days.peek().days && days.peek().open[day] === undefined) untracked(() => toggleDay(day));
    last = now;
  });
  effect(() => {
    const { view, q, source, from, to } = route.value;
    const now = JSON.stringify([q, source, from, to]);
    if (view === 'days' && now !== counted) untracked(() => loadTotal().catch(() => {}));
    counted = now;
  });
  setInterval(refreshWritten, GROWN_MS);
  onChange(['file'], refresh);
  onChange(['gap', 'section', 'label'], refresh);
  onReturn(refresh);
  document.addEventListener('visibilitychange', () => { if (!reading()) showNew(); });
}
