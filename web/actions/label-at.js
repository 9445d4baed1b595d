// SPDX-License-Identifier: MIT
// actions/label-at.js - asks for a word: for the section in hand, else for the cut that is open, else for the second at the playhead.
import { putLabel } from '../api-review.js';
import { hold } from '../keys.js';
import { complain, toast } from '../notice.js';
import { labelling } from '../state/labelling.js';
import { player, playhead } from '../state/player.js';
import { current, review } from '../state/review.js';
import { writable } from '../store.js';
import { t } from '../text.js';
import { clockOf } from '../zone.js';
import { decide } from './labels.js';
import { zone } from './moments.js';

const SECOND = 1e6;

/** The span that a word belongs to when there is no section. */
function spanHere() {
  const { track, cut } = player.peek();
  if (cut.open && cut.source && cut.from_us !== null && cut.to_us !== null) return { source: cut.source, start_us: cut.from_us, end_us: cut.to_us };
  const at = playhead.peek();
  return track && at !== null ? { source: track.source, start_us: Math.round(at), end_us: Math.round(at) + SECOND } : null;
}

/** @param {{source: string, start_us: number, end_us: number}} span @param {string|null} label */
async function put(span, label) {
  try {
    await putLabel({ ...span, verdict: null, label, note: null });
    if (label) toast(t('label.given', { label, time: clockOf(span.start_us, zone()) }), { undo: () => put(span, null) });
  } catch (error) {
    complain(error);
  }
}

/** Opens the palette. @returns {boolean} false: there is nothing to give a word to */
export function labelAt() {
  const { track, cut } = player.peek();
  const section = (cut.open ? null : track?.section) ?? (track ? null : current(review.peek()));
  if (!writable.peek()) return false;
  if (section) {
    hold();
    labelling.value = { title: t('label.of', { time: clockOf(section.start_us, zone()) }), label: section.label, take: (label) => { decide(section, { label }); } };
    return true;
  }
  const span = spanHere();
  if (!span) return false;
  hold();
  labelling.value = { title: t('label.of', { time: clockOf(span.start_us, zone()) }), label: null, take: (label) => { if (label) put(span, label); } };
  return true;
}
