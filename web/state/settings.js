// SPDX-License-Identifier: MIT
// settings.js - what the reader chose: of this browser, never sent anywhere.
import { stored } from '../stored.js';

/** 'system', 'light' or 'dark'. */
export const theme = stored('theme', 'system');

/** 'auto' or a language of the page. */
export const language = stored('language', 'auto');

/** The languages to choose from, best first. @param {readonly string[]} browser */
export const wanted = (browser) => (language.peek() === 'auto' ? browser : [language.peek(), ...browser]);
