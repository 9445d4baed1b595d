// SPDX-License-Identifier: MIT
// overlay.js - which dialog of the frame is open.
import { signal } from '../vendor/signals-core.js';

export const helping = signal(false);

/** The login; opened by who wants in, or by the server's first refusal. */
export const entering = signal(false);
