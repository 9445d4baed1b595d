// SPDX-License-Identifier: MIT
// day-strip.js
export const DayStrip = () => null;
