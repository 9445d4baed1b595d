// SPDX-License-Identifier: MIT
// use-levels.js - the levels that a timeline shows: asked anew when it shows something else, the old ones stretched until they come.
import { useEffect, useRef, useState } from '../vendor/htm-preact.js';
import { levels } from '../actions/levels.js';
import { getFilesIn } from '../api-review.js';

/** @typedef {Record<string, import('../api-review.js').Levels|null>} BySource */

const WINDOW_US = 100000; // nothing is measured finer
const PAUSE_MS = 120; // while somebody zooms
const MOST = 200; // recordings that a view marks

/** @param {string[]} sources @param {import('../strip-geometry.js').View} view @param {number} most points
 *  @param {string|number} [stamp] changes when there is news
 *  @returns {BySource} */
export function useLevels(sources, view, most, stamp = '') {
  const points = Math.max(1, Math.min(most, Math.floor((view.to_us - view.from_us) / WINDOW_US)));
  const [known, set] = useState(/** @type {BySource} */ ({}));
  const asked = useRef(false);
  const names = sources.join('\n');
  useEffect(() => {
    let over = false;
    const ask = () => sources.forEach((source) => levels(source, view, points, stamp).then((answer) => {
      if (!over && answer) set((old) => ({ ...old, [source]: answer }));
    }));
    const timer = setTimeout(ask, asked.current ? PAUSE_MS : 0);
    asked.current = true;
    return () => { over = true; clearTimeout(timer); };
  }, [names, view.from_us, view.to_us, points, stamp]);
  return known;
}

/** Where recordings end and the next ones begin, by source; of too many none: they would be a wall. @param {import('../strip-geometry.js').View} view
 *  @param {string|number} stamp @returns {Record<string, number[]>} */
export function useEdges(view, stamp) {
  const [known, set] = useState(/** @type {Record<string, number[]>} */ ({}));
  useEffect(() => {
    let over = false;
    const timer = setTimeout(() => getFilesIn(view.from_us, view.to_us, MOST).then(({ files, next }) => {
      if (!over) set(next ? {} : edgesOf(files));
    }).catch(() => {}), PAUSE_MS);
    return () => { over = true; clearTimeout(timer); };
  }, [view.from_us, view.to_us, stamp]);
  return known;
}

/** Pure. @param {{source: string, start_us: number}[]} files */
export function edgesOf(files) {
  /** @type {Record<string, number[]>} */
  const edges = {};
  for (const { source, start_us } of files) (edges[source] ??= []).push(start_us);
  return edges;
}
