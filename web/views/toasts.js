// SPDX-License-Identifier: MIT
// toasts.js - sentences at the bottom, each with its way back, and the one voice for screen readers.
import { html } from '../vendor/htm-preact.js';
import { announcement, dismiss, toasts } from '../notice.js';
import { observe } from '../observe.js';
import { t } from '../text.js';
import { Icon } from './icon.js';

/** @param {import('../notice.js').Toast} toast */
function undo(toast) {
  dismiss(toast.id);
  toast.undo?.();
}

/** @param {{toast: import('../notice.js').Toast}} props */
const Toast = ({ toast }) => html`
  <li class=${`toast ${toast.bad ? 'bad' : ''}`}>
    <span>${toast.text}</span>
    ${toast.undo && html`<button onClick=${() => undo(toast)}>${t('undo')}</button>`}
    <button class="plain" aria-label=${t('close')} onClick=${() => dismiss(toast.id)}><${Icon} name="close" /></button>
  </li>`;

export const Toasts = observe(() => html`
  <ul class="toasts">${toasts.value.map((toast) => html`<${Toast} key=${toast.id} toast=${toast} />`)}</ul>
  <p class="unseen" role="status" aria-live="polite">${announcement.value}</p>`);
