// SPDX-License-Identifier: MIT
// hub.js - what the server's events set in motion. They say what changed, never the news
// itself: each feature says here what it asks again then. Several in a burst are one question,
// and of what comes all the time (where it is loud, a section every second) there is one in five seconds.
import * as api from './api.js';
import { lost } from './store.js';

/** @typedef {import('./api.js').Kind} Kind @typedef {(names: Set<string>) => unknown} Load */

const PAUSE_MS = 150;

/** How long a kind rests after it was told. @type {Partial<Record<Kind, number>>} */
const REST_MS = { section: 5000 };

/** @type {Map<Kind, Set<Load>>} */
const loads = new Map();
/** @type {Set<() => unknown>} */
const again = new Set();
/** @type {Set<(levels: import('./api.js').Level[]) => void>} */
const meters = new Set();
/** @type {Map<Kind, Set<string>>} */
const waiting = new Map();
/** When a kind was told last, ms. @type {Map<Kind, number>} */
const told = new Map();

/** Calls @load with the names that changed when things of these kinds did, and after the server was away.
 *  @param {Kind[]} kinds @param {Load} load @returns {() => void} ends it */
export function onChange(kinds, load) {
  for (const kind of kinds) loads.set(kind, (loads.get(kind) ?? new Set()).add(load));
  return () => { for (const kind of kinds) loads.get(kind)?.delete(load); };
}

/** Calls @load when the server is back after it was lost. @param {() => unknown} load @returns {() => void} */
export function onReturn(load) {
  again.add(load);
  return () => { again.delete(load); };
}

/** Once a second what every source's sound is like. @param {(levels: import('./api.js').Level[]) => void} take @returns {() => void} */
export function onLevels(take) {
  meters.add(take);
  return () => { meters.delete(take); };
}

/** @param {Iterable<Load>|undefined} list @param {Set<string>} names */
const call = (list, names) => Promise.all([...(list ?? [])].map((load) => load(names))).catch(() => {});

/** @param {Kind} kind @param {string} name */
function changed(kind, name) {
  const known = waiting.get(kind);
  if (known) known.add(name);
  else {
    waiting.set(kind, new Set([name]));
    setTimeout(() => {
      const names = waiting.get(kind) ?? new Set();
      waiting.delete(kind);
      told.set(kind, Date.now());
      call(loads.get(kind), names);
    }, Math.max(PAUSE_MS, (told.get(kind) ?? 0) + (REST_MS[kind] ?? 0) - Date.now()));
  }
}

function connected() {
  if (lost.peek() === null) return;
  lost.value = null;
  Promise.all([...again].map((load) => load())).catch(() => {});
}

const gone = () => { if (lost.peek() === null) lost.value = Date.now(); };

export const follow = () => api.listen({
  onOpen: connected,
  onLost: gone,
  onChange: changed,
  onLevels: (levels) => meters.forEach((take) => take(levels)),
});
