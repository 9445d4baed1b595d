// SPDX-License-Identifier: MIT
// notice.js - what the page tells: a toast with a way back, a sentence for who can not see.
import { signal } from './vendor/signals-core.js';

/** @typedef {{id: number, text: string, undo: (() => unknown)|null, bad: boolean}} Toast */

const SHOWN_MS = 10000;

export const toasts = signal(/** @type {Toast[]} */ ([]));
export const announcement = signal('');

let last = 0;

/** @param {number} id */
export function dismiss(id) {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

/** Said once, politely, by screen readers; the same words twice are said twice. @param {string} text */
export function announce(text) {
  announcement.value = announcement.peek() === text ? `${text}\u00a0` : text;
}

/** Shows a sentence for ten seconds; with `undo` as a button. Errors stay until they are closed.
 *  @param {string} text @param {{undo?: () => unknown, bad?: boolean}} [how] */
export function toast(text, { undo, bad = false } = {}) {
  const id = ++last;
  toasts.value = [...toasts.value.slice(-3), { id, text, undo: undo ?? null, bad }];
  announce(text);
  if (!bad) setTimeout(dismiss, SHOWN_MS, id);
  return id;
}

/** Takes back what the newest toast offers to take back; false: there is nothing. */
export function undoLast() {
  const one = toasts.value.findLast((toast) => toast.undo);
  if (!one) return false;
  dismiss(one.id);
  one.undo?.();
  return true;
}

/** @param {unknown} error */
export const sentence = (error) => (error instanceof Error ? error.message : String(error));

/** Shows what went wrong. @param {unknown} error */
export const complain = (error) => { toast(sentence(error), { bad: true }); };
