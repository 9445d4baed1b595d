// SPDX-License-Identifier: MIT
// titles.js - what a stream said it played: unfold, and play from any of it.
import { html } from '../vendor/htm-preact.js';
import { cueUrl } from '../api.js';
import * as actions from '../actions/rows.js';
import { clock } from '../format.js';
import { observe } from '../observe.js';
import { titles as open } from '../state/rows.js';
import { t } from '../text.js';

/** @param {{file: import('../api.js').Recording, title: import('../api.js').Title}} props */
const Title = ({ file, title }) => html`
  <li>
    <button onClick=${() => actions.playFrom(file.name, title.offset ?? 0)}>
      <time datetime=${title.at}>${clock(title.at)}</time>
      <span>${title.artist && `${title.artist} – `}${title.title}</span>
    </button>
  </li>`;

/** Of a row that shows them. @param {{file: import('../api.js').Recording}} props */
export const Titles = observe(({ file }) => {
  const titles = open.value[file.name];
  return html`
    <div class="titles">
      ${titles === null && html`<p class="muted">${t('loading')}</p>`}
      ${titles?.length === 0 && html`<p class="muted">${t('no-titles')}</p>`}
      ${titles && titles.length > 0 && html`
        <ul>${titles.map((title) => html`<${Title} key=${title.at_us} file=${file} title=${title} />`)}</ul>
        <a href=${cueUrl(file.name)} download=${`${file.name.split('/').at(-1)}.cue`}>${t('cue')}</a>`}
    </div>`;
});
