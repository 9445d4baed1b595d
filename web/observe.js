// SPDX-License-Identifier: MIT
// observe.js - a view that is drawn again when a signal that it read changes, and only then.
import { useEffect, useReducer, useRef } from './vendor/htm-preact.js';
import { effect } from './vendor/signals-core.js';

const next = (/** @type {number} */ n) => n + 1;

/** The view runs inside an effect; the first change after it pokes the component, which runs the view anew.
 *  @template P @param {(props: P) => any} view @returns {(props: P) => any} */
export const observe = (view) => (props) => {
  const [, poke] = useReducer(next, 0);
  const end = useRef(/** @type {(() => void)|null} */ (null));
  let tree;
  let drawn = false;
  useEffect(() => () => end.current?.(), []);
  end.current?.();
  end.current = effect(() => {
    if (drawn) poke(undefined);
    else tree = view(props);
    drawn = true;
  });
  return tree;
};
