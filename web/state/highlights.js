// SPDX-License-Identifier: MIT
// state/highlights.js - the highlights of a day as somebody tries them: with another margin, another gap. Pure but for the signals.
import { signal } from '../vendor/signals-core.js';

/**
 * @typedef {import('../api-review.js').Section} Section
 * @typedef {{day: string, margin: number|null, min_gap: number|null, sections: Section[]|null, total: number, busy: boolean, error: string|null}} Trial
 * margin and min_gap: null as the server has them; sections: null until asked, then the stored ones are shown.
 */

/** Days whose highlights are open. */
export const opened = signal(/** @type {string[]} */ ([]));

/** The one that is tried. */
export const trial = signal(/** @type {Trial|null} */ (null));

export const CHIPS = 50;

/** The best by score, the loudest first. @param {Section[]} sections */
export const best = (sections) => [...sections].sort((a, b) => b.score - a.score || a.start_us - b.start_us).slice(0, CHIPS);

const GAPS = [0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 20, 30, 60, 120, 300, 600];

/** A slider of gaps goes in steps that people hear. @param {number} step */
export const gapOf = (step) => GAPS[Math.min(GAPS.length - 1, Math.max(0, step))];
export const lastGap = GAPS.length - 1;

/** The step that is nearest to a gap. @param {number} gap */
export const stepOf = (gap) => GAPS.reduce((best, one, i) => (Math.abs(one - gap) < Math.abs(GAPS[best] - gap) ? i : best), 0);
