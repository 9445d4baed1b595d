// SPDX-License-Identifier: MIT
// zoom-buttons.js - zoom and pan of a timeline with buttons.
import { html } from '../vendor/htm-preact.js';
import { panned, span } from '../strip-geometry.js';
import { t } from '../text.js';
import { zoomStep } from './timeline.js';

/** Zoom and pan with buttons: what wheel and fingers do. @param {import('./timeline.js').Props} props */
export const ZoomButtons = (props) => {
  const whole = span(props.view) >= span(props.bounds);
  const pan = (/** @type {number} */ by) => props.onView(panned(props.view, props.bounds, by * span(props.view)), false);
  return html`
    <span class="zooms" role="group" aria-label=${t('strip.zoom')}>
      <button class="small" disabled=${whole} aria-label=${t('strip.earlier')} onClick=${() => pan(-0.5)}>◀</button>
      <button class="small" aria-label=${t('strip.zoom-in')} disabled=${span(props.view) <= 10e6} onClick=${() => zoomStep(props, 1)}>+</button>
      <button class="small" aria-label=${t('strip.zoom-out')} disabled=${whole} onClick=${() => zoomStep(props, -1)}>−</button>
      <button class="small" aria-label=${t('strip.later')} disabled=${whole} onClick=${() => pan(0.5)}>▶</button>
    </span>`;
};
