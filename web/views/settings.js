// SPDX-License-Identifier: MIT
// settings.js - what the reader chooses for this browser; and on a phone the way to the rest.
import { html } from '../vendor/htm-preact.js';
import { leave } from '../actions/session.js';
import { observe } from '../observe.js';
import { format as address } from '../route.js';
import { entering, helping } from '../state/overlay.js';
import { language, theme } from '../state/settings.js';
import { config, readOnlyWhy } from '../store.js';
import { LANGUAGES, t } from '../text.js';
import { Choice } from './choice.js';
import { KeySettings } from './key-settings.js';

/** A language by its own name. @param {string} tag */
const named = (tag) => new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag;

/** Texts are read once: a new language begins with a new page. @param {string} value */
function speak(value) {
  language.value = value;
  location.reload();
}

const Access = observe(() => {
  const { password, authenticated } = config.value ?? {};
  return html`
    <fieldset><legend>${t('access')}</legend>
      <p class="muted">${t(readOnlyWhy.value ?? 'may-write')}</p>
      ${password && (authenticated
        ? html`<button onClick=${leave}>${t('leave')}</button>`
        : html`<button class="first" onClick=${() => { entering.value = true; }}>${t('enter')}</button>`)}
    </fieldset>`;
});

export const Settings = observe(() => html`
  <h1>${t('nav.settings')}</h1>
  <p class="links">
    ${['titles', 'doctor'].map((view) => html`<a class="button" key=${view} href=${address({ view })}>${t(`nav.${view}`)}</a>`)}
    <button onClick=${() => { helping.value = true; }}>${t('help')}</button>
  </p>
  <section class="card pad">
    <fieldset><legend>${t('theme')}</legend>
      ${['system', 'light', 'dark'].map((value) => html`<${Choice} key=${value} type="radio" name="theme" label=${t(`theme.${value}`)} checked=${theme.value === value} onChange=${() => { theme.value = value; }} />`)}</fieldset>
    <fieldset><legend>${t('language')}</legend>
      ${['auto', ...LANGUAGES].map((value) => html`<${Choice} key=${value} type="radio" name="language" label=${value === 'auto' ? t('theme.system') : named(value)} checked=${language.value === value} onChange=${() => speak(value)} />`)}</fieldset>
    <${Access} />
    <${KeySettings} />
    <p class="note">${t('settings-note')}</p>
  </section>`);
