// SPDX-License-Identifier: MIT
// theme.js - light, dark, or what the system says; and the colours of the style sheet for who draws by hand.
import { effect, signal } from './vendor/signals-core.js';
import { theme } from './state/settings.js';

/** Goes up when colours change: a canvas reads it and draws again. */
export const painted = signal(0);

/** The colour that a property of tokens.css has now, as rgb(). @param {string} name such as "--accent" */
export function colour(name) {
  const probe = document.createElement('i');
  probe.hidden = true;
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

export function follow() {
  const again = () => { painted.value = painted.peek() + 1; };
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
    again();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again);
}
