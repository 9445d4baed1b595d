// SPDX-License-Identifier: MIT
// file.js - one recording: when, which source, how long; play it here, or take it along.
import { html } from '../vendor/htm-preact.js';
import { downloadUrl, streamUrl } from '../api.js';
import * as actions from '../actions/rows.js';
import * as format from '../format.js';
import { observe } from '../observe.js';
import { playing } from '../state/rows.js';
import { locale, t } from '../text.js';
import { RowWave } from './row-wave.js';
import { Titles } from './titles.js';

/** @param {{file: import('../api.js').Recording, stream: boolean}} props */
export const File = observe(({ file, stream }) => {
  const now = playing.value?.name === file.name ? playing.value : null;
  return html`
    <li class="file">
      <span class="time"><time datetime=${file.start}>${format.clock(file.start)}</time>–<time datetime=${file.end}>${format.clock(file.end)}</time></span>
      <span class="name" title=${file.name}>${file.name.split('/').at(-1)}</span>
      <span class="what">
        <span class="source-name">${file.recording && html`<b class="rec">${t('rec')}</b>`} ${file.source}</span>
        <span class="number">${format.duration(file.duration)}</span>
        <span class="number">${format.bytes(file.size, locale())}</span>
      </span>
      <span class="buttons">
        <button aria-expanded=${Boolean(now)} aria-label=${t(now ? 'close-file' : 'play-file', { name: file.name })}
          onClick=${() => actions.play(file.name)}>${t(now ? 'close' : 'play')}</button>
        <a class="button" href=${downloadUrl(file.name)} download aria-label=${t('download-file', { name: file.name })}>${t('download')}</a>
      </span>
      <${RowWave} file=${file} />
      ${now && html`<audio controls autoplay src=${streamUrl(file.name) + (now.from ? `#t=${now.from}` : '')} />`}
      ${stream && html`<${Titles} file=${file} />`}
    </li>`;
});
