// SPDX-License-Identifier: MIT
// file-view.js
import { html } from '../vendor/htm-preact.js';
import { route } from '../route.js';
import { t } from '../text.js';

export const FileView = () => html`<h1>${t(`nav.${route.value.view}`)}</h1>`;
