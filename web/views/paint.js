// SPDX-License-Identifier: MIT
// paint.js - what a timeline looks like: rows of one source each over an axis, on a canvas. Draws, and knows nothing else.
//
// A row shows where there is sound (levels above the floor as heat, or only the extents of the recordings), the sections,
// and the holes: hatched, and with words where there is room. Colours are those of the page's tokens.
import { inside, ticks, toX } from '../strip-geometry.js';
import { colour, painted } from '../theme.js';
import { paintExtents, paintLevels } from './paint-levels.js';

/**
 * @typedef {import('../strip-geometry.js').View} View
 * @typedef {import('../api-review.js').Section} Section
 * @typedef {{source: string, levels: import('../api-review.js').Levels|null, sections: Section[], recorded: View[], holes: (View & {text: string})[],
 *   edges: number[], labels?: import('../api-review.js').Label[]}} Row
 * @typedef {'heat'|'extents'|'wave'} Mode
 * @typedef {{view: View, zone: string, rows: Row[], mode: Mode, rowHeight: number, marks: {us: number, text: string}[], now_us: number|null,
 *   names: boolean}} Scene
 * @typedef {{paper: string, sound: string, extent: string, event: string, kept: string, hole: string, line: string, ink: string, muted: string, floor: string,
 *   now: string}} Colours
 */

const FONT = 'system-ui, sans-serif';
export const AXIS = 22; // CSS pixels below the rows
const GAP = 6; // between rows

/** @param {number} rows @param {number} rowHeight */
export const heightOf = (rows, rowHeight) => rows * rowHeight + Math.max(0, rows - 1) * GAP + AXIS;

/** The row under y. @param {number} y @param {number} rows @param {number} rowHeight */
export const rowAt = (y, rows, rowHeight) => Math.min(rows - 1, Math.max(0, Math.floor(y / (rowHeight + GAP))));

/** Asked once a theme: each question makes the browser compute styles. @type {{of: number, colours: Colours|null}} */
const known = { of: -1, colours: null };

/** @returns {Colours} */
function coloursNow() {
  if (known.colours && known.of === painted.peek()) return known.colours;
  known.of = painted.peek();
  known.colours = { paper: colour('--sunk'), sound: colour('--accent'), extent: colour('--file'), event: colour('--event'), kept: colour('--ok'), hole: colour('--gap'),
    line: colour('--line'), ink: colour('--ink'), muted: colour('--muted'), floor: colour('--ink'), now: colour('--rec') };
  return known.colours;
}

/** A pen on a canvas of as many device pixels as there are, wiped. @param {HTMLCanvasElement} canvas @param {Scene} scene @param {number} height
 *  @param {number} width @returns {Pen|null} null: it is not shown */
function penOf(canvas, scene, height, width) {
  const ratio = window.devicePixelRatio || 1;
  if (!width) return null;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, scene, colours: coloursNow() };
}

/** Rows over their axis. @param {HTMLCanvasElement} canvas @param {Scene} scene */
export function paint(canvas, scene) {
  const height = heightOf(scene.rows.length, scene.rowHeight);
  const pen = penOf(canvas, scene, height, canvas.clientWidth);
  if (!pen) return;
  scene.rows.forEach((row, i) => paintRow(pen, row, i * (scene.rowHeight + GAP)));
  paintAxis(pen, height - AXIS);
}

/** Rows alone. @param {HTMLCanvasElement} canvas @param {Scene} scene @param {number} width */
export function paintRows(canvas, scene, width) {
  const pen = penOf(canvas, scene, heightOf(scene.rows.length, scene.rowHeight) - AXIS, width);
  if (pen) scene.rows.forEach((row, i) => paintRow(pen, row, i * (scene.rowHeight + GAP)));
}

/** @typedef {{context: CanvasRenderingContext2D, width: number, scene: Scene, colours: Colours}} Pen */

/** @param {Pen} pen @param {Row} row @param {number} y */
function paintRow(pen, row, y) {
  const { context, width, scene, colours } = pen;
  context.save();
  context.beginPath();
  context.roundRect(0, y, width, scene.rowHeight, 4);
  context.clip();
  context.fillStyle = colours.paper;
  context.fillRect(0, y, width, scene.rowHeight);
  if (scene.mode === 'wave') paintSections(pen, row, y);
  if (scene.mode === 'extents') paintExtents(pen, row, y);
  else paintLevels(pen, row, y);
  for (const hole of row.holes) paintHole(pen, hole, y);
  paintEdges(pen, row, y);
  if (scene.mode !== 'wave') paintSections(pen, row, y);
  for (const one of row.labels ?? []) paintFlag(pen, one, y);
  context.restore();
  if (scene.names) paintName(pen, row.source, y);
}

/** Hatched, with words where there is room. @param {Pen} pen @param {View & {text: string}} hole @param {number} y */
function paintHole(pen, hole, y) {
  const { context, width, scene, colours } = pen;
  const left = Math.max(0, toX(hole.from_us, scene.view, width));
  const right = Math.min(width, Math.max(left + 2, toX(hole.to_us, scene.view, width)));
  if (right <= 0 || left >= width || hole.to_us < scene.view.from_us) return;
  context.save();
  context.beginPath();
  context.rect(left, y, right - left, scene.rowHeight);
  context.clip();
  context.clearRect(left, y, right - left, scene.rowHeight);
  context.strokeStyle = colours.hole;
  context.lineWidth = 1;
  context.beginPath();
  for (let x = left - scene.rowHeight - (left % 6); x < right; x += 6) {
    context.moveTo(x, y + scene.rowHeight);
    context.lineTo(x + scene.rowHeight, y);
  }
  context.stroke();
  context.restore();
  say(pen, hole.text, (left + right) / 2, y + scene.rowHeight / 2, right - left - 8, 'center');
}

/** Words on a plate of their own, or nothing where there is no room. @param {Pen} pen @param {string} text @param {number} x @param {number} y
 *  @param {number} room @param {'left'|'center'} align */
function say({ context, colours }, text, x, y, room, align) {
  context.font = `12px ${FONT}`;
  const wide = context.measureText(text).width + 10;
  if (wide > room) return;
  const left = align === 'center' ? x - wide / 2 : x;
  context.fillStyle = colours.paper;
  context.globalAlpha = 0.9;
  context.beginPath();
  context.roundRect(left, y - 9, wide, 18, 4);
  context.fill();
  context.globalAlpha = 1;
  context.fillStyle = colours.ink;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.fillText(text, left + 5, y + 0.5);
}

/** Where one recording ends and the next begins. @param {Pen} pen @param {Row} row @param {number} y */
function paintEdges({ context, width, scene, colours }, row, y) {
  const shown = row.edges.filter((us) => us > scene.view.from_us && us < scene.view.to_us);
  if (shown.length > width / 8) return;
  context.fillStyle = colours.line;
  for (const us of shown) context.fillRect(Math.round(toX(us, scene.view, width)), y, 1, scene.rowHeight);
}

/** @param {Section} section @param {Colours} colours */
const colourOf = (section, colours) => (section.verdict === 'false' ? colours.muted : section.verdict === 'kept' ? colours.kept : colours.event);

/** Ticks at the top of a row, at least two pixels wide; of a waveform the ground. @param {Pen} pen @param {Row} row @param {number} y */
function paintSections({ context, width, scene, colours }, row, y) {
  const wave = scene.mode === 'wave';
  for (const section of inside(row.sections, scene.view)) {
    const left = toX(section.start_us, scene.view, width);
    const wide = Math.max(2, toX(section.end_us, scene.view, width) - left);
    context.fillStyle = colourOf(section, colours);
    context.globalAlpha = wave ? 0.28 : 1;
    if (scene.mode === 'extents') context.fillRect(left, y + 3, wide, scene.rowHeight - 6);
    else context.fillRect(left, y, wide, wave ? scene.rowHeight : 6);
    context.globalAlpha = 1;
    if (wave) context.fillRect(left, y, wide, 3);
    if (section.label && wide > 40) label(context, section.label, left + 4, y + (wave ? 14 : 16), wide - 8, colours);
  }
}

/** A word that somebody gave to a moment of its own. @param {Pen} pen @param {import('../api-review.js').Label} one @param {number} y */
function paintFlag(pen, one, y) {
  const { context, width, scene, colours } = pen;
  if (one.end_us < scene.view.from_us || one.start_us > scene.view.to_us) return;
  const x = toX(one.start_us, scene.view, width);
  context.fillStyle = colours.ink;
  context.fillRect(x, y, Math.max(2, toX(one.end_us, scene.view, width) - x), 2);
  context.fillRect(x, y, 1, scene.rowHeight);
  say(pen, one.label ?? '', x + 2, y + scene.rowHeight - 11, Math.max(0, width - x), 'left');
}

/** @param {CanvasRenderingContext2D} context @param {string} text @param {number} x @param {number} y @param {number} room @param {Colours} colours */
function label(context, text, x, y, room, colours) {
  context.font = `11px ${FONT}`;
  if (context.measureText(text).width > room) return;
  context.fillStyle = colours.ink;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillText(text, x, y);
}

/** @param {Pen} pen @param {string} name @param {number} y */
const paintName = (pen, name, y) => say(pen, name, 4, y + Math.min(pen.scene.rowHeight / 2, 20), pen.width / 2, 'left');

/** @param {Pen} pen @param {number} y */
function paintAxis(pen, y) {
  const { context, width, scene, colours } = pen;
  context.font = `11px ${FONT}`;
  context.textBaseline = 'top';
  for (const { us, text } of ticks(scene.view, width, scene.zone)) {
    const x = toX(us, scene.view, width);
    context.fillStyle = colours.line;
    context.fillRect(Math.round(x), y, 1, 4);
    context.fillStyle = colours.muted;
    const half = context.measureText(text).width / 2;
    context.textAlign = 'left';
    context.fillText(text, Math.min(width - 2 * half, Math.max(0, x - half)), y + 7);
  }
  for (const mark of scene.marks) paintMark(pen, mark, y);
  if (scene.now_us !== null) paintNow(pen, scene.now_us, y);
}

/** A line through all rows with a word: the clocks change. @param {Pen} pen @param {{us: number, text: string}} mark @param {number} y */
function paintMark(pen, { us, text }, y) {
  const x = Math.round(toX(us, pen.scene.view, pen.width));
  if (x < 0 || x > pen.width) return;
  pen.context.fillStyle = pen.colours.ink;
  for (let at = 0; at < y; at += 6) pen.context.fillRect(x, at, 1, 3);
  say(pen, text, x + 3, 10, pen.width - x, 'left');
}

/** The present; what comes after it has not happened. @param {Pen} pen @param {number} us @param {number} y */
function paintNow({ context, width, scene, colours }, us, y) {
  const x = Math.round(toX(us, scene.view, width));
  if (x < 0 || x >= width) return;
  context.fillStyle = colours.now;
  context.fillRect(x, 0, 2, y + 4);
}
