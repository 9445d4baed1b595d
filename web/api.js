// SPDX-License-Identifier: MIT
// api.js - the only fetch and the only EventSource of the page.

/**
 * @typedef {{name: string, type: string, state: string, reason: string|null, detail: string|null, warnings: string[],
 *   since: string|null, retry_at?: string|null, file: string|null, coverage_today: number|null,
 *   level?: number|null, peak?: number|null, floor?: number|null}} Source
 * @typedef {{source: string, at_us: number, level: number|null, peak: number|null, floor: number|null}} Level
 * @typedef {{name: string, type: string|null, configured: boolean, files: number, first: string|null, last: string|null}} KnownSource
 * @typedef {{day: string, files: number, bytes: number, duration: number, coverage: number|null, events?: number, unreviewed?: number}} Day
 * @typedef {{start: string, end: string, start_us: number, end_us: number, seconds: number, cause: string, uncertainty: number}} Gap
 * @typedef {{source: string, coverage: number|null, recorded: number, from: string, to: string, from_us: number, to_us: number, gaps: Gap[]}} Coverage
 * @typedef {{name: string, source: string, start: string, end: string, start_us: number, end_us: number, size: number,
 *   duration: number|null, ext: string, recording: boolean, analysed?: boolean, protected?: boolean, events?: number}} Recording
 * @typedef {{source: string, at: string, at_us: number, title: string, artist: string|null,
 *   file: string|null, offset: number|null}} Title
 * @typedef {{timezone: string, version: string, writable: boolean, password?: boolean, authenticated?: boolean, recording?: boolean,
 *   margin?: number, min_gap?: number, mode?: string, clip_pre_roll?: number, clip_post_roll?: number,
 *   sources?: {name: string, type: string, split_minutes?: number, split_offset_minutes?: number}[]}} Config
 * @typedef {{id: number, name: string, source: string, start: string, start_us: number, duration: number, size: number,
 *   deleted: string, deleted_us: number, expires: string|null, expires_us: number|null}} Trashed
 * @typedef {{free: number|null, total: number|null, used_by_recordings: number, trash: number, bytes_per_day: number|null,
 *   full_at: string|null, full_at_us: number|null, keep_days: number|null, min_free: number|null, trash_days: number, directory: string}} Storage
 * @typedef {{code: string, status: 'ok'|'warn'|'fail', title: string, detail: string, fix: string|null}} Check
 * @typedef {'status'|'file'|'gap'|'title'|'section'|'label'|'job'|'trash'|'storage'} Kind
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

/** Called when the server wants a password. @type {{ask: () => void}} */
export const login = { ask: () => {} };

/** @param {string} path @param {RequestInit} [init] @param {'json'|'head'} [want] head: only whether it goes well */
export async function request(path, init, want = 'json') {
  const answer = await fetch(path, { ...init, headers: { Accept: 'application/json', ...init?.headers } });
  if (answer.ok && want === 'head') return null;
  const body = await answer.json().catch(() => ({}));
  if (answer.ok) return body;
  if (answer.status === 401 && path !== 'api/session') login.ask();
  throw new ApiError(answer.status, body.error ?? 'http', body.message ?? answer.statusText);
}

/** @param {string} method @param {string} path @param {object} [body] */
export const send = (method, path, body) => request(path, {
  method, ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
});

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

/** @returns {Promise<{sources: Source[], now?: string, now_us?: number, scan?: {done: number, total: number}|null, catalog?: {state: string, message: string|null}}>} */
export const getStatus = () => request('api/status');

/** @returns {Promise<{sources: KnownSource[]}>} */
export const getSources = () => request('api/sources');

/** @param {{source?: string, q?: string}} params @returns {Promise<{days: Day[]}>} */
export const getDays = (params = {}) => request(`api/days${query(params)}`);

/** @param {{day?: string, source?: string, q?: string, limit?: number, cursor?: string|null}} params
 *  @returns {Promise<{files: Recording[], next: string|null}>} */
export const getFiles = (params) => request(`api/files${query(params)}`);

/** @param {string} day @returns {Promise<{sources: Coverage[]}>} */
export const getCoverage = (day) => request(`api/coverage${query({ day })}`);

/** @param {{source?: string, day?: string, from?: number|string, to?: number|string, q?: string, limit?: number, cursor?: string|null}} params
 *  @returns {Promise<{titles: Title[], next: string|null}>} */
export const getTitles = (params) => request(`api/titles${query(params)}`);

/** @param {string} source @param {'start'|'stop'|'split'} verb */
export const control = (source, verb) => send('POST', `api/sources/${encodeURIComponent(source)}/${verb}`);

/** @param {string} name @param {boolean} on @returns {Promise<Recording>} */
export const protect = (name, on) => send('PUT', `api/files/${path(name)}?protected=${on}`);

/** @param {string} name @returns {Promise<{trash: number}>} */
export const remove = (name) => send('DELETE', `api/files/${path(name)}`);

/** @returns {Promise<{trash: Trashed[]}>} */
export const getTrash = () => request('api/trash');

/** @param {number} id @returns {Promise<Recording>} */
export const restore = (id) => send('POST', `api/trash/${id}/restore`);

/** @param {number} id */
export const erase = (id) => send('DELETE', `api/trash/${id}`);

/** @returns {Promise<Storage>} */
export const getStorage = () => request('api/storage');

/** @returns {Promise<{status: string, checks: Check[]}>} */
export const getDoctor = () => request('api/doctor');

/** @param {string} password */
export const logIn = (password) => send('POST', 'api/session', { password });

export const logOut = () => send('DELETE', 'api/session');

/** @param {string} name */
export const streamUrl = (name) => `stream/${path(name)}`;

/** @param {string} name */
export const downloadUrl = (name) => `download/${path(name)}`;

/** @param {string} source */
export const liveUrl = (source) => `live/${encodeURIComponent(source)}`;

/** @param {string} name */
export const cueUrl = (name) => `api/cue${query({ file: name })}`;

/** @type {Kind[]} */
const KINDS = ['status', 'file', 'gap', 'title', 'section', 'label', 'job', 'trash', 'storage'];

/** @param {string} data */
function parse(data) {
  try {
    return JSON.parse(data);
  } catch {
    return {};
  }
}

/**
 * Follows the server's events. They say what changed, never the news itself; only levels come as they are.
 * The browser reconnects by itself; what was missed meanwhile is asked again.
 * @param {{onOpen: () => void, onLost: () => void, onChange: (kind: Kind, name: string) => void, onLevels: (levels: Level[]) => void}} to
 */
export function listen({ onOpen, onLost, onChange, onLevels }) {
  const events = new EventSource('api/events');
  events.onopen = onOpen;
  events.onerror = onLost;
  for (const kind of KINDS) events.addEventListener(kind, ({ data }) => onChange(kind, parse(data).name ?? ''));
  events.addEventListener('level', ({ data }) => onLevels(parse(data).levels ?? []));
  return events;
}
