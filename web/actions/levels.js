// SPDX-License-Identifier: MIT
// actions/levels.js - levels of a span, asked once: what has been asked for is kept for a while.
import { getLevels } from '../api-review.js';

/** @typedef {import('../api-review.js').Levels} Levels */

const KEPT = 200; // answers

/** @type {Map<string, Promise<Levels|null>>} */
const answers = new Map();

/** @param {string} key @param {Promise<Levels|null>} answer */
function keep(key, answer) {
  answers.set(key, answer);
  const oldest = answers.size > KEPT ? answers.keys().next().value : undefined;
  if (oldest !== undefined) answers.delete(oldest);
}

/** Levels of a source over a span; null where the server has none. A span that ends in the future is asked again after @stamp changes.
 *  @param {string} source @param {import('../strip-geometry.js').View} view @param {number} points @param {string|number} stamp */
export function levels(source, view, points, stamp) {
  const past = view.to_us < Date.now() * 1000 - 60e6;
  const key = [source, view.from_us, view.to_us, points, past ? '' : stamp].join(' ');
  const known = answers.get(key);
  if (known) return known;
  const answer = getLevels({ source, from: view.from_us, to: view.to_us, points }).catch(() => { answers.delete(key); return null; });
  keep(key, answer);
  return answer;
}
