// SPDX-License-Identifier: MIT
// more.js - the end of a list that goes on: loads by itself when it comes into sight, or when it is pressed.
import { html, useEffect, useRef } from '../vendor/htm-preact.js';
import { t } from '../text.js';

/** @param {{onMore: () => unknown}} props */
export const More = ({ onMore }) => {
  const button = useRef(/** @type {Element|null} */ (null));
  const latest = useRef(onMore);
  latest.current = onMore;
  useEffect(() => {
    const watch = new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) latest.current(); }, { rootMargin: '300px' });
    if (button.current) watch.observe(button.current);
    return () => watch.disconnect();
  }, []);
  return html`<button class="more" ref=${button} onClick=${() => onMore()}>${t('more')}</button>`;
};
