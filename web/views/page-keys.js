// SPDX-License-Identifier: MIT
// page-keys.js - the keys that hold everywhere, and those of the day list.
import { useEffect } from '../vendor/htm-preact.js';
import { toggleDay } from '../actions/days.js';
import { bind } from '../keys.js';
import { undoLast } from '../notice.js';
import { days } from '../state/days.js';
import { helping } from '../state/overlay.js';

/** @param {string} day */
const heading = (day) => /** @type {HTMLElement|null} */ (document.querySelector(`[aria-controls="day-${day}"]`));

/** The day in which the focus is, else the first one that is unfolded. */
function dayInHand() {
  const inside = document.activeElement?.closest('.day')?.querySelector('[aria-controls]')?.getAttribute('aria-controls')?.slice(4);
  return inside ?? days.peek().days?.find(({ day }) => days.peek().open[day] !== undefined)?.day;
}

/** Unfolds the day beside the one in hand and goes there. @param {number} step 1: a day later */
function stepDay(step) {
  const list = days.peek().days ?? [];
  const to = list[list.findIndex(({ day }) => day === dayInHand()) - step];
  if (!to || !heading(to.day)) return false;
  if (days.peek().open[to.day] === undefined) toggleDay(to.day);
  heading(to.day)?.focus();
  heading(to.day)?.scrollIntoView({ block: 'start' });
  return true;
}

/** Deletes the recording in whose row the focus is. */
function removeRow() {
  const button = document.activeElement?.closest('.file')?.querySelector('[data-delete]');
  if (!(button instanceof HTMLElement)) return false;
  button.click();
  return true;
}

export function usePageKeys() {
  useEffect(() => {
    const ends = [
      bind('?', () => { helping.value = !helping.peek(); }, 'key.help', 'page'),
      bind('Ctrl+z', undoLast, 'key.undo', 'page'),
    ];
    return () => ends.forEach((end) => end());
  }, []);
}

export function useDayKeys() {
  useEffect(() => {
    const ends = [
      bind('Shift+j', () => stepDay(1), 'key.day-next', 'page'),
      bind('Shift+k', () => stepDay(-1), 'key.day-previous', 'page'),
      bind('Delete', removeRow, 'key.delete', 'page'),
    ];
    return () => ends.forEach((end) => end());
  }, []);
}
