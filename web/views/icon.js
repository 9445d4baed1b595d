// SPDX-License-Identifier: MIT
// icon.js - the page's signs: strokes on a grid of 24. They say nothing alone; a text is beside them or in aria-label.
import { html } from '../vendor/htm-preact.js';

/** @type {Record<string, string>} */
const PATHS = {
  calendar: 'M4 6h16v14H4zM4 10h16M8 3v4M16 3v4',
  check: 'M5 12l5 5L19 7',
  chevron: 'M9 6l6 6-6 6',
  close: 'M6 6l12 12M18 6L6 18',
  cut: 'M20 4L8.5 15.5M20 20L8.5 8.5M6 8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM6 20.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
  disk: 'M4 6c0-2 16-2 16 0v12c0 2-16 2-16 0zM4 6c0 2 16 2 16 0M4 12c0 2 16 2 16 0',
  doctor: 'M4 13h4l2-6 4 12 2-6h4',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  help: 'M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 18v.01',
  list: 'M4 6h16M4 12h16M4 18h16',
  live: 'M12 13a1 1 0 1 0 0-2 1 1 0 0 0 0 2zM8.5 15.5a5 5 0 0 1 0-7M15.5 8.5a5 5 0 0 1 0 7M5.6 18.4a9 9 0 0 1 0-12.8M18.4 5.6a9 9 0 0 1 0 12.8',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  more: 'M6 12a1 1 0 1 1-2 0 1 1 0 0 1 2 0zM13 12a1 1 0 1 1-2 0 1 1 0 0 1 2 0zM20 12a1 1 0 1 1-2 0 1 1 0 0 1 2 0z',
  music: 'M9 18V5l10-2v13M9 18a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM19 16a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z',
  pause: 'M8 5v14M16 5v14',
  play: 'M7 4.5v15l12-7.5z',
  next: 'M6 5v14l9-7zM18 5v14',
  previous: 'M18 5v14l-9-7zM6 5v14',
  print: 'M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z',
  review: 'M12 4l2.4 5 5.6.7-4.1 3.8 1.1 5.5-5-2.8-5 2.8 1.1-5.5L4 9.7 9.6 9z',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l4.5 4.5',
  settings: 'M4 8h9M19 8h1M16 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 16h1M11 16h9M8 19a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
  split: 'M12 4v16M8.5 12H3M5.5 9L2.5 12l3 3M15.5 12H21M18.5 9l3 3-3 3',
  stop: 'M6 6h12v12H6z',
  wave: 'M3 12h2M7 8v8M11 4v16M15 9v6M19 7v10M22 12h-.01',
  trash: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5',
};

/** @param {{name: string}} props */
export const Icon = ({ name }) => html`
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${PATHS[name]} /></svg>`;
