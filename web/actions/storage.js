// SPDX-License-Identifier: MIT
// storage.js - asks for the disk and the trash; takes out of it, or frees what lies in it.
import * as api from '../api.js';
import { ask } from '../asked.js';
import { complain, toast } from '../notice.js';
import { storage, trash } from '../state/storage.js';
import { t } from '../text.js';

export const load = () => Promise.all([
  ask(storage, api.getStorage),
  ask(trash, async () => (await api.getTrash()).trash),
]);

/** @param {import('../api.js').Trashed} item */
export async function restore(item) {
  try {
    await api.restore(item.id);
    toast(t('restored', { name: item.name.split('/').at(-1) ?? '' }));
    await load();
  } catch (error) {
    complain(error);
  }
}

/** For good: asked before, because nothing brings it back. @param {import('../api.js').Trashed[]} items */
export async function erase(items) {
  try {
    for (const { id } of items) await api.erase(id);
    toast(t('erased'));
  } catch (error) {
    complain(error);
  }
  await load();
}
