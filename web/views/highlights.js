// SPDX-License-Identifier: MIT
// highlights.js
export const Highlights = () => null;
