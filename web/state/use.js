// SPDX-License-Identifier: MIT
// use.js - a view that reads a signal is drawn again when it changes, and only that view.
import { useEffect, useState } from '../vendor/htm-preact.js';
import { effect } from '../vendor/signals-core.js';

/** @template T @param {{readonly value: T, peek(): T}} signal @returns {T} */
export function useValue(signal) {
  const [value, set] = useState(signal.peek());
  useEffect(() => effect(() => { const next = signal.value; set(() => next); }), [signal]);
  return value;
}
