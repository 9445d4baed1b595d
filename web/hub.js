// SPDX-License-Identifier: MIT
// hub.js - what the server's events set in motion. They say what changed, never the news
// itself: each feature says here what it asks again then. Several in a burst are one question.
import * as api from './api.js';
import { lost } from './store.js';

/** @typedef {import('./api.js').Kind} Kind @typedef {(names: Set<string>) => unknown} Load */

const PAUSE_MS = 150;

/** @type {Map<Kind, Set<Load>>} */
const loads = new Map();
/** @type {Set<() => unknown>} */
const again = new Set();
/** @type {Set<(levels: import('./api.js').Level[]) => void>} */
const meters = new Set();
/** @type {Map<Kind, Set<string>>} */
const waiting = new Map();

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
      call(loads.get(kind), names);
    }, PAUSE_MS);
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
