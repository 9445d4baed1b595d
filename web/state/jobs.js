// SPDX-License-Identifier: MIT
// state/jobs.js - work that the server does for somebody who may have gone elsewhere meanwhile. Pure but for the signal.
import { signal } from '../vendor/signals-core.js';

/** @typedef {import('../api-review.js').Job} Job */

export const jobs = signal(/** @type {Job[]} */ ([]));

/** @param {Job} job */
export const busy = (job) => job.state === 'waiting' || job.state === 'running';

/** The newest job that goes on for something, a day or a recording. @param {Job[]} list @param {string} what @param {number|null} [id] */
export const jobOf = (list, what, id = null) => [...list].reverse().find((job) => busy(job) && (job.id === id || job.what.includes(what))) ?? null;
