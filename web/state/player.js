// SPDX-License-Identifier: MIT
// state/player.js - what the player bar plays and how. Pure reducers; sound.js makes it heard.
import { computed, signal } from '../vendor/signals-core.js';
import { SECOND } from '../zone.js';
import { keyOf } from './review.js';

/**
 * @typedef {import('../api-review.js').Section} Section
 * @typedef {{kind: 'section'|'span'|'file', source: string, from_us: number, to_us: number, at_us: number, file: string|null, section: Section|null}} Track
 * @typedef {{source: string|null, from_us: number|null, to_us: number|null, open: boolean}} Cut
 * What is loaded: a section with its pre- and post-roll, a span that somebody clicked on, a whole recording. `at_us`: where it begins to play.
 * @typedef {{track: Track|null, playing: boolean, waiting: boolean, rate: number, gain: number, loop: boolean, auto: boolean,
 *   queue: Section[], error: {code: string, message: string}|null, cut: Cut}} Player
 * `queue` in order of time: what previous, next and auto-advance walk. `gain` in dB.
 */

export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4];
export const LONGEST = 600 * SECOND; // of a clip, the server's limit

/** @type {Player} */
export const silent = { track: null, playing: false, waiting: false, rate: 1, gain: 0, loop: false, auto: true, queue: [], error: null,
  cut: { source: null, from_us: null, to_us: null, open: false } };

export const player = signal(silent);

/** What is put on, and what is to be cut: who needs no more of the player is not drawn again while it waits, plays and stops. */
export const track = computed(() => player.value.track);
export const cut = computed(() => player.value.cut);

/** The section that is heard, as its source and start. */
export const heard = computed(() => (track.value?.section ? keyOf(track.value.section) : null));

/** Where the sound is, UTC µs; apart from the rest because it changes all the time. */
export const playhead = signal(/** @type {number|null} */ (null));

/** @param {(p: Player) => Player} reducer */
export function updatePlayer(reducer) {
  player.value = reducer(player.peek());
}

/** A section as it is heard: with a little before and after. @param {Section} section @param {number} before s @param {number} after s @returns {Track} */
export const sectionTrack = (section, before, after) => {
  const from_us = section.start_us - Math.round(before * SECOND);
  return { kind: 'section', source: section.source, from_us, to_us: Math.min(from_us + LONGEST, section.end_us + Math.round(after * SECOND)), at_us: from_us,
    file: section.file, section };
};

/** From an instant on, as long as a clip may be, and not past @end. @param {string} source @param {number} at_us @param {number} end_us @returns {Track} */
export const spanTrack = (source, at_us, end_us) =>
  ({ kind: 'span', source, from_us: at_us, to_us: Math.min(at_us + LONGEST, Math.max(end_us, at_us + SECOND)), at_us, file: null, section: null });

/** A whole recording, from an instant on. @param {import('../api.js').Recording} file @param {number} at_us @returns {Track} */
export const fileTrack = (file, at_us) =>
  ({ kind: 'file', source: file.source, from_us: file.start_us, to_us: file.end_us, at_us: Math.min(Math.max(at_us, file.start_us), file.end_us), file: file.name, section: null });

/** Something is put on: the cut begins with what is heard of interest. @param {Track} track @returns {(p: Player) => Player} */
export const withTrack = (track) => (p) => ({
  ...p, track, playing: true, waiting: true, error: null,
  cut: { ...p.cut, source: track.source, from_us: track.section?.start_us ?? track.at_us, to_us: track.section?.end_us ?? (track.kind === 'file' ? null : track.to_us) },
});

/** @param {Section[]} queue @returns {(p: Player) => Player} */
export const withQueue = (queue) => (p) => (p.queue === queue ? p : { ...p, queue });

/** @param {{code: string, message: string}} error @returns {(p: Player) => Player} */
export const withError = (error) => (p) => ({ ...p, playing: false, waiting: false, error });

/** @returns {(p: Player) => Player} */
export const withClosed = () => (p) => ({ ...p, track: null, playing: false, waiting: false, error: null, cut: silent.cut });

/** A span that somebody drew: the cut is open with it. @param {string} source @param {import('../strip-geometry.js').View} span @returns {(p: Player) => Player} */
export const withSelected = (source, span) => (p) => ({ ...p, cut: { source, from_us: span.from_us, to_us: span.to_us, open: true } });

/** @param {number} step ±1 @returns {(p: Player) => Player} */
export const withRateStep = (step) => (p) => {
  const at = RATES.indexOf(p.rate);
  return { ...p, rate: RATES[Math.min(RATES.length - 1, Math.max(0, at + step))] };
};

/** One end of the cut; the other one gives way where they would cross. @param {'from_us'|'to_us'} end @param {number} us @returns {(p: Player) => Player} */
export const withCut = (end, us) => (p) => {
  const cut = { ...p.cut, [end]: us, source: p.cut.source ?? p.track?.source ?? null };
  if (cut.from_us !== null && cut.to_us !== null && cut.from_us >= cut.to_us) cut[end === 'from_us' ? 'to_us' : 'from_us'] = null;
  return { ...p, cut };
};

/** The section before or after what is heard, in the queue. @param {Player} p @param {number} step ±1 @param {number|null} at_us @returns {Section|null} */
export function beside(p, step, at_us) {
  const now = p.track?.section?.start_us ?? at_us ?? (step > 0 ? -Infinity : Infinity);
  const here = p.track?.section ? p.queue.findIndex((one) => one.start_us === now && one.source === p.track?.source) : -1;
  if (here >= 0) return p.queue[here + step] ?? null;
  return (step > 0 ? p.queue.find((one) => one.start_us > now) : [...p.queue].reverse().find((one) => one.start_us < now)) ?? null;
}

/** What comes when a track has ended. @param {Player} p @param {number} now_us @returns {'again'|'next'|'on'|'stop'} */
export function afterEnd(p, now_us) {
  if (!p.track) return 'stop';
  if (p.loop) return 'again';
  if (p.track.kind === 'section') return p.auto && beside(p, 1, null) ? 'next' : 'stop';
  return p.track.kind === 'span' && p.track.to_us < now_us - 2 * SECOND ? 'on' : 'stop';
}
