// SPDX-License-Identifier: MIT
// session.js - with the password in, and out again. What the server remembers is a cookie that scripts can not read.
import * as api from '../api.js';
import { complain } from '../notice.js';
import { entering } from '../state/overlay.js';
import { config } from '../store.js';

/** In; what was refused before is asked again by loading the page anew. @param {string} password @returns {Promise<string|null>} why not */
export async function enter(password) {
  try {
    await api.logIn(password);
    location.reload();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export async function leave() {
  try {
    await api.logOut();
    location.reload();
  } catch (error) {
    complain(error);
  }
}

export function start() {
  api.login.ask = () => { if (config.peek()?.password !== false) entering.value = true; };
}
