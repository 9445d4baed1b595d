// SPDX-License-Identifier: MIT
// review-card.js - the event in hand: how it looks, what was measured, and what can be said of it.
import { html, useState } from '../vendor/htm-preact.js';
import { labelAt } from '../actions/label-at.js';
import { zone } from '../actions/moments.js';
import { playAt } from '../actions/player.js';
import * as actions from '../actions/review.js';
import * as format from '../format.js';
import { observe } from '../observe.js';
import { href } from '../route.js';
import { review } from '../state/review.js';
import { writable } from '../store.js';
import { locale, t, tn } from '../text.js';
import { clockOf, dayOf } from '../zone.js';
import { Timeline } from './timeline.js';
import { useZoom } from './day-strip.js';
import { useLevels } from './use-levels.js';

/** @typedef {import('../api-review.js').Section} Section */

const AROUND = 10e6; // before and after what is in hand

/** @param {{section: Section}} props */
const Picture = ({ section }) => {
  const bounds = { from_us: section.start_us - AROUND, to_us: section.end_us + AROUND };
  const zoom = useZoom(bounds);
  const [cursor, setCursor] = useState(section.start_us);
  const levels = useLevels([section.source], bounds, 800);
  const sections = review.value.sections.filter((one) => one.source === section.source && one.end_us > bounds.from_us && one.start_us < bounds.to_us);
  const rows = [{ source: section.source, levels: levels[section.source] ?? null, sections, recorded: [bounds], holes: [], edges: [] }];
  const props = { ...zoom, bounds, zone: zone(), rows, mode: /** @type {const} */ ('wave'), rowHeight: 120, cursor, onCursor: setCursor,
    picture: t('review.picture', { time: clockOf(section.start_us, zone()), length: format.length((section.end_us - section.start_us) / 1e6, locale()), n: tn('events', sections.length) }),
    label: t('review.slider'), onSeek: (/** @type {number} */ us) => playAt(section.source, us) };
  return html`<${Timeline} ...${props} />`;
};

/** @param {{name: string, value: string}} props */
const Fact = ({ name, value }) => html`<div><dt>${name}</dt><dd class="number">${value}</dd></div>`;

/** @param {{section: Section}} props */
const Facts = ({ section }) => html`
  <dl class="facts">
    <${Fact} name=${t('review.col-time')} value=${clockOf(section.start_us, zone(), 1)} />
    <${Fact} name=${t('review.col-length')} value=${format.length((section.end_us - section.start_us) / 1e6, locale())} />
    <${Fact} name=${t('review.col-score')} value=${`+${format.decibels(section.score, locale())}`} />
    <${Fact} name=${t('review.col-peak')} value=${`${format.decibels(section.peak, locale())}FS`} />
  </dl>`;

/** @type {(props: {section: Section|null, first: Section|null}) => any} */
export const Card = observe(({ section, first }) => {
  if (!section) return html`
    <div class="card idle">${first && html`<p>${t('review.begin-why')}</p><button class="main big" onClick=${() => actions.take(first)}>${t('review.begin')}</button>`}</div>`;
  const off = !writable.value;
  return html`
    <div class="card">
      <h2><b>${section.source}</b> <span class="muted">${format.day(dayOf(section.start_us, zone()), locale())}</span></h2>
      <${Picture} key=${`${section.source} ${section.start_us}`} section=${section} />
      <${Facts} section=${section} />
      <div class="decide" role="group" aria-label=${t('review.decide')}>
        <button class="big keep" aria-pressed=${section.verdict === 'kept'} disabled=${off} onClick=${() => actions.judge('kept')}>${t('review.keep')} <kbd>G</kbd></button>
        <button class="big drop" aria-pressed=${section.verdict === 'false'} disabled=${off} onClick=${() => actions.judge('false')}>${t('review.false')} <kbd>X</kbd></button>
        <button disabled=${off} onClick=${labelAt}>${section.label ? html`<span class="tag">${section.label}</span>` : t('label')} <kbd>M</kbd></button>
        <button disabled=${off} onClick=${actions.takeBack}>${t('undo')} <kbd>Ctrl+Z</kbd></button>
        ${section.file && html`<a class="button" href=${href({ view: 'file', file: section.file, at: section.start_us })}>${t('player.open')}</a>`}
      </div>
    </div>`;
});
