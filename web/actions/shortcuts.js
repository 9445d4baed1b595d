// SPDX-License-Identifier: MIT
// actions/shortcuts.js - keys that hold on every page: the day before and after, export, undo.
import { exportUrl } from '../api-review.js';
import { announce, toast, undoLast } from '../notice.js';
import { bind } from '../keys.js';
import { go, route } from '../route.js';
import { days } from '../state/days.js';
import { player, playhead } from '../state/player.js';
import * as format from '../format.js';
import { locale, t } from '../text.js';
import { dayOf, when } from '../zone.js';
import { undo } from './labels.js';
import { zone } from './moments.js';

/** The day that the page is about: of the address, of what is heard, the first that is open, the newest. */
function dayHere() {
  const { day } = route.peek();
  const at = player.peek().track ? playhead.peek() : null;
  const open = Object.keys(days.peek().open).sort();
  return day ?? (at !== null ? dayOf(at, zone()) : open[open.length - 1] ?? days.peek().days?.[0]?.day ?? null);
}

/** The neighbour of a day in a list that has the newest first; null at its ends. Pure.
 *  @param {string[]} list @param {string|null} day @param {1|-1} way 1: later */
export function neighbourDay(list, day, way) {
  if (day === null) return list[0] ?? null;
  return (way > 0 ? [...list].reverse().find((one) => one > day) : list.find((one) => one < day)) ?? null;
}

/** @param {1|-1} way */
function turn(way) {
  const { view } = route.peek();
  if (view !== 'days' && view !== 'review') return false;
  const list = (days.peek().days ?? []).filter((one) => view === 'days' || one.events).map((one) => one.day);
  const next = neighbourDay(list, dayHere(), way);
  if (!next) { announce(t(way > 0 ? 'days.last' : 'days.first')); return true; }
  go({ day: next, at: null, span: null, section: null });
  announce(format.day(next, locale()));
  if (view === 'days') setTimeout(() => /** @type {HTMLElement|null} */ (document.querySelector(`[aria-controls="day-${next}"]`))?.focus(), 50);
  return true;
}

/** Takes the events of what is shown along as CSV. */
function takeAlong() {
  const { view, source, from, to } = route.peek();
  const day = dayHere();
  if (!['days', 'review'].includes(view) || (!day && !from)) return false;
  const link = document.createElement('a');
  link.href = exportUrl({ ...when({ day, from, to }), source, format: 'csv' });
  link.download = '';
  link.click();
  toast(t('export.begun'));
  return true;
}

/** Called once. */
export function start() {
  bind('Shift+j', () => turn(1), 'key.next-day', 'page');
  bind('Shift+k', () => turn(-1), 'key.previous-day', 'page');
  bind('e', takeAlong, 'key.export', 'page');
  bind('Ctrl+z', () => undoLast() || Boolean(undo()), 'key.undo', 'page');
}
