// SPDX-License-Identifier: MIT
// title-search.js - what did which stream play when? Search, and play from there.
import { html, useEffect } from '../vendor/htm-preact.js';
import { search, searchOn } from '../actions/found.js';
import * as format from '../format.js';
import { onChange } from '../hub.js';
import { observe } from '../observe.js';
import { format as address, route } from '../route.js';
import { byDay, found } from '../state/found.js';
import { config } from '../store.js';
import { locale, t } from '../text.js';
import { Filters } from './filters.js';
import { Icon } from './icon.js';
import { More } from './more.js';

/** @param {{title: import('../api.js').Title}} props */
const Title = ({ title }) => html`
  <li class="found">
    ${title.file
      ? html`<a class="button plain" href=${address({ view: 'file', file: title.file, at: title.at_us })} aria-label=${t('play-title', { title: title.title })}><${Icon} name="play" /></a>`
      : html`<span class="gone" title=${t('title-gone')}>–</span>`}
    <time datetime=${title.at}>${format.clock(title.at)}</time>
    <span class="found-title">${title.artist && html`<b>${title.artist}</b> `}${title.title}</span>
    <span class="muted">${title.source}</span>
  </li>`;

export const TitleSearch = observe(() => {
  const { q, source, from, to } = route.value;
  const wanted = { q, source, from, to, zone: config.value?.timezone ?? 'UTC' };
  useEffect(() => {
    search(wanted);
    return onChange(['title'], () => (window.scrollY < 100 ? search(wanted) : null));
  }, [q, source, from, to, wanted.zone]);
  const { data, error } = found.value;
  const next = data?.next;
  return html`
    <h1>${t('nav.titles')}</h1>
    <${Filters} counted=${false} />
    ${error && html`<p class="warning" role="alert">${error}</p>`}
    ${data === null && !error && html`<p class="muted">${t('loading')}</p>`}
    ${data?.titles.length === 0 && html`<p class="muted">${t(q || source || from || to ? 'titles-none' : 'titles-empty')}</p>`}
    ${byDay(data?.titles ?? []).map(({ day, titles }) => html`
      <section class="card found-day" key=${day}><h2>${format.day(day, locale())}</h2>
        <ul>${titles.map((title) => html`<${Title} key=${`${title.source} ${title.at_us}`} title=${title} />`)}</ul></section>`)}
    ${next && html`<${More} key=${next} onMore=${() => searchOn(wanted, next)} />`}`;
});
