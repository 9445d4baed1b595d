// SPDX-License-Identifier: MIT
// report.js - a day on paper: what is there, what is missing, what was heard.
import { unasked } from '../asked.js';

/** @typedef {{files: import('../api.js').Recording[], coverage: import('../api.js').Coverage[], sections: import('../api-review.js').Section[], unanalysed: number}} Report */

/** @type {{value: import('../asked.js').Asked<Report>, peek(): import('../asked.js').Asked<Report>}} */
export const report = unasked();

/** By time, not by score; false alarms are no events. @param {import('../api-review.js').Section[]} list */
export const worthTelling = (list) => list.filter(({ verdict }) => verdict !== 'false').sort((a, b) => a.start_us - b.start_us);

/** @param {{duration: number|null, size: number}[]} files */
export const sums = (files) => ({ duration: files.reduce((sum, file) => sum + (file.duration ?? 0), 0), size: files.reduce((sum, file) => sum + file.size, 0) });
