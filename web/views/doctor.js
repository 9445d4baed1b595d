// SPDX-License-Identifier: MIT
// doctor.js - why is it silent? What ISR finds when it looks at itself, and what to do about it.
import { html, useEffect } from '../vendor/htm-preact.js';
import { getDoctor } from '../api.js';
import { ask } from '../asked.js';
import { observe } from '../observe.js';
import { doctor, worstFirst } from '../state/checks.js';
import { t } from '../text.js';

const look = () => ask(doctor, getDoctor);

/** @param {{check: import('../api.js').Check}} props */
const Check = ({ check }) => html`
  <li class="check">
    <span class=${`status ${check.status}`}>${t(`check.${check.status}`)}</span>
    <b>${check.title}</b>
    ${check.detail && html`<p class="muted">${check.detail}</p>`}
    ${check.fix && html`<pre>${check.fix}</pre>`}
  </li>`;

export const Doctor = observe(() => {
  useEffect(() => { look(); }, []);
  const { data, error } = doctor.value;
  return html`
    <h1>${t('nav.doctor')}</h1>
    <p class="buttons"><button onClick=${look}>${t('look-again')}</button><span role="status">${data && t(`doctor.${data.status}`)}</span></p>
    ${error && html`<p class="warning" role="alert">${error}</p>`}
    ${data === null && !error && html`<p class="muted">${t('loading')}</p>`}
    ${data && html`<ul class="card">${worstFirst(data.checks).map((check, i) => html`<${Check} key=${`${check.code} ${i}`} check=${check} />`)}</ul>`}`;
});
