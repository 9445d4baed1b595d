// SPDX-License-Identifier: MIT
// listen.js - hears a source as it is recorded. "Live" is said only while it is.
import { html, useEffect, useRef, useState } from '../vendor/htm-preact.js';
import { liveUrl } from '../api.js';
import { whyNot } from '../api-review.js';
import { behind } from '../state/sources.js';
import { t } from '../text.js';
import { troubleText } from '../trouble.js';

const LIVE = 5; // seconds behind, of what may still be called live

/** @param {{source: string}} props */
export const Listen = ({ source }) => {
  const audio = useRef(/** @type {HTMLAudioElement|null} */ (null));
  const begun = useRef(/** @type {number|null} */ (null));
  const [lag, setLag] = useState(0);
  const [state, setState] = useState('connecting');
  const [why, setWhy] = useState(/** @type {string|null} */ (null));
  const jump = () => {
    begun.current = null;
    audio.current?.load();
    audio.current?.play().catch(() => {});
  };
  const playing = () => {
    begun.current ??= Date.now() - (audio.current?.currentTime ?? 0) * 1000;
    setState('playing');
  };
  const failed = async () => {
    setState('failed');
    const answer = await whyNot(liveUrl(source)); // the element says only that it failed; the server knows why
    setWhy(answer ? troubleText(answer) : null);
  };
  useEffect(() => {
    const timer = setInterval(() => setLag(behind(Date.now(), begun.current, audio.current?.currentTime ?? 0)), 1000);
    return () => clearInterval(timer);
  }, []);
  return html`
    <div class="listen">
      <audio ref=${audio} src=${liveUrl(source)} autoplay onPlaying=${playing} onError=${failed} />
      <span class=${state === 'failed' ? 'warning' : 'muted'} role="status">${state === 'failed' && why ? why : t(`listen.${state}`)}</span>
      ${state === 'playing' && (lag < LIVE ? html`<b class="rec">${t('live')}</b>` : html`<button onClick=${jump}>${t('jump-live')}</button>`)}
    </div>`;
};
