// SPDX-License-Identifier: MIT
// sources.js - what is recorded right now, what it sounds like, and every source there ever was.
import { signal } from '../vendor/signals-core.js';

/** @typedef {{level: number|null, peak: number|null, floor: number|null}} Meter */

export const sources = signal(/** @type {import('../api.js').Source[]|null} */ (null));

/** Those of the archive too. */
export const known = signal(/** @type {import('../api.js').KnownSource[]} */ ([]));

/** How far ISR has looked at files that it did not record; null: it knows them all. */
export const scan = signal(/** @type {{done: number, total: number}|null} */ (null));

/** How the catalog is, and what is wrong with it. */
export const catalog = signal(/** @type {{state: string, message: string|null}|null} */ (null));

/** The newest second, by source. */
export const levels = signal(/** @type {Record<string, Meter>} */ ({}));

/** The source that is listened to right now. */
export const listening = signal(/** @type {string|null} */ (null));

/** Names to choose from: recorded now, or in the archive.
 *  @param {{name: string}[]|null} now @param {{name: string}[]} archive */
export const names = (now, archive) => [...new Set([...(now ?? []), ...archive].map(({ name }) => name))].sort();

/** @param {Record<string, Meter>} before @param {(Meter & {source: string})[]} list */
export const withLevels = (before, list) => ({ ...before, ...Object.fromEntries(list.map(({ source, level, peak, floor }) => [source, { level, peak, floor }])) });

/** Where a level lies on a meter from -90 to 0 dBFS, 0-1. @param {number|null|undefined} level */
export const share = (level) => (level === null || level === undefined ? 0 : Math.min(1, Math.max(0, 1 + level / 90)));

/** How many seconds what is heard is old. @param {number} now ms @param {number|null} begun ms: when its first sound was heard @param {number} position s */
export const behind = (now, begun, position) => (begun === null ? 0 : Math.max(0, (now - begun) / 1000 - position));

/** Whether a source records streams, as far as anybody knows. @param {string} source
 *  @param {{name: string, type: string|null}[]|null} now @param {{name: string, type: string|null}[]} archive */
export const isStream = (source, now, archive) => [...(now ?? []), ...archive].some(({ name, type }) => name === source && type === 'stream');
