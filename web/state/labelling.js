// SPDX-License-Identifier: MIT
// state/labelling.js - what is being given a word right now.
import { signal } from '../vendor/signals-core.js';

/** @typedef {{title: string, label: string|null, take: (label: string|null) => void}} Labelling */

export const labelling = signal(/** @type {Labelling|null} */ (null));
