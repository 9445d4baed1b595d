// SPDX-License-Identifier: MIT
// found.js - titles that were searched for.
import { unasked } from '../asked.js';

/** @typedef {{titles: import('../api.js').Title[], next: string|null}} Found */

/** @type {{value: import('../asked.js').Asked<Found>, peek(): import('../asked.js').Asked<Found>}} */
export const found = unasked();

/** A further page. @param {Found|null} before @param {Found} page @returns {Found} */
export const withPage = (before, page) => ({ titles: [...(before?.titles ?? []), ...page.titles], next: page.next });

/** In groups of a day, as they come. @param {import('../api.js').Title[]} titles */
export function byDay(titles) {
  /** @type {{day: string, titles: import('../api.js').Title[]}[]} */
  const groups = [];
  for (const title of titles) {
    const day = title.at.slice(0, 10);
    if (groups.at(-1)?.day !== day) groups.push({ day, titles: [] });
    groups[groups.length - 1].titles.push(title);
  }
  return groups;
}
