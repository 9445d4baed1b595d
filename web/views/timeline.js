// SPDX-License-Identifier: MIT
// timeline.js - a span of time that can be looked at, gone through and zoomed: by mouse, by finger, by key, by screen reader.
//
// The picture is a canvas with a text; a slider lies over it and takes everything. The playhead and the selection are elements that only
// move, so that nothing is painted again while there is sound. What the keys + - B zoom is the timeline that was touched last.
import { html, useEffect, useLayoutEffect, useRef, useState } from '../vendor/htm-preact.js';
import { effect } from '../vendor/signals-core.js';
import { bind } from '../keys.js';
import { observe } from '../observe.js';
import { player, playhead, track } from '../state/player.js';
import { inside, ordered, panned, showing, span, toUs, toX, zoomedBy, zoomedIn, zoomedOut } from '../strip-geometry.js';
import { t, tn } from '../text.js';
import { painted } from '../theme.js';
import { clockOf } from '../zone.js';
import { listen } from './gestures.js';
import { AXIS, heightOf, paint, rowAt } from './paint.js';

/**
 * @typedef {import('../strip-geometry.js').View} View
 * @typedef {{bounds: View, view: View, zone: string, rows: import('./paint.js').Row[], mode: import('./paint.js').Mode, rowHeight: number,
 *   marks?: {us: number, text: string}[], now_us?: number|null, names?: boolean, picture: string, label: string, selection?: View|null,
 *   cursor: number|null, rest?: number|null, onCursor: (us: number) => void,
 *   onView: (view: View, keep: boolean) => void, onBack: () => void, onSeek: (us: number, source: string) => void, onSelect?: (selection: View, source: string) => void}} Props
 * `picture`: what the canvas shows, in words; `label`: of the slider. `rest`: where it stands before somebody has put the `cursor` anywhere. `onView` with keep: `B` comes back to the view that was.
 */

/** The timeline that the keys mean. @type {{current: object|null}} */
const active = { current: null };

/** "10:32:05, 2 events": the slider in words, events of what is near. @param {Props} props @param {number} us */
export function valueText(props, us) {
  const near = span(props.view) / 100;
  const events = props.rows.reduce((n, row) => n + inside(row.sections, { from_us: us - near, to_us: us + near }).length, 0);
  const hole = props.rows.map((row) => row.holes.find((one) => one.from_us <= us && us < one.to_us)).find(Boolean);
  const said = `${clockOf(us, props.zone)}, ${tn('events', events)}`;
  return hole && !events ? `${said}, ${hole.text}` : said;
}

/** Where the slider stands: where there is sound, else where it was put. @param {Props} props */
const standing = (props) => Math.min(props.bounds.to_us, Math.max(props.bounds.from_us, props.cursor ?? props.rest ?? props.view.from_us));

/** The start of the next or last section that any row shows. @param {Props} props @param {number} us @param {1|-1} step */
function besideOf(props, us, step) {
  const starts = props.rows.flatMap((row) => row.sections.map((one) => one.start_us)).sort((a, b) => a - b);
  return step > 0 ? starts.find((one) => one > us) : starts.reverse().find((one) => one < us);
}

/** Keys of the slider itself. @param {Props} props @param {KeyboardEvent} event */
function slide(props, event) {
  const at = standing(props);
  const small = span(props.view) / (event.shiftKey ? 1000 : 100);
  /** @type {Record<string, number|undefined>} */
  const to = { ArrowLeft: at - small, ArrowDown: at - small, ArrowRight: at + small, ArrowUp: at + small, Home: props.view.from_us, End: props.view.to_us,
    PageUp: besideOf(props, at, -1), PageDown: besideOf(props, at, 1) };
  if (event.key === 'Enter' || (event.key === ' ' && !player.peek().track)) { // with something put on Space is play and pause
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    props.onSeek(at, props.rows[0]?.source);
  } else if (!(event.key in to) || event.ctrlKey || event.altKey || event.metaKey) return;
  else move(props, to[event.key] ?? at);
  event.preventDefault();
}

/** @param {Props} props @param {number} us */
function move(props, us) {
  const next = Math.round(Math.min(props.bounds.to_us, Math.max(props.bounds.from_us, us)));
  const view = showing(props.view, props.bounds, Math.min(next, props.bounds.to_us - 1));
  if (view !== props.view && (next < props.view.from_us || next > props.view.to_us)) props.onView(view, false);
  props.onCursor(next);
}

/** Zooms around where the slider stands when it is in sight, else around the middle. @param {Props} props @param {1|-1|0} how */
export function zoomStep(props, how) {
  const at = playhead.peek() ?? standing(props);
  const anchor = at >= props.view.from_us && at <= props.view.to_us ? at : (props.view.from_us + props.view.to_us) / 2;
  if (how === 0) props.onBack();
  else props.onView((how > 0 ? zoomedIn : zoomedOut)(props.view, props.bounds, anchor), true);
}

/** @param {() => Props} props @param {object} self */
function bindKeys(props, self) {
  const mine = (/** @type {() => void} */ run) => () => (active.current === self ? run() : false);
  const ends = [
    bind('+', mine(() => zoomStep(props(), 1)), 'key.zoom-in', 'timeline'), bind(['-', '−'], mine(() => zoomStep(props(), -1)), 'key.zoom-out', 'timeline'),
    bind('b', mine(() => zoomStep(props(), 0)), 'key.zoom-back', 'timeline'),
    bind('Home', mine(() => move(props(), props().view.from_us)), 'key.view-start', 'timeline'),
    bind('End', mine(() => move(props(), Math.min(props().now_us ?? Infinity, props().bounds.to_us))), 'key.view-end', 'timeline'),
  ];
  return () => ends.forEach((end) => end());
}

/** @param {() => Props} props @param {(x: number|null) => void} hover @param {HTMLElement} element @returns {import('./gestures.js').Meanings} */
const meanings = (props, hover, element) => ({
  click: (x, y) => { const p = props(); const us = toUs(x, p.view, element.clientWidth); p.onCursor(us); p.onSeek(us, p.rows[rowAt(y, p.rows.length, p.rowHeight)]?.source); },
  select: (from, to, y, done) => {
    const p = props();
    const [a, b] = [from, to].map((x) => toUs(x, p.view, element.clientWidth));
    if (p.onSelect && (done || a !== b)) p.onSelect(ordered(a, b, p.bounds), p.rows[rowAt(y, p.rows.length, p.rowHeight)]?.source);
  },
  pan: (by) => { const p = props(); p.onView(panned(p.view, p.bounds, (by / element.clientWidth) * span(p.view)), false); },
  zoom: (factor, x) => {
    const p = props();
    const view = zoomedBy(p.view, p.bounds, factor, toUs(x, p.view, element.clientWidth));
    if (view.from_us === p.view.from_us && view.to_us === p.view.to_us) return false;
    p.onView(view, false);
    return true;
  },
  hover,
  pans: () => span(props().view) < span(props().bounds),
});

/** @param {HTMLElement|null} element @param {number|null} us @param {View} view @param {number} width */
function place(element, us, view, width) {
  if (!element) return;
  const shown = us !== null && us >= view.from_us && us <= view.to_us;
  element.hidden = !shown;
  if (shown) element.style.transform = `translateX(${toX(us, view, width)}px)`;
}

/** @param {HTMLElement|null} element @param {View|null|undefined} selection @param {View} view @param {number} width */
function placeSelection(element, selection, view, width) {
  if (!element) return;
  element.hidden = !selection || selection.to_us < view.from_us || selection.from_us > view.to_us;
  if (!selection || element.hidden) return;
  const left = Math.max(0, toX(selection.from_us, view, width));
  element.style.transform = `translateX(${left}px)`;
  element.style.width = `${Math.max(2, Math.min(width, toX(selection.to_us, view, width)) - left)}px`;
}

/** Width of an element, followed. @param {{current: HTMLElement|null}} ref */
function useWidth(ref) {
  const [width, set] = useState(0);
  useLayoutEffect(() => {
    if (!ref.current) return undefined;
    const box = ref.current;
    const watch = new ResizeObserver(() => set(box.clientWidth));
    watch.observe(box);
    set(box.clientWidth);
    return () => watch.disconnect();
  }, []);
  return width;
}

/** @type {(props: Props) => any} */
export const Timeline = observe((props) => {
  const canvas = useRef(/** @type {HTMLCanvasElement|null} */ (null));
  const touch = useRef(/** @type {HTMLElement|null} */ (null));
  const head = useRef(/** @type {HTMLElement|null} */ (null));
  const stand = useRef(/** @type {HTMLElement|null} */ (null));
  const chosen = useRef(/** @type {HTMLElement|null} */ (null));
  const hint = useRef(/** @type {HTMLElement|null} */ (null));
  const self = useRef({});
  const latest = useRef(props);
  const width = useWidth(touch);
  const colours = painted.value;
  const own = track.value;
  latest.current = props;

  const hover = (/** @type {number|null} */ x) => {
    if (!hint.current || !touch.current) return;
    const us = x === null ? null : toUs(x, latest.current.view, touch.current.clientWidth);
    place(hint.current, us, latest.current.view, touch.current.clientWidth);
    if (us !== null) hint.current.dataset.time = clockOf(us, latest.current.zone, span(latest.current.view) < 120e6 ? 1 : 0);
    hint.current.classList.toggle('left', x !== null && x > touch.current.clientWidth - 80);
  };
  useEffect(() => (touch.current ? listen(touch.current, () => meanings(() => latest.current, hover, /** @type {HTMLElement} */ (touch.current))) : undefined), []);
  useEffect(() => { active.current = self.current; return bindKeys(() => latest.current, self.current); }, []);
  useLayoutEffect(() => {
    if (canvas.current && width) {
      canvas.current.style.height = `${heightOf(props.rows.length, props.rowHeight)}px`;
      paint(canvas.current, { view: props.view, zone: props.zone, rows: props.rows, mode: props.mode, rowHeight: props.rowHeight, marks: props.marks ?? [],
        now_us: props.now_us ?? null, names: props.names ?? false });
    }
  }, [props.view, props.rows, props.now_us, props.mode, props.rowHeight, width, colours]);
  useLayoutEffect(() => { place(stand.current, props.cursor, props.view, width); placeSelection(chosen.current, props.selection, props.view, width); });
  useEffect(() => effect(() => {
    const heard = own && props.rows.some((row) => row.source === own.source);
    place(head.current, heard ? playhead.value : null, props.view, width);
  }), [props.view, props.rows, width, own]);

  const at = standing(props);
  const height = (/** @type {HTMLElement|null} */ element) => { if (element) element.style.bottom = `${AXIS}px`; };
  const touched = () => { active.current = self.current; };
  return html`
    <div class="timeline ${props.mode}">
      <canvas ref=${canvas} role="img" aria-label=${props.picture} />
      <div class="touch" ref=${touch} role="slider" tabindex="0" aria-label=${props.label} aria-valuemin=${0}
        aria-valuemax=${Math.round(span(props.bounds) / 1e6)} aria-valuenow=${Math.round((at - props.bounds.from_us) / 1e6)}
        aria-valuetext=${valueText(props, at)} onKeyDown=${(/** @type {KeyboardEvent} */ event) => slide(props, event)}
        onFocus=${touched} onPointerDown=${touched}>
        <i class="chosen" ref=${(/** @type {HTMLElement|null} */ e) => { chosen.current = e; height(e); }} hidden />
        <i class="stand" ref=${(/** @type {HTMLElement|null} */ e) => { stand.current = e; height(e); }} hidden />
        <i class="hint" ref=${(/** @type {HTMLElement|null} */ e) => { hint.current = e; height(e); }} hidden />
        <i class="head" ref=${(/** @type {HTMLElement|null} */ e) => { head.current = e; height(e); }} hidden />
      </div>
    </div>`;
});
