// SPDX-License-Identifier: MIT
// state/review.js - the queue of a review: what is left, what was decided, what comes next. Pure but for the signal.
import { signal } from '../vendor/signals-core.js';

/**
 * @typedef {import('../api-review.js').Section} Section
 * @typedef {'unreviewed'|'kept'|'false'|'all'} Tab
 * @typedef {{sections: Section[], later: Section[], total: number, tab: Tab, label: string|null, current: string|null, kept: string|null}} Review
 * `sections` in order of time. `label`: only those of this word, or those of none; null: all. `later`: arrived while somebody reviews, not shown yet. `current`: key of the section in hand. `kept`: key of one that
 * has been decided and stays in the list of its old tab until the next one is taken, so that nothing jumps.
 */

/** @type {Tab[]} */
export const TABS = ['unreviewed', 'kept', 'false', 'all'];

/** A section is its source and start: ids are new after every re-scoring. @param {{source: string, start_us: number}} section */
export const keyOf = (section) => `${section.source} ${section.start_us}`;

/** @param {Section} section @param {Tab} tab */
const belongs = (section, tab) => tab === 'all' || (section.verdict ?? 'unreviewed') === tab;

/** What the address says for “those without a word”. */
export const NO_LABEL = '-';

/** @param {Section} section @param {string|null} label */
const named = (section, label) => label === null || (label === NO_LABEL ? !section.label : section.label === label);

/** Does the queue hold it? @param {Review} r @returns {(section: Section) => boolean} */
export const wanted = (r) => (one) => belongs(one, r.tab) && named(one, r.label);

/** Words that were given, each with how often; the most frequent first. @param {Section[]} sections @returns {[string, number][]} */
export function labelsOf(sections) {
  const n = new Map();
  for (const { label } of sections) if (label) n.set(label, (n.get(label) ?? 0) + 1);
  return [...n].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}

/** @param {Section[]} sections */
export const byTime = (sections) => [...sections].sort((a, b) => a.start_us - b.start_us || a.source.localeCompare(b.source));

/** @type {Review} */
export const nothing = { sections: [], later: [], total: 0, tab: 'unreviewed', label: null, current: null, kept: null };

export const review = signal(nothing);

/** @param {(r: Review) => Review} reducer */
export function updateReview(reducer) {
  review.value = reducer(review.peek());
}

/** The answer of the server, asked for by the reader: all of it is shown. @param {Section[]} sections @param {number} total @returns {(r: Review) => Review} */
export const withSections = (sections, total) => (r) => ({ ...r, sections: byTime(sections), later: [], total });

/** The answer of the server after news: what is known is brought up to date, what is new waits. @param {Section[]} sections @param {number} total
 *  @returns {(r: Review) => Review} */
export const withNews = (sections, total) => (r) => {
  const known = new Set(r.sections.map(keyOf));
  const fresh = new Map(sections.map((one) => [keyOf(one), one]));
  return {
    ...r, total, sections: r.sections.map((one) => fresh.get(keyOf(one)) ?? one),
    later: byTime(sections.filter((one) => !known.has(keyOf(one)))),
  };
};

/** @returns {(r: Review) => Review} */
export const withLaterShown = () => (r) => ({ ...r, sections: byTime([...r.sections, ...r.later]), later: [] });

/** @param {Tab} tab @returns {(r: Review) => Review} */
export const withTab = (tab) => (r) => ({ ...r, tab, kept: null });

/** @param {string|null} label @returns {(r: Review) => Review} */
export const withLabel = (label) => (r) => ({ ...r, label, kept: null });

/** @param {string|null} key @returns {(r: Review) => Review} */
export const withCurrent = (key) => (r) => ({ ...r, current: key, kept: null });

/** What somebody said of a section. @param {string} key @param {Partial<Section>} said verdict, label, note @returns {(r: Review) => Review} */
export const withSaid = (key, said) => (r) => ({
  ...r, kept: key, sections: r.sections.map((one) => (keyOf(one) === key ? { ...one, ...said } : one)),
});

/** What the tab lists. @param {Review} r */
export const listed = (r) => r.sections.filter((one) => wanted(r)(one) || keyOf(one) === r.kept);

/** @param {Section[]} all @param {string|null} [label] @returns {Record<Tab, number>} */
export function counts(all, label = null) {
  const sections = all.filter((one) => named(one, label));
  return {
    unreviewed: sections.filter((one) => belongs(one, 'unreviewed')).length, kept: sections.filter((one) => belongs(one, 'kept')).length,
    false: sections.filter((one) => belongs(one, 'false')).length, all: sections.length,
  };
}

/** @param {Review} r */
export const current = (r) => r.sections.find((one) => keyOf(one) === r.current) ?? null;

/** The neighbour in time among those that the tab lists; from nowhere the first (or last) one. @param {Review} r @param {1|-1} step @returns {Section|null} */
export function neighbour(r, step) {
  const at = current(r);
  const list = r.sections.filter(wanted(r));
  if (!at) return (step > 0 ? list[0] : list[list.length - 1]) ?? null;
  const after = (/** @type {Section} */ one) => (one.start_us - at.start_us || one.source.localeCompare(at.source)) * step > 0;
  return (step > 0 ? list.find(after) : [...list].reverse().find(after)) ?? null;
}

/** What is taken after a decision: the next one, else the first one that is left. @param {Review} r @returns {Section|null} */
export const following = (r) => neighbour(r, 1) ?? r.sections.find((one) => wanted(r)(one) && keyOf(one) !== r.current) ?? null;
