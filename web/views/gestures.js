// SPDX-License-Identifier: MIT
// gestures.js - what fingers, mouse and wheel do on a timeline, told in pixels: a click, a drag, a pan, a zoom.

/**
 * @typedef {{click: (x: number, y: number) => void, select: (from: number, to: number, y: number, done: boolean) => void, pan: (by: number) => void,
 *   zoom: (factor: number, x: number) => boolean, hover: (x: number|null) => void, pans: () => boolean}} Meanings
 * `zoom` answers whether it zoomed; else the page may scroll. `pans`: one finger moves the view instead of selecting.
 */

const STILL = 5; // pixels that a click may move
const SCROLLING_MS = 400;

/** A wheel that began elsewhere on the page goes on scrolling it. */
let scrolled = -Infinity;

/** @param {HTMLElement} element @param {() => Meanings} meanings the newest ones @returns {() => void} ends it */
export function listen(element, meanings) {
  /** @type {Map<number, {x: number, y: number, from: number, top: number, moved: boolean}>} */
  const down = new Map();
  let apart = 0;

  /** @param {PointerEvent|WheelEvent} event */
  const at = (event) => { const box = element.getBoundingClientRect(); return { x: event.clientX - box.left, y: event.clientY - box.top }; };
  const spread = () => { const [a, b] = [...down.values()]; return Math.max(10, Math.abs(a.x - b.x)); };

  /** @param {PointerEvent} event */
  const begin = (event) => {
    if (event.button !== 0 && event.button !== 1) return;
    const { x, y } = at(event);
    element.setPointerCapture(event.pointerId);
    down.set(event.pointerId, { x, y, from: x, top: y, moved: false });
    if (down.size === 2) apart = spread();
  };

  /** @param {PointerEvent} event */
  const move = (event) => {
    const { x, y } = at(event);
    const finger = down.get(event.pointerId);
    if (event.pointerType === 'mouse') meanings().hover(x);
    if (!finger) return;
    const by = x - finger.x;
    Object.assign(finger, { x, y, moved: finger.moved || Math.abs(x - finger.from) > STILL });
    if (down.size === 2) pinch();
    else if (finger.moved && pans(event)) meanings().pan(-by);
    else if (finger.moved) meanings().select(finger.from, x, finger.top, false);
  };

  const pinch = () => {
    const [a, b] = [...down.values()];
    const wide = spread();
    a.moved = b.moved = true;
    meanings().zoom(apart / wide, (a.x + b.x) / 2);
    apart = wide;
  };

  /** @param {PointerEvent} event */
  const pans = (event) => event.buttons === 4 || event.shiftKey || (event.pointerType === 'touch' && meanings().pans());

  /** @param {PointerEvent} event */
  const end = (event) => {
    const finger = down.get(event.pointerId);
    const alone = down.size === 1;
    down.delete(event.pointerId);
    if (!finger || !alone || event.type === 'pointercancel') return;
    if (!finger.moved) meanings().click(finger.x, finger.y);
    else if (!pans(event)) meanings().select(finger.from, finger.x, finger.top, true);
  };

  /** @param {WheelEvent} event */
  const wheel = (event) => {
    if (performance.now() - scrolled < SCROLLING_MS && !event.ctrlKey) { scrolled = performance.now(); return; }
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || (event.shiftKey && event.deltaY);
    if (sideways) meanings().pan(event.deltaX || event.deltaY);
    else if (!meanings().zoom(1.2 ** (Math.sign(event.deltaY) * Math.min(3, Math.max(0.5, Math.abs(event.deltaY) / 60))), at(event).x)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  const leave = () => meanings().hover(null);
  element.addEventListener('pointerdown', begin);
  element.addEventListener('pointermove', move);
  element.addEventListener('pointerup', end);
  element.addEventListener('pointercancel', end);
  element.addEventListener('pointerleave', leave);
  element.addEventListener('wheel', wheel, { passive: false });
  return () => {
    element.removeEventListener('pointerdown', begin);
    element.removeEventListener('pointermove', move);
    element.removeEventListener('pointerup', end);
    element.removeEventListener('pointercancel', end);
    element.removeEventListener('pointerleave', leave);
    element.removeEventListener('wheel', wheel);
  };
}

if (typeof document !== 'undefined') document.addEventListener('wheel', () => { scrolled = performance.now(); }, { passive: true });
