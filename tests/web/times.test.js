// SPDX-License-Identifier: MIT
// The page's times in a browser as slow as a phone. A machine that tests may be busy: ten times the limit is too slow anywhere.
// `./dev bench web` prints the figures themselves.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LIMITS, measure } from './measure.js';
import { browser } from './support.js';

let chromium;
let found;

const tooSlow = (what) => found[what] >= 10 * LIMITS[what];

before(async () => {
  chromium = await browser();
  found = await measure(chromium, { runs: 1, many: 100000, seconds: 4 });
  for (let again = 0; again < 2 && Object.keys(LIMITS).some(tooSlow); again++) { // what is slow is slow each time
    const next = await measure(chromium, { runs: 1, many: 100000, seconds: 4 });
    for (const what of Object.keys(LIMITS)) found[what] = Math.min(found[what], next[what]);
  }
});

after(() => chromium?.close());

for (const [what, limit] of Object.entries(LIMITS)) {
  test(`${what}: less than ten times ${limit}`, () => { assert.ok(!tooSlow(what), `${found[what]}`); });
}
