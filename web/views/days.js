// SPDX-License-Identifier: MIT
// days.js - the recordings, one group a day, newest first; a folded day costs nothing.
import { html, useEffect, useLayoutEffect, useRef, useState } from '../vendor/htm-preact.js';
import * as actions from '../actions/days.js';
import * as format from '../format.js';
import { observe } from '../observe.js';
import { route } from '../route.js';
import { between, countNew, days } from '../state/days.js';
import { filtersOf } from '../state/filters.js';
import { moments } from '../state/moments.js';
import { locale, t, tn } from '../text.js';
import { DayStrip } from './day-strip.js';
import { File } from './file.js';
import { Filters } from './filters.js';
import { Empty, beginning } from './first-run.js';
import { Highlights } from './highlights.js';
import { Holes, Share } from './holes.js';
import { Icon } from './icon.js';
import { More } from './more.js';
import { useDeleteKey } from './page-keys.js';

const MONTH = 31; // day headings that are drawn at once
const ROWS = 30; // rows that are, of a day

/** @param {{day: import('../api.js').Day}} props */
const Sums = ({ day }) => html`
  <span class="sums">
    <span>${tn('files', day.files)}</span>
    <span>${format.duration(day.duration)}</span>
    <span>${format.bytes(day.bytes, locale())}</span>
    <span>${day.events ? tn('events', day.events) : ''}</span>
    <span><${Share} share=${day.coverage} /></span>
  </span>`;

/** @param {{day: string}} props */
const Files = observe(({ day }) => {
  const open = days.value.open[day];
  const [shown, show] = useState(ROWS);
  const more = open && open.files.length > shown ? () => show(shown + 2 * ROWS) : open?.next ? () => actions.loadMore(day) : null;
  return html`
    ${open === null && html`<p class="muted">${t('loading')}</p>`}
    ${open?.error && html`<p class="warning" role="alert">${open.error}</p>`}
    <ul class="files">${open?.files.slice(0, shown).map((file) => html`<${File} key=${file.name} file=${file} named=${Boolean(route.value.q)} />`)}</ul>
    ${more && html`<${More} key=${`${shown} ${open?.next}`} onMore=${more} />`}`;
});

/** @param {{day: string}} props */
const Inside = observe(({ day }) => html`
  <${DayStrip} day=${day} />
  <${Highlights} day=${day} source=${route.value.source} />
  <${Holes} list=${moments.value[day]?.coverage.filter(({ source }) => !route.value.source || source === route.value.source)} />
  <${Files} day=${day} />`);

/** A link to a day brings it into sight, once. @param {string} day @param {boolean} unfolded */
function useArrival(day, unfolded) {
  useEffect(() => {
    if (unfolded && route.peek().day === day) document.getElementById(`day-${day}`)?.closest('.day')?.scrollIntoView({ block: 'start' });
  }, []);
}

/** A day whose last recording is deleted goes: the focus in it stays in the list, or on the page. @param {{current: HTMLElement|null}} section */
function useParting(section) {
  useLayoutEffect(() => {
    const here = section.current;
    return () => {
      if (!here?.contains(document.activeElement)) return;
      const next = [here.nextElementSibling, here.previousElementSibling].find((one) => one?.matches('.day'));
      const there = next?.querySelector('button') ?? document.getElementById('main');
      there?.focus({ preventScroll: true });
    };
  }, []);
}

/** @param {{day: import('../api.js').Day}} props */
const Day = observe(({ day }) => {
  const unfolded = days.value.open[day.day] !== undefined;
  const section = useRef(/** @type {HTMLElement|null} */ (null));
  useArrival(day.day, unfolded);
  useParting(section);
  return html`
    <section class="day" ref=${section}>
      <h3>
        <button aria-expanded=${unfolded} aria-controls=${`day-${day.day}`} onClick=${() => actions.toggleDay(day.day)}>
          <${Icon} name="chevron" /><span>${format.day(day.day, locale())}</span>
          <${Sums} day=${day} />
        </button>
      </h3>
      <div class="inside" id=${`day-${day.day}`} hidden=${!unfolded}>${unfolded && html`<${Inside} day=${day.day} />`}</div>
    </section>`;
});

/** What came while somebody read. */
const News = observe(() => {
  const n = countNew(days.value);
  return n > 0 && html`<p class="news"><button onClick=${actions.showNew}>${tn('new', n)}</button></p>`;
});

/** Years of days: a month at a time, more when its end comes into sight. @param {{list: import('../api.js').Day[]}} props */
const List = ({ list }) => {
  const [shown, show] = useState(MONTH);
  const wanted = list.findIndex(({ day }) => day === route.peek().day) + 1;
  const n = Math.max(shown, wanted);
  return html`
    ${list.slice(0, n).map((day) => html`<${Day} key=${day.day} day=${day} />`)}
    ${list.length > n && html`<${More} key=${n} onMore=${() => show(n + MONTH)} />`}`;
};

export const Days = observe(() => {
  useDeleteKey();
  const { days: all, error } = days.value;
  const list = all && between(all, route.value.from, route.value.to);
  const filtered = Object.keys(filtersOf(route.value)).length > 0;
  return html`
    <section aria-labelledby="recordings">
      <h2 id="recordings">${t('recordings')}</h2>
      ${(filtered || (all && all.length > 0)) && html`<${Filters} />`}
      ${error && html`<p class="warning" role="alert">${error}</p>`}
      ${list === null && !error && html`<p class="muted">${t('loading')}</p>`}
      <${News} />
      ${list && !filtered && (!list.length || beginning()) && html`<${Empty} />`}
      ${list && !list.length && filtered && html`<p class="muted">${t('nothing-matches')}</p>`}
      ${list && html`<${List} list=${list} />`}
    </section>`;
});
