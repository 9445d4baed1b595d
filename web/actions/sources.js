// SPDX-License-Identifier: MIT
// sources.js - the state of the sources, their meters, and what can be done with them.
import { batch } from '../vendor/signals-core.js';
import * as api from '../api.js';
import { onChange, onLevels, onReturn } from '../hub.js';
import { complain, toast } from '../notice.js';
import { setClock, tick } from '../state/clock.js';
import { catalog, known, levels, listening, scan, sources, withLevels } from '../state/sources.js';
import { t } from '../text.js';

const LOOK_MS = 2000;
const LATER_MS = 400; // a list over the whole archive waits until there is something to see

/** Nobody tells when a look at new files goes on: asked again until it is over. @param {{done: number, total: number}|null} state */
function lookOn(state) {
  if (state && !scan.peek()) setTimeout(() => { scan.value = null; load().catch(() => {}); }, LOOK_MS);
  scan.value = state;
}

export async function load() {
  const status = await api.getStatus();
  sources.value = status.sources;
  setClock(status.now_us);
  lookOn(status.scan ?? null);
  catalog.value = status.catalog ?? null;
  const fresh = status.sources.filter(({ level }) => level !== undefined)
    .map(({ name, level = null, peak = null, floor = null }) => ({ source: name, level, peak, floor }));
  levels.value = withLevels(levels.peek(), fresh);
}

async function loadKnown() {
  known.value = (await api.getSources()).sources;
}

/** @param {string} source @param {'start'|'stop'|'split'} verb */
export async function control(source, verb) {
  try {
    await api.control(source, verb);
    await load();
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

/** Ends the file that is being written, begins the next. @param {string} source */
export async function split(source) {
  if (await control(source, 'split')) toast(t('split-done', { source }));
}

/** Nothing is lost but time: so it can be taken back. @param {string} source */
export async function stop(source) {
  if (await control(source, 'stop')) toast(t('stopped-done', { source }), { undo: () => control(source, 'start') });
}

/** Begins to listen to a source, or ends it. @param {string} source */
export function listen(source) {
  listening.value = listening.peek() === source ? null : source;
}

export function start() {
  load().catch(complain);
  setTimeout(() => loadKnown().catch(() => {}), LATER_MS); // until then those that are recorded now are all there is to choose from
  onChange(['status', 'gap'], load);
  onReturn(load);
  onReturn(loadKnown);
  let beaten = 0;
  onLevels((list) => {
    if (document.visibilityState === 'hidden') return; // nobody looks, and the next ones come within a second
    beaten = Date.now();
    batch(() => { levels.value = withLevels(levels.peek(), list); tick(); }); // one picture a second, not two
  });
  setInterval(() => { if (Date.now() - beaten > 1500 && document.visibilityState !== 'hidden') tick(); }, 1000);
}
