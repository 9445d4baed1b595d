// SPDX-License-Identifier: MIT
// sound.js - the one <audio> of the player bar, and the amplifier behind it once somebody turns it up.
// Knows addresses and seconds; what they mean is said in actions/player.js.

/** @typedef {{onTime: () => void, onPlaying: () => void, onWaiting: () => void, onPaused: () => void, onEnded: () => void, onFailed: () => void}} Listener */

/** @type {HTMLAudioElement|null} */
let audio = null;
/** @type {GainNode|null} */
let amplifier = null;
/** @type {HTMLAudioElement|null} */
let ahead = null;
/** Where it is to begin, until the element knows its length. */
let wanted = 0;

/** Makes the element. Called once. @param {Listener} to */
export function open(to) {
  audio = new Audio();
  audio.preload = 'auto';
  audio.preservesPitch = true;
  audio.addEventListener('loadedmetadata', () => { if (audio && wanted > 0) audio.currentTime = wanted; });
  audio.addEventListener('timeupdate', to.onTime);
  audio.addEventListener('seeked', to.onTime);
  audio.addEventListener('playing', to.onPlaying);
  audio.addEventListener('waiting', to.onWaiting);
  audio.addEventListener('pause', to.onPaused);
  audio.addEventListener('ended', to.onEnded);
  audio.addEventListener('error', () => { if (audio?.getAttribute('src')) to.onFailed(); });
}

/** @param {string} url @param {number} at seconds @param {{rate: number, play: boolean}} how */
export function load(url, at, { rate, play }) {
  if (!audio) return;
  audio.src = url;
  audio.defaultPlaybackRate = rate;
  audio.playbackRate = rate;
  wanted = at;
  if (play) start();
}

/** A refusal comes as an error event, or because somebody put something else on meanwhile. */
export function start() {
  audio?.play().catch(() => {});
  if (amplifier?.context instanceof AudioContext) amplifier.context.resume();
}

export const pause = () => audio?.pause();

export function close() {
  audio?.pause();
  audio?.removeAttribute('src');
  audio?.load();
}

export const position = () => (audio && audio.readyState > 0 ? audio.currentTime : wanted);

/** @param {number} seconds @returns {boolean} false: the browser can not go there */
export function seek(seconds) {
  if (audio && audio.readyState === 0) {
    wanted = Math.max(0, seconds);
    return true;
  }
  if (!audio || !audio.seekable.length || seconds > audio.seekable.end(audio.seekable.length - 1) + 0.01) return false;
  audio.currentTime = Math.max(0, seconds);
  return true;
}

/** @param {number} rate */
export function setRate(rate) {
  if (audio) audio.playbackRate = rate;
}

/** The amplifier is made when it is needed first: a browser allows it only after a touch or a key. @param {number} db */
export function setGain(db) {
  if (!audio || (db === 0 && !amplifier)) return;
  if (!amplifier) {
    const context = new AudioContext();
    amplifier = context.createGain();
    context.createMediaElementSource(audio).connect(amplifier).connect(context.destination);
    context.resume();
  }
  amplifier.gain.value = 10 ** (db / 20);
}

/** Fetches what is heard next, so that it begins at once. @param {string|null} url */
export function prefetch(url) {
  if (!url) return;
  ahead ??= new Audio();
  ahead.preload = 'auto';
  if (ahead.getAttribute('src') !== url) ahead.src = url;
}
