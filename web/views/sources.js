// SPDX-License-Identifier: MIT
// sources.js - what is being recorded right now, and what is wrong where it is not.
import { html } from '../vendor/htm-preact.js';
import * as actions from '../actions/sources.js';
import { clock } from '../format.js';
import { observe } from '../observe.js';
import { sources as list } from '../state/sources.js';
import { writable } from '../store.js';
import { t } from '../text.js';
import { Today } from './holes.js';

const STOPPED = ['stopped', 'failed'];

/** @param {{source: import('../api.js').Source}} props */
const Buttons = ({ source }) => html`
  <div class="buttons">
    ${STOPPED.includes(source.state)
      ? html`<button onClick=${() => actions.control(source.name, 'start')}>${t('start')}</button>`
      : html`<button onClick=${() => actions.control(source.name, 'stop')}>${t('stop')}</button>`}
    ${source.state === 'recording' && html`
      <button onClick=${() => actions.control(source.name, 'split')}>${t('split')}</button>`}
  </div>`;

/** @param {{source: import('../api.js').Source}} props */
const Source = observe(({ source }) => html`
  <li class="source ${source.state}">
    <div>
      <b>${source.name}</b>
      <span class="state">${source.state === 'recording' && html`<i class="dot" aria-hidden="true" />`}${t(`state.${source.state}`)}</span>
      <span class="muted">${t('since', { time: clock(source.since) })}</span>
      <${Today} share=${source.coverage_today} />
    </div>
    ${source.detail && html`<p>${source.detail}</p>`}
    ${source.warnings.map((/** @type {string} */ w) => html`<p class="warning">${t(`warning.${w}`)}</p>`)}
    ${writable.value && html`<${Buttons} source=${source} />`}
  </li>`);

export const Sources = observe(() => {
  const sources = list.value;
  return html`
    <section aria-labelledby="sources">
      <h2 id="sources">${t('sources')}</h2>
      ${sources?.length === 0 && html`<p class="muted">${t('no-sources')}</p>`}
      <ul class="sources">${sources?.map((source) => html`<${Source} key=${source.name} source=${source} />`)}</ul>
    </section>`;
});
