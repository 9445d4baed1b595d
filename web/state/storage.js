// SPDX-License-Identifier: MIT
// storage.js - how full the disk is, how long it lasts, what lies in the trash.
import { unasked } from '../asked.js';

/** @typedef {import('../api.js').Storage} Storage */

/** @type {{value: import('../asked.js').Asked<Storage>, peek(): import('../asked.js').Asked<Storage>}} */
export const storage = unasked();

/** @type {{value: import('../asked.js').Asked<import('../api.js').Trashed[]>, peek(): import('../asked.js').Asked<import('../api.js').Trashed[]>}} */
export const trash = unasked();

/** What the disk holds, as shares of it. @param {Storage} s */
export function parts(s) {
  const total = s.total || 1;
  const own = Math.min(s.used_by_recordings, total);
  const bin = Math.min(s.trash, total - own);
  return { own: own / total, trash: bin / total, other: Math.max(0, total - (s.free ?? 0) - own - bin) / total, free: (s.free ?? 0) / total };
}

/** Whole days until the disk is full; null: it never is, or nobody knows. @param {Storage} s @param {number} now_us */
export const daysLeft = (s, now_us) => (s.full_at_us === null ? null : Math.max(0, Math.floor((s.full_at_us - now_us) / 86400e6)));
