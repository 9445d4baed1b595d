// SPDX-License-Identifier: MIT
// bench.js - prints what measure.js finds against the limits: ./dev bench web [--runs N] [--many N] [--seconds N]
import { LIMITS, measure } from './measure.js';
import { browser } from './support.js';

const option = (name, standard) => Number(process.argv[process.argv.indexOf(`--${name}`) + 1 || Infinity] ?? standard);
const chromium = await browser();
const found = await measure(chromium, { runs: option('runs', 5), many: option('many', 100000), seconds: option('seconds', 10) });
await chromium.close();
console.log(`${'what'.padEnd(34)} ${'found'.padStart(9)} ${'limit'.padStart(9)}`);
for (const [what, limit] of Object.entries(LIMITS)) {
  const unit = what.startsWith('main thread') ? '%' : 'ms';
  const value = found[what];
  console.log(`${what.padEnd(34)} ${`${value.toFixed(unit === '%' ? 1 : 0)} ${unit}`.padStart(9)} ${`${limit} ${unit}`.padStart(9)} ${value <= limit ? '' : ' over'}`);
}
