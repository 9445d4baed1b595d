// SPDX-License-Identifier: MIT
// review.js - one event after the other is heard and decided, with two keys; the same as a table for who reads rather than listens.
import { html, useEffect, useLayoutEffect, useRef, useState } from '../vendor/htm-preact.js';
import { zone } from '../actions/moments.js';
import * as actions from '../actions/review.js';
import { exportUrl } from '../api-review.js';
import * as api from '../api.js';
import * as format from '../format.js';
import { onChange } from '../hub.js';
import { bind } from '../keys.js';
import { observe } from '../observe.js';
import { go, href, route } from '../route.js';
import { undoLast } from '../notice.js';
import { known } from '../state/sources.js';
import { NO_LABEL, TABS, counts, current, keyOf, labelsOf, listed, review } from '../state/review.js';
import { readOnlyWhy, writable } from '../store.js';
import { locale, t, tn } from '../text.js';
import { clockOf, dayOf, when } from '../zone.js';
import { labelAt } from '../actions/label-at.js';
import { Card } from './review-card.js';

/** @typedef {import('../api-review.js').Section} Section @typedef {import('../state/review.js').Review} Review */

actions.start();

function bindKeys() {
  const ends = [
    bind('j', () => actions.step(1), 'key.next', 'review'), bind('k', () => actions.step(-1), 'key.previous', 'review'),
    bind('g', () => actions.judge('kept'), 'key.keep', 'review'), bind('x', () => actions.judge('false'), 'key.false', 'review'),
    bind('m', labelAt, 'key.label', 'review'), bind('Ctrl+z', () => actions.takeBack() || undoLast(), 'key.undo', 'review'),
  ];
  return () => ends.forEach((end) => end());
}

/** Whether the focus was in the queue last: a row that leaves takes it to the one in hand. */
const focus = { inQueue: false };

document.addEventListener('focusin', ({ target }) => { focus.inQueue = target instanceof Element && Boolean(target.closest('.queue')); });

/** @param {{section: Section, on: boolean, days: boolean}} props */
const Item = ({ section, on, days }) => {
  const row = useRef(/** @type {HTMLElement|null} */ (null));
  useLayoutEffect(() => { // at once: the focus is nowhere for no moment
    if (!on || !row.current) return;
    row.current.scrollIntoView({ block: 'nearest' });
    if (focus.inQueue) row.current.querySelector('button')?.focus({ preventScroll: true });
  }, [on]);
  return html`
    <li ref=${row}>
      <button class=${days ? 'item dated' : 'item'} aria-current=${on ? 'true' : null} onClick=${() => actions.take(section)}>
        ${days && html`<span class="number muted">${format.dayShort(dayOf(section.start_us, zone()), locale())}</span>`}
        <span class="number">${clockOf(section.start_us, zone())}</span>
        <span class="source-name">${section.source}</span>
        <span class="number muted length">${format.length((section.end_us - section.start_us) / 1e6, locale())}</span>
        <span class="number">+${format.decibels(section.score, locale())}</span>
        <span class="said">${section.label && html`<span class="tag">${section.label}</span>`}
          ${section.verdict && html`<span class=${`tag ${section.verdict}`}>${t(`review.${section.verdict}`)}</span>`}</span>
      </button>
    </li>`;
};

/** @param {{r: Review, days: boolean}} props */
const Table = ({ r, days }) => html`
  <div class="scroll" tabindex="0" role="region" aria-label=${t('review.table')}>
    <table>
      <caption class="unseen">${t('review.table')}</caption>
      <thead><tr>${['time', 'source', 'length', 'score', 'peak', 'verdict', 'label', 'play'].map((one) => html`<th key=${one} scope="col">${t(`review.col-${one}`)}</th>`)}</tr></thead>
      <tbody>${listed(r).map((one) => html`
        <tr key=${keyOf(one)} aria-current=${keyOf(one) === r.current ? 'true' : null}>
          <th scope="row" class="number">${days ? `${dayOf(one.start_us, zone())} ` : ''}${clockOf(one.start_us, zone(), 1)}</th>
          <td>${one.source}</td>
          <td class="number">${format.length((one.end_us - one.start_us) / 1e6, locale())}</td>
          <td class="number">${format.decibels(one.score, locale())}</td>
          <td class="number">${format.decibels(one.peak, locale())}</td>
          <td>${t(`review.${one.verdict ?? 'unreviewed'}`)}</td>
          <td>${one.label}</td>
          <td><button class="small" aria-label=${t('review.play-at', { time: clockOf(one.start_us, zone()) })} onClick=${() => actions.take(one)}>${t('play')}</button></td>
        </tr>`)}</tbody>
    </table>
  </div>`;

/** @param {{r: Review}} props */
const Tabs = ({ r }) => {
  const n = counts(r.sections, r.label);
  const choose = (/** @type {KeyboardEvent} */ event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    const next = TABS[(TABS.indexOf(r.tab) + by + TABS.length) % TABS.length];
    actions.chooseTab(next);
    document.getElementById(`tab-${next}`)?.focus();
    event.preventDefault();
  };
  return html`
    <div class="tabs" role="tablist" aria-label=${t('review.tabs')} onKeyDown=${choose}>
      ${TABS.map((tab) => html`<button key=${tab} id=${`tab-${tab}`} role="tab" aria-selected=${tab === r.tab} aria-controls="review-list" tabindex=${tab === r.tab ? 0 : -1}
        onClick=${() => actions.chooseTab(tab)}>${t(`review.${tab}`)} <span class="count number">${n[tab].toLocaleString(locale())}</span></button>`)}
    </div>`;
};

/** Only events of one word. Shown as soon as any has one. */
const Labels = observe(() => {
  const { sections, label } = review.value;
  const select = useRef(/** @type {HTMLSelectElement|null} */ (null));
  useEffect(() => bind('l', () => (select.current ? select.current.focus() : false), 'key.label-filter', 'review'), []);
  const words = labelsOf(sections);
  if (!words.length && label === null) return null;
  if (label !== null && label !== NO_LABEL && !words.some(([word]) => word === label)) words.push([label, 0]);
  return html`
    <label>${t('review.label')}
      <select ref=${select} value=${label ?? ''} onChange=${(/** @type {any} */ event) => actions.chooseLabel(event.target.value || null)}>
        <option value="">${t('review.all-labels')}</option>
        <option value=${NO_LABEL}>${t('review.no-label')}</option>
        ${words.map(([word, n]) => html`<option key=${word} value=${word}>${word} (${n.toLocaleString(locale())})</option>`)}
      </select>
    </label>`;
});

/** What is reviewed, and what else could be. @type {(props: {days: import('../api.js').Day[]|null}) => any} */
const Scope = observe(({ days }) => {
  const { day, file, source, from, to, verdict = null, label = null } = route.value;
  const events = days?.filter((one) => one.events || one.day === day) ?? [];
  if (file) return html`<p class="scope"><a href=${href({ view: 'file', file })}>${file.split('/').at(-1)}</a><${Labels} /></p>`;
  return html`
    <p class="scope">
      <label>${t('review.day')}
        <select value=${from || to ? '' : day ?? ''} onChange=${(/** @type {any} */ event) => go({ view: 'review', day: event.target.value || null, source: source ?? null, verdict, label })}>
          ${(from || to || !day) && html`<option value="">${from || to ? t('review.span', { from: from ?? '…', to: to ?? '…' }) : '–'}</option>`}
          ${events.map((one) => html`<option key=${one.day} value=${one.day}>${format.day(one.day, locale())}${one.unreviewed ? ` (${one.unreviewed})` : ''}</option>`)}
        </select>
      </label>
      <label>${t('review.source')}
        <select value=${source ?? ''} onChange=${(/** @type {any} */ event) => go({ source: event.target.value || null, section: null })}>
          <option value="">${t('review.all-sources')}</option>
          ${known.value.map(({ name }) => html`<option key=${name} value=${name}>${name}</option>`)}
        </select>
      </label>
      <${Labels} />
    </p>`;
});

const FORMATS = /** @type {const} */ (['csv', 'audacity', 'raven', 'json']);

const Exports = observe(() => {
  const { day, source, from, to, file } = route.value;
  if (file) return null;
  return html`
    <p class="exports"><span class="muted">${t('review.export')}</span>
      ${FORMATS.map((one) => html`<a key=${one} class="button" download href=${exportUrl({ ...when({ day, from, to }), source, format: one })}>${t(`review.as-${one}`)}</a>`)}</p>`;
});

/** The newest day with something to review. @param {import('../api.js').Day[]} days */
const newest = (days) => (days.find((one) => one.unreviewed) ?? days.find((one) => one.events) ?? days[0])?.day;

/** Asks for what the address names; without a name for the newest day. */
function useQueue() {
  const { day, file, source, from, to } = route.value;
  const [days, setDays] = useState(/** @type {import('../api.js').Day[]|null} */ (null));
  const [state, set] = useState(/** @type {{loaded: boolean, error: string|null}} */ ({ loaded: false, error: null }));
  useEffect(() => {
    const load = () => api.getDays({ source }).then((answer) => {
      setDays(answer.days);
      if (!day && !file && !from && !to && newest(answer.days)) go({ day: newest(answer.days) }, { replace: true });
      else if (!answer.days.length) set({ loaded: true, error: null });
    }).catch((error) => set({ loaded: true, error: String(error.message ?? error) }));
    load();
    return onChange(['label'], load);
  }, [source]);
  useEffect(() => {
    if (!day && !file && !from && !to) return;
    set({ loaded: false, error: null });
    actions.open({ day, file, source, from, to }).then((error) => set({ loaded: true, error }));
  }, [day, file, source, from, to]);
  const { verdict, label } = route.value;
  useEffect(() => { if (state.loaded) actions.follow(); }, [verdict, label]);
  return { days, ...state };
}

/** @param {{r: Review, loaded: boolean}} props */
const Nothing = ({ r, loaded }) => html`
  <p class="muted empty">${t(!loaded ? 'loading' : r.tab === 'unreviewed' && r.label === null ? 'review.done' : 'review.none-here')}</p>`;

/** There is nothing at all to review: why, and where to go. */
const NoEvents = observe(() => html`
  <div class="card idle"><p>${t('review.nothing')}</p>
    <a class="button" href=${href({ view: 'days', day: route.value.day ?? null })}>${t(route.value.day ? 'open-day' : 'nav.days')}</a></div>`);

export const Review = observe(() => {
  const { days, loaded, error } = useQueue();
  const [table, setTable] = useState(false);
  const r = review.value;
  const many = !route.value.day && !route.value.file;
  useEffect(bindKeys, []);
  const list = listed(r);
  const now = current(r);
  const empty = loaded && !error && r.sections.length + r.later.length === 0;
  return html`
    <section class="review" aria-labelledby="review-title">
      <h1 id="review-title">${t('nav.review')}</h1>
      <${Scope} days=${days} />
      ${error && html`<p class="warning" role="alert">${error}</p>`}
      ${!writable.value && readOnlyWhy.value && html`<p class="muted">${t(readOnlyWhy.value)}</p>`}
      ${r.total > r.sections.length + r.later.length && html`<p class="muted">${t('review.capped', { shown: r.sections.length, total: r.total })}</p>`}
      ${!empty && html`<div class="bar"><${Tabs} r=${r} />
        <button aria-pressed=${table} onClick=${() => setTable(!table)}>${t('review.as-table')}</button></div>`}
      ${r.later.length > 0 && html`<p class="news"><button onClick=${actions.showLater}>${tn('review.new', r.later.length)}</button></p>`}
      ${empty ? html`<${NoEvents} />` : html`<div class=${table ? 'whole' : 'two'}>
        ${!table && html`<${Card} section=${now} first=${list[0] ?? null} />`}
        <div id="review-list" role="tabpanel" aria-labelledby=${`tab-${r.tab}`}>
          ${list.length === 0 && html`<${Nothing} r=${r} loaded=${loaded} />`}
          ${table ? list.length > 0 && html`<${Table} r=${r} days=${many} />`
            : html`<ol class="queue">${list.map((one) => html`<${Item} key=${keyOf(one)} section=${one} on=${keyOf(one) === r.current} days=${many} />`)}</ol>`}
        </div>
      </div>
      <${Exports} />`}
    </section>`;
});
