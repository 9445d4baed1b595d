// SPDX-License-Identifier: MIT
// page-keys.js - "?" everywhere, and in the day list the key that deletes what the focus is in.
import { useEffect } from '../vendor/htm-preact.js';
import { bind } from '../keys.js';
import { helping } from '../state/overlay.js';

/** Deletes the recording in whose row the focus is. */
function removeRow() {
  const button = document.activeElement?.closest('.file')?.querySelector('[data-delete]');
  if (!(button instanceof HTMLElement)) return false;
  button.click();
  return true;
}

export const useHelpKey = () => useEffect(() => bind('?', () => { helping.value = !helping.peek(); }, 'key.help', 'page'), []);

export const useDeleteKey = () => useEffect(() => bind('Delete', removeRow, 'key.delete', 'page'), []);
