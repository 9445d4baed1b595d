// SPDX-License-Identifier: MIT
// frame.js - what is always there: the way around, what is wrong with the server, the view of the address, the player.
import { html, useEffect, useRef } from '../vendor/htm-preact.js';
import { observe } from '../observe.js';
import { format, route } from '../route.js';
import { entering, helping } from '../state/overlay.js';
import { config, failure, lost } from '../store.js';
import { locale, t } from '../text.js';
import { Home } from './home.js';
import { Icon } from './icon.js';
import { later } from './later.js';
import { useHelpKey } from './page-keys.js';
import { Player } from './player.js';
import { Toasts } from './toasts.js';

/** @type {Record<string, any>} */
const VIEWS = {
  days: Home,
  review: later(() => import('./review.js'), 'Review'),
  file: later(() => import('./file-view.js'), 'FileView'),
  coverage: later(() => import('./coverage.js'), 'Coverage'),
  titles: later(() => import('./title-search.js'), 'TitleSearch'),
  storage: later(() => import('./storage.js'), 'StorageView'),
  doctor: later(() => import('./doctor.js'), 'Doctor'),
  report: later(() => import('./report.js'), 'Report'),
  settings: later(() => import('./settings.js'), 'Settings'),
};

const HelpDialog = later(() => import('./help.js'), 'Help');
const LoginDialog = later(() => import('./login.js'), 'Login');

/** view, icon; `wide`: not in the bar of a phone, where Settings leads to it */
const NAV = [
  { view: 'days', icon: 'list' },
  { view: 'review', icon: 'review' },
  { view: 'coverage', icon: 'calendar' },
  { view: 'titles', icon: 'music', wide: true },
  { view: 'storage', icon: 'disk' },
  { view: 'doctor', icon: 'doctor', wide: true },
  { view: 'settings', icon: 'settings' },
];

/** @param {{view: string, icon: string, wide?: boolean, now: string}} props */
const Link = ({ view, icon, wide, now }) => html`
  <li class=${wide ? 'wide' : ''}>
    <a href=${format({ view })} aria-current=${view === now ? 'page' : null}><${Icon} name=${icon} /><span>${t(`nav.${view}`)}</span></a>
  </li>`;

const Nav = observe(() => html`
  <nav aria-label=${t('nav')}><ul>${NAV.map((one) => html`<${Link} key=${one.view} ...${one} now=${route.value.view} />`)}</ul></nav>`);

/** Since when nobody answers. */
const Lost = observe(() => lost.value !== null && html`
  <p class="lost" role="alert">${t('lost', { since: new Date(lost.value).toLocaleTimeString(locale()) })}</p>`);

const Failure = observe(() => failure.value !== null && html`<p class="lost" role="alert">${failure.value}</p>`);

/** @param {Event} event */
function skip(event) {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

/** The view of the address. A new one begins at its top, with the focus there. */
const Main = observe(() => {
  const { view } = route.value;
  const View = VIEWS[view] ?? Home;
  const before = useRef(view);
  useEffect(() => {
    document.title = view === 'days' ? 'ISR' : `${t(`nav.${view}`)} – ISR`;
    if (before.current !== view) document.getElementById('main')?.focus({ preventScroll: true });
    before.current = view;
  }, [view]);
  return html`<main id="main" tabindex="-1"><${View} key=${view} /></main>`;
});

const Version = observe(() => html`<span class="muted version">${config.value?.version}</span>`);

const Dialogs = observe(() => html`
  ${helping.value && html`<${HelpDialog} />`}
  ${entering.value && html`<${LoginDialog} />`}`);

export const Frame = () => {
  useHelpKey();
  return html`
  <a class="skip" href="#main" onClick=${skip}>${t('skip')}</a>
  <header>
    <a class="brand" href="#/"><${Logo} />ISR</a><${Version} />
    <${Nav} />
  </header>
  <${Lost} /><${Failure} />
  <${Main} />
  <${Player} />
  <${Toasts} />
  <${Dialogs} />`;
};

const Logo = () => html`
  <svg class="logo" viewBox="0 0 32 32" aria-hidden="true"><path d="M4 16h4l2.5-7 3.5 14 4-19 3.5 16 2-4H28" /></svg>`;
