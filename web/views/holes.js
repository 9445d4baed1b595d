// SPDX-License-Identifier: MIT
// coverage.js - is every second there? How much of it is, and each hole with its cause, in words.
import { html } from '../vendor/htm-preact.js';
import * as format from '../format.js';
import { locale, t, tn } from '../text.js';

const SHOWN = 50; // holes of a source and day; of more the number

/** "98.2 % recorded", of a day. @param {{share: number|null}} props */
export const Share = ({ share }) => share !== null && html`
  <span class=${share < 1 ? 'warning' : ''}>${t('coverage', { share: format.share(share, locale()) })}</span>`;

/** "today 98.2 %", of a source. @param {{share: number|null}} props */
export const Today = ({ share }) => share !== null && html`
  <span class="today ${share < 1 ? 'warning' : 'muted'}">${t('coverage-today', { share: format.share(share, locale()) })}</span>`;

/** @param {{gap: import('../api.js').Gap}} props */
const Hole = ({ gap }) => html`
  <li>${t('gap', {
    start: format.clock(gap.start), end: format.clock(gap.end),
    length: format.length(gap.seconds, locale()), cause: t(`cause.${gap.cause}`),
  })}</li>`;

/** @param {{coverage: import('../api.js').Coverage}} props */
const Source = ({ coverage }) => html`
  <details class="gaps">
    <summary>${t('gaps-of', { source: coverage.source, share: format.share(coverage.coverage ?? 0, locale()), gaps: tn('gaps', coverage.gaps.length) })}</summary>
    <ul>
      ${coverage.gaps.slice(0, SHOWN).map((gap) => html`<${Hole} key=${gap.start_us} gap=${gap} />`)}
      ${coverage.gaps.length > SHOWN && html`<li>${t('gaps-more', { n: coverage.gaps.length - SHOWN })}</li>`}
    </ul>
  </details>`;

/** The holes of a day, by source; nothing where nothing is missing.
 *  @param {{list: import('../api.js').Coverage[]|undefined}} props */
export const Holes = ({ list }) => html`
  ${list?.filter((one) => one.gaps.length).map((one) => html`<${Source} key=${one.source} coverage=${one} />`)}`;
