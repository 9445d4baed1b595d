// SPDX-License-Identifier: MIT
// paint-levels.js - the sound of a row, a column a pixel: heat above the floor, a waveform, or only that there is any.
import { heat, inside, span, toX } from '../strip-geometry.js';

/** @typedef {import('./paint.js').Pen} Pen @typedef {import('./paint.js').Row} Row */

/** Recorded time as a bar. @param {Pen} pen @param {Row} row @param {number} y */
export function paintExtents({ context, width, scene, colours }, row, y) {
  context.fillStyle = colours.extent;
  for (const part of inside(row.recorded.map((one) => ({ start_us: one.from_us, end_us: one.to_us })), scene.view)) {
    const x = toX(part.start_us, scene.view, width);
    const inset = Math.round(scene.rowHeight * 0.28);
    context.fillRect(x, y + inset, Math.max(1, toX(part.end_us, scene.view, width) - x), scene.rowHeight - 2 * inset);
  }
}

/** Levels, column by column. @param {Pen} pen @param {Row} row @param {number} y */
export function paintLevels(pen, row, y) {
  const { levels } = row;
  if (!levels || !levels.points || levels.max.every((one) => one === null)) { paintExtents(pen, row, y); return; }
  const { context, width, scene } = pen;
  const perPoint = (levels.to_us - levels.from_us) / levels.points;
  const column = scene.mode === 'wave' ? paintWaveColumn : paintHeatColumn;
  for (let x = 0; x < width; x++) {
    const from = scene.view.from_us + (x / width) * span(scene.view);
    const first = Math.floor((from - levels.from_us) / perPoint);
    const last = Math.max(first + 1, Math.ceil((from + span(scene.view) / width - levels.from_us) / perPoint));
    const point = { max: null, mean: null, floor: null, ...loudest(levels, first, last) };
    if (point.max !== null) column(pen, point, x, y);
  }
  context.globalAlpha = 1;
}

/** The loudest of some points. @param {import('../api-review.js').Levels} levels @param {number} first @param {number} last */
function loudest(levels, first, last) {
  let best = null;
  for (let i = Math.max(0, first); i < Math.min(levels.points, last); i++) {
    if (levels.max[i] === null || levels.max[i] === undefined) continue;
    if (best === null || /** @type {number} */ (levels.max[i]) > /** @type {number} */ (levels.max[best])) best = i;
  }
  return best === null ? {} : { max: levels.max[best], mean: levels.mean[best], floor: levels.floor?.[best] ?? null, peak: levels.peak?.[best] ?? null };
}

/** @param {Pen} pen @param {any} point @param {number} x @param {number} y */
function paintHeatColumn({ context, scene, colours }, point, x, y) {
  const hot = heat(point.max, point.floor) ?? 0;
  const height = Math.max(2, hot * (scene.rowHeight - 8));
  context.fillStyle = colours.sound;
  context.globalAlpha = 0.3 + 0.7 * hot;
  context.fillRect(x, y + scene.rowHeight - height, 1, height);
}

const LOWEST = -80; // dBFS at the middle line of a waveform

/** @param {number} db @param {number} half */
const tall = (db, half) => Math.max(0.5, Math.min(1, (db - LOWEST) / -LOWEST) * half);

/** @param {Pen} pen @param {any} point @param {number} x @param {number} y */
function paintWaveColumn({ context, scene, colours }, point, x, y) {
  const half = scene.rowHeight / 2 - 2;
  const middle = y + scene.rowHeight / 2;
  const outer = tall(point.peak ?? point.max, half);
  const inner = tall(point.mean ?? point.max, half);
  context.fillStyle = colours.sound;
  context.globalAlpha = 0.45;
  context.fillRect(x, middle - outer, 1, 2 * outer);
  context.globalAlpha = 1;
  context.fillRect(x, middle - inner, 1, 2 * inner);
  if (point.floor === null) return;
  context.fillStyle = colours.floor;
  context.fillRect(x, middle - tall(point.floor, half), 1, 1);
  context.fillRect(x, middle + tall(point.floor, half) - 1, 1, 1);
}
