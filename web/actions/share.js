// SPDX-License-Identifier: MIT
// actions/share.js - the address of what is heard or shown, into the clipboard.
import { fileAt } from '../api-review.js';
import { complain, toast } from '../notice.js';
import { href } from '../route.js';
import { player, playhead } from '../state/player.js';
import { t } from '../text.js';

/** The moment in its recording; without a moment the page as it is. */
async function address() {
  const { track } = player.peek();
  if (!track) return location.href;
  const at = Math.round(playhead.peek() ?? track.at_us);
  const name = track.file ?? (await fileAt(track.source, at))?.name;
  return name ? new URL(href({ view: 'file', file: name, at }), location.href).href : location.href;
}

export async function share() {
  try {
    const url = await address();
    await navigator.clipboard.writeText(url);
    toast(t('share.copied'));
  } catch (error) {
    if (navigator.clipboard) complain(error);
    else toast(t('share.by-hand', { url: await address() })); // a page without https has no clipboard
  }
}
