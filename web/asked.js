// SPDX-License-Identifier: MIT
// asked.js - an answer of the server that a page shows: none yet, here, or why not. A newer question makes older answers void.
import { signal } from './vendor/signals-core.js';
import { sentence } from './notice.js';

/** @template T @typedef {{data: T|null, error: string|null}} Asked */

/** @template T @returns {{value: Asked<T>, peek(): Asked<T>}} */
export const unasked = () => signal(/** @type {Asked<T>} */ ({ data: null, error: null }));

/** @type {WeakMap<object, number>} */
const asking = new WeakMap();

/** What was there stays until the answer comes. @template T @param {{value: Asked<T>, peek(): Asked<T>}} slot @param {() => Promise<T>} question */
export async function ask(slot, question) {
  const number = (asking.get(slot) ?? 0) + 1;
  asking.set(slot, number);
  const put = (/** @type {Asked<T>} */ next) => { if (asking.get(slot) === number) slot.value = next; };
  try {
    put({ data: await question(), error: null });
  } catch (error) {
    put({ ...slot.peek(), error: sentence(error) });
  }
}
