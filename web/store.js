// SPDX-License-Identifier: MIT
// store.js - what every view may ask: the server's settings, and whether it is there.
// What belongs to one feature alone lies in state/ of that feature.
import { computed, signal } from './vendor/signals-core.js';

export const config = signal(/** @type {import('./api.js').Config|null} */ (null));

/** Since when the server does not answer (ms of this clock); null while it does. */
export const lost = signal(/** @type {number|null} */ (null));

/** Why nothing could be loaded at all. */
export const failure = signal(/** @type {string|null} */ (null));

/** May this page change something? False before a login, and where the server only shows an archive. */
export const writable = computed(() => Boolean(config.value?.writable && (!config.value.password || config.value.authenticated)));

/** Why not, as a key of the texts. */
export const readOnlyWhy = computed(() => {
  const now = config.value;
  if (!now || writable.value) return null;
  if (now.password && !now.authenticated) return 'read-only.login';
  return now.recording === false ? 'read-only.serve' : 'read-only.open';
});
