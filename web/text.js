// SPDX-License-Identifier: MIT
// text.js - every word of the page, one JSON a language, and Intl for the rest.
import { number, plural } from './intl.js';

export const LANGUAGES = ['en', 'de'];

/** @type {Record<string, string>} */
let words = {};

/** The text of a key, with {names} filled in. @param {string} key @param {Record<string, string|number>} [values] */
export const t = (key, values = {}) =>
  (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));

/** The reader's own locale where it is of the page's language: "en-GB" writes dates as people there do. */
export const locale = () => (typeof navigator === 'undefined' ? [] : [...navigator.languages]).find((tag) => tag.startsWith(t('lang'))) ?? t('lang');

/** A text that depends on a number: `key.one`, `key.other`; {n} is the number as people write it.
 *  @param {string} key @param {number} n @param {Record<string, string|number>} [values] */
export const tn = (key, n, values = {}) =>
  t(`${key}.${plural(t('lang')).select(n) === 'one' ? 'one' : 'other'}`, { n: number(locale()).format(n), ...values });

/** The first language of the list that we speak, else English. @param {readonly string[]} wanted */
export const choose = (wanted) =>
  wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => LANGUAGES.includes(tag)) ?? 'en';

/** @param {readonly string[]} wanted */
export async function loadText(wanted) {
  const answer = await fetch(new URL(`./text/${choose(wanted)}.json`, import.meta.url));
  useText(await answer.json());
}

/** @param {Record<string, string>} dictionary */
export function useText(dictionary) {
  words = dictionary;
}
