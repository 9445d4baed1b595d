// SPDX-License-Identifier: MIT
// api.js - the only fetch and the only EventSource of the page.

/**
 * @typedef {{name: string, type: string, state: string, reason: string|null, detail: string|null,
 *   warnings: string[], since: string, file: string|null, coverage_today: number|null}} Source
 * @typedef {{day: string, files: number, bytes: number, duration: number, coverage: number|null}} Day
 * @typedef {{start: string, end: string, start_us: number, seconds: number, cause: string}} Gap
 * @typedef {{source: string, coverage: number|null, recorded: number, gaps: Gap[]}} Coverage
 * @typedef {{name: string, source: string, start: string, end: string, start_us: number, end_us: number,
 *   size: number, duration: number, ext: string, recording: boolean}} Recording
 * @typedef {{source: string, at: string, at_us: number, title: string, artist: string|null,
 *   file: string|null, offset: number|null}} Title
 * @typedef {{timezone: string, version: string, writable: boolean}} Config
 */

/** An answer of the server that is not 2xx, with its sentence. */
export class ApiError extends Error {
  /** @param {number} status @param {string} code @param {string} message */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** @param {string} path @param {RequestInit} [init] @param {'json'|'head'} [want] head: only whether it goes well */
export async function request(path, init, want = 'json') {
  const answer = await fetch(path, { headers: { Accept: 'application/json' }, ...init });
  if (answer.ok && want === 'head') return null;
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new ApiError(answer.status, body.error ?? 'http', body.message ?? answer.statusText);
  return body;
}

/** @param {Record<string, string|number|boolean|undefined|null>} params */
export function query(params) {
  const parts = Object.entries(params)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`);
  return parts.length ? `?${parts.join('&')}` : '';
}

/** @param {string} name */
const path = (name) => name.split('/').map(encodeURIComponent).join('/');

/** @returns {Promise<Config>} */
export const getConfig = () => request('api/config');

/** @returns {Promise<{sources: Source[]}>} */
export const getStatus = () => request('api/status');

/** @param {string} [source] @returns {Promise<{days: Day[]}>} */
export const getDays = (source) => request(`api/days${query({ source })}`);

/** @param {{day?: string, source?: string, q?: string, limit?: number, cursor?: string|null}} params
 *  @returns {Promise<{files: Recording[], next: string|null}>} */
export const getFiles = (params) => request(`api/files${query(params)}`);

/** @param {string} day @returns {Promise<{sources: Coverage[]}>} */
export const getCoverage = (day) => request(`api/coverage${query({ day })}`);

/** @param {{source: string, from: number, to?: number, limit?: number}} params
 *  @returns {Promise<{titles: Title[], next: string|null}>} */
export const getTitles = (params) => request(`api/titles${query(params)}`);

/** @param {string} source @param {'start'|'stop'|'split'} verb */
export const control = (source, verb) => request(`api/sources/${encodeURIComponent(source)}/${verb}`, { method: 'POST' });

/** @param {string} name */
export const streamUrl = (name) => `stream/${path(name)}`;

/** @param {string} name */
export const downloadUrl = (name) => `download/${path(name)}`;

/** @param {string} name */
export const cueUrl = (name) => `api/cue${query({ file: name })}`;

/**
 * Follows the server's events. They say what changed, never the news itself.
 * The browser reconnects by itself; what was missed meanwhile is asked again.
 * @param {{onOpen: () => void, onLost: () => void, onChange: (kind: string) => void}} to
 */
export function listen({ onOpen, onLost, onChange }) {
  const events = new EventSource('api/events');
  events.onopen = onOpen;
  events.onerror = onLost;
  for (const kind of ['status', 'file', 'gap', 'title']) events.addEventListener(kind, () => onChange(kind));
  return events;
}
