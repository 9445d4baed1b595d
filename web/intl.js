// SPDX-License-Identifier: MIT
// intl.js - formatters of numbers, dates and plurals, made once: making one costs a phone more than a hundred uses. Pure.

/** @type {Map<string, any>} */
const made = new Map();

/** @template T @param {string} key @param {() => T} make @returns {T} */
function once(key, make) {
  if (!made.has(key)) made.set(key, make());
  return made.get(key);
}

/** @param {string} lang @param {Intl.NumberFormatOptions} [options] */
export const number = (lang, options = {}) => once(`n${lang}${Object.entries(options)}`, () => new Intl.NumberFormat(lang, options));

/** @param {string} lang @param {Intl.DateTimeFormatOptions} options */
export const date = (lang, options) => once(`d${lang}${Object.entries(options)}`, () => new Intl.DateTimeFormat(lang, options));

/** @param {string} lang */
export const plural = (lang) => once(`p${lang}`, () => new Intl.PluralRules(lang));
