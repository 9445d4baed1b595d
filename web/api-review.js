// SPDX-License-Identifier: MIT
// api-review.js - what review, timelines and the cut ask of the server; the fetch itself is api.js's.
import { query, request } from './api.js';

/**
 * @typedef {{id: number|null, source: string, file: string|null, start: number, end: number, start_at: string, end_at: string, start_us: number, end_us: number,
 *   score: number, peak: number, floor: number|null, reason: string|null, final: boolean,
 *   verdict: 'kept'|'false'|null, label: string|null, note: string|null}} Section
 * @typedef {{day: string|null, from_us: number, to_us: number, total: number, unanalysed: number, job: number|null, sections: Section[]}} Highlights
 * @typedef {{source: string, from_us: number, to_us: number, points: number, min: (number|null)[], max: (number|null)[], mean: (number|null)[],
 *   peak: (number|null)[], floor: (number|null)[]}} Levels
 * @typedef {{file: string, source: string, duration: number, start: string, start_us: number, final: boolean, mode: string, margin: number, min_gap: number,
 *   rms_display: (number|null)[], peak_display: (number|null)[], floor_display: (number|null)[], sections: Section[]}} Analysis
 * @typedef {{job: number, progress: number}} Pending
 * @typedef {{id: number, kind: string, what: string, state: 'waiting'|'running'|'done'|'failed'|'cancelled', progress: number, files: number, done: number,
 *   error: string|null}} Job
 * @typedef {{source: string, start_us: number, end_us: number, verdict: 'kept'|'false'|null, label: string|null, note: string|null}} Label
 * @typedef {{day?: string|null, from?: number|string|null, to?: number|string|null, source?: string|null, margin?: number|null, min_gap?: number|null, limit?: number}} Scope
 */

/** @param {Scope} scope @param {AbortSignal} [signal] @returns {Promise<Highlights>} */
export const getHighlights = (scope, signal) => request(`api/highlights${query(scope)}`, { signal });

/** @param {{source: string, from: number, to: number, points: number}} of @param {AbortSignal} [signal] @returns {Promise<Levels>} */
export const getLevels = (of, signal) => request(`api/levels${query(of)}`, { signal });

/** @param {string} file @param {{margin?: number|null, min_gap?: number|null}} [how] @returns {Promise<Analysis|Pending>} */
export const getAnalysis = (file, how = {}) => request(`api/analyze${query({ file, ...how })}`);

/** @param {{day?: string|null, source?: string|null, file?: string|null}} what @returns {Promise<{job: number}>} */
export const startAnalysis = (what) => request(`api/jobs${query({ kind: 'analyze', ...what })}`, { method: 'POST' });

/** @returns {Promise<{jobs: Job[]}>} */
export const getJobs = () => request('api/jobs');

/** @param {number} id */
export const cancelJob = (id) => request(`api/jobs/${id}`, { method: 'DELETE' });

/** @param {Label} label @returns {Promise<Label>} */
export const putLabel = (label) => request('api/labels', {
  method: 'PUT', headers: { Accept: 'application/json', 'Content-Type': 'application/json' }, body: JSON.stringify(label),
});

/** The words that were given before, to be offered again. @param {Scope} scope @returns {Promise<{labels: Label[]}>} */
export const getLabels = (scope) => request(`api/labels${query(scope)}`);

/** @param {{source: string, from: number, to: number}} span µs */
export const clipUrl = (span) => `api/clip${query(span)}`;

/** @param {{source: string, from: number, to: number}} span µs */
export const cutUrl = (span) => `api/cut${query(span)}`;

/** @param {Scope & {format: 'csv'|'json'|'audacity'|'raven'}} what */
export const exportUrl = (what) => `api/export${query(what)}`;

/** The recordings of a span, at most @limit; more: it has others too. @param {number} from @param {number} to @param {number} limit
 *  @returns {Promise<{files: import('./api.js').Recording[], next: string|null}>} */
export const getFilesIn = (from, to, limit) => request(`api/files${query({ from, to, limit })}`);

/** The recording that an instant falls into, or null. @param {string} source @param {number} us
 *  @returns {Promise<import('./api.js').Recording|null>} */
export async function fileAt(source, us) {
  const { files } = await request(`api/files${query({ source, from: us, to: us + 1, limit: 5 })}`);
  return files.find((/** @type {import('./api.js').Recording} */ file) => file.start_us <= us && us < file.end_us) ?? files[0] ?? null;
}

/** What the server says about an address that a player could not play. @param {string} url
 *  @returns {Promise<{code: string, message: string}|null>} null: it plays by now */
export async function whyNot(url) {
  const stop = new AbortController();
  try {
    await request(url, { signal: stop.signal, headers: { Accept: 'application/json', Range: 'bytes=0-0' } }, 'head');
    return null;
  } catch (error) {
    const { code = 'lost', message = String(error) } = /** @type {{code?: string, message?: string}} */ (error);
    return { code, message };
  } finally {
    stop.abort();
  }
}
