// SPDX-License-Identifier: MIT
// dialog.js - a modal dialog: the browser keeps the focus in it and gives it back, Esc closes.
import { html, useEffect, useRef } from '../vendor/htm-preact.js';
import { t } from '../text.js';
import { Icon } from './icon.js';

/** @param {{title: string, onClose: () => void, children?: any}} props */
export const Dialog = ({ title, onClose, children }) => {
  const ref = useRef(/** @type {HTMLDialogElement|null} */ (null));
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.showModal();
    return () => { if (before instanceof HTMLElement) before.focus(); };
  }, []);
  const outside = (/** @type {MouseEvent} */ event) => { if (event.target === ref.current) onClose(); };
  return html`
    <dialog ref=${ref} aria-labelledby="dialog-title" onClose=${onClose} onClick=${outside}>
      <div class="dialog-head"><h2 id="dialog-title">${title}</h2>
        <button class="plain" aria-label=${t('close')} onClick=${onClose}><${Icon} name="close" /></button></div>
      ${children}
    </dialog>`;
};
