// SPDX-License-Identifier: MIT
// keys.js - the keyboard: who listens to which key, under which name.
//
// A view binds keys to an action while it is shown: bind(['j', 'ArrowDown'], next, 'key.next', 'review').
// The label is a text of the page and the name of the action at once. Several views may bind the same
// action: the newest is asked first, and one that answers false passes on to the one before it.
// Readers may change every key or switch all of them off (WCAG 2.1.4); what they chose lies in
// localStorage as isr.keys = {"off": bool, "map": {"key.next": ["n"]}}; an empty list is no key at all.
//
// A key is written as the browser calls it, with Ctrl+ and Alt+ before it, and Shift+ where the
// character itself does not say it: "j", "Shift+j", "Ctrl+z", "?", "Space", "ArrowLeft", "Shift+ArrowLeft".
import { signal } from './vendor/signals-core.js';

/**
 * @typedef {{keys: string[], action: (event: KeyboardEvent) => unknown, label: string, group: string}} Binding
 * @typedef {{off: boolean, map: Record<string, string[]>}} Choice
 */

const STORE = 'isr.keys';

/** @type {Choice} */
export const NO_CHOICE = { off: false, map: {} };

/** What a keyboard event is called. Pure.
 *  @param {{key: string, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean, shiftKey?: boolean, altGraph?: boolean}} event */
export function nameOf(event) {
  const key = event.key === ' ' ? 'Space' : event.key;
  const letter = key.length === 1 && key.toLowerCase() !== key.toUpperCase();
  const plain = letter ? key.toLowerCase() : key;
  const shift = event.shiftKey && (letter || key.length > 1) ? 'Shift+' : '';
  if (event.altGraph) return shift + plain; // AltGr only makes the character
  return (event.ctrlKey || event.metaKey ? 'Ctrl+' : '') + (event.altKey ? 'Alt+' : '') + shift + plain;
}

const TYPING = new Set(['text', 'search', 'date', 'time', 'datetime-local', 'number', 'password', 'email', 'url', 'tel', 'month', 'week']);
const SLIDING = new Set(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown']);
const PRESSING = new Set(['Space', 'Enter']);

/** Whether what has the focus wants this key for itself: text where somebody types, arrows on a slider, Space on a button. Pure.
 *  @param {{tag: string, type?: string, role?: string|null, editable?: boolean}} focus @param {string} name */
export function wantedBy(focus, name) {
  const { tag, type = '', role = null, editable = false } = focus;
  const bare = name.replace(/^Shift\+/, '');
  if (bare === 'Escape') return false;
  if (editable || tag === 'textarea' || tag === 'select' || (tag === 'input' && TYPING.has(type))) return true;
  if (role === 'slider' || role === 'tab' || role === 'radio' || (tag === 'input' && (type === 'range' || type === 'radio'))) {
    if (SLIDING.has(bare)) return true;
  }
  return PRESSING.has(bare) && (['button', 'a', 'summary', 'audio', 'video'].includes(tag) || tag === 'input' || role === 'button' || role === 'tab');
}

/** The keys of an action as its reader wants them. Pure. @param {Binding} binding @param {Choice} choice */
export const keysOf = (binding, choice) => choice.map[binding.label] ?? binding.keys;

/** The bindings that a key asks, newest first. Pure. @param {Binding[]} bindings @param {Choice} choice @param {string} name */
export const matching = (bindings, choice, name) =>
  choice.off ? [] : bindings.filter((one) => keysOf(one, choice).includes(name)).reverse();

/** What is bound now, one a name, in the order of binding: for the help and the settings. Pure. @param {Binding[]} bindings @param {Choice} choice
 *  @returns {{label: string, group: string, keys: string[], standard: string[]}[]} */
export function listed(bindings, choice) {
  const seen = new Map();
  for (const one of bindings) seen.set(one.label, { label: one.label, group: one.group, keys: keysOf(one, choice), standard: one.keys });
  return [...seen.values()];
}

/** Another key for an action: taken away from every other one that has it. Pure.
 *  @param {Binding[]} bindings @param {Choice} choice @param {string} label @param {string[]} keys @returns {Choice} */
export function withKeys(bindings, choice, label, keys) {
  const map = { ...choice.map, [label]: keys };
  for (const other of bindings) {
    if (other.label === label) continue;
    const theirs = map[other.label] ?? other.keys;
    if (theirs.some((key) => keys.includes(key))) map[other.label] = theirs.filter((key) => !keys.includes(key));
  }
  return { ...choice, map };
}

/** What was stored, or nothing where it is not ours. Pure. @param {string|null} text @returns {Choice} */
export function readChoice(text) {
  try {
    const { off, map } = JSON.parse(text ?? '');
    const entries = Object.entries(map ?? {}).filter(([, keys]) => Array.isArray(keys) && keys.every((key) => typeof key === 'string'));
    return { off: off === true, map: Object.fromEntries(entries) };
  } catch {
    return NO_CHOICE;
  }
}

/** A key as people read it: "Shift+J", "←", "Space". Pure. @param {string} key */
export const shown = (key) => key.replace('ArrowLeft', '←').replace('ArrowRight', '→').replace('ArrowUp', '↑').replace('ArrowDown', '↓')
  .replace('Delete', 'Del').replace('Escape', 'Esc').replace(/^(.*\+)?([a-z])$/, (_, before = '', letter) => before + letter.toUpperCase());

/** Everything that is bound; read it to follow what the help shows. */
export const bindings = signal(/** @type {Binding[]} */ ([]));

/** What the reader chose. */
export const choice = signal(NO_CHOICE);

/** @param {Choice} next */
export function choose(next) {
  choice.value = next;
  try {
    localStorage.setItem(STORE, JSON.stringify(next));
  } catch { /* a browser that stores nothing: it holds until the page closes */ }
}

/** @param {string} label @param {string[]} keys */
export const rebind = (label, keys) => choose(withKeys(bindings.peek(), choice.peek(), label, keys));

/** @param {boolean} off */
export const switchOff = (off) => choose({ ...choice.peek(), off });

export const forgetChoice = () => choose(NO_CHOICE);

/** Binds keys until the function that it returns is called.
 *  @param {string|string[]} keys @param {(event: KeyboardEvent) => unknown} action @param {string} label @param {string} group */
export function bind(keys, action, label, group) {
  const binding = { keys: typeof keys === 'string' ? [keys] : keys, action, label, group };
  bindings.value = [...bindings.peek(), binding];
  return () => { bindings.value = bindings.peek().filter((one) => one !== binding); };
}

/** @param {EventTarget|null} target */
const focusOf = (target) => target instanceof HTMLElement
  ? { tag: target.localName, type: /** @type {HTMLInputElement} */ (target).type, role: target.getAttribute('role'), editable: target.isContentEditable }
  : { tag: '' };

/** What is typed while a field is still on its way, and whether Enter was the last of it; text null: nobody waits for one.
 *  @type {{text: string|null, entered: boolean}} */
const held = { text: null, entered: false };

/** From now on keys are kept for a field that opens. */
export function hold() { Object.assign(held, { text: '', entered: false }); }

/** The field is there: what has been typed. */
export function release() {
  const { text, entered } = held;
  Object.assign(held, { text: null, entered: false });
  return { text: text ?? '', entered };
}

/** @param {KeyboardEvent} event @param {string} text */
function keep(event, text) {
  if (event.key === 'Escape') held.text = null;
  else if (held.entered) return;
  else if (event.key === 'Enter') held.entered = true;
  else if (event.key === 'Backspace') held.text = text.slice(0, -1);
  else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) held.text = text + event.key;
}

/** @param {KeyboardEvent} event */
const inDialog = (event) => event.target instanceof Element && event.target.closest('dialog') !== null;

/** Before what has the focus: Enter on a slider is meant for the field, too. @param {KeyboardEvent} event */
function caught(event) {
  if (held.text === null || event.isComposing || inDialog(event)) return;
  keep(event, held.text);
  if (event.key === 'Tab') return;
  event.preventDefault();
  event.stopPropagation();
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.defaultPrevented || event.isComposing || inDialog(event)) return;
  const name = nameOf({ key: event.key, ctrlKey: event.ctrlKey, metaKey: event.metaKey, altKey: event.altKey, shiftKey: event.shiftKey,
    altGraph: event.getModifierState?.('AltGraph') });
  if (wantedBy(focusOf(event.target), name)) return;
  for (const one of matching(bindings.peek(), choice.peek(), name)) {
    if (one.action(event) === false) continue;
    event.preventDefault();
    return;
  }
}

/** Begins to listen. Called once, by app.js. */
export function startKeys() {
  try {
    choice.value = readChoice(localStorage.getItem(STORE));
  } catch { /* no storage: the standard keys */ }
  document.addEventListener('keydown', caught, true);
  document.addEventListener('keydown', pressed);
}
