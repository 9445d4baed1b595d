// SPDX-License-Identifier: MIT
// stored.js - a signal whose value outlives the page, in this browser only.
import { effect, signal } from './vendor/signals-core.js';

/** @param {'localStorage'|'sessionStorage'} where @param {string} key */
function read(where, key) {
  try {
    return JSON.parse(globalThis[where]?.getItem(key) ?? 'null');
  } catch {
    return null; // no storage here, or not ours
  }
}

/** @template T @param {string} name @param {T} initial @param {'localStorage'|'sessionStorage'} [where]
 *  @returns {{value: T, peek(): T}} */
export function stored(name, initial, where = 'localStorage') {
  const key = `isr.${name}`;
  const one = signal(/** @type {T} */ (read(where, key) ?? initial));
  let known = JSON.stringify(one.peek()); // written only when it changes: the first write of a page holds it up
  effect(() => {
    const now = JSON.stringify(one.value);
    if (now === known) return;
    known = now;
    try {
      globalThis[where]?.setItem(key, now);
    } catch { /* full or forbidden: then it lives as long as the page */ }
  });
  return one;
}
