// SPDX-License-Identifier: MIT
// route.js - where the reader is, in the address: #/view?key=value.
//
// Behind the # nothing depends on where the server puts the page: links work below
// any prefix, and a server never sees them. parse() and format() are pure and each
// other's inverse; `route` follows the address, go() and plain links change it.
import { signal } from './vendor/signals-core.js';

/**
 * @typedef {{view: string, day?: string, source?: string, file?: string, at?: number, span?: number,
 *   section?: string, q?: string, from?: string, to?: string, verdict?: string, label?: string, start?: number, end?: number}} Route
 * `at`: UTC microseconds; `span`: seconds that a timeline shows; `from`, `to`: dates, or UTC µs in digits.
 * @typedef {{[K in keyof Route]?: Route[K] | null}} Patch
 */

const HOME = 'days';
const NUMBERS = ['at', 'span', 'start', 'end'];
const TEXTS = ['day', 'source', 'file', 'section', 'q', 'from', 'to', 'verdict', 'label'];

/** @param {string} key @param {string} text @returns {string|number|undefined} */
function value(key, text) {
  if (TEXTS.includes(key)) return text === '' ? undefined : text;
  const number = Number(text);
  return NUMBERS.includes(key) && text.trim() !== '' && Number.isFinite(number) ? number : undefined;
}

/** What an address means; what it does not know, it leaves out. @param {string} hash @returns {Route} */
export function parse(hash) {
  const [path, query = ''] = hash.replace(/^#?\/?/, '').split(/\?(.*)/s);
  /** @type {Record<string, any>} */
  const route = { view: /^[a-z]+$/.test(path) ? path : HOME };
  for (const [key, text] of new URLSearchParams(query)) {
    const known = value(key, text);
    if (known !== undefined) route[key] = known;
  }
  return /** @type {Route} */ (route);
}

/** The address of a place. @param {Patch} route */
export function format(route) {
  const parts = [...TEXTS, ...NUMBERS].flatMap((key) => {
    const one = route[/** @type {keyof Route} */ (key)];
    return one === undefined || one === null || one === '' ? [] : [`${key}=${encodeURIComponent(one).replace(/%(2F|3A|2C)/g, decodeURIComponent)}`];
  });
  const path = !route.view || route.view === HOME ? '' : route.view;
  return `#/${path}${parts.length ? `?${parts.join('&')}` : ''}`;
}

/** A patch that names a view is a new place; any other changes the present one. null takes a key away.
 *  @param {Route} route @param {Patch} patch @returns {Route} */
export function patched(route, patch) {
  const whole = patch.view ? patch : { ...route, ...patch };
  return parse(format(whole));
}

const here = () => (typeof location === 'undefined' ? '' : location.hash);

export const route = signal(parse(here()));

/** The address of what go() would go to. @param {Patch} patch */
export const href = (patch) => format(patched(route.peek(), patch));

/** @param {Patch} patch @param {{replace?: boolean}} [how] replace: the back button does not come by here again */
export function go(patch, { replace = false } = {}) {
  const to = href(patch);
  if (to !== format(route.peek())) history[replace ? 'replaceState' : 'pushState'](null, '', to);
  route.value = parse(to);
}

/** Follows the address bar, links, back and forward. */
export function follow() {
  const take = () => { route.value = parse(here()); };
  addEventListener('hashchange', take);
  addEventListener('popstate', take);
}
