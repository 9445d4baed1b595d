// SPDX-License-Identifier: MIT
// meter.js - how loud a source is this second: level, peak and floor, as a bar and in numbers.
import { html } from '../vendor/htm-preact.js';
import { decibels } from '../format.js';
import { observe } from '../observe.js';
import { levels, share } from '../state/sources.js';
import { locale, t } from '../text.js';

/** Only what moves is a transform: a browser does that without laying out anything.
 *  @param {string} name @param {number|null} level */
const mark = (name, level) => level !== null && html`<i class=${name} style=${`transform:translateX(${(share(level) * 100).toFixed(1)}%)`} />`;

/** @param {number|null} level */
const words = (level) => decibels(level, locale());

/** @param {{source: string}} props */
export const Meter = observe(({ source }) => {
  const { level, peak, floor } = levels.value[source] ?? { level: null, peak: null, floor: null };
  return html`
    <div class="meter">
      <div class="meter-bar" role="meter" aria-label=${t('level-of', { source })} aria-valuemin="-90" aria-valuemax="0" aria-valuenow=${Math.round(level ?? -90)}
        aria-valuetext=${level === null ? t('level-none') : t('level-text', { level: words(level), peak: words(peak), floor: words(floor) })}>
        <i class="meter-fill" style=${`transform:scaleX(${share(level).toFixed(4)})`} />
        ${mark('meter-floor', floor)}${mark('meter-peak', peak)}
      </div>
      <span class="meter-now" aria-hidden="true">${words(level)}</span>
      <span class="meter-more" aria-hidden="true"><span>${t('peak', { level: words(peak) })}</span><span>${t('floor', { level: words(floor) })}</span></span>
    </div>`;
});
