// SPDX-License-Identifier: MIT
// actions/moments.js - asks what happened on a day, as long as somebody looks at it.
import { getCoverage } from '../api.js';
import { getHighlights, getLabels } from '../api-review.js';
import { onChange, onReturn } from '../hub.js';
import { sentence } from '../notice.js';
import { moments, put } from '../state/moments.js';
import { keyOf } from '../state/review.js';
import { asking, upToDate } from '../state/said.js';
import { config } from '../store.js';
import { dayBounds } from '../zone.js';

const MOST = 1000; // sections of a day; of more the loudest

/** How many look at a day. @type {Map<string, number>} */
const watched = new Map();

export const zone = () => config.value?.timezone ?? 'UTC';

/** @param {string} day */
export const boundsOf = (day) => moments.value[day]?.bounds ?? dayBounds(day, zone());

/** @param {string} day */
async function loadSections(day) {
  try {
    const asked = asking();
    const { from_us, to_us, sections: answered, total, unanalysed, job } = await getHighlights({ day, limit: MOST });
    const sections = upToDate(answered, asked, keyOf);
    const bounds = dayBounds(day, zone());
    put(day, { bounds: from_us && to_us > from_us ? { from_us, to_us } : bounds, sections, total, unanalysed, job, error: null }, bounds);
  } catch (error) {
    put(day, { error: sentence(error) }, dayBounds(day, zone()));
  }
}

/** @param {string} day */
async function loadCoverage(day) {
  put(day, { coverage: (await getCoverage(day)).sources }, dayBounds(day, zone()));
}

/** @param {string} day */
async function loadLabels(day) {
  put(day, { labels: (await getLabels({ day })).labels.filter((one) => one.label) }, dayBounds(day, zone()));
}

const PARTS = { sections: loadSections, coverage: loadCoverage, labels: loadLabels };

/** What of a day is not there is not shown. @param {(keyof typeof PARTS)[]} parts @returns {(day: string) => Promise<unknown>} */
const load = (...parts) => (day) => Promise.all(parts.map((part) => PARTS[part](day).catch(() => {})));

export const loadDay = load('sections', 'coverage', 'labels');

/** @param {(day: string) => unknown} load */
const each = (load) => Promise.all([...watched.keys()].map(load));

/** Keeps a day fresh until the function that it returns is called. @param {string} day @returns {() => void} */
export function watch(day) {
  const n = watched.get(day) ?? 0;
  watched.set(day, n + 1);
  if (n === 0) loadDay(day);
  return () => {
    const left = (watched.get(day) ?? 1) - 1;
    if (left) watched.set(day, left);
    else watched.delete(day);
  };
}

/** Called once. */
export function start() {
  onChange(['section', 'job'], () => each(load('sections')));
  onChange(['label'], () => each(load('sections', 'labels')));
  onChange(['gap', 'file'], () => each(load('coverage')));
  onReturn(() => each(loadDay));
}
