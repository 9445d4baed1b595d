// SPDX-License-Identifier: MIT
// progress.js - recordings that were never analysed: have it done, see how far it is, go away and come back.
import { html } from '../vendor/htm-preact.js';
import * as actions from '../actions/jobs.js';
import { observe } from '../observe.js';
import { jobOf, jobs } from '../state/jobs.js';
import { writable } from '../store.js';
import { locale, t, tn } from '../text.js';

/** @param {import('../api-review.js').Job} job */
const percent = (job) => new Intl.NumberFormat(locale(), { style: 'percent' }).format(job.progress);

/** @type {(props: {n: number, what: {day?: string, source?: string, file?: string}, job?: number|null}) => any} */
export const Unanalysed = observe(({ n, what, job = null }) => {
  const now = jobOf(jobs.value, what.day ?? what.file ?? '', job);
  if (!now && n === 0) return null;
  if (!now) return html`
    <p class="unanalysed">${tn('strip.unanalysed', n)}
      ${writable.value && html` <button onClick=${() => actions.analyse(what)}>${t('jobs.start')}</button>`}</p>`;
  return html`
    <p class="unanalysed">
      <span>${t('jobs.running', { done: now.done ?? 0, files: now.files ?? n })}</span>
      <progress max="1" value=${now.progress} aria-label=${t('jobs.progress')}>${percent(now)}</progress>
      <span class="number">${percent(now)}</span>
      <button onClick=${() => actions.cancel(now.id)}>${t('jobs.cancel')}</button>
    </p>`;
});
