// SPDX-License-Identifier: MIT
// expecting.js - who points at an event may want to hear it: it is fetched before the click.
import { expect } from '../actions/player.js';

/** @typedef {import('../api-review.js').Section} Section */

const PAUSE_MS = 60; // a pointer that only comes by asks nothing

let timer = 0;

/** @param {Section} section */
function soon(section) {
  clearTimeout(timer);
  timer = window.setTimeout(expect, PAUSE_MS, section);
}

/** What a button that plays this section has besides. @param {Section} section */
export const expecting = (section) => ({
  onPointerEnter: () => soon(section), onPointerLeave: () => clearTimeout(timer), onPointerDown: () => expect(section), onFocus: () => soon(section),
});
