// SPDX-License-Identifier: MIT
// rows.js - playing from a row, and the titles of a stream in it.
import * as api from '../api.js';
import { onChange } from '../hub.js';
import { complain } from '../notice.js';
import { playing, titles, toggled, withTitles, withTitlesToggled } from '../state/rows.js';

/** @typedef {import('../api.js').Recording} Recording */

/** The rows whose titles are shown. @type {Map<string, Recording>} */
const shown = new Map();

/** Opens the player of a recording, or closes it. @param {string} name */
export function play(name) {
  playing.value = toggled(playing.peek(), name);
}

/** @param {string} name @param {number} from seconds */
export function playFrom(name, from) {
  playing.value = { name, from };
}

/** @param {Recording} file */
async function loadTitles(file) {
  const to = file.recording ? undefined : file.end_us;
  const { titles: list } = await api.getTitles({ source: file.source, from: file.start_us, to, limit: 1000 });
  titles.value = withTitles(titles.peek(), file.name, list.filter((title) => title.file === file.name).reverse());
}

/** @param {Recording} file */
export async function toggleTitles(file) {
  titles.value = withTitlesToggled(titles.peek(), file.name);
  if (titles.peek()[file.name] === undefined) {
    shown.delete(file.name);
    return;
  }
  shown.set(file.name, file);
  await loadTitles(file).catch((error) => {
    titles.value = withTitlesToggled(titles.peek(), file.name);
    complain(error);
  });
}

export function start() {
  onChange(['title'], () => Promise.all([...shown.values()].map(loadTitles)));
}
