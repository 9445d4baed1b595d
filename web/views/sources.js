// SPDX-License-Identifier: MIT
// sources.js - what is being recorded right now, how it sounds, and what is wrong where it is not.
import { html } from '../vendor/htm-preact.js';
import * as actions from '../actions/sources.js';
import { clock } from '../format.js';
import { observe } from '../observe.js';
import { sources as list, listening } from '../state/sources.js';
import { writable } from '../store.js';
import { t } from '../text.js';
import { Today } from './holes.js';
import { Icon } from './icon.js';
import { Listen } from './listen.js';
import { Meter } from './meter.js';

/** @typedef {{source: import('../api.js').Source}} Props */

const STOPPED = ['stopped', 'failed'];

/** @param {{icon: string, label: string, pressed?: boolean, onClick: () => void}} props */
const Button = ({ icon, label, pressed, onClick }) => html`
  <button class="plain" aria-label=${label} title=${label} aria-pressed=${pressed} onClick=${onClick}><${Icon} name=${icon} /></button>`;

/** @param {Props} props */
const Buttons = observe(({ source: { name, state } }) => {
  const recording = state === 'recording';
  return html`
    <div class="buttons">
      ${recording && html`<${Button} icon="live" label=${t('listen-to', { source: name })} pressed=${listening.value === name} onClick=${() => actions.listen(name)} />`}
      ${writable.value && recording && html`<${Button} icon="split" label=${t('split-source', { source: name })} onClick=${() => actions.split(name)} />`}
      ${writable.value && !STOPPED.includes(state) && html`<${Button} icon="stop" label=${t('stop-source', { source: name })} onClick=${() => actions.stop(name)} />`}
      ${writable.value && STOPPED.includes(state) && html`<button aria-label=${t('start-source', { source: name })} onClick=${() => actions.control(name, 'start')}>${t('start')}</button>`}
    </div>`;
});

/** @param {Props} props */
const Source = observe(({ source }) => html`
  <li class=${`card source ${source.state}`}>
    <div class="source-head">
      <b title=${source.name}>${source.name}</b>
      <span class="state">${source.state === 'recording' && html`<i class="dot" aria-hidden="true" />`}<span class="state-word">${t(`state.${source.state}`)}</span></span>
      <${Buttons} source=${source} />
    </div>
    ${source.state === 'recording' && html`<${Meter} source=${source.name} />`}
    ${source.detail && source.state !== 'recording' && html`<p>${source.detail}</p>`}
    ${source.retry_at && html`<p class="muted">${t('retry', { time: clock(source.retry_at) })}</p>`}
    ${source.warnings.map((/** @type {string} */ w) => html`<p class="warning">${t(`warning.${w}`)}</p>`)}
    ${listening.value === source.name && html`<${Listen} source=${source.name} />`}
    <div class="source-foot"><span>${source.since && t('since', { time: clock(source.since) })}</span><span class="what" title=${source.detail}>${source.state === 'recording' && source.detail}</span><${Today} share=${source.coverage_today} /></div>
  </li>`);

export const Sources = observe(() => {
  const sources = list.value;
  if (!sources?.length) return null;
  return html`
    <section aria-labelledby="sources">
      <h2 id="sources">${t('sources')}</h2>
      <ul class="sources">${sources.map((source) => html`<${Source} key=${source.name} source=${source} />`)}</ul>
    </section>`;
});
