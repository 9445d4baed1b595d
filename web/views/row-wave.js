// SPDX-License-Identifier: MIT
// row-wave.js - the sound of a recording at a glance, in its row: a way into the recording.
//
// A picture has a level for every pixel. Long recordings of a source and day share one question for levels, which is fine enough for them;
// short ones ask for their own, when they come into sight.
import { html, useEffect, useRef } from '../vendor/htm-preact.js';
import { levels, rowLevels } from '../actions/levels.js';
import { boundsOf, zone } from '../actions/moments.js';
import { observe } from '../observe.js';
import { href } from '../route.js';
import { moments } from '../state/moments.js';
import { inside } from '../strip-geometry.js';
import { t, tn } from '../text.js';
import { painted } from '../theme.js';
import { dayOf } from '../zone.js';
import { paintRows } from './paint.js';

/** @typedef {import('../api.js').Recording} Recording @typedef {import('../api-review.js').Levels} Levels */

const SHARED = 2880; // points of a day: one every 30 s
const SHARED_US = 30e6;
const WINDOW_US = 100000; // nothing is measured finer
const MINUTE_US = 60e6;
const HEIGHT = 28;

/** What is to be done when it comes into sight. @type {Map<Element, (width: number) => void>} */
const waiting = new Map();

/** Rows in sight are painted together: all widths are asked before anything changes. */
const sight = typeof IntersectionObserver === 'undefined' ? null : new IntersectionObserver((entries) => {
  for (const { target, isIntersecting, boundingClientRect } of entries) {
    const then = isIntersecting && waiting.get(target);
    if (!then) continue;
    waiting.delete(target);
    sight?.unobserve(target);
    then(Math.round(boundingClientRect.width));
  }
}, { rootMargin: '200px' });

/** @param {HTMLCanvasElement} canvas @param {(width: number) => void} then @returns {() => void} */
function onSight(canvas, then) {
  waiting.set(canvas, then);
  sight?.observe(canvas);
  return () => { waiting.delete(canvas); sight?.unobserve(canvas); };
}

/** How many levels a picture of @width pixels is made of; null: the shared ones are fine enough. Pure. @param {number} length_us @param {number} width */
export const pointsOf = (length_us, width) => (length_us / SHARED_US >= width ? null : Math.max(1, Math.min(width, Math.floor(length_us / WINDOW_US))));

/** @param {Recording} file @param {number} width @param {() => boolean} wanted @returns {Promise<Levels|null>} */
function levelsOf(file, width, wanted) {
  const minutes = Math.max(1, Math.ceil((file.end_us - file.start_us) / MINUTE_US));
  const to_us = file.recording ? file.start_us + minutes * MINUTE_US : file.end_us; // what is being written is asked again every minute
  const points = pointsOf(to_us - file.start_us, width);
  const stamp = Math.floor(Date.now() / 60000);
  if (points === null) return levels(file.source, boundsOf(dayOf(file.start_us, zone())), SHARED, stamp);
  return rowLevels(file.source, { from_us: file.start_us, to_us }, points, stamp, wanted);
}

/** @type {(props: {file: Recording}) => any} */
export const RowWave = observe(({ file }) => {
  const canvas = useRef(/** @type {HTMLCanvasElement|null} */ (null));
  const known = useRef(/** @type {Levels|null} */ (null));
  const view = { from_us: file.start_us, to_us: Math.max(file.end_us, file.start_us + 1) };
  const sections = inside((moments.value[dayOf(file.start_us, zone())]?.sections ?? []).filter((one) => one.source === file.source), view);
  const colours = painted.value;
  useEffect(() => {
    const element = canvas.current;
    if (!element) return undefined;
    let over = false;
    const end = onSight(element, (width) => {
      const draw = () => paintRows(element, { view, zone: zone(), mode: 'wave', rowHeight: HEIGHT, marks: [], now_us: null, names: false,
        rows: [{ source: file.source, levels: known.current, sections, recorded: [view], holes: [], edges: [] }] }, width);
      draw();
      levelsOf(file, width, () => !over).then((answer) => {
        if (over || !answer || answer === known.current) return;
        known.current = answer;
        draw();
      });
    });
    return () => { over = true; end(); };
  }, [file.end_us, sections.length, sections.map((one) => one.verdict).join(), colours]);
  const name = file.name.split('/').at(-1) ?? file.name;
  return html`
    <a class="row-wave" href=${href({ view: 'file', file: file.name })} aria-label=${`${t('row.wave', { name })}, ${tn('events', sections.length)}`}>
      <canvas ref=${canvas} aria-hidden="true" />
    </a>`;
});
