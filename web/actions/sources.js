// SPDX-License-Identifier: MIT
// sources.js - the state of the sources, their meters, and what can be done with them.
import * as api from '../api.js';
import { onChange, onLevels, onReturn } from '../hub.js';
import { complain } from '../notice.js';
import { levels, listening, sources, withLevels } from '../state/sources.js';

export async function load() {
  const status = await api.getStatus();
  sources.value = status.sources;
  const fresh = status.sources.filter(({ level }) => level !== undefined)
    .map(({ name, level = null, peak = null, floor = null }) => ({ source: name, level, peak, floor }));
  levels.value = withLevels(levels.peek(), fresh);
}

/** @param {string} source @param {'start'|'stop'|'split'} verb */
export async function control(source, verb) {
  try {
    await api.control(source, verb);
    await load();
  } catch (error) {
    complain(error);
  }
}

/** Begins to listen to a source, or ends it. @param {string} source */
export function listen(source) {
  listening.value = listening.peek() === source ? null : source;
}

export function start() {
  load().catch(complain);
  onChange(['status', 'gap'], load);
  onReturn(load);
  onLevels((list) => { levels.value = withLevels(levels.peek(), list); });
}
