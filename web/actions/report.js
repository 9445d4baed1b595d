// SPDX-License-Identifier: MIT
// report.js - gathers what the report of a day says.
import * as api from '../api.js';
import { getHighlights } from '../api-review.js';
import { ask } from '../asked.js';
import { report, worthTelling } from '../state/report.js';

const EVENTS = 1000;

/** All recordings of a day. @param {string} day @param {string|undefined} source */
async function allFiles(day, source) {
  const files = [];
  /** @type {string|null|undefined} */
  let cursor;
  do {
    const page = await api.getFiles({ day, source, limit: 1000, cursor });
    files.push(...page.files);
    cursor = page.next;
  } while (cursor);
  return files.reverse();
}

/** @param {string} day @param {string|undefined} source */
export const load = (day, source) => ask(report, async () => {
  const [files, { sources }, { sections, unanalysed }] = await Promise.all([
    allFiles(day, source), api.getCoverage(day), getHighlights({ day, source, limit: EVENTS }),
  ]);
  return { files, coverage: sources.filter((one) => !source || one.source === source), sections: worthTelling(sections), unanalysed };
});
