// SPDX-License-Identifier: MIT
// home.js - the first view: what is recorded now, and everything that was.
import { html } from '../vendor/htm-preact.js';
import { Days } from './days.js';
import { Sources } from './sources.js';

export const Home = () => html`<${Sources} /><${Days} />`;
