// SPDX-License-Identifier: MIT
// rows.js - what is unfolded in the rows of recordings: one of them plays, some show their titles.
import { signal } from '../vendor/signals-core.js';

/** @typedef {{name: string, from: number}} Playing `from`: the second at which it begins */
/** @typedef {Record<string, import('../api.js').Title[]|null>} OpenTitles null until they arrive */

export const playing = signal(/** @type {Playing|null} */ (null));
export const titles = signal(/** @type {OpenTitles} */ ({}));

/** @param {Playing|null} now @param {string} name @returns {Playing|null} */
export const toggled = (now, name) => (now?.name === name ? null : { name, from: 0 });

/** @param {OpenTitles} open @param {string} name @returns {OpenTitles} */
export const withTitlesToggled = (open, name) => {
  const { [name]: known, ...rest } = open;
  return known === undefined ? { ...open, [name]: null } : rest;
};

/** Titles arrived, oldest first. @param {OpenTitles} open @param {string} name @param {import('../api.js').Title[]} list @returns {OpenTitles} */
export const withTitles = (open, name, list) => (open[name] === undefined ? open : { ...open, [name]: list });
