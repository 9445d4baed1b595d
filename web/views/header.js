// SPDX-License-Identifier: MIT
import { html } from '../vendor/htm-preact.js';
import { t } from '../text.js';

/** @param {{connection: {lost: number|null}, version?: string}} props */
export const Header = ({ connection, version }) => html`
  <header>
    <h1>ISR</h1>
    ${version && html`<span class="muted">${version}</span>`}
    ${connection.lost !== null && html`
      <p class="lost" role="alert">${t('lost', { since: new Date(connection.lost).toLocaleTimeString() })}</p>`}
  </header>`;
