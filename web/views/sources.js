// SPDX-License-Identifier: MIT
// sources.js - what is being recorded right now, and what is wrong where it is not.
import { html } from '../vendor/htm-preact.js';
import * as actions from '../actions.js';
import { clock } from '../format.js';
import { t } from '../text.js';
import { Today } from './coverage.js';

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

/** @param {{source: import('../api.js').Source, writable?: boolean}} props */
const Source = ({ source, writable }) => html`
  <li class="source ${source.state}">
    <div>
      <b>${source.name}</b>
      <span class="state">${source.state === 'recording' && html`<i class="dot" aria-hidden="true" />`}${t(`state.${source.state}`)}</span>
      <span class="muted">${t('since', { time: clock(source.since) })}</span>
      <${Today} share=${source.coverage_today} />
    </div>
    ${source.detail && html`<p>${source.detail}</p>`}
    ${source.warnings.map((w) => html`<p class="warning">${t(`warning.${w}`)}</p>`)}
    ${writable && html`<${Buttons} source=${source} />`}
  </li>`;

/** @param {{sources: import('../api.js').Source[]|null, writable?: boolean}} props */
export const Sources = ({ sources, writable }) => html`
  <section aria-labelledby="sources">
    <h2 id="sources">${t('sources')}</h2>
    ${sources?.length === 0 && html`<p class="muted">${t('no-sources')}</p>`}
    <ul class="sources">${sources?.map((source) => html`<${Source} key=${source.name} source=${source} writable=${writable} />`)}</ul>
  </section>`;
