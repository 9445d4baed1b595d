// SPDX-License-Identifier: MIT
// cut.js - the cut: from, to, as positions or clock times, and out comes a file of the same codec.
import { html, useEffect, useState } from '../vendor/htm-preact.js';
import { cutHere, playAt } from '../actions/player.js';
import { zone } from '../actions/moments.js';
import { cutUrl, whyNot } from '../api-review.js';
import * as format from '../format.js';
import { complain } from '../notice.js';
import { observe } from '../observe.js';
import { cut as cutting, updatePlayer, withCut } from '../state/player.js';
import { locale, t } from '../text.js';
import { troubleText } from '../trouble.js';
import { clockTenths, instantOf, position } from '../times.js';

/** @typedef {import('../api.js').Recording} Recording */

/** One end: a field that takes what people write, and a button that takes where the sound is.
 *  @param {{end: 'from_us'|'to_us', us: number|null, file: Recording|null, near: number}} props */
const End = ({ end, us, file, near }) => {
  const [typed, type] = useState(/** @type {string|null} */ (null));
  const [wrong, setWrong] = useState(false);
  useEffect(() => { type(null); setWrong(false); }, [us]);
  const name = end === 'from_us' ? 'in' : 'out';
  const take = (/** @type {string} */ text) => {
    const meant = instantOf(text, file, zone(), near);
    setWrong(meant === null);
    if (meant !== null) updatePlayer(withCut(end, meant));
    if (meant === us) type(null);
  };
  const inFile = file && us !== null && us >= file.start_us && us <= file.end_us;
  return html`
    <span class="end">
      <label>${t(`cut.${name}`)}
        <input type="text" inputmode="decimal" autocomplete="off" spellcheck=${false} class=${`number ${wrong ? 'wrong' : ''}`} aria-invalid=${wrong}
          aria-describedby="cut-help" value=${typed ?? (us === null ? '' : clockTenths(us, zone()))}
          onInput=${(/** @type {any} */ event) => type(event.target.value)} onChange=${(/** @type {any} */ event) => take(event.target.value)} />
      </label>
      <button class="small" aria-label=${t(`cut.${name}-here`)} title=${t(`cut.${name}-here`)} onClick=${() => cutHere(end)}>${end === 'from_us' ? '[' : ']'}</button>
      ${inFile && html`<span class="muted number">${position(us - file.start_us)}</span>`}
    </span>`;
};

/** A download can fail only before it begins: ask first, then let the browser fetch it. @param {MouseEvent} event @param {string} url */
async function download(event, url) {
  event.preventDefault();
  const why = await whyNot(url);
  if (why) complain(new Error(troubleText(why)));
  else location.assign(url);
}

/** @type {(props: {file?: Recording|null}) => any} */
export const CutPanel = observe(({ file = null }) => {
  const cut = cutting.value;
  const { source, from_us: from, to_us: to } = cut;
  const whole = source !== null && from !== null && to !== null && from < to;
  const near = from ?? to ?? file?.start_us ?? Date.now() * 1000;
  const url = whole ? cutUrl({ source, from, to }) : '';
  return html`
    <div class="cut" role="group" aria-label=${t('cut')}>
      <${End} end="from_us" us=${from} file=${file} near=${near} />
      <${End} end="to_us" us=${to} file=${file} near=${near} />
      <span class="muted number length">${whole ? format.length((to - from) / 1e6, locale()) : t('cut.help-short')}</span>
      <span class="buttons">
        <button disabled=${!whole} onClick=${() => whole && playAt(source, from)}>${t('cut.play')}</button>
        ${whole
          ? html`<a class="button main" href=${url} download onClick=${(/** @type {MouseEvent} */ event) => download(event, url)}>${t('cut.download')}</a>`
          : html`<button disabled>${t('cut.download')}</button>`}
      </span>
      <span id="cut-help" class="muted help">${t('cut.help')}</span>
    </div>`;
});
