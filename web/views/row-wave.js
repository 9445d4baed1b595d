// SPDX-License-Identifier: MIT
// row-wave.js - the sound of a recording at a glance, in its row: a way into the recording.
//
// All rows of a source and day share one question for levels: they are as fine as a row needs, not more.
import { html, useEffect, useRef, useState } from '../vendor/htm-preact.js';
import { levels } from '../actions/levels.js';
import { boundsOf, zone } from '../actions/moments.js';
import { observe } from '../observe.js';
import { href } from '../route.js';
import { moments } from '../state/moments.js';
import { inside } from '../strip-geometry.js';
import { t, tn } from '../text.js';
import { painted } from '../theme.js';
import { dayOf } from '../zone.js';
import { paintRows } from './paint.js';

const POINTS = 2880; // of a day: one every 30 s
const HEIGHT = 28;

/** What is to be painted when it comes into sight. @type {Map<Element, import('./paint.js').Scene>} */
const waiting = new Map();

/** Rows in sight are painted together: all widths are asked before anything changes. */
const sight = typeof IntersectionObserver === 'undefined' ? null : new IntersectionObserver((entries) => {
  for (const { target, isIntersecting, boundingClientRect } of entries) {
    const scene = waiting.get(target);
    if (!isIntersecting || !scene) continue;
    paintRows(/** @type {HTMLCanvasElement} */ (target), scene, Math.round(boundingClientRect.width));
    waiting.delete(target);
    sight?.unobserve(target);
  }
}, { rootMargin: '200px' });

/** @param {HTMLCanvasElement} canvas @param {import('./paint.js').Scene} scene @returns {() => void} */
function paintSeen(canvas, scene) {
  waiting.set(canvas, scene);
  sight?.observe(canvas);
  return () => { waiting.delete(canvas); sight?.unobserve(canvas); };
}

/** @param {import('../api.js').Recording} file @param {string} day */
function useDayLevels(file, day) {
  const [known, set] = useState(/** @type {import('../api-review.js').Levels|null} */ (null));
  const minute = file.recording ? Math.floor(file.end_us / 60e6) : 0;
  useEffect(() => {
    let over = false;
    levels(file.source, boundsOf(day), POINTS, Math.floor(Date.now() / 60000)).then((answer) => { if (!over) set(answer); });
    return () => { over = true; };
  }, [file.source, day, file.recording, minute]);
  return known;
}

/** @type {(props: {file: import('../api.js').Recording}) => any} */
export const RowWave = observe(({ file }) => {
  const canvas = useRef(/** @type {HTMLCanvasElement|null} */ (null));
  const day = dayOf(file.start_us, zone());
  const known = useDayLevels(file, day);
  const view = { from_us: file.start_us, to_us: Math.max(file.end_us, file.start_us + 1) };
  const sections = inside((moments.value[day]?.sections ?? []).filter((one) => one.source === file.source), { ...view });
  const colours = painted.value;
  useEffect(() => {
    if (canvas.current) return paintSeen(canvas.current, { view, zone: zone(), mode: 'wave', rowHeight: HEIGHT, marks: [], now_us: null, names: false,
      rows: [{ source: file.source, levels: known, sections, recorded: [view], holes: [], edges: [] }] });
    return undefined;
  }, [known, file.end_us, sections.length, sections.map((one) => one.verdict).join(), colours]);
  const name = file.name.split('/').at(-1) ?? file.name;
  return html`
    <a class="row-wave" href=${href({ view: 'file', file: file.name })} aria-label=${`${t('row.wave', { name })}, ${tn('events', sections.length)}`}>
      <canvas ref=${canvas} aria-hidden="true" />
    </a>`;
});
