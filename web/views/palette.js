// SPDX-License-Identifier: MIT
// palette.js - a word for what was heard: typed, or one of those that were given before. M opens it, Enter takes, Esc leaves.
import { html, useEffect, useLayoutEffect, useRef, useState } from '../vendor/htm-preact.js';
import { usedLabels } from '../actions/labels.js';
import { labelling } from '../state/labelling.js';
import { release } from '../keys.js';
import { observe } from '../observe.js';
import { t } from '../text.js';

const SHOWN = 9; // as many as there are digits

/** What fits what is typed: those that begin with it first. Pure. @param {string[]} words @param {string} typed */
export function fitting(words, typed) {
  const wanted = typed.trim().toLowerCase();
  const begins = words.filter((word) => word.toLowerCase().startsWith(wanted));
  return [...begins, ...words.filter((word) => !begins.includes(word) && word.toLowerCase().includes(wanted))].slice(0, SHOWN);
}

/** @param {{title: string, label: string|null, take: (label: string|null) => void}} props */
const Dialog = ({ title, label, take }) => {
  const box = useRef(/** @type {HTMLDialogElement|null} */ (null));
  const [typed, type] = useState(label ?? '');
  const [words, setWords] = useState(/** @type {string[]} */ ([]));
  const close = () => { box.current?.close(); };
  const give = (/** @type {string|null} */ word) => { take(word?.trim() || null); close(); };
  useLayoutEffect(() => {
    box.current?.showModal();
    const early = release();
    if (early.text) type(early.text);
    if (early.entered) give(early.text || label);
    return () => { release(); };
  }, []);
  useEffect(() => { usedLabels().then(setWords); }, []);
  const fits = fitting(words, typed === label ? '' : typed);
  const key = (/** @type {KeyboardEvent} */ event) => {
    const digit = Number(event.key);
    if (typed === (label ?? '') && digit >= 1 && fits[digit - 1] && !event.ctrlKey && !event.altKey && !event.metaKey) { give(fits[digit - 1]); event.preventDefault(); }
  };
  return html`
    <dialog class="palette" ref=${box} aria-label=${title} onClose=${() => { labelling.value = null; }} onKeyDown=${key}>
      <form method="dialog" onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); give(typed); }}>
        <label>${title}
          <input type="text" maxlength="200" value=${typed} autofocus autocomplete="off" onInput=${(/** @type {any} */ event) => type(event.target.value)} />
        </label>
        <ul class="words">${fits.map((word, i) => html`
          <li key=${word}><button type="button" onClick=${() => give(word)}><kbd>${i + 1}</kbd> ${word}</button></li>`)}</ul>
        <p class="buttons">
          <button class="main" type="submit">${t('label.take')}</button>
          ${label && html`<button type="button" onClick=${() => give(null)}>${t('label.remove')}</button>`}
          <button type="button" onClick=${close}>${t('label.cancel')}</button>
        </p>
      </form>
    </dialog>`;
};

export const Palette = observe(() => labelling.value && html`<${Dialog} ...${labelling.value} />`);
