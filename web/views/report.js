// SPDX-License-Identifier: MIT
// report.js - the day report: a page that is meant for paper, or for a PDF.
import { html, useEffect } from '../vendor/htm-preact.js';
import { load } from '../actions/report.js';
import * as format from '../format.js';
import { observe } from '../observe.js';
import { route } from '../route.js';
import { report, sums } from '../state/report.js';
import { config } from '../store.js';
import { locale, t, tn } from '../text.js';

/** @param {{coverage: import('../api.js').Coverage}} props */
const Source = ({ coverage }) => html`
  <tr><th scope="row">${coverage.source}</th><td class="number">${coverage.coverage === null ? '–' : format.share(coverage.coverage, locale())}</td>
    <td class="number">${format.duration(coverage.recorded)}</td><td class="number">${coverage.gaps.length}</td></tr>`;

/** @param {{gap: import('../api.js').Gap, source: string}} props */
const Hole = ({ gap, source }) => html`
  <tr><td>${format.clock(gap.start)}–${format.clock(gap.end)}</td><td>${source}</td><td class="number">${format.length(gap.seconds, locale())}</td><td>${t(`cause.${gap.cause}`)}</td></tr>`;

/** @param {{one: import('../api-review.js').Section}} props */
const Event = ({ one }) => html`
  <tr><td>${format.clock(one.start_at)}</td><td>${one.source}</td><td class="number">${format.length((one.end_us - one.start_us) / 1e6, locale())}</td>
    <td class="number">${format.decibels(one.score, locale())}</td><td class="number">${format.decibels(one.peak, locale())}</td>
    <td>${one.verdict === 'kept' && `${t('report.kept')} `}${one.label}${one.note && html`<br /><small>${one.note}</small>`}</td></tr>`;

/** @param {{file: import('../api.js').Recording}} props */
const File = ({ file }) => html`
  <tr><td>${format.clock(file.start)}–${format.clock(file.end)}</td><td>${file.source}</td><td class="number">${format.duration(file.duration)}</td>
    <td class="number">${format.bytes(file.size, locale())}</td><td class="name">${file.name}</td></tr>`;

/** @param {{title: string, heads: string[], numbers?: string[], children?: any}} props */
const Table = ({ title, heads, numbers = [], children }) => html`
  <h2>${title}</h2>
  <div class="scroll" tabindex="0" role="region" aria-label=${title}><table><thead><tr>${heads.map((head) => html`<th key=${head} scope="col" class=${numbers.includes(head) ? 'number' : ''}>${t(`report.${head}`)}</th>`)}</tr></thead>
    <tbody>${children}</tbody></table></div>`;

/** @param {{data: import('../state/report.js').Report}} props */
const Body = ({ data }) => {
  const { duration, size } = sums(data.files);
  const holes = data.coverage.flatMap((one) => one.gaps.map((gap) => ({ gap, source: one.source }))).sort((a, b) => a.gap.start_us - b.gap.start_us);
  return html`
    <p>${tn('files', data.files.length)}, ${format.duration(duration)}, ${format.bytes(size, locale())}, ${tn('events', data.sections.length)}, ${tn('gaps', holes.length)}</p>
    ${data.unanalysed > 0 && html`<p class="warning">${tn('report.unanalysed', data.unanalysed)}</p>`}
    <${Table} title=${t('sources')} heads=${['source', 'share', 'recorded', 'holes']} numbers=${['share', 'recorded', 'holes']}>
      ${data.coverage.map((one) => html`<${Source} key=${one.source} coverage=${one} />`)}<//>
    ${holes.length > 0 && html`<${Table} title=${t('report.missing')} heads=${['time', 'source', 'length', 'cause']} numbers=${['length']}>
      ${holes.map(({ gap, source }) => html`<${Hole} key=${`${source} ${gap.start_us}`} gap=${gap} source=${source} />`)}<//>`}
    ${data.sections.length > 0 && html`<${Table} title=${t('report.events')} heads=${['time', 'source', 'length', 'score', 'peak', 'label']} numbers=${['length', 'score', 'peak']}>
      ${data.sections.map((one) => html`<${Event} key=${`${one.source} ${one.start_us}`} one=${one} />`)}<//>`}
    ${data.files.length > 0 && html`<${Table} title=${t('recordings')} heads=${['time', 'source', 'length', 'size', 'name']} numbers=${['length', 'size']}>
      ${data.files.map((file) => html`<${File} key=${file.name} file=${file} />`)}<//>`}`;
};

export const Report = observe(() => {
  const { day = '', source } = route.value;
  useEffect(() => { load(day, source); }, [day, source]);
  const { data, error } = report.value;
  return html`
    <article class="report">
      <div class="dialog-head"><h1>${format.day(day, locale())}${source && ` · ${source}`}</h1><button class="unprinted" onClick=${() => print()}>${t('print')}</button></div>
      <p class="muted">${t('report.made', { version: config.value?.version ?? '', zone: config.value?.timezone ?? '', now: format.moment(new Date().toISOString(), locale()) })}</p>
      ${error && html`<p class="warning" role="alert">${error}</p>`}
      ${data === null && !error && html`<p class="muted">${t('loading')}</p>`}
      ${data && html`<${Body} data=${data} />`}
    </article>`;
});
