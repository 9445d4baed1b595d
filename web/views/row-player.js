// SPDX-License-Identifier: MIT
// row-player.js - plays a recording below its row. Its length is the server's, so nothing is fetched to know it.
import { html, useEffect, useRef, useState } from '../vendor/htm-preact.js';
import { effect } from '../vendor/signals-core.js';
import { streamUrl } from '../api.js';
import { whyNot } from '../api-review.js';
import { duration } from '../format.js';
import { pause as pausePlayer } from '../sound.js';
import { player } from '../state/player.js';
import { t } from '../text.js';
import { troubleText } from '../trouble.js';
import { Icon } from './icon.js';

/** @param {{file: import('../api.js').Recording, from: number}} props */
export const RowPlayer = ({ file, from }) => {
  const ref = useRef(/** @type {HTMLAudioElement|null} */ (null));
  const [at, setAt] = useState(from);
  const [paused, setPaused] = useState(false);
  const [failed, setFailed] = useState(/** @type {string|null} */ (null));
  const length = Math.max(file.duration ?? 0, at);
  const seek = (/** @type {number} */ to) => { if (ref.current) ref.current.currentTime = to; setAt(to); };
  const toggle = () => { if (ref.current?.paused) ref.current.play().catch(() => {}); else ref.current?.pause(); };
  useEffect(() => {
    if (!ref.current) return;
    ref.current.currentTime = from;
    ref.current.play().catch(() => {});
  }, [file.name, from]);
  useEffect(() => effect(() => { if (player.value.playing) ref.current?.pause(); }), []); // one sound at a time
  const played = () => {
    setPaused(false);
    pausePlayer();
  };
  const fail = async () => {
    const why = await whyNot(streamUrl(file.name)); // the element says only that it failed
    setFailed(why ? troubleText(why) : t('play-failed'));
  };
  const times = { at: duration(Math.floor(at)), length: duration(length) };
  return html`
    <div class="row-player">
      <span class="name">${file.name}</span>
      <audio ref=${ref} preload="none" src=${streamUrl(file.name)} onTimeUpdate=${() => setAt(ref.current?.currentTime ?? 0)}
        onPlay=${played} onPause=${() => setPaused(true)} onError=${fail} />
      <button class="play" aria-label=${t(paused ? 'play' : 'pause')} onClick=${toggle}><${Icon} name=${paused ? 'play' : 'pause'} /></button>
      <input type="range" min="0" max=${length.toFixed(2)} step="any" value=${at} aria-label=${t('position')} aria-valuetext=${t('position-text', times)}
        onInput=${(/** @type {any} */ event) => seek(Number(event.target.value))} />
      <span class="number">${times.at} / ${times.length}</span>
      ${failed && html`<p class="warning" role="alert">${failed}</p>`}
    </div>`;
};
