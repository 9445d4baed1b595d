// SPDX-License-Identifier: MIT
// filters.js - narrows the list by name, source and date; says what is left, and which filter took most.
import { html, useEffect, useRef, useState } from '../vendor/htm-preact.js';
import * as format from '../format.js';
import { bind } from '../keys.js';
import { observe } from '../observe.js';
import { go, href, route } from '../route.js';
import { between, count, days } from '../state/days.js';
import { filtersOf, hides, strongest } from '../state/filters.js';
import { known, names, sources } from '../state/sources.js';
import { locale, t, tn } from '../text.js';
import { Icon } from './icon.js';

const TYPING_MS = 250;

let typing = 0;

/** @param {string} q */
function search(q) {
  clearTimeout(typing);
  typing = setTimeout(() => go({ q: q.trim() || null }, { replace: true }), TYPING_MS);
}

const Search = observe(() => {
  const input = useRef(/** @type {HTMLInputElement|null} */ (null));
  useEffect(() => bind('/', () => input.current?.focus(), 'key.search', 'page'), []);
  return html`
    <label class="grow">${t('filter.q')}
      <input type="search" ref=${input} value=${route.value.q ?? ''} placeholder=${t('search-hint')} onInput=${(/** @type {any} */ event) => search(event.target.value)} /></label>`;
});

const Source = observe(() => {
  const list = names(sources.value, known.value);
  return list.length > 1 && html`
    <label>${t('filter.source')}
      <select value=${route.value.source ?? ''} onChange=${(/** @type {any} */ event) => go({ source: event.target.value || null })}>
        <option value="">${t('all-sources')}</option>
        ${list.map((name) => html`<option key=${name} value=${name}>${name}</option>`)}
      </select></label>`;
});

const Day = observe((/** @type {{name: 'from'|'to'}} */ { name }) => html`
  <label>${t(`filter.${name}`)}
    <input type="date" value=${route.value[name] ?? ''} onChange=${(/** @type {any} */ event) => go({ [name]: event.target.value || null })} /></label>`);

/** @param {string} key @param {string} value */
const shown = (key, value) => (key === 'from' || key === 'to' ? format.day(value, locale(), 'medium') : value);

const Chip = observe((/** @type {{name: import('../state/filters.js').Key, value: string}} */ { name, value }) => html`
  <button class="chip" aria-label=${t('filter-off', { filter: t(`filter.${name}`), value: shown(name, value) })} onClick=${() => go({ [name]: null })}>
    ${t(`filter.${name}`)}: ${shown(name, value)}
    ${hides.value[name] ? html`<small>${t('hides', { n: (hides.value[name] ?? 0).toLocaleString(locale()) })}</small>` : null}
    <${Icon} name="close" /></button>`);

/** "12 of 10,312 shown", and what would show more. */
const Left = observe(() => {
  const { days: list, total } = days.value;
  if (!list || total === null) return null;
  const n = count(between(list, route.value.from, route.value.to));
  const most = n === 0 ? strongest(hides.value) : null;
  return html`<span class="muted" role="status">${t('shown', { n: n.toLocaleString(locale()), total: total.toLocaleString(locale()) })}
    ${most && ` ${t('hides-most', { filter: t(`filter.${most}`) })}`}</span>`;
});

/** The events of what is left, as a queue. A part of a name narrows recordings, not events. */
const Through = observe(() => {
  const { q, source, from, to } = route.value;
  const list = between(days.value.days ?? [], from, to);
  const n = list.reduce((sum, one) => sum + (one.unreviewed ?? 0), 0);
  if (q || !n) return null;
  return html`<a class="button" href=${href({ view: 'review', from: from ?? list[list.length - 1].day, to: to ?? list[0].day, source: source ?? null })}>${tn('review.of-day', n)}</a>`;
});

const Chips = observe((/** @type {{counted: boolean}} */ { counted }) => {
  const filters = Object.entries(filtersOf(route.value));
  if (!filters.length) return null;
  return html`
    <div class="chips">
      ${filters.map(([name, value]) => html`<${Chip} key=${name} name=${name} value=${value} />`)}
      ${filters.length > 1 && html`<button class="plain" onClick=${() => go({ q: null, source: null, from: null, to: null })}>${t('filters-off')}</button>`}
      ${counted && html`<${Left} /><${Through} />`}
    </div>`;
});

/** On a phone only the name is there until the others are wanted. @param {{counted?: boolean}} props counted: recordings are what is filtered */
export const Filters = ({ counted = true }) => {
  const [all, show] = useState(false);
  return html`
    <div class=${`filters ${all ? 'all' : ''}`} role="search" aria-label=${t('filters')}>
      <${Search} />
      <button class="plain more-filters" aria-expanded=${all} aria-label=${t('filters-more')} onClick=${() => show(!all)}><${Icon} name="settings" /></button>
      <${Source} /><${Day} name="from" /><${Day} name="to" />
    </div>
    <${Chips} counted=${counted} />`;
};
