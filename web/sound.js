// SPDX-License-Identifier: MIT
// sound.js - the sound of the player bar: one <audio> that is heard, one that fetches what may be heard next, and the amplifier
// behind them once somebody turns it up. What was fetched already begins at once: the two change places.
// Knows addresses and seconds; what they mean is said in actions/player.js.

/** @typedef {{onTime: () => void, onPlaying: () => void, onWaiting: () => void, onPaused: () => void, onEnded: () => void, onFailed: () => void}} Listener */

/** @type {HTMLAudioElement|null} */
let audio = null;
/** @type {HTMLAudioElement|null} */
let ahead = null;
/** @type {GainNode|null} */
let amplifier = null;
/** Where it is to begin, until the element has said that it knows its length. */
let wanted = 0;
/** Those that have said so. Their readyState says it a moment before: who went elsewhere in that moment was taken back to the beginning. */
const known = new WeakSet();

/** An element that is listened to as long as it is the one that is heard. @param {Listener} to */
function make(to) {
  const one = new Audio();
  const listen = (/** @type {string} */ name, /** @type {() => void} */ then) => one.addEventListener(name, () => { if (one === audio) then(); });
  one.preload = 'auto';
  one.preservesPitch = true;
  one.addEventListener('loadedmetadata', () => known.add(one));
  listen('loadedmetadata', () => { if (wanted > 0) one.currentTime = wanted; });
  listen('timeupdate', to.onTime);
  listen('seeked', to.onTime);
  listen('playing', to.onPlaying);
  listen('waiting', to.onWaiting);
  listen('pause', to.onPaused);
  listen('ended', to.onEnded);
  listen('error', () => { if (one.getAttribute('src')) to.onFailed(); });
  return one;
}

/** Makes the elements. Called once. @param {Listener} to */
export function open(to) {
  audio = make(to);
  ahead = make(to);
}

/** Fetches something else. @param {HTMLAudioElement} one @param {string} url */
function fetchInto(one, url) {
  known.delete(one);
  one.src = url;
}

/** Nothing more is fetched or heard of it. @param {HTMLAudioElement|null} one */
function empty(one) {
  if (one) known.delete(one);
  one?.pause();
  one?.removeAttribute('src');
  one?.load();
}

/** What was fetched for this address takes the place of what is heard. @param {string} url @returns {boolean} */
function take(url) {
  if (!ahead || ahead.getAttribute('src') !== url || ahead.error) return false;
  [audio, ahead] = [ahead, audio];
  empty(ahead);
  return true;
}

/** @param {string} url @param {number} at seconds @param {{rate: number, play: boolean}} how */
export function load(url, at, { rate, play }) {
  if (!audio) return;
  wanted = at;
  if (!take(url)) fetchInto(audio, url);
  else if (known.has(audio) && audio.currentTime !== at) audio.currentTime = at;
  audio.defaultPlaybackRate = rate;
  audio.playbackRate = rate;
  if (play) start();
}

/** A refusal comes as an error event, or because somebody put something else on meanwhile. */
export function start() {
  audio?.play().catch(() => {});
  if (amplifier?.context instanceof AudioContext) amplifier.context.resume();
}

export const pause = () => audio?.pause();

export function close() {
  empty(audio);
  empty(ahead);
}

export const position = () => (audio && known.has(audio) ? audio.currentTime : wanted);

/** @param {number} seconds @returns {boolean} false: the browser can not go there */
export function seek(seconds) {
  if (audio && !known.has(audio)) {
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
  if (!audio || !ahead || (db === 0 && !amplifier)) return;
  if (!amplifier) {
    const context = new AudioContext();
    amplifier = context.createGain();
    amplifier.connect(context.destination);
    for (const one of [audio, ahead]) context.createMediaElementSource(one).connect(amplifier);
    context.resume();
  }
  amplifier.gain.value = 10 ** (db / 20);
}

/** Fetches what may be heard next, so that it begins at once. @param {string} url */
export function prefetch(url) {
  if (ahead && audio?.getAttribute('src') !== url && ahead.getAttribute('src') !== url) fetchInto(ahead, url);
}
