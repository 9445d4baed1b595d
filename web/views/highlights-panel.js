// SPDX-License-Identifier: MIT
// highlights-panel.js - the best of a day: where it was, the fifty loudest, and two sliders that say what counts.
import { html, useEffect, useMemo, useState } from '../vendor/htm-preact.js';
import { forget, retry } from '../actions/highlights.js';
import { zone } from '../actions/moments.js';
import { playAt, playSection } from '../actions/player.js';
import * as format from '../format.js';
import { observe } from '../observe.js';
import { best, gapOf, lastGap, stepOf, trial } from '../state/highlights.js';
import { moments, sourcesOf } from '../state/moments.js';
import { heard, updatePlayer, withQueue, withSelected } from '../state/player.js';
import { byTime, keyOf } from '../state/review.js';
import { config } from '../store.js';
import { locale, t, tn } from '../text.js';
import { clockOf } from '../zone.js';
import { marksOf, pictureText, rowsOf, useZoom } from './day-strip.js';
import { expecting } from './expecting.js';
import { Unanalysed } from './progress.js';
import { Timeline } from './timeline.js';
import { ZoomButtons } from './zoom-buttons.js';

/** @typedef {import('../api-review.js').Section} Section */

/** @param {{day: string, source?: string, sections: Section[]}} props */
const Activity = ({ day, source, sections }) => {
  const known = moments.value[day];
  const [cursor, setCursor] = useState(/** @type {number|null} */ (null));
  const zoom = useZoom(known.bounds);
  const rows = useMemo(() => rowsOf({ ...known, sections }, sourcesOf(known, source), {}), [known, sections, source]);
  if (!rows.length) return null;
  const props = {
    ...zoom, bounds: known.bounds, zone: zone(), rows, mode: /** @type {const} */ ('extents'), rowHeight: rows.length > 4 ? 16 : 26, marks: marksOf(known.bounds),
    names: rows.length > 1, cursor, onCursor: setCursor, picture: pictureText(zoom.view, rows), label: t('highlights.label', { day: format.day(day, locale()) }),
    onSeek: (/** @type {number} */ us, /** @type {string} */ of) => playAt(of, us),
    onSelect: (/** @type {import('../strip-geometry.js').View} */ chosen, /** @type {string} */ of) => updatePlayer(withSelected(of, chosen)),
  };
  return html`<div class="strip"><${Timeline} ...${props} /><div class="strip-bar"><${ZoomButtons} ...${props} /></div></div>`;
};

/** @param {{section: Section, many: boolean, current: boolean}} props */
const Chip = ({ section, many, current }) => useMemo(() => html`
  <li><button class=${`chip ${section.verdict ?? ''}`} aria-pressed=${current} onClick=${() => playSection(section)} ...${expecting(section)}>
    <span class="number">${clockOf(section.start_us, zone())}</span>
    ${many && html`<span>${section.source}</span>`}
    <span class="number muted">+${format.decibels(section.score, locale())}</span>
    ${section.label && html`<span class="tag">${section.label}</span>`}
    ${section.verdict && html`<span class=${`tag ${section.verdict}`}>${t(`review.${section.verdict}`)}</span>`}
  </button></li>`, [section, many, current]);

/** @param {{name: string, text: string, min: number, max: number, step: number, value: number, onValue: (value: number) => void}} props */
const Slider = ({ name, text, min, max, step, value, onValue }) => html`
  <label class="slider">${name} <span class="number">${text}</span>
    <input type="range" min=${min} max=${max} step=${step} value=${value} aria-valuetext=${text} onInput=${(/** @type {any} */ event) => onValue(Number(event.target.value))} />
  </label>`;

/** What counts as an event. @type {(props: {day: string, source?: string}) => any} */
const Measures = observe(({ day, source }) => {
  const now = trial.value?.day === day ? trial.value : null;
  const margin = now?.margin ?? config.value?.margin ?? 12;
  const gap = now?.min_gap ?? config.value?.min_gap ?? 2;
  return html`
    <div class="measures">
      <${Slider} name=${t('highlights.margin')} text=${format.decibel(margin, locale())} min=${3} max=${60} step=${1} value=${margin}
        onValue=${(/** @type {number} */ value) => retry(day, source, { margin: value, min_gap: gap })} />
      <${Slider} name=${t('highlights.gap')} text=${format.length(gap, locale())} min=${0} max=${lastGap} step=${1} value=${stepOf(gap)}
        onValue=${(/** @type {number} */ value) => retry(day, source, { margin, min_gap: gapOf(value) })} />
      ${now && html`<button onClick=${forget}>${t('highlights.stored')}</button>`}
    </div>`;
});

/** @type {(props: {day: string, source?: string}) => any} */
export const HighlightsPanel = observe(({ day, source }) => {
  const known = moments.value[day];
  const now = trial.value?.day === day ? trial.value : null;
  const stored = useMemo(() => known?.sections.filter((one) => !source || one.source === source) ?? [], [known?.sections, source]);
  const sections = now?.sections ?? stored;
  const queue = useMemo(() => byTime(sections), [sections]);
  const chips = useMemo(() => best(sections), [sections]);
  useEffect(() => { updatePlayer(withQueue(queue)); }, [queue]);
  if (!known) return null;
  const many = sourcesOf(known, source).length > 1;
  const total = now?.sections ? now.total : source ? sections.length : known.total;
  return html`
    <div class="panel">
      <${Unanalysed} n=${known.unanalysed} what=${{ day, source }} job=${known.job} />
      ${known.error && html`<p class="warning" role="alert">${known.error}</p>`}
      ${now?.error && html`<p class="warning" role="alert">${now.error}</p>`}
      <${Activity} day=${day} source=${source} sections=${sections} />
      <div class="line">
        <p class="how-many" aria-live="polite">${tn('events', total)}${total > chips.length ? `, ${t('highlights.best', { n: chips.length })}` : ''}</p>
        ${queue.length > 0 && html`<button class="main" onClick=${() => { updatePlayer((p) => ({ ...p, auto: true })); playSection(queue[0]); }}>${t('highlights.reel')}</button>`}
        <${Measures} day=${day} source=${source} />
      </div>
      ${sections.length === 0 && html`<p class="muted">${t(known.unanalysed ? 'highlights.not-yet' : 'highlights.none')}</p>`}
      <ul class="chips">${chips.map((section) => html`<${Chip} key=${keyOf(section)} section=${section} many=${many} current=${heard.value === keyOf(section)} />`)}</ul>
    </div>`;
});
