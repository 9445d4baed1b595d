// SPDX-License-Identifier: MIT
// storage.js - how full the disk is and how long it lasts, and the trash: back, or gone for good.
import { html, useEffect, useState } from '../vendor/htm-preact.js';
import * as actions from '../actions/storage.js';
import * as format from '../format.js';
import { onChange, onReturn } from '../hub.js';
import { observe } from '../observe.js';
import { daysLeft, parts, storage, trash } from '../state/storage.js';
import { writable } from '../store.js';
import { locale, t, tn } from '../text.js';
import { Dialog } from './dialog.js';

/** @typedef {import('../api.js').Storage} Disk @typedef {import('../api.js').Trashed} Trashed */

const size = (/** @type {number|null} */ n) => (n === null ? '–' : format.bytes(n, locale()));

/** @param {{term: string, children?: any}} props */
const Figure = ({ term, children }) => html`<div><dt>${term}</dt><dd>${children}</dd></div>`;

/** When the disk is full, in a sentence. @param {Disk} disk */
function forecast(disk) {
  const left = daysLeft(disk, Date.now() * 1000);
  const rules = [
    disk.keep_days !== null && tn('keep-days', disk.keep_days),
    disk.min_free !== null && t('min-free', { size: size(disk.min_free) }),
  ].filter(Boolean).join(' ');
  if (rules) return rules;
  if (left === null || disk.full_at === null) return t(disk.bytes_per_day ? 'never-full' : 'no-forecast');
  return t('full-at', { left: tn('days', left), date: format.day(disk.full_at.slice(0, 10), locale(), 'long') });
}

/** @param {{disk: Disk}} props */
const Bar = ({ disk }) => {
  const p = parts(disk);
  const shares = { own: p.own, trash: p.trash, other: p.other };
  const words = Object.entries(shares).map(([name, share]) => `${t(`disk.${name}`)} ${format.share(share, locale())}`).join(', ');
  return html`
    <div class="disk-bar" role="img" aria-label=${words}>
      ${Object.entries(shares).map(([name, share]) => html`<i key=${name} class=${`disk-${name}`} style=${`width:${(share * 100).toFixed(2)}%`} />`)}
    </div>
    <p class="legend" aria-hidden="true">${Object.keys(shares).map((name) => html`<span key=${name}><i class=${`disk-${name}`} />${t(`disk.${name}`)}</span>`)}</p>`;
};

/** @param {{disk: Disk}} props */
const Disk = ({ disk }) => html`
  <section class="card pad">
    <dl class="figures">
      <${Figure} term=${t('disk.own')}>${size(disk.used_by_recordings)}<//>
      <${Figure} term=${t('disk.per-day')}>${disk.bytes_per_day ? size(disk.bytes_per_day) : '–'}<//>
      <${Figure} term=${t('disk.trash')}>${size(disk.trash)}<//>
      <${Figure} term=${t('disk.free')}>${t('of', { part: size(disk.free), whole: size(disk.total) })}<//>
    </dl>
    ${disk.total !== null && html`<${Bar} disk=${disk} />`}
    <p>${forecast(disk)}</p>
    <p class="muted">${t('disk.where', { directory: disk.directory })}</p>
  </section>`;

/** @param {{item: Trashed, onErase: (items: Trashed[]) => void}} props */
const Item = ({ item, onErase }) => html`
  <li>
    <span class="name">${item.name}
      <small>${format.moment(item.start, locale())} · ${format.duration(item.duration)} · ${size(item.size)}${item.expires && ` · ${t('expires', { date: format.moment(item.expires, locale()) })}`}</small></span>
    ${writable.value && html`
      <button aria-label=${t('restore-file', { name: item.name })} onClick=${() => actions.restore(item)}>${t('restore')}</button>
      <button class="plain" aria-label=${t('erase-file', { name: item.name })} onClick=${() => onErase([item])}>${t('erase')}</button>`}
  </li>`;

/** @param {{items: Trashed[], onClose: () => void}} props */
const Sure = ({ items, onClose }) => html`
  <${Dialog} title=${t('erase-title')} onClose=${onClose}>
    <p>${items.length === 1 ? t('erase-one', { name: items[0].name, size: size(items[0].size) }) : tn('erase-all', items.length, { size: size(items.reduce((n, one) => n + one.size, 0)) })}</p>
    <p class="buttons"><button onClick=${onClose}>${t('keep')}</button>
      <button class="first" onClick=${() => { onClose(); actions.erase(items); }}>${t('erase')}</button></p>
  <//>`;

const Trash = observe(() => {
  const [sure, ask] = useState(/** @type {Trashed[]|null} */ (null));
  const { data, error } = trash.value;
  return html`
    <section aria-labelledby="trash">
      <h2 id="trash">${t('trash')}</h2>
      ${error && html`<p class="warning" role="alert">${error}</p>`}
      ${data?.length === 0 && html`<p class="muted">${t('trash-empty')}</p>`}
      ${data && data.length > 0 && html`<ul class="card trash-list">${data.map((item) => html`<${Item} key=${item.id} item=${item} onErase=${ask} />`)}</ul>`}
      ${data && data.length > 1 && writable.value && html`<p><button onClick=${() => ask(data)}>${t('empty-trash')}</button></p>`}
      ${sure && html`<${Sure} items=${sure} onClose=${() => ask(null)} />`}
    </section>`;
});

export const StorageView = observe(() => {
  useEffect(() => {
    actions.load();
    const ends = [onChange(['trash', 'storage', 'file'], actions.load), onReturn(actions.load)];
    return () => ends.forEach((end) => end());
  }, []);
  const { data, error } = storage.value;
  return html`
    <h1>${t('nav.storage')}</h1>
    ${error && html`<p class="warning" role="alert">${error}</p>`}
    ${data === null && !error && html`<p class="muted">${t('loading')}</p>`}
    ${data && html`<${Disk} disk=${data} />`}
    <${Trash} />`;
});
