// SPDX-License-Identifier: MIT
// found.js - searches the titles that streams named.
import * as api from '../api.js';
import { ask } from '../asked.js';
import { found, withPage } from '../state/found.js';
import { dayBounds } from '../zone.js';

const PAGE = 200;

/** @typedef {{q?: string, source?: string, from?: string, to?: string, zone: string}} Wanted dates, both included */

/** @param {Wanted} wanted */
const params = ({ q, source, from, to, zone }) => ({
  q, source, limit: PAGE, from: from && dayBounds(from, zone).from_us, to: to && dayBounds(to, zone).to_us,
});

/** @param {Wanted} wanted */
export const search = (wanted) => ask(found, () => api.getTitles(params(wanted)));

/** @param {Wanted} wanted @param {string} cursor */
export const searchOn = (wanted, cursor) => ask(found, async () => withPage(found.peek().data, await api.getTitles({ ...params(wanted), cursor })));
