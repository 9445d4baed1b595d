// SPDX-License-Identifier: MIT
// The reducers, the formatters and the texts of the page, without a browser.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { page, root } from './support.js';

const store = await page('store.js');
const format = await page('format.js');
const text = await page('text.js');

const day = (name) => ({ day: name, files: 1, bytes: 1, duration: 1, coverage: 1 });
const file = (name, start_us) => ({ name, start_us });
const apply = (...reducers) => reducers.reduce((s, reduce) => reduce(s), store.initial);

test('the newest day is open at first, and only then', () => {
  const s = apply(store.withDays([day('2026-11-20'), day('2026-11-19')]));
  assert.deepEqual(s.open, { '2026-11-20': null });
  const next = store.withDays([day('2026-11-21'), day('2026-11-20')])(s);
  assert.deepEqual(next.open, { '2026-11-20': null });
});

test('a day folds and unfolds', () => {
  const s = apply(store.withToggled('d'));
  assert.deepEqual(s.open, { d: null });
  assert.deepEqual(store.withToggled('d')(s).open, {});
});

test('a fresh first page keeps the pages that were loaded after it', () => {
  const s = apply(store.withToggled('d'),
    store.withFirstPage('d', { files: [file('c', 3), file('b', 2)], next: 'x' }),
    store.withNextPage('d', { files: [file('a', 1)], next: null }),
    store.withFirstPage('d', { files: [file('d', 4), file('c', 3)], next: 'y' }));
  assert.deepEqual(s.open.d.files.map((f) => f.name), ['d', 'c', 'b', 'a']);
  assert.equal(s.open.d.next, null);
});

test('a first page that is the whole day replaces everything', () => {
  const s = apply(store.withToggled('d'),
    store.withFirstPage('d', { files: [file('b', 2)], next: 'x' }),
    store.withNextPage('d', { files: [file('a', 1)], next: null }),
    store.withFirstPage('d', { files: [file('b', 2)], next: null }));
  assert.deepEqual(s.open.d.files.map((f) => f.name), ['b']);
});

test('answers for a day that was folded meanwhile are dropped', () => {
  assert.deepEqual(apply(store.withFirstPage('d', { files: [file('a', 1)], next: null })).open, {});
});

test('an error keeps what was there', () => {
  const s = apply(store.withToggled('d'), store.withFirstPage('d', { files: [file('a', 1)], next: null }), store.withDayError('d', 'no'));
  assert.equal(s.open.d.files.length, 1);
  assert.equal(s.open.d.error, 'no');
});

test('one recording plays at a time; asked again it closes', () => {
  const s = apply(store.withPlaying('a'), store.withPlaying('b'));
  assert.equal(s.playing, 'b');
  assert.equal(store.withPlaying('b')(s).playing, null);
});

test('titles are shown where they were asked for, and only there', () => {
  const s = apply(store.withTitlesToggled(file('a', 1)), store.withTitles('a', [{ title: 'x' }]), store.withTitles('b', [{ title: 'y' }]));
  assert.deepEqual(s.titles, { a: { file: file('a', 1), titles: [{ title: 'x' }] } });
  assert.deepEqual(store.withTitlesToggled(file('a', 1))(s).titles, {});
});

test('playing from a title opens the recording there; play begins at the start', () => {
  const s = apply(store.withPlayingFrom('a', 12.5));
  assert.deepEqual([s.playing, s.from], ['a', 12.5]);
  assert.equal(store.withPlayingFrom('a', 20)(s).playing, 'a');
  assert.equal(store.withPlaying('b')(s).from, 0);
});

test('durations', () => {
  assert.deepEqual([0, 7.9, 65, 3600, 36061].map(format.duration), ['0:00', '0:07', '1:05', '1:00:00', '10:01:01']);
});

test('sizes', () => {
  assert.deepEqual([0, 999, 1000, 34e6, 1.26e9, 5e15].map((n) => format.bytes(n)), ['0 B', '999 B', '1.0 kB', '34 MB', '1.3 GB', '5,000 TB']);
});

test('a share is whole only when nothing is missing', () => {
  assert.deepEqual([1, 0.99999, 0.982, 0.9826, 0].map((n) => format.share(n)), ['100%', '99.9%', '98.2%', '98.2%', '0%']);
  assert.equal(format.share(0.5, 'de').replace(/\s/, ' '), '50 %');
});

test('lengths in words, two units', () => {
  assert.deepEqual([0.25, 7, 59.6, 65, 3600, 14643].map((n) => format.length(n)),
    ['0.25 sec', '7 sec', '1 min 0 sec', '1 min 5 sec', '1 hr 0 min', '4 hr 4 min']);
});

test('coverage of a day is kept beside the others', () => {
  const s = apply(store.withCoverage('a', []), store.withCoverage('b', [{ source: 'mic' }]));
  assert.deepEqual(s.coverage, { a: [], b: [{ source: 'mic' }] });
});

test('clock times are those of the recording, not of the reader', () => {
  assert.equal(format.clock('2026-10-25T02:30:00+01:00'), '02:30:00');
  assert.equal(format.day('2026-10-25', 'en'), 'Sunday, October 25, 2026');
});

test('the first language that we speak', () => {
  assert.equal(text.choose(['fr-CA', 'de-AT', 'en']), 'de');
  assert.equal(text.choose([]), 'en');
});

const texts = join(root, 'web/text');
const dictionaries = readdirSync(texts).map((name) => [name, JSON.parse(readFileSync(join(texts, name), 'utf8'))]);
const sources = ['.', 'state', 'views'].flatMap((dir) => readdirSync(join(root, 'web', dir)).filter((n) => n.endsWith('.js'))
  .map((n) => readFileSync(join(root, 'web', dir, n), 'utf8'))).join('\n');

test('every language has the same keys and the same {names}', () => {
  const names = (s) => (s.match(/\{\w+\}/g) ?? []).sort();
  const [, first] = dictionaries[0];
  for (const [name, words] of dictionaries) {
    assert.deepEqual(Object.keys(words), Object.keys(first), name);
    for (const key of Object.keys(first)) assert.deepEqual(names(words[key]), names(first[key]), `${name}: ${key}`);
  }
});

test('every text that is asked for exists, and none is left over', () => {
  const words = dictionaries[0][1];
  const asked = new Set([...sources.matchAll(/\bt\('([\w.-]+)'/g)].map(([, key]) => key));
  const literals = new Set([...sources.matchAll(/'([\w.-]+)'/g)].map(([, literal]) => literal));
  const families = [...sources.matchAll(/\bt\(`([\w-]+\.)\$\{/g)].map(([, family]) => family);
  for (const key of asked) assert.ok(key in words, `no text “${key}”`);
  for (const key of Object.keys(words)) assert.ok(literals.has(key) || families.some((f) => key.startsWith(f)), `unused text “${key}”`);
});
