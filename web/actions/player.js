// SPDX-License-Identifier: MIT
// actions/player.js - puts on what somebody wants to hear, and goes on when it has ended.
import { batch } from '../vendor/signals-core.js';
import { clipUrl, fileAt, whyNot } from '../api-review.js';
import { streamUrl } from '../api.js';
import { announce } from '../notice.js';
import { go } from '../route.js';
import * as sound from '../sound.js';
import { troubleText } from '../trouble.js';
import { moments, recordedOf, spanAt } from '../state/moments.js';
import { LONGEST, afterEnd, beside, fileTrack, player, playhead, sectionTrack, spanTrack, updatePlayer, withClosed, withCut, withError, withRateStep, withTrack } from '../state/player.js';
import { config } from '../store.js';
import { t } from '../text.js';
import { SECOND, clockOf, dayOf } from '../zone.js';
import { zone } from './moments.js';

/** @typedef {import('../state/player.js').Track} Track @typedef {import('../api-review.js').Section} Section */

/** Called when a section has been put on: the view that reviews follows it. @type {{heard: (section: Section) => void}} */
export const follower = { heard: () => {} };

const now = () => Date.now() * 1000;

/** @param {Track} track */
const urlOf = (track) => (track.kind === 'file' && track.file ? streamUrl(track.file) : clipUrl({ source: track.source, from: track.from_us, to: track.to_us }));

/** A clip holds no hole: it ends where the recording does. @param {Track} track @param {number} us an instant of it that is recorded @returns {Track} */
function trimmed(track, us) {
  const day = moments.peek()[dayOf(us, zone())];
  const span = day && spanAt(recordedOf(day, track.source), us);
  if (!span || us < span.from_us) return track;
  const open = span.to_us >= day.bounds.to_us; // it may go on after midnight
  const from_us = span.from_us <= day.bounds.from_us ? track.from_us : Math.max(track.from_us, span.from_us);
  return { ...track, from_us, to_us: open ? track.to_us : Math.min(track.to_us, span.to_us), at_us: Math.max(track.at_us, from_us) };
}

/** @param {Track} track @param {boolean} [play] */
function put(track, play = true) {
  sound.load(urlOf(track), (track.at_us - track.from_us) / SECOND, { rate: player.peek().rate, play }); // first: everything else can wait
  batch(() => {
    updatePlayer(withTrack(track));
    if (!play) updatePlayer((s) => ({ ...s, playing: false, waiting: false }));
    playhead.value = track.at_us;
    if (track.section) follower.heard(track.section);
  });
}

const rolls = () => ({ before: config.peek()?.clip_pre_roll ?? 2, after: config.peek()?.clip_post_roll ?? 1 });

/** @param {Section} section */
const clipOf = (section) => trimmed(sectionTrack(section, rolls().before, rolls().after), section.start_us);

/** Plays a section with a little before and after. @param {Section} section @param {boolean} [play] false: only puts it on */
export function playSection(section, play = true) {
  put(clipOf(section), play);
}

/** Somebody may want to hear this section next: it is fetched. @param {Section} section */
export function expect(section) {
  if (player.peek().track?.section !== section) sound.prefetch(urlOf(clipOf(section)));
}

/** Plays a source from an instant on; from a hole on that what comes after it. @param {string} source @param {number} us @param {boolean} [play] */
export function playAt(source, us, play = true) {
  const day = moments.peek()[dayOf(us, zone())];
  const recorded = day ? recordedOf(day, source) : [];
  const span = spanAt(recorded, us);
  const from = span && us < span.from_us ? span.from_us : us;
  if (from > us) announce(t('player.skipped', { time: clockOf(from, zone()) }));
  put(trimmed(spanTrack(source, from, Math.min(now(), from + LONGEST)), from), play);
}

/** Plays a whole recording. @param {import('../api.js').Recording} file @param {number} [at_us] @param {boolean} [play] */
export function playFile(file, at_us = file.start_us, play = true) {
  put(fileTrack(file, at_us), play);
}

export function toggle() {
  const p = player.peek();
  if (!p.track) return false;
  if (p.error) put({ ...p.track, at_us: playhead.peek() ?? p.track.at_us });
  else if (p.playing) sound.pause();
  else sound.start();
  updatePlayer((s) => ({ ...s, playing: p.error ? s.playing : !p.playing }));
  return true;
}

export function close() {
  if (!player.peek().track) return false;
  sound.close();
  playhead.value = null;
  updatePlayer(withClosed());
  return true;
}

/** Goes to an instant: inside of what is loaded at once, else something else is put on. @param {number} us */
export function seek(us) {
  const { track, playing } = player.peek();
  if (!track) return false;
  const inside = us >= track.from_us && us <= track.to_us;
  if (inside && sound.seek((us - track.from_us) / SECOND)) playhead.value = us;
  else if (track.kind === 'file') sound.seek(Math.max(0, (Math.min(us, track.to_us) - track.from_us) / SECOND));
  else playAt(track.source, us, playing);
  return true;
}

/** @param {number} seconds */
export const skip = (seconds) => seek((playhead.peek() ?? 0) + Math.round(seconds * SECOND));

/** The section before or after. @param {1|-1} step */
export function step(step) {
  const next = beside(player.peek(), step, playhead.peek());
  if (next) playSection(next);
  else announce(t(step > 0 ? 'player.last' : 'player.first'));
  return Boolean(next) || player.peek().queue.length > 0;
}

/** @param {number} by ±1 */
export function changeRate(by) {
  updatePlayer(withRateStep(by));
  setRate(player.peek().rate);
}

/** @param {number} rate */
export function setRate(rate) {
  updatePlayer((p) => ({ ...p, rate }));
  sound.setRate(rate);
  announce(t('player.rate-is', { rate }));
}

/** @param {number} gain dB */
export function setGain(gain) {
  updatePlayer((p) => ({ ...p, gain }));
  sound.setGain(gain);
}

/** @param {'loop'|'auto'} what */
export const flip = (what) => updatePlayer((p) => ({ ...p, [what]: !p[what] }));

/** @param {'from_us'|'to_us'} end */
export function cutHere(end) {
  const us = playhead.peek();
  if (us === null) return false;
  updatePlayer(withCut(end, us));
  announce(t(end === 'from_us' ? 'cut.in-at' : 'cut.out-at', { time: clockOf(us, zone(), 1) }));
  return true;
}

/** The whole recording at the same instant. */
export async function openInFile() {
  const { track } = player.peek();
  if (!track) return;
  const at = Math.round(playhead.peek() ?? track.at_us);
  const file = await fileAt(track.source, at);
  if (file) go({ view: 'file', file: file.name, at });
  else updatePlayer(withError({ code: 'not-found', message: t('player.not-found') }));
}

/** The element says only that it failed; the server knows why. */
async function failed() {
  const { track } = player.peek();
  if (!track) return;
  const why = await whyNot(urlOf(track)).catch(() => ({ code: 'lost', message: '' }));
  if (player.peek().track !== track) return;
  const message = troubleText(why);
  updatePlayer(withError({ code: why?.code ?? 'unplayable', message }));
  announce(message);
}

function ended() {
  const p = player.peek();
  const { track } = p;
  if (!track) return;
  const then = afterEnd(p, now());
  if (then === 'again') { sound.seek((track.at_us - track.from_us) / SECOND); sound.start(); }
  else if (then === 'next') step(1);
  else if (then === 'on') playAt(track.source, track.to_us);
  else updatePlayer((s) => ({ ...s, playing: false }));
}

let frame = 0;

/** The playhead moves with the screen while there is sound. */
function tick() {
  cancelAnimationFrame(frame);
  const { track, playing } = player.peek();
  if (!track) return;
  playhead.value = track.from_us + Math.round(sound.position() * SECOND);
  if (playing && document.visibilityState === 'visible') frame = requestAnimationFrame(tick);
}

/** One sound at a time: the players in rows and the live ones are quiet now, and this one when they begin. */
const quiet = () => document.querySelectorAll('audio').forEach((one) => one.pause());

function heard() {
  quiet();
  updatePlayer((p) => ({ ...p, playing: true, waiting: false }));
  const next = beside(player.peek(), 1, null);
  if (player.peek().track?.section && next) expect(next);
  tick();
}

/** Called once. */
export function start() {
  sound.open({
    onTime: () => { if (!player.peek().playing || document.visibilityState !== 'visible') tick(); },
    onPlaying: heard,
    onWaiting: () => updatePlayer((p) => ({ ...p, waiting: true })),
    onPaused: () => updatePlayer((p) => ({ ...p, playing: false })),
    onEnded: ended,
    onFailed: failed,
  });
  document.addEventListener('play', () => sound.pause(), true);
}
