// SPDX-License-Identifier: MIT
// observe.js - a view that is drawn again when a signal that it read changes, or what it was given, and only then.
import { html, useEffect, useReducer, useRef } from './vendor/htm-preact.js';
import { effect } from './vendor/signals-core.js';

const next = (/** @type {number} */ n) => n + 1;

/** The view runs inside an effect; the first change after it pokes the component, which runs the view anew.
 *  @template P @param {(props: P) => any} view @returns {(props: P) => any} */
const following = (view) => (props) => {
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

/** @param {Record<string, any>} a @param {Record<string, any>} b */
const same = (a, b) => Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([key, value]) => value === b[key]);

/** Who draws its parent again with the same props gets the same tree, which nobody looks through.
 *  @template P @param {(props: P) => any} view @returns {(props: P) => any} */
export const observe = (view) => {
  const View = following(view);
  return (props) => {
    const last = useRef(/** @type {{props: any, tree: any}} */ ({ props: null, tree: null })).current;
    if (!last.props || !same(last.props, /** @type {any} */ (props))) Object.assign(last, { props, tree: html`<${View} ...${props} />` });
    return last.tree;
  };
};
