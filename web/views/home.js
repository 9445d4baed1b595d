// SPDX-License-Identifier: MIT
// home.js - the first view: what is recorded now, and everything that was.
import { html } from '../vendor/htm-preact.js';
import { observe } from '../observe.js';
import { entering } from '../state/overlay.js';
import { catalog, scan } from '../state/sources.js';
import { config, readOnlyWhy } from '../store.js';
import { locale, t } from '../text.js';
import { Days } from './days.js';
import { Sources } from './sources.js';

/** Why nothing can be changed here, and the way in where there is one. */
const ReadOnly = observe(() => readOnlyWhy.value && html`
  <p class="read-only muted"><span>${t(readOnlyWhy.value)}</span>
    ${config.value?.password && html`<button onClick=${() => { entering.value = true; }}>${t('enter')}</button>`}</p>`);

/** Files that ISR did not record are looked into, which takes its time where there are many. */
const Looking = observe(() => {
  if (!scan.value?.total) return null;
  const { done, total } = scan.value;
  return html`
    <p class="read-only muted"><span id="looking">${t('looking', { done: done.toLocaleString(locale()), total: total.toLocaleString(locale()) })}</span>
      <progress aria-labelledby="looking" value=${done} max=${total} /></p>`;
});

/** In the words of the server: what is wrong with the catalog, and what to do. */
const Unwell = observe(() => catalog.value?.message && catalog.value.state !== 'ok' && html`<p class="lost" role="alert">${catalog.value.message}</p>`);

export const Home = () => html`<${Unwell} /><${ReadOnly} /><${Looking} /><${Sources} /><${Days} />`;
