// SPDX-License-Identifier: MIT
// choice.js - a radio button or a checkbox with its label.
import { html } from '../vendor/htm-preact.js';

/** @param {{type: 'radio'|'checkbox', name?: string, label: string, checked: boolean, onChange: () => void}} props */
export const Choice = ({ type, name, label, checked, onChange }) => html`
  <label class="choice"><input type=${type} name=${name} checked=${checked} onChange=${onChange} />${label}</label>`;
