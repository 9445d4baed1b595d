// SPDX-License-Identifier: MIT
// row-wave.js
export const RowWave = () => null;
