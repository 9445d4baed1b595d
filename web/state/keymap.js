// SPDX-License-Identifier: MIT
// keymap.js - every action that a key has somewhere, with its standard keys: for the help and the settings,
// which list them all, also those of pages that are not open. A test compares it with what the views bind.

/** @param {string} group @param {[string, string|string[]][]} list */
const of = (group, list) => list.map(([label, keys]) => ({ label, group, keys: typeof keys === 'string' ? [keys] : keys, action: () => false }));

/** @type {import('../keys.js').Binding[]} */
export const ALL = [
  ...of('player', [['key.play', 'Space'], ['key.back-5', 'ArrowLeft'], ['key.on-5', 'ArrowRight'], ['key.back-1', 'Shift+ArrowLeft'], ['key.on-1', 'Shift+ArrowRight'],
    ['key.back-tenth', ','], ['key.on-tenth', '.'], ['key.tenths', [...'0123456789']], ['key.slower', '<'], ['key.faster', '>'],
    ['key.in', '['], ['key.out', ']'], ['key.share', 's'], ['key.close', 'Escape']]),
  ...of('review', [['key.next', 'j'], ['key.previous', 'k'], ['key.keep', 'g'], ['key.false', 'x'], ['key.label', 'm'], ['key.label-filter', 'l'], ['key.undo', 'Ctrl+z']]),
  ...of('timeline', [['key.zoom-in', '+'], ['key.zoom-out', ['-', '−']], ['key.zoom-back', 'b'], ['key.view-start', 'Home'], ['key.view-end', 'End']]),
  ...of('page', [['key.search', '/'], ['key.next-day', 'Shift+j'], ['key.previous-day', 'Shift+k'], ['key.export', 'e'], ['key.delete', 'Delete'], ['key.help', '?']]),
];
