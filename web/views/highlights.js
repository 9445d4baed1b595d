// SPDX-License-Identifier: MIT
// highlights.js - one click and the best of a day is there; its code comes with the click.
import { html } from '../vendor/htm-preact.js';
import { observe } from '../observe.js';
import { href } from '../route.js';
import { opened } from '../state/highlights.js';
import { moments } from '../state/moments.js';
import { t, tn } from '../text.js';
import { later } from './later.js';

const Panel = later(() => import('./highlights-panel.js'), 'HighlightsPanel');

/** @param {string} day */
function toggle(day) {
  const now = opened.peek();
  opened.value = now.includes(day) ? now.filter((one) => one !== day) : [...now, day];
}

/** @type {(props: {day: string, source?: string}) => any} */
export const Highlights = observe(({ day, source }) => {
  const known = moments.value[day];
  const open = opened.value.includes(day);
  if (!known) return null;
  const unheard = known.sections.filter((one) => !one.verdict && (!source || one.source === source)).length;
  const left = source ? unheard : unheard + Math.max(0, known.total - known.sections.length); // of very many only the loudest are here
  return html`
    <div class="highlights">
      <p class="ways">
        <button class="star" aria-expanded=${open} aria-controls=${`highlights-${day}`} onClick=${() => toggle(day)}>★ ${t('highlights')}</button>
        ${known.sections.length > 0 && html`<a class="button" href=${href({ view: 'review', day, source: source ?? null })}>${left ? tn('review.of-day', left) : t('review.of-day-again')}</a>`}
      </p>
      <div id=${`highlights-${day}`} hidden=${!open}>${open && html`<${Panel} day=${day} source=${source} />`}</div>
    </div>`;
});
