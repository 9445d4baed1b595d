// SPDX-License-Identifier: MIT
// The page's times in a browser as slow as a phone. A machine that tests may be busy: ten times the limit is too slow anywhere.
// `./dev bench web` prints the figures themselves.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LIMITS, measure } from './measure.js';
import { browser } from './support.js';

let chromium;
let found;

before(async () => {
  chromium = await browser();
  found = await measure(chromium, { runs: 1, many: 100000, seconds: 4 });
});

after(() => chromium?.close());

for (const [what, limit] of Object.entries(LIMITS)) {
  test(`${what}: less than ten times ${limit}`, () => { assert.ok(found[what] < 10 * limit, `${found[what]}`); });
}
