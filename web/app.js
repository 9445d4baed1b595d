// SPDX-License-Identifier: MIT
// app.js - starts the page: texts, the frame, first data, then the server's events.
import { html, render } from './vendor/htm-preact.js';
import * as api from './api.js';
import * as days from './actions/days.js';
import * as jobs from './actions/jobs.js';
import * as moments from './actions/moments.js';
import * as player from './actions/player.js';
import * as rows from './actions/rows.js';
import * as session from './actions/session.js';
import * as shortcuts from './actions/shortcuts.js';
import * as sources from './actions/sources.js';
import * as hub from './hub.js';
import { startKeys } from './keys.js';
import { sentence } from './notice.js';
import * as routes from './route.js';
import { wanted } from './state/settings.js';
import { config, failure } from './store.js';
import { loadText, t } from './text.js';
import * as theme from './theme.js';
import { Frame } from './views/frame.js';

async function loadConfig() {
  try {
    config.value = await api.getConfig();
    failure.value = null;
  } catch (error) {
    failure.value = sentence(error);
  }
}

/** An installed page opens without its server, and says so. */
function keepShell() {
  navigator.serviceWorker?.register('sw.js').catch(() => {});
}

/** The frame is on the screen before anything is asked: on a slow line something is there at once. A page in the background is never painted. */
const painted = () => new Promise((done) => {
  if (document.visibilityState === 'hidden') done(undefined);
  if (!PerformanceObserver.supportedEntryTypes.includes('paint')) done(undefined);
  const seen = (/** @type {PerformanceObserverEntryList} */ list) => { if (list.getEntriesByName('first-contentful-paint').length) done(undefined); };
  new PerformanceObserver(seen).observe({ type: 'paint', buffered: true });
  setTimeout(done, 3000); // a window behind others
});

async function start() {
  theme.follow();
  routes.follow();
  await loadText(wanted(navigator.languages));
  days.askEarly();
  document.documentElement.lang = t('lang');
  render(html`<${Frame} />`, /** @type {HTMLElement} */ (document.getElementById('app')));
  startKeys();
  await painted();
  for (const feature of [days, rows, sources, moments, player, jobs, session, shortcuts]) feature.start();
  await loadConfig();
  hub.onReturn(loadConfig);
  hub.follow();
  addEventListener('load', keepShell);
  if (document.readyState === 'complete') keepShell();
}

start();
