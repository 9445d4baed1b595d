// SPDX-License-Identifier: MIT
// app.js - starts the page: text, first data, live events, render on every change.
import { html, render } from './vendor/htm-preact.js';
import { effect } from './vendor/signals-core.js';
import * as api from './api.js';
import * as actions from './actions.js';
import { state } from './store.js';
import { loadText, t } from './text.js';
import { Header } from './views/header.js';
import { Sources } from './views/sources.js';
import { Days } from './views/days.js';

/** @param {{s: import('./store.js').State}} props */
const App = ({ s }) => html`
  <a class="skip" href="#recordings">${t('skip')}</a>
  <${Header} connection=${s.connection} version=${s.config?.version} />
  <main>
    <${Sources} sources=${s.sources} writable=${s.config?.writable} />
    <${Days} s=${s} />
  </main>
  <p class="live" role="status" aria-live="polite">${s.announcement}</p>`;

await loadText(navigator.languages);
document.documentElement.lang = t('lang');
const root = /** @type {HTMLElement} */ (document.getElementById('app'));
effect(() => render(html`<${App} s=${state.value} />`, root));
await actions.refresh();
api.listen({ onOpen: actions.connected, onLost: actions.lost, onChange: actions.changed });
