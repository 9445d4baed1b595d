// SPDX-License-Identifier: MIT
// settings.js - what the reader chooses for this browser.
import { html } from '../vendor/htm-preact.js';
import { observe } from '../observe.js';
import { theme } from '../state/settings.js';
import { t } from '../text.js';

/** @param {{value: string}} props */
const Theme = ({ value }) => html`
  <label><input type="radio" name="theme" checked=${theme.value === value} onChange=${() => { theme.value = value; }} /> ${t(`theme.${value}`)}</label>`;

export const Settings = observe(() => html`
  <h1>${t('nav.settings')}</h1>
  <fieldset><legend>${t('theme')}</legend>${['system', 'light', 'dark'].map((value) => html`<${Theme} key=${value} value=${value} />`)}</fieldset>`);
