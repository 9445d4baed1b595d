// SPDX-License-Identifier: MIT
// later.js - a view whose code is loaded when it is first looked at.
import { html, useEffect, useState } from '../vendor/htm-preact.js';
import { sentence } from '../notice.js';
import { t } from '../text.js';

/** @param {() => Promise<any>} load the import() @param {string} name what of it */
export function later(load, name) {
  /** @type {any} */
  let View = null;
  return (/** @type {object} */ props) => {
    const [state, set] = useState(/** @type {string|null} */ (null));
    useEffect(() => {
      if (!View) load().then((module) => { View = module[name]; set('here'); }).catch((error) => set(sentence(error)));
    }, []);
    if (View) return html`<${View} ...${props} />`;
    return state ? html`<p class="warning" role="alert">${state}</p>` : html`<p class="muted">${t('loading')}</p>`;
  };
}
