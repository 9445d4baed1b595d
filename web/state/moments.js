// SPDX-License-Identifier: MIT
// state/moments.js - what happened on a day: its sections and its holes, as timelines show them. Pure but for the signal.
import { signal } from '../vendor/signals-core.js';
import { without } from '../strip-geometry.js';

/**
 * @typedef {import('../api-review.js').Section} Section
 * @typedef {import('../api-review.js').Label} Label
 * @typedef {import('../strip-geometry.js').View} View
 * @typedef {{bounds: View, sections: Section[], total: number, unanalysed: number, job: number|null,
 *   coverage: import('../api.js').Coverage[], labels: Label[], error: string|null}} Moments
 * `labels`: those with words.
 */

export const moments = signal(/** @type {Record<string, Moments>} */ ({}));

/** @param {string} day @param {Partial<Moments>} news @param {View} bounds what the day spans, until the server has said it */
export function put(day, news, bounds) {
  const known = moments.peek()[day] ?? { bounds, sections: [], total: 0, unanalysed: 0, job: null, coverage: [], labels: [], error: null };
  moments.value = { ...moments.peek(), [day]: { ...known, ...news } };
}

/** A verdict or a label, everywhere where the section is shown. @param {{source: string, start_us: number}} section @param {Partial<Section>} said */
export function say(section, said) {
  const change = (/** @type {Section} */ one) => (one.source === section.source && one.start_us === section.start_us ? { ...one, ...said } : one);
  moments.value = Object.fromEntries(Object.entries(moments.peek()).map(([day, one]) => [day, { ...one, sections: one.sections.map(change) }]));
}

/** Sources that have anything to show, by name. @param {Moments} day @param {string|undefined} [only] */
export const sourcesOf = (day, only) => [...new Set([
  ...day.coverage.filter((one) => one.recorded > 0 || one.gaps.length).map((one) => one.source), ...day.sections.map((one) => one.source),
])].filter((name) => !only || name === only).sort();

/** @param {Moments} day @param {string} source */
export const holesOf = (day, source) => (day.coverage.find((one) => one.source === source)?.gaps ?? [])
  .map((gap) => ({ from_us: gap.start_us, to_us: gap.end_us, cause: gap.cause, seconds: gap.seconds }));

/** Labels that no section shows already. @param {Moments} day @param {string} source */
export const looseLabels = (day, source) => day.labels.filter((one) => one.source === source && one.label
  && !day.sections.some((section) => section.source === source && section.label === one.label && section.end_us > one.start_us && section.start_us < one.end_us));

/** The spans without a hole. @param {Moments} day @param {string} source @returns {View[]} */
export function recordedOf(day, source) {
  const one = day.coverage.find((coverage) => coverage.source === source);
  return one?.to_us ? without({ from_us: one.from_us, to_us: one.to_us }, holesOf(day, source)) : [];
}

/** The recorded span that an instant lies in, else the next one after it. @param {View[]} recorded @param {number} us @returns {View|null} */
export const spanAt = (recorded, us) => recorded.find((one) => us < one.to_us) ?? null;
