// SPDX-License-Identifier: MIT
// state/said.js - what was said of a section is not taken back by an answer that was asked for before the server knew. Pure but for what it keeps.

/** @typedef {import('../api-review.js').Section} Section @typedef {Partial<Pick<Section, 'verdict'|'label'|'note'>>} Said */

let tick = 0;

/** Key of a section -> what was said last, and since when the server knows. @type {Map<string, {said: Said, since: number}>} */
const recent = new Map();

/** Before a question for sections; what it returns goes with the answer. */
export const asking = () => ++tick;

/** Before the server is told. @param {string} key @param {Said} said @returns {{known: () => void, refused: () => void}} */
export function saying(key, said) {
  const mine = { said, since: Infinity };
  recent.set(key, mine);
  return { known: () => { mine.since = ++tick; }, refused: () => { if (recent.get(key) === mine) recent.delete(key); } };
}

/** The sections of an answer, as they are now. @param {Section[]} sections @param {number} asked @param {(section: Section) => string} keyOf @returns {Section[]} */
export const upToDate = (sections, asked, keyOf) => sections.map((one) => {
  const mine = recent.get(keyOf(one));
  return mine && mine.since > asked ? { ...one, ...mine.said } : one;
});
