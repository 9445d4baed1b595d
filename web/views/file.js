// SPDX-License-Identifier: MIT
// file.js - one recording: when, which source, how long; play it here, or take it along.
import { html } from '../vendor/htm-preact.js';
import { downloadUrl, streamUrl } from '../api.js';
import * as actions from '../actions.js';
import * as format from '../format.js';
import { locale, t } from '../text.js';
import { Titles } from './titles.js';

/** @param {{file: import('../api.js').Recording, playing: boolean, from: number, stream: boolean,
 *   titles: import('../api.js').Title[]|null|undefined}} props */
export const File = ({ file, playing, from, stream, titles }) => html`
  <li class="file">
    <span class="time"><time datetime=${file.start}>${format.clock(file.start)}</time>–<time datetime=${file.end}>${format.clock(file.end)}</time></span>
    <span class="name" title=${file.name}>${file.name.split('/').at(-1)}</span>
    <span class="what">
      <span class="source-name">${file.recording && html`<b class="rec">${t('rec')}</b>`} ${file.source}</span>
      <span class="number">${format.duration(file.duration)}</span>
      <span class="number">${format.bytes(file.size, locale())}</span>
    </span>
    <span class="buttons">
      <button aria-expanded=${playing} aria-label=${t(playing ? 'close-file' : 'play-file', { name: file.name })}
        onClick=${() => actions.play(file.name)}>${t(playing ? 'close' : 'play')}</button>
      <a class="button" href=${downloadUrl(file.name)} download aria-label=${t('download-file', { name: file.name })}>${t('download')}</a>
    </span>
    ${playing && html`<audio controls autoplay src=${streamUrl(file.name) + (from ? `#t=${from}` : '')} />`}
    ${stream && html`<${Titles} file=${file} titles=${titles} />`}
  </li>`;
