// SPDX-License-Identifier: MIT
// key-settings.js - every key can be another one, or none; or all of them are switched off.
import { html, useState } from '../vendor/htm-preact.js';
import { choice, choose, forgetChoice, listed, nameOf, switchOff, withKeys } from '../keys.js';
import { announce } from '../notice.js';
import { observe } from '../observe.js';
import { ALL } from '../state/keymap.js';
import { t } from '../text.js';
import { Choice } from './choice.js';
import { cap, grouped, short } from './help.js';

const ALONE = ['Shift', 'Control', 'Alt', 'Meta', 'AltGraph', 'Tab'];

/** @param {{one: ReturnType<typeof listed>[number]}} props */
const Row = ({ one }) => {
  const [waiting, wait] = useState(false);
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (!waiting || ALONE.includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    wait(false);
    if (event.key === 'Escape') return;
    choose(withKeys(ALL, choice.peek(), one.label, event.key === 'Backspace' ? [] : [nameOf(event)]));
    announce(t('key-now', { action: t(one.label), key: cap(nameOf(event)) }));
  };
  return html`
    <tr><td>${t(one.label)}</td>
      <td><button aria-label=${t('key-change', { action: t(one.label), keys: short(one.keys).join(', ') || '–' })} onClick=${() => wait(!waiting)} onKeyDown=${press} onBlur=${() => wait(false)}>
        ${waiting ? t('key-press') : one.keys.length ? short(one.keys).map((key) => html`<kbd key=${key}>${key}</kbd>`) : '–'}</button></td></tr>`;
};

export const KeySettings = observe(() => html`
  <fieldset>
    <legend>${t('keyboard')}</legend>
    <${Choice} type="checkbox" label=${t('keys-on')} checked=${!choice.value.off} onChange=${() => switchOff(!choice.value.off)} />
    ${!choice.value.off && html`
      <p class="muted">${t('keys-how')}</p>
      ${grouped(listed(ALL, choice.value)).map(([group, list]) => html`
        <table class="key-table" key=${group}><thead><tr><th scope="col">${t(`keys.${group}`)}</th><th scope="col">${t('key')}</th></tr></thead>
          <tbody>${list.map((one) => html`<${Row} key=${one.label} one=${one} />`)}</tbody></table>`)}
      <p><button onClick=${forgetChoice}>${t('keys-standard')}</button></p>`}
  </fieldset>`);
