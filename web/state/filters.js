// SPDX-License-Identifier: MIT
// filters.js - what the list is narrowed to. The filters themselves lie in the address; here is what they hide.
import { signal } from '../vendor/signals-core.js';

/** @typedef {'q'|'source'|'from'|'to'} Key */
/** @typedef {Partial<Record<Key, string>>} Filters */

/** @type {Key[]} */
export const KEYS = ['q', 'source', 'from', 'to'];

/** How many recordings each filter alone takes away. */
export const hides = signal(/** @type {Partial<Record<Key, number>>} */ ({}));

/** The filters that are set. @param {import('../route.js').Route} route @returns {Filters} */
export const filtersOf = (route) => Object.fromEntries(KEYS.filter((key) => route[key]).map((key) => [key, route[key]]));

/** The same without one of them. @param {Filters} filters @param {Key} key @returns {Filters} */
export const without = (filters, key) => Object.fromEntries(Object.entries(filters).filter(([name]) => name !== key));

/** The filter that hides most; null when that says nothing. @param {Partial<Record<Key, number>>} hidden @returns {Key|null} */
export function strongest(hidden) {
  const list = /** @type {[Key, number][]} */ (Object.entries(hidden)).filter(([, n]) => n > 0).sort(([, a], [, b]) => b - a);
  return list.length > 1 ? list[0][0] : null;
}
