// SPDX-License-Identifier: MIT
// player.js - the bar at the bottom: what is heard, and everything that can be done with it.
import { html, useEffect, useLayoutEffect, useRef, useState } from '../vendor/htm-preact.js';
import { effect } from '../vendor/signals-core.js';
import * as actions from '../actions/player.js';
import { share } from '../actions/share.js';
import { zone } from '../actions/moments.js';
import * as format from '../format.js';
import { labelAt } from '../actions/label-at.js';
import { bind } from '../keys.js';
import { observe } from '../observe.js';
import { route } from '../route.js';
import { labelling } from '../state/labelling.js';
import { RATES, player, playhead, updatePlayer } from '../state/player.js';
import { locale, t } from '../text.js';
import { clockOf } from '../zone.js';
import { CutPanel } from './cut.js';
import { Icon } from './icon.js';
import { later } from './later.js';

/** @typedef {import('../state/player.js').Player} Player */

const Palette = later(() => import('./palette.js'), 'Palette');

/** @param {Player} p */
const toggleCut = (p) => ({ ...p, cut: { ...p.cut, open: !p.cut.open } });

/** The view in tenths: what is loaded. @param {number} n */
function tenth(n) {
  const { track } = player.peek();
  return track ? actions.seek(Math.round(track.from_us + ((track.to_us - track.from_us) * n) / 10)) : false;
}

function bindKeys() {
  const by = (/** @type {number} */ seconds) => () => actions.skip(seconds);
  const ends = [
    bind('Space', actions.toggle, 'key.play', 'player'),
    bind('ArrowLeft', by(-5), 'key.back-5', 'player'), bind('ArrowRight', by(5), 'key.on-5', 'player'),
    bind('Shift+ArrowLeft', by(-1), 'key.back-1', 'player'), bind('Shift+ArrowRight', by(1), 'key.on-1', 'player'),
    bind(',', by(-0.1), 'key.back-tenth', 'player'), bind('.', by(0.1), 'key.on-tenth', 'player'),
    bind([...'0123456789'], (event) => tenth(Number(event.key)), 'key.tenths', 'player'),
    bind('<', () => actions.changeRate(-1), 'key.slower', 'player'), bind('>', () => actions.changeRate(1), 'key.faster', 'player'),
    bind('j', () => actions.step(1), 'key.next', 'player'), bind('k', () => actions.step(-1), 'key.previous', 'player'),
    bind('[', () => actions.cutHere('from_us'), 'key.in', 'player'), bind(']', () => actions.cutHere('to_us'), 'key.out', 'player'),
    bind('m', labelAt, 'key.label', 'player'), bind('s', share, 'key.share', 'player'),
    bind('Escape', () => (player.peek().cut.open ? updatePlayer(toggleCut) : actions.close()), 'key.close', 'player'),
  ];
  return () => ends.forEach((end) => end());
}

/** Where the sound is, and a slider to take it elsewhere. @param {{track: import('../state/player.js').Track}} props */
const Position = ({ track }) => {
  const slider = useRef(/** @type {HTMLInputElement|null} */ (null));
  const time = useRef(/** @type {HTMLElement|null} */ (null));
  useLayoutEffect(() => effect(() => {
    const us = Math.min(track.to_us, Math.max(track.from_us, playhead.value ?? track.at_us));
    const text = clockOf(us, zone(), 1);
    if (time.current && time.current.textContent !== text) time.current.textContent = text;
    if (!slider.current) return;
    slider.current.value = String((us - track.from_us) / 1e6);
    slider.current.setAttribute('aria-valuetext', clockOf(us, zone()));
    slider.current.style.setProperty('--share', `${((us - track.from_us) / (track.to_us - track.from_us)) * 100}%`);
  }), [track]);
  return html`
    <time class="at number" ref=${time} />
    <input class="position" type="range" ref=${slider} min="0" max=${(track.to_us - track.from_us) / 1e6} step="0.1" aria-label=${t('player.position')}
      onInput=${(/** @type {any} */ event) => actions.seek(Math.round(track.from_us + Number(event.target.value) * 1e6))} />`;
};

/** What is heard, in words. @param {{p: Player}} props */
const About = ({ p }) => {
  const { track } = p;
  if (!track) return null;
  const { section } = track;
  return html`
    <p class="about">
      <b>${track.source}</b>
      ${section && html`<span class="muted">+${format.decibels(section.score, locale())}</span>
        <span class="muted wide-only">${format.length((section.end_us - section.start_us) / 1e6, locale())}</span>`}
      ${section?.label && html`<span class="tag">${section.label}</span>`}
      ${section?.verdict && html`<span class=${`tag ${section.verdict}`}>${t(`review.${section.verdict}`)}</span>`}
      ${p.waiting && !p.error && html`<span class="muted">${t('loading')}</span>`}
    </p>`;
};

/** @param {{p: Player}} props */
const Transport = ({ p }) => html`
  <div class="transport" role="group" aria-label=${t('player.transport')}>
    <button class="round" aria-label=${t('player.previous')} onClick=${() => actions.step(-1)}><${Icon} name="previous" /></button>
    <button class="round wide-only" aria-label=${t('player.back-5')} onClick=${() => actions.skip(-5)}>−5</button>
    <button class="round main" aria-label=${t(p.playing ? 'player.pause' : 'player.play')} onClick=${actions.toggle}><${Icon} name=${p.playing ? 'pause' : 'play'} /></button>
    <button class="round wide-only" aria-label=${t('player.on-5')} onClick=${() => actions.skip(5)}>+5</button>
    <button class="round" aria-label=${t('player.next')} onClick=${() => actions.step(1)}><${Icon} name="next" /></button>
  </div>`;

/** How it is heard. @param {{p: Player}} props */
const Manner = ({ p }) => html`
  <div class="manner">
    <label>${t('player.rate')}
      <select value=${String(p.rate)} onChange=${(/** @type {any} */ event) => actions.setRate(Number(event.target.value))}>
        ${RATES.map((rate) => html`<option key=${rate} value=${String(rate)}>${rate.toLocaleString(locale())}×</option>`)}
      </select>
    </label>
    <label>${t('player.gain')}
      <input type="range" min="0" max="36" step="3" value=${p.gain} aria-valuetext=${format.decibel(p.gain, locale())}
        onInput=${(/** @type {any} */ event) => actions.setGain(Number(event.target.value))} />
      <span class="number gain">${format.decibel(p.gain, locale())}</span>
    </label>
    <button aria-pressed=${p.loop} onClick=${() => actions.flip('loop')}>${t('player.loop')}</button>
    <button aria-pressed=${p.auto} onClick=${() => actions.flip('auto')}>${t('player.auto')}</button>
  </div>`;

/** @param {{p: Player, inline: boolean}} props */
const Ways = ({ p, inline }) => html`
  <div class="ways">
    ${p.track?.kind !== 'file' && html`<button onClick=${actions.openInFile}>${t('player.open')}</button>`}
    ${!inline && html`<button aria-expanded=${p.cut.open} onClick=${() => updatePlayer(toggleCut)}>${t('cut')}</button>`}
    <button onClick=${share}>${t('player.share')}</button>
  </div>`;

/** The page keeps as much room below as the bar takes, so that the bar never lies over what has the focus. Only told when it changes:
 *  the whole page is laid out anew then. @param {{current: HTMLElement|null}} bar @param {boolean} shown */
function useRoom(bar, shown) {
  useLayoutEffect(() => {
    if (!shown || !bar.current) return undefined;
    const root = document.documentElement;
    const watch = new ResizeObserver(([{ borderBoxSize: [size] }]) => root.style.setProperty('--player', `${Math.ceil(size.blockSize)}px`));
    watch.observe(bar.current);
    return () => { watch.disconnect(); root.style.removeProperty('--player'); };
  }, [shown]);
}

export const Player = observe(() => {
  const p = player.value;
  const bar = useRef(/** @type {HTMLElement|null} */ (null));
  const [more, setMore] = useState(false);
  useEffect(bindKeys, []);
  const palette = labelling.value && html`<${Palette} />`;
  const inline = route.value.view === 'file'; // the view has the cut itself
  const cutting = p.cut.open && !inline;
  useRoom(bar, Boolean(p.track) || cutting);
  if (!p.track && !cutting) return palette;
  return html`
    ${palette}
    <section class="player" ref=${bar} aria-label=${t('player')}>
      ${cutting && html`<${CutPanel} />`}
      ${p.error && html`<p class="warning" role="alert">${p.error.message}</p>`}
      ${p.track && html`
        <div class="line">
          <${Transport} p=${p} />
          <${About} p=${p} />
          <${Position} key=${p.track.from_us} track=${p.track} />
          <button class="more narrow-only" aria-expanded=${more} onClick=${() => setMore(!more)}>${t('player.more')}</button>
          <button class="round quiet" aria-label=${t('player.close')} onClick=${actions.close}><${Icon} name="close" /></button>
        </div>
        <div class=${`line further ${more ? 'open' : ''}`}><${Manner} p=${p} /><${Ways} p=${p} inline=${inline} /></div>`}
      ${!p.track && html`<button class="quiet" onClick=${() => updatePlayer(toggleCut)}>${t('close')}</button>`}
    </section>`;
});
