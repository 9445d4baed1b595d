// SPDX-License-Identifier: MIT
// help.js - which key does what, as the reader has it; opened by "?".
import { html } from '../vendor/htm-preact.js';
import { choice, listed, shown } from '../keys.js';
import { observe } from '../observe.js';
import { format as address } from '../route.js';
import { ALL } from '../state/keymap.js';
import { helping } from '../state/overlay.js';
import { t } from '../text.js';
import { Dialog } from './dialog.js';

/** @typedef {ReturnType<typeof listed>[number]} Entry */

const CAPS = ['Space', 'Del', 'Shift', 'Ctrl', 'Home', 'End', 'Backspace', 'Enter'];

/** A key as it is written on the keyboards of the reader's language. @param {string} key */
export const cap = (key) => shown(key).split(/(?<=.)\+(?=.)/).map((part) => (CAPS.includes(part) ? t(`cap.${part}`) : part)).join('+');

/** "0–9" instead of ten keys. @param {string[]} keys */
export const short = (keys) => (keys.join('') === '0123456789' ? ['0–9'] : keys.map(cap));

/** @param {{one: Entry}} props */
const Key = ({ one }) => html`<li><span>${t(one.label)}</span><span>${short(one.keys).map((key) => html`<kbd key=${key}>${key}</kbd>`)}</span></li>`;

/** @param {Entry[]} list @returns {[string, Entry[]][]} */
export function grouped(list) {
  const groups = new Map();
  for (const one of list) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  return [...groups];
}

export const Help = observe(() => {
  const close = () => { helping.value = false; };
  return html`
    <${Dialog} title=${t('help')} onClose=${close}>
      ${choice.value.off && html`<p class="warning">${t('keys-off')}</p>`}
      <div class="keys-grid">${grouped(listed(ALL, choice.value)).map(([group, list]) => html`
        <section key=${group}><h3>${t(`keys.${group}`)}</h3><ul>${list.filter(({ keys }) => keys.length).map((one) => html`<${Key} key=${one.label} one=${one} />`)}</ul></section>`)}</div>
      <p class="note"><a href=${address({ view: 'settings' })} onClick=${close}>${t('change-keys')}</a></p>
    <//>`;
});
