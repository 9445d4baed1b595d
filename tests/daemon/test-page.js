// SPDX-License-Identifier: MIT
export const page = "for the tests";
