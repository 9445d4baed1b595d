// SPDX-License-Identifier: MIT
// strip-geometry.js - where an instant lies on a timeline, and what a timeline shows. Pure.
//
// A view is a span of time, {from_us, to_us}; it never leaves its bounds (a day, a file). Zooming goes down a
// ladder, 24 h, 6 h, 1 h, 10 min, 1 min, 10 s, or freely between its ends with wheel and fingers.
import { SECOND, clockOf, offset } from './zone.js';

/** @typedef {{from_us: number, to_us: number}} View */

export const LADDER = [21600, 3600, 600, 60, 10].map((s) => s * SECOND);
const SMALLEST = 10 * SECOND;

/** @param {View} view */
export const span = (view) => view.to_us - view.from_us;

/** @param {number} us @param {View} view @param {number} width */
export const toX = (us, view, width) => ((us - view.from_us) / span(view)) * width;

/** @param {number} x @param {View} view @param {number} width */
export const toUs = (x, view, width) => Math.round(view.from_us + (Math.min(width, Math.max(0, x)) / width) * span(view));

/** A span of @length around @anchor, which keeps its place on the screen, inside of @bounds.
 *  @param {View} view @param {View} bounds @param {number} length @param {number} anchor @returns {View} */
export function around(view, bounds, length, anchor) {
  const size = Math.min(span(bounds), Math.max(Math.min(SMALLEST, span(bounds)), length));
  const share = span(view) ? (anchor - view.from_us) / span(view) : 0.5;
  const from = Math.min(bounds.to_us - size, Math.max(bounds.from_us, Math.round(anchor - share * size)));
  return { from_us: from, to_us: from + size };
}

/** An instant in the middle of a span of @length. @param {number} us @param {View} bounds @param {number} length */
export const centred = (us, bounds, length) => around({ from_us: us - 1, to_us: us + 1 }, bounds, length, us);

/** One rung down. @param {View} view @param {View} bounds @param {number} anchor */
export function zoomedIn(view, bounds, anchor) {
  const next = LADDER.find((rung) => rung < span(view) * 0.99) ?? SMALLEST;
  return around(view, bounds, next, anchor);
}

/** One rung up; above the highest is everything. @param {View} view @param {View} bounds @param {number} anchor */
export function zoomedOut(view, bounds, anchor) {
  const next = [...LADDER].reverse().find((rung) => rung > span(view) * 1.01) ?? span(bounds);
  return around(view, bounds, next, anchor);
}

/** By a factor, as wheels and fingers do. @param {View} view @param {View} bounds @param {number} factor < 1: nearer @param {number} anchor */
export const zoomedBy = (view, bounds, factor, anchor) => around(view, bounds, Math.round(span(view) * factor), anchor);

/** @param {View} view @param {View} bounds @param {number} by µs @returns {View} */
export function panned(view, bounds, by) {
  const from = Math.round(Math.min(bounds.to_us - span(view), Math.max(bounds.from_us, view.from_us + by)));
  return { from_us: from, to_us: from + span(view) };
}

/** The view that shows an instant: this one where it does already, else one of the same length around it.
 *  @param {View} view @param {View} bounds @param {number} us */
export const showing = (view, bounds, us) => (us >= view.from_us && us < view.to_us ? view : centred(us, bounds, span(view)));

/** Two instants in order, inside of bounds. @param {number} a @param {number} b @param {View} bounds @returns {View} */
export function ordered(a, b, bounds) {
  const clamp = (/** @type {number} */ us) => Math.min(bounds.to_us, Math.max(bounds.from_us, us));
  return { from_us: clamp(Math.min(a, b)), to_us: clamp(Math.max(a, b)) };
}

const STEPS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 10800, 21600].map((s) => s * SECOND);

/** What the axis says: instants at whole steps of the wall clock, at least @room pixels apart. An hour that does not exist has no
 *  tick, one that comes twice has two. @param {View} view @param {number} width @param {string} zone @param {number} [room] */
export function ticks(view, width, zone, room = 64) {
  const fine = span(view) < 600 * SECOND;
  const step = STEPS.find((one) => (one / span(view)) * width >= (fine ? room * 1.2 : room)) ?? STEPS[STEPS.length - 1];
  const list = [];
  let us = Math.floor(view.from_us / SECOND) * SECOND;
  while (us <= view.to_us && list.length < 200) {
    const past = (((us + offset(us, zone)) % step) + step) % step;
    if (past === 0 && us >= view.from_us) list.push({ us, text: clockOf(us, zone).slice(0, step < 60 * SECOND ? 8 : 5) });
    us += nextStep(us, step - past, zone);
  }
  return list;
}

/** To the next whole step, and never past a change of the clocks. @param {number} us @param {number} wait @param {string} zone */
function nextStep(us, wait, zone) {
  const quarter = 900 * SECOND;
  if (offset(us + wait, zone) === offset(us, zone)) return wait;
  return quarter - (us % quarter) || quarter;
}

/** How loud a pixel is: what @max lies above @floor, 0 to 1 over @range dB; null where nothing is known.
 *  @param {number|null|undefined} max @param {number|null|undefined} floor @param {number} [range] */
export function heat(max, floor, range = 30) {
  if (max === null || max === undefined) return null;
  return Math.min(1, Math.max(0, (max - (floor ?? -60)) / range));
}

/** The part of a span that is recorded: what is left of it without the holes. @param {View} within @param {View[]} holes by start */
export function without(within, holes) {
  const list = [];
  let from = within.from_us;
  for (const hole of holes) {
    if (hole.from_us > from) list.push({ from_us: from, to_us: Math.min(hole.from_us, within.to_us) });
    from = Math.max(from, hole.to_us);
  }
  if (from < within.to_us) list.push({ from_us: from, to_us: within.to_us });
  return list;
}

/** The section that a click at @us means: the one there, else the nearest within @slack µs.
 *  @template {{start_us: number, end_us: number}} T @param {T[]} sections @param {number} us @param {number} slack @returns {T|null} */
export function nearest(sections, us, slack) {
  let best = null;
  let least = slack;
  for (const one of sections) {
    const away = us < one.start_us ? one.start_us - us : Math.max(0, us - one.end_us);
    if (away <= least) [best, least] = [one, away];
    if (away === 0) return one;
  }
  return best;
}

/** Sections that a view shows any part of. @template {{start_us: number, end_us: number}} T @param {T[]} sections @param {View} view */
export const inside = (sections, view) => sections.filter((one) => one.end_us > view.from_us && one.start_us < view.to_us);
