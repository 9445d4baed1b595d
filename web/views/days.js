// SPDX-License-Identifier: MIT
// days.js - the recordings, one group a day, newest first; a folded day costs nothing.
import { html } from '../vendor/htm-preact.js';
import * as actions from '../actions.js';
import * as format from '../format.js';
import { locale, t } from '../text.js';
import { Holes, Share } from './coverage.js';
import { File } from './file.js';

/** @param {{day: import('../api.js').Day}} props */
const Sums = ({ day }) => html`
  <span class="sums">
    <span>${t(day.files === 1 ? 'file' : 'files', { n: day.files })}</span>
    <span>${format.duration(day.duration)}</span>
    <span>${format.bytes(day.bytes, locale())}</span>
    <${Share} share=${day.coverage} />
  </span>`;

/** @param {import('../store.js').State} s @param {string} source */
const isStream = (s, source) => s.sources?.some(({ name, type }) => name === source && type === 'stream');

/** @param {{day: string, open: import('../store.js').OpenDay|null, s: import('../store.js').State}} props */
const Files = ({ day, open, s }) => html`
  ${open === null && html`<p class="muted">${t('loading')}</p>`}
  ${open?.error && html`<p class="warning" role="alert">${open.error}</p>`}
  <ul class="files">
    ${open?.files.map((file) => html`<${File} key=${file.name} file=${file} playing=${s.playing === file.name} from=${s.from}
      stream=${isStream(s, file.source)} titles=${s.titles[file.name]?.titles} />`)}
  </ul>
  ${open?.next && html`<button onClick=${() => actions.loadMore(day)}>${t('more')}</button>`}`;

/** @param {{day: import('../api.js').Day, s: import('../store.js').State}} props */
const Day = ({ day, s }) => {
  const open = s.open[day.day];
  const unfolded = open !== undefined;
  return html`
    <section class="day">
      <h3>
        <button aria-expanded=${unfolded} aria-controls=${`day-${day.day}`} onClick=${() => actions.toggleDay(day.day)}>
          <span>${format.day(day.day, locale())}</span>
          <${Sums} day=${day} />
        </button>
      </h3>
      <div id=${`day-${day.day}`} hidden=${!unfolded}>
        ${unfolded && html`<${Holes} list=${s.coverage[day.day]} />`}
        ${unfolded && html`<${Files} day=${day.day} open=${open} s=${s} />`}
      </div>
    </section>`;
};

/** What there is to say when there is nothing to list. @param {{s: import('../store.js').State}} props */
const Empty = ({ s }) => html`
  <p class="muted">${t(s.sources?.some((source) => source.state === 'recording') ? 'empty-recording' : 'empty')}</p>`;

/** @param {{s: import('../store.js').State}} props */
export const Days = ({ s }) => html`
  <section aria-labelledby="recordings">
    <h2 id="recordings" tabindex="-1">${t('recordings')}</h2>
    ${s.error && html`<p class="warning" role="alert">${s.error}</p>`}
    ${s.days === null && !s.error && html`<p class="muted">${t('loading')}</p>`}
    ${s.days?.length === 0 && html`<${Empty} s=${s} />`}
    ${s.days?.map((day) => html`<${Day} key=${day.day} day=${day} s=${s} />`)}
  </section>`;
