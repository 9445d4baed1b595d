// SPDX-License-Identifier: MIT
// coverage.js - is every second there? A calendar of how much of each day is, and each hole with its cause.
import { html, useEffect, useState } from '../vendor/htm-preact.js';
import { loadDays, loadHoles } from '../actions/calendar.js';
import * as format from '../format.js';
import { onChange, onReturn } from '../hub.js';
import { observe } from '../observe.js';
import { format as address, go, route } from '../route.js';
import { days, holes, monthsOf, place } from '../state/calendar.js';
import { known, names, sources } from '../state/sources.js';
import { locale, t, tn } from '../text.js';
import { More } from './more.js';

const SHOWN = 200; // holes of a source and day

/** A bar whose hatched part is missing. @param {{share: number|null}} props */
const Bar = ({ share }) => html`<i class="share" aria-hidden="true"><i style=${`width:${((share ?? 0) * 100).toFixed(2)}%`} /></i>`;

/** @param {{cell: import('../state/calendar.js').Cell|null}} props */
const Cell = observe((/** @type {{cell: import('../state/calendar.js').Cell|null}} */ { cell }) => {
  if (!cell) return html`<td />`;
  const date = Number(cell.day.slice(8));
  if (!cell.known) return html`<td><span class="cell none">${date}</span></td>`;
  const share = cell.known.coverage;
  const now = route.value.day === cell.day;
  const percent = share === null ? '' : format.share(share, locale());
  return html`
    <td><a class="cell" href=${address({ view: 'coverage', day: cell.day, source: route.value.source })} aria-current=${now ? 'date' : null}
      aria-label=${`${format.day(cell.day, locale(), 'long')}: ${t('coverage', { share: percent })}`}>
      <span>${date}</span><small>${percent}</small><${Bar} share=${share} /></a></td>`;
});

/** Monday to Sunday, short. */
const weekdays = () => Array.from({ length: 7 }, (_, i) => new Intl.DateTimeFormat(locale(), { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2024, 0, 1 + i)));

/** @param {{month: import('../state/calendar.js').Month}} props */
const Month = ({ month }) => html`
  <table class="month">
    <caption>${new Intl.DateTimeFormat(locale(), { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(Date.parse(`${month.month}-01`))}</caption>
    <thead><tr>${weekdays().map((name) => html`<th scope="col" key=${name}>${name}</th>`)}</tr></thead>
    <tbody>${month.weeks.map((week, i) => html`<tr key=${i}>${week.map((cell, n) => html`<${Cell} key=${n} cell=${cell} />`)}</tr>`)}</tbody>
  </table>`;

/** @param {{gap: import('../api.js').Gap, source: string}} props */
const Hole = ({ gap, source }) => html`
  <li class="hole"><a href=${address({ view: 'days', day: route.peek().day, source, at: gap.start_us })}>${format.clock(gap.start)}–${format.clock(gap.end)}</a>
    <span class="number">${format.length(gap.seconds, locale())}</span><span>${t(`cause.${gap.cause}`)}</span></li>`;

/** @param {{one: import('../api.js').Coverage}} props */
const Source = ({ one }) => html`
  <section class="hole-source">
    <h3>${one.source} <span class="muted">${format.share(one.coverage ?? 0, locale())}${one.gaps.length > 0 && `, ${tn('gaps', one.gaps.length)}`}</span></h3>
    <div class="day-bar" role="img" aria-label=${t('day-bar', { source: one.source, share: format.share(one.coverage ?? 0, locale()), gaps: tn('gaps', one.gaps.length) })}>
      ${one.gaps.map((gap) => {
        const { from, share } = place(one, gap);
        return html`<i key=${gap.start_us} style=${`left:${(from * 100).toFixed(3)}%;width:max(2px,${(share * 100).toFixed(3)}%)`} title=${`${format.clock(gap.start)} ${t(`cause.${gap.cause}`)}`} />`;
      })}
    </div>
    <ul>${one.gaps.slice(0, SHOWN).map((gap) => html`<${Hole} key=${gap.start_us} gap=${gap} source=${one.source} />`)}</ul>
    ${one.gaps.length > SHOWN && html`<p class="muted">${t('gaps-more', { n: one.gaps.length - SHOWN })}</p>`}
  </section>`;

/** @param {{day: string}} props */
const Holes = observe((/** @type {{day: string}} */ { day }) => {
  const { source } = route.value;
  useEffect(() => { loadHoles(day, source); }, [day, source]);
  const { data, error } = holes.value;
  return html`
    <section class="card pad holes" aria-labelledby="holes">
      <div class="dialog-head"><h2 id="holes">${format.day(day, locale())}</h2>
        <span class="buttons"><a class="button" href=${address({ view: 'days', day })}>${t('open-day')}</a><a class="button" href=${address({ view: 'report', day })}>${t('nav.report')}</a></span></div>
      ${error && html`<p class="warning" role="alert">${error}</p>`}
      ${data?.map((one) => html`<${Source} key=${one.source} one=${one} />`)}
      ${data?.length === 0 && html`<p class="muted">${t('no-coverage')}</p>`}
    </section>`;
});

const Chooser = observe(() => {
  const list = names(sources.value, known.value);
  return list.length > 1 && html`
    <label>${t('filter.source')} <select value=${route.value.source ?? ''} onChange=${(/** @type {any} */ event) => go({ source: event.target.value || null })}>
      <option value="">${t('all-sources')}</option>${list.map((name) => html`<option key=${name} value=${name}>${name}</option>`)}</select></label>`;
});

export const Coverage = observe(() => {
  const { source, day } = route.value;
  useEffect(() => {
    const load = () => { loadDays(source); };
    load();
    const ends = [onChange(['gap', 'file'], load), onReturn(load)];
    return () => ends.forEach((end) => end());
  }, [source]);
  const { data, error } = days.value;
  const months = data ? monthsOf(data) : [];
  return html`
    <h1>${t('nav.coverage')}</h1>
    <div class="filters">${html`<${Chooser} />`}</div>
    ${error && html`<p class="warning" role="alert">${error}</p>`}
    ${data === null && !error && html`<p class="muted">${t('loading')}</p>`}
    ${data?.length === 0 && html`<p class="muted">${t('empty')}</p>`}
    <div class=${`calendar ${day ? 'two' : ''}`}>
      ${day && html`<${Holes} day=${day} />`}
      <${Months} key=${source ?? ''} months=${months} />
    </div>`;
});

/** @param {{months: import('../state/calendar.js').Month[]}} props */
const Months = ({ months }) => {
  const [shown, show] = useState(6);
  return html`
    <div class="months">${months.slice(0, shown).map((month) => html`<div class="card" key=${month.month}><${Month} month=${month} /></div>`)}
      ${months.length > shown && html`<${More} key=${shown} onMore=${() => show(shown + 6)} />`}</div>`;
};
