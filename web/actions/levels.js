// SPDX-License-Identifier: MIT
// actions/levels.js - levels of a span, asked once: what has been asked for is kept for a while.
import { getLevels } from '../api-review.js';

/** @typedef {import('../api-review.js').Levels} Levels @typedef {import('../strip-geometry.js').View} View */

const KEPT = 400; // answers
const AT_ONCE = 2; // questions of rows: a browser has six connections, and a click must not wait behind pictures

/** @type {Map<string, Promise<Levels|null>>} */
const answers = new Map();

/** @param {string} key @param {Promise<Levels|null>} answer */
function keep(key, answer) {
  answers.set(key, answer);
  const oldest = answers.size > KEPT ? answers.keys().next().value : undefined;
  if (oldest !== undefined) answers.delete(oldest);
}

/** A span that ends in the future is asked again after @stamp changes. @param {string} source @param {View} view @param {number} points @param {string|number} stamp */
function keyOf(source, view, points, stamp) {
  const past = view.to_us < Date.now() * 1000 - 60e6;
  return [source, view.from_us, view.to_us, points, past ? '' : stamp].join(' ');
}

/** Levels of a source over a span; null where the server has none.
 *  @param {string} source @param {View} view @param {number} points @param {string|number} stamp */
export function levels(source, view, points, stamp) {
  const key = keyOf(source, view, points, stamp);
  const known = answers.get(key);
  if (known) return known;
  const answer = getLevels({ source, from: view.from_us, to: view.to_us, points }).catch(() => { answers.delete(key); return null; });
  keep(key, answer);
  return answer;
}

/** @type {{run: () => Promise<unknown>, drop: () => void, wanted: () => boolean}[]} */
const line = [];
let running = 0;

/** The newest first: that one is in sight. */
function next() {
  while (running < AT_ONCE && line.length) {
    const one = /** @type {typeof line[number]} */ (line.pop());
    if (!one.wanted()) { one.drop(); continue; }
    running++;
    one.run().finally(() => { running--; next(); });
  }
}

/** The same of one of many rows: in turn, and only as long as it is wanted. @param {string} source @param {View} view @param {number} points
 *  @param {string|number} stamp @param {() => boolean} wanted @returns {Promise<Levels|null>} */
export function rowLevels(source, view, points, stamp, wanted) {
  const known = answers.get(keyOf(source, view, points, stamp));
  if (known) return known;
  return new Promise((done) => {
    line.push({ run: () => levels(source, view, points, stamp).then(done), drop: () => done(null), wanted });
    next();
  });
}
