// SPDX-License-Identifier: MIT
// actions/jobs.js - has recordings analysed that never were, and follows how far that is.
import { cancelJob, getJobs, startAnalysis } from '../api-review.js';
import { onChange, onReturn } from '../hub.js';
import { complain } from '../notice.js';
import { jobs } from '../state/jobs.js';

export async function load() {
  try {
    jobs.value = (await getJobs()).jobs;
  } catch { /* a server that only shows has none */ }
}

/** @param {{day?: string|null, source?: string|null, file?: string|null}} what */
export async function analyse(what) {
  try {
    await startAnalysis(what);
    await load();
  } catch (error) {
    complain(error);
  }
}

/** @param {number} id */
export async function cancel(id) {
  try {
    await cancelJob(id);
    await load();
  } catch (error) {
    complain(error);
  }
}

/** Called once. */
export function start() {
  load();
  onChange(['job'], load);
  onReturn(load);
}
