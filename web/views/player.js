// SPDX-License-Identifier: MIT
// player.js
export const Player = () => null;
