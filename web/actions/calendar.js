// SPDX-License-Identifier: MIT
// calendar.js - asks for the days of the coverage page and the holes of the chosen one.
import * as api from '../api.js';
import { ask } from '../asked.js';
import { days, holes } from '../state/calendar.js';

/** @param {string|undefined} source */
export const loadDays = (source) => ask(days, async () => (await api.getDays({ source })).days);

/** @param {string} day @param {string|undefined} source */
export const loadHoles = (day, source) => ask(holes, async () =>
  (await api.getCoverage(day)).sources.filter((one) => !source || one.source === source));
