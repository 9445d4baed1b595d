// SPDX-License-Identifier: MIT
// file.js - one recording: when, which source, how long; play it here, cut it, take it along, or away.
import { html, useState } from '../vendor/htm-preact.js';
import { downloadUrl } from '../api.js';
import * as days from '../actions/days.js';
import * as actions from '../actions/rows.js';
import * as format from '../format.js';
import { toast } from '../notice.js';
import { observe } from '../observe.js';
import { format as address } from '../route.js';
import { grown, now, slow } from '../state/clock.js';
import { playing, titles } from '../state/rows.js';
import { isStream, known, sources } from '../state/sources.js';
import { writable } from '../store.js';
import { locale, t, tn } from '../text.js';
import { Icon } from './icon.js';
import { RowPlayer } from './row-player.js';
import { RowWave } from './row-wave.js';
import { Titles } from './titles.js';

/** @typedef {{file: import('../api.js').Recording}} Props */

/** Why it can not be deleted now; null: it can. @param {import('../api.js').Recording} file */
const kept = (file) => (file.recording ? t('keep.recording') : file.protected ? t('keep.protected') : null);

/** Deletes, and leaves the focus where the reader goes on. @param {Event} event @param {import('../api.js').Recording} file */
function remove(event, file) {
  const why = kept(file);
  if (why) {
    toast(why);
    return;
  }
  const row = /** @type {Element} */ (event.currentTarget).closest('.file');
  const next = row?.nextElementSibling ?? row?.previousElementSibling ?? row?.closest('.day');
  days.remove(file).then(() => {
    const there = next?.isConnected ? next.querySelector('button') : document.activeElement === document.body && document.getElementById('main');
    if (there instanceof HTMLElement) there.focus();
  });
}

/** @param {Props} props */
const Delete = ({ file }) => {
  const why = kept(file);
  const label = why ? t('delete-not', { name: file.name, why }) : t('delete-file', { name: file.name });
  return html`
    <button class="plain" data-delete aria-disabled=${why !== null} aria-label=${label} title=${why ?? t('delete')} onClick=${(/** @type {Event} */ event) => remove(event, file)}>
      <${Icon} name="trash" /></button>`;
};

/** @param {Props} props */
const Protect = ({ file }) => html`
  <button class="plain" aria-pressed=${Boolean(file.protected)} aria-label=${t('protect-file', { name: file.name })} title=${t('protect')} disabled=${file.recording}
    onClick=${() => days.protect(file, !file.protected)}><${Icon} name="lock" /></button>`;

/** @param {Props} props */
const TitlesButton = ({ file }) => html`
  <button class="plain" aria-expanded=${titles.value[file.name] !== undefined} aria-label=${t('titles-of', { name: file.name })} title=${t('titles')}
    onClick=${() => actions.toggleTitles(file)}><${Icon} name="music" /></button>`;

/** @param {Props & {shown: boolean}} props */
const Acts = observe(({ file, shown }) => html`
  <span class=${`acts ${shown ? 'shown' : ''}`}>
    ${isStream(file.source, sources.value, known.value) && html`<${TitlesButton} file=${file} />`}
    <a class="button plain" href=${address({ view: 'file', file: file.name })} aria-label=${t('open-file', { name: file.name })} title=${t('open')}><${Icon} name="wave" /></a>
    <a class="button plain" href=${address({ view: 'file', file: file.name, start: 0, end: file.duration })} aria-label=${t('cut-file', { name: file.name })} title=${t('cut')}><${Icon} name="cut" /></a>
    <a class="button plain" href=${downloadUrl(file.name)} download aria-label=${t('download-file', { name: file.name })} title=${t('download')}><${Icon} name="download" /></a>
    ${writable.value && html`<${Protect} file=${file} /><${Delete} file=${file} />`}
  </span>`);

/** What is being written has grown since the server told: only this is drawn again every second. @param {Props} props */
const End = observe(({ file: known }) => {
  const file = known.recording ? grown(known, now.value) : known;
  return html`<time datetime=${file.end}>${format.clock(file.end)}</time>`;
});

/** @param {Props} props */
const Length = observe(({ file }) => html`<span class="number duration">${format.duration((file.recording ? grown(file, now.value) : file).duration)}</span>`);

/** @param {Props} props */
const Wave = observe(({ file }) => html`<${RowWave} file=${file.recording ? grown(file, slow.value) : file} />`);

/** @param {Props & {open: boolean, named: boolean}} props */
const Row = observe(({ file, open, named }) => {
  const [shown, show] = useState(false);
  return html`
    <div class="row">
      <button class="plain play" aria-expanded=${open} aria-label=${t(open ? 'close-file' : 'play-file', { name: file.name })}
        onClick=${() => actions.play(file.name)}><${Icon} name=${open ? 'close' : 'play'} /></button>
      <span class="time"><span><time datetime=${file.start}>${format.clock(file.start)}</time>–<${End} file=${file} /></span>
        ${file.recording && html`<b class="rec">${t('rec')}</b>`}${file.protected && html`<${Icon} name="lock" />`}</span>
      <span class="source-name" title=${file.name}>${file.source}${named && html`<small>${file.name.split('/').at(-1)}</small>`}</span>
      <span class="wave"><${Wave} file=${file} /></span>
      <${Length} file=${file} />
      <span class="number size">${format.bytes(file.size, locale())}</span>
      <span class="number events">${file.events ? tn('events', file.events) : ''}</span>
      <button class="plain open-acts" aria-expanded=${shown} aria-label=${t('more-of', { name: file.name })} onClick=${() => show(!shown)}><${Icon} name="more" /></button>
      <${Acts} file=${file} shown=${shown} />
    </div>`;
});

/** @param {Props & {named: boolean}} props named: the name is shown, because it is searched for */
export const File = observe(({ file, named }) => {
  const now = playing.value?.name === file.name ? playing.value : null;
  return html`
    <li class="file" data-name=${file.name}>
      <${Row} file=${file} open=${now !== null} named=${named} />
      ${now && html`<div class="below"><${RowPlayer} file=${file} from=${now.from} /></div>`}
      ${titles.value[file.name] !== undefined && html`<div class="below"><${Titles} file=${file} /></div>`}
    </li>`;
});
