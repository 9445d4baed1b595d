// SPDX-License-Identifier: MIT
// review.js
import { html } from '../vendor/htm-preact.js';
import { route } from '../route.js';
import { t } from '../text.js';

export const Review = () => html`<h1>${t(`nav.${route.value.view}`)}</h1>`;
