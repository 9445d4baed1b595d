// SPDX-License-Identifier: MIT
// checks.js - what the doctor found.
import { unasked } from '../asked.js';

/** @type {{value: import('../asked.js').Asked<{status: string, checks: import('../api.js').Check[]}>, peek(): import('../asked.js').Asked<{status: string, checks: import('../api.js').Check[]}>}} */
export const doctor = unasked();

/** Problems first, each group in its order. @param {import('../api.js').Check[]} checks */
export const worstFirst = (checks) => ['fail', 'warn', 'ok'].flatMap((status) => checks.filter((check) => check.status === status));
