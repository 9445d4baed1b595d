// SPDX-License-Identifier: MIT
// days.js - the recordings, one group a day, newest first; a folded day costs nothing.
import { html } from '../vendor/htm-preact.js';
import * as actions from '../actions/days.js';
import * as format from '../format.js';
import { observe } from '../observe.js';
import { route } from '../route.js';
import { between, countNew, days } from '../state/days.js';
import { sources } from '../state/sources.js';
import { locale, t, tn } from '../text.js';
import { DayStrip } from './day-strip.js';
import { File } from './file.js';
import { Highlights } from './highlights.js';
import { Holes, Share } from './holes.js';

/** @param {{day: import('../api.js').Day}} props */
const Sums = ({ day }) => html`
  <span class="sums">
    <span>${tn('files', day.files)}</span>
    <span>${format.duration(day.duration)}</span>
    <span>${format.bytes(day.bytes, locale())}</span>
    ${day.events ? html`<span>${tn('events', day.events)}</span>` : null}
    <${Share} share=${day.coverage} />
  </span>`;

/** @param {string} source */
const isStream = (source) => Boolean(sources.value?.some(({ name, type }) => name === source && type === 'stream'));

/** @param {{day: string}} props */
const Files = observe(({ day }) => {
  const open = days.value.open[day];
  return html`
    ${open === null && html`<p class="muted">${t('loading')}</p>`}
    ${open?.error && html`<p class="warning" role="alert">${open.error}</p>`}
    <ul class="files">
      ${open?.files.map((file) => html`<${File} key=${file.name} file=${file} stream=${isStream(file.source)} />`)}
    </ul>
    ${open?.next && html`<button onClick=${() => actions.loadMore(day)}>${t('more')}</button>`}`;
});

/** @param {{day: string}} props */
const Inside = ({ day }) => html`
  <${DayStrip} day=${day} />
  <${Highlights} day=${day} source=${route.value.source} />
  <${Holes} list=${days.value.coverage[day]} />
  <${Files} day=${day} />`;

/** @param {{day: import('../api.js').Day}} props */
const Day = observe(({ day }) => {
  const unfolded = days.value.open[day.day] !== undefined;
  return html`
    <section class="day">
      <h3>
        <button aria-expanded=${unfolded} aria-controls=${`day-${day.day}`} onClick=${() => actions.toggleDay(day.day)}>
          <span>${format.day(day.day, locale())}</span>
          <${Sums} day=${day} />
        </button>
      </h3>
      <div id=${`day-${day.day}`} hidden=${!unfolded}>${unfolded && html`<${Inside} day=${day.day} />`}</div>
    </section>`;
});

/** What came while somebody read. */
const News = observe(() => {
  const n = countNew(days.value);
  return n > 0 && html`<p class="news"><button onClick=${actions.showNew}>${tn('new', n)}</button></p>`;
});

export const Days = observe(() => {
  const s = days.value;
  const list = s.days && between(s.days, route.value.from, route.value.to);
  return html`
    <section aria-labelledby="recordings">
      <h2 id="recordings">${t('recordings')}</h2>
      ${s.error && html`<p class="warning" role="alert">${s.error}</p>`}
      ${list === null && !s.error && html`<p class="muted">${t('loading')}</p>`}
      ${list?.length === 0 && html`<p class="muted">${t('empty')}</p>`}
      <${News} />
      ${list?.map((day) => html`<${Day} key=${day.day} day=${day} />`)}
    </section>`;
});
