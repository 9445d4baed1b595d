// SPDX-License-Identifier: MIT
// actions/highlights.js - scores a day again while a slider moves: the newest question wins.
import { getHighlights } from '../api-review.js';
import { sentence } from '../notice.js';
import { trial } from '../state/highlights.js';

const PAUSE_MS = 60;
const MOST = 1000;

let timer = 0;
/** @type {AbortController|null} */
let asking = null;

/** @param {import('../state/highlights.js').Trial} now @param {string|undefined} source */
async function ask(now, source) {
  asking?.abort();
  const { signal } = (asking = new AbortController());
  try {
    const { sections, total } = await getHighlights({ day: now.day, source, margin: now.margin, min_gap: now.min_gap, limit: MOST }, signal);
    if (trial.peek() === now) trial.value = { ...now, sections, total, busy: false };
  } catch (error) {
    if (!signal.aborted && trial.peek() === now) trial.value = { ...now, busy: false, error: sentence(error) };
  }
}

/** @param {string} day @param {string|undefined} source @param {{margin?: number|null, min_gap?: number|null}} how */
export function retry(day, source, how) {
  const old = trial.peek()?.day === day ? trial.peek() : null;
  const next = { day, margin: null, min_gap: null, sections: null, total: 0, ...old, ...how, busy: true, error: null };
  trial.value = next;
  clearTimeout(timer);
  timer = window.setTimeout(ask, PAUSE_MS, next, source);
}

/** Back to what the server has stored. */
export function forget() {
  asking?.abort();
  clearTimeout(timer);
  trial.value = null;
}
