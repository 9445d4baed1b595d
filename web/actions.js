// SPDX-License-Identifier: MIT
// actions.js - what the page does: asks the server, gives the answer to a reducer.
import * as api from './api.js';
import { state, update, withCoverage, withDayError, withDays, withFirstPage, withNextPage, withPlaying, withPlayingFrom, withTitles, withTitlesToggled, withToggled } from './store.js';

const PAGE = 100;

/** @param {unknown} error */
const sentence = (error) => (error instanceof Error ? error.message : String(error));

export async function loadStatus() {
  const { sources } = await api.getStatus();
  update((s) => ({ ...s, sources }));
}

/** @param {string} day */
export async function loadDay(day) {
  try {
    const [page, { sources }] = await Promise.all([api.getFiles({ day, limit: PAGE }), api.getCoverage(day)]);
    update(withFirstPage(day, page));
    update(withCoverage(day, sources));
  } catch (error) {
    update(withDayError(day, sentence(error)));
  }
}

/** @param {string} day */
export async function loadMore(day) {
  const cursor = state.value.open[day]?.next;
  if (!cursor) return;
  try {
    update(withNextPage(day, await api.getFiles({ day, limit: PAGE, cursor })));
  } catch (error) {
    update(withDayError(day, sentence(error)));
  }
}

export async function loadFiles() {
  update(withDays((await api.getDays()).days));
  await Promise.all(Object.keys(state.value.open).map(loadDay));
}

/** Holes come and go: the figures of the sources, of the days, and the holes of what is unfolded. */
export async function loadCoverage() {
  await Promise.all([loadStatus(), loadFiles()]);
}

/** Asks for everything that is shown. */
export async function refresh() {
  try {
    const config = await api.getConfig();
    update((s) => ({ ...s, config, connection: { lost: null } }));
    await Promise.all([loadStatus(), loadFiles()]);
  } catch (error) {
    update((s) => ({ ...s, error: sentence(error) }));
  }
}

export function connected() {
  if (state.value.connection.lost !== null) refresh();
}

export function lost() {
  if (state.value.connection.lost === null) update((s) => ({ ...s, connection: { lost: Date.now() } }));
}

/** @param {import('./api.js').Recording} file */
async function loadTitlesOf(file) {
  const to = file.recording ? undefined : file.end_us;
  const { titles } = await api.getTitles({ source: file.source, from: file.start_us, to, limit: 1000 });
  update(withTitles(file.name, titles.filter((title) => title.file === file.name).reverse()));
}

async function loadTitles() {
  await Promise.all(Object.values(state.value.titles).map(({ file }) => loadTitlesOf(file)));
}

/** @type {Record<string, () => Promise<void>>} */
const loaders = { file: loadFiles, gap: loadCoverage, title: loadTitles, status: loadStatus };

/** Several events in a burst are one question. @type {Record<string, number>} */
const waiting = {};

/** @param {string} kind */
export function changed(kind) {
  if (waiting[kind]) return;
  waiting[kind] = window.setTimeout(() => {
    delete waiting[kind];
    loaders[kind]().catch(lost);
  }, 150);
}

/** @param {string} day */
export function toggleDay(day) {
  update(withToggled(day));
  if (state.value.open[day] === null) loadDay(day);
}

/** @param {string} name */
export function play(name) {
  update(withPlaying(name));
}

/** @param {string} name @param {number} from seconds */
export function playFrom(name, from) {
  update(withPlayingFrom(name, from));
}

/** @param {import('./api.js').Recording} file */
export async function toggleTitles(file) {
  update(withTitlesToggled(file));
  if (!state.value.titles[file.name]) return;
  try {
    await loadTitlesOf(file);
  } catch (error) {
    update((s) => withTitlesToggled(file)({ ...s, announcement: sentence(error) }));
  }
}

/** @param {string} source @param {'start'|'stop'|'split'} verb */
export async function control(source, verb) {
  try {
    await api.control(source, verb);
    await loadStatus();
  } catch (error) {
    update((s) => ({ ...s, announcement: sentence(error) }));
  }
}
