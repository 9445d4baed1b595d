// SPDX-License-Identifier: MIT
// The reducers, the formatters and the texts of the page, without a browser.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { page, root } from './support.js';

const store = await page('state/days.js');
const rows = await page('state/rows.js');
const sources = await page('state/sources.js');
const clock = await page('state/clock.js');
const calendar = await page('state/calendar.js');
const filters = await page('state/filters.js');
const storage = await page('state/storage.js');
const found = await page('state/found.js');
const report = await page('state/report.js');
const route = await page('route.js');
const format = await page('format.js');
const text = await page('text.js');

const day = (name, files = 1) => ({ day: name, files, bytes: 1, duration: 1, coverage: 1 });
const file = (name, start_us) => ({ name, start_us });
const apply = (...reducers) => reducers.reduce((s, reduce) => reduce(s), store.initial);
const names = (s, name = 'd') => s.open[name].files.map((f) => f.name);

test('what did not change stays the same, so that nobody draws it again', () => {
  const s = apply(store.withDays([day('e'), day('d')], { open: ['d'] }), store.withFirstPage('d', { files: [file('b', 2), file('a', 1)], next: null }));
  assert.equal(store.withDays([day('e'), day('d')], { hold: true })(s), s);
  assert.equal(store.withFirstPage('d', { files: [file('b', 2), file('a', 1)], next: null }, true)(s), s);
  assert.equal(store.withTotal([])(store.withTotal([])(s)).total, 0);
  const next = store.withFirstPage('d', { files: [file('b', 2), { ...file('a', 1), size: 7 }], next: null })(s);
  assert.equal(next.open.d.files[0], s.open.d.files[0]);
  assert.equal(next.open.d.files[1].size, 7);
  assert.equal(store.withDays([day('e', 2), day('d')])(s).days[1], s.days[1]);
});

test('an address and what it means are each other\'s inverse', () => {
  for (const one of [
    { view: 'days' }, { view: 'days', day: '2026-11-20', q: 'a b&c=d#e?f/ü' }, { view: 'file', file: 'mic/2026/x+1.flac', start: 0, end: 12.5 },
    { view: 'review', source: 'mic', at: 1795000000123456, span: 0.25, verdict: 'kept' },
  ]) assert.deepEqual(route.parse(route.format(one)), one);
  assert.equal(route.format({ view: 'days' }), '#/');
  assert.equal(route.format({ view: 'file', file: 'mic/a b.flac' }), '#/file?file=mic/a%20b.flac');
});

test('an address that makes no sense is the first view, and loses only what makes none', () => {
  assert.deepEqual(route.parse(''), { view: 'days' });
  assert.deepEqual(route.parse('#recordings?day=2026-11-20&at=x&bad=1&q='), { view: 'recordings', day: '2026-11-20' });
  assert.deepEqual(route.parse('#/%2e%2e/?span=10'), { view: 'days', span: 10 });
});

test('a patch changes a place; one that names a view is a new place', () => {
  const here = { view: 'days', day: '2026-11-20', q: 'x' };
  assert.deepEqual(route.patched(here, { q: null, source: 'mic' }), { view: 'days', day: '2026-11-20', source: 'mic' });
  assert.deepEqual(route.patched(here, { view: 'review', source: 'mic' }), { view: 'review', source: 'mic' });
});

test('the newest day is open at first, and only then', () => {
  const s = apply(store.withDays([day('2026-11-20'), day('2026-11-19')]));
  assert.deepEqual(s.open, { '2026-11-20': null });
  const next = store.withDays([day('2026-11-21'), day('2026-11-20')])(s);
  assert.deepEqual(next.open, { '2026-11-20': null });
});

test('what was unfolded before a reload is unfolded again', () => {
  assert.deepEqual(apply(store.withDays([day('2026-11-20'), day('2026-11-19')], { open: ['2026-11-19'] })).open, { '2026-11-19': null });
  assert.deepEqual(apply(store.withDays([day('2026-11-20')], { open: [] })).open, {});
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
  assert.deepEqual(names(s), ['d', 'c', 'b', 'a']);
  assert.equal(s.open.d.next, null);
});

test('a first page that is the whole day replaces everything', () => {
  const s = apply(store.withToggled('d'),
    store.withFirstPage('d', { files: [file('b', 2)], next: 'x' }),
    store.withNextPage('d', { files: [file('a', 1)], next: null }),
    store.withFirstPage('d', { files: [file('b', 2)], next: null }));
  assert.deepEqual(names(s), ['b']);
});

test('what is new waits while somebody reads, is counted, and comes when it is asked for', () => {
  const s = apply(store.withDays([day('d')]), store.withFirstPage('d', { files: [file('a', 1)], next: null }),
    store.withFirstPage('d', { files: [file('b', 2), { ...file('a', 1), size: 7 }], next: null }, true),
    store.withDays([day('e', 2), day('d')], { hold: true }));
  assert.deepEqual(names(s), ['a']);
  assert.equal(s.open.d.files[0].size, 7);
  assert.deepEqual(s.days.map((one) => one.day), ['d']);
  assert.equal(store.countNew(s), 3);
  const shown = store.withShown()(s);
  assert.deepEqual(names(shown), ['b', 'a']);
  assert.deepEqual(shown.days.map((one) => one.day), ['e', 'd']);
  assert.deepEqual(shown.open.e, null);
  assert.equal(store.countNew(shown), 0);
});

test('the first recordings of all do not wait: nobody reads them yet', () => {
  const s = apply(store.withDays([]), store.withDays([day('d')], { hold: true }));
  assert.deepEqual(s.days.map((one) => one.day), ['d']);
});

test('a recording that was deleted or changed elsewhere', () => {
  const s = apply(store.withToggled('d'), store.withFirstPage('d', { files: [file('b', 2), file('a', 1)], next: null }));
  assert.deepEqual(names(store.withoutFile('a')(s)), ['b']);
  assert.equal(store.withFile({ name: 'b', protected: true })(s).open.d.files[0].start_us, 2);
});

test('days between two dates', () => {
  const list = ['2026-11-22', '2026-11-21', '2026-11-20'].map((name) => day(name));
  assert.deepEqual(store.between(list, '2026-11-21', '2026-11-21').map((one) => one.day), ['2026-11-21']);
  assert.equal(store.between(list, undefined, undefined).length, 3);
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
  assert.deepEqual(rows.toggled({ name: 'a', from: 3 }, 'b'), { name: 'b', from: 0 });
  assert.equal(rows.toggled({ name: 'b', from: 0 }, 'b'), null);
});

test('titles are shown where they were asked for, and only there', () => {
  const open = rows.withTitlesToggled({}, 'a');
  assert.deepEqual(rows.withTitles(open, 'a', [{ title: 'x' }]), { a: [{ title: 'x' }] });
  assert.deepEqual(rows.withTitles(open, 'b', [{ title: 'y' }]), { a: null });
  assert.deepEqual(rows.withTitlesToggled(open, 'a'), {});
});

test('meters', () => {
  assert.deepEqual([0, -45, -90, -120, 3, null].map(sources.share), [1, 0.5, 0, 0, 1, 0]);
  assert.deepEqual(sources.withLevels({ b: { level: 1 } }, [{ source: 'a', level: -9, peak: -3, floor: -50, at_us: 1 }]), { b: { level: 1 }, a: { level: -9, peak: -3, floor: -50 } });
  assert.deepEqual(sources.names([{ name: 'b' }], [{ name: 'a' }, { name: 'b' }]), ['a', 'b']);
});

test('when files are cut: steps from local midnight, moved or not, or never', () => {
  const us = (iso) => Date.parse(iso) * 1000;
  assert.equal(clock.nextCut(us('2026-11-20T09:12:00Z'), 'UTC', 60, 0), us('2026-11-20T10:00:00Z'));
  assert.equal(clock.nextCut(us('2026-11-20T09:12:00Z'), 'UTC', 60, 5), us('2026-11-20T10:05:00Z'));
  assert.equal(clock.nextCut(us('2026-11-20T09:02:00Z'), 'UTC', 60, 65), us('2026-11-20T09:05:00Z'));
  assert.equal(clock.nextCut(us('2026-11-20T10:00:00Z'), 'Asia/Kathmandu', 60, 0), us('2026-11-20T10:15:00Z'));
  assert.equal(clock.nextCut(us('2026-11-20T10:00:03Z'), 'UTC', 0.1), us('2026-11-20T10:00:06Z'));
  assert.equal(clock.nextCut(us('2026-11-20T10:00:03Z'), 'UTC', 0), null);
});

test('what is being written grows with the clock, in whole seconds', () => {
  const file = { recording: true, start_us: 0, end_us: 5e6, end: '2026-11-20T10:00:05.000000+01:00', duration: 5 };
  assert.deepEqual(clock.grown(file, 7.9e6), { ...file, end_us: 7e6, end: '2026-11-20T10:00:07.000000+01:00', duration: 7 });
  assert.equal(clock.grown({ ...file, recording: false }, 7.9e6).duration, 5);
});

test('a calendar: weeks from Monday, months without a recording too', () => {
  const months = calendar.monthsOf([day('2026-11-20'), day('2026-09-30')]);
  assert.deepEqual(months.map((one) => one.month), ['2026-11', '2026-10', '2026-09']);
  assert.equal(months[0].weeks[0][6].day, '2026-11-01'); // a Sunday
  assert.equal(months[0].weeks[0][0], null);
  assert.equal(months[0].weeks.flat().find((cell) => cell?.day === '2026-11-20').known.files, 1);
  assert.equal(months[0].weeks.flat().filter(Boolean).length, 30);
  assert.deepEqual(calendar.monthsOf([]), []);
});

test('where a hole lies in its day', () => {
  assert.deepEqual(calendar.place({ from_us: 0, to_us: 100 }, { start_us: 25, end_us: 75 }), { from: 0.25, share: 0.5 });
  assert.deepEqual(calendar.place({ from_us: 0, to_us: 100 }, { start_us: -5, end_us: 500 }), { from: 0, share: 1 });
});

test('filters: what is set, what takes most', () => {
  assert.deepEqual(filters.filtersOf({ view: 'days', q: 'x', source: 'mic', day: 'd' }), { q: 'x', source: 'mic' });
  assert.deepEqual(filters.without({ q: 'x', source: 'mic' }, 'q'), { source: 'mic' });
  assert.equal(filters.strongest({ q: 3, source: 10 }), 'source');
  assert.equal(filters.strongest({ q: 3 }), null);
});

test('what the disk holds adds up', () => {
  const disk = { free: 40, total: 100, used_by_recordings: 30, trash: 5, full_at_us: null };
  assert.deepEqual(storage.parts(disk), { own: 0.3, trash: 0.05, other: 0.25, free: 0.4 });
  assert.equal(storage.daysLeft({ ...disk, full_at_us: 2.5 * 86400e6 }, 0), 2);
  assert.equal(storage.daysLeft(disk, 0), null);
});

test('titles in groups of a day; a report leaves false alarms out', () => {
  const groups = found.byDay([{ at: '2026-11-20T10:00:00' }, { at: '2026-11-20T09:00:00' }, { at: '2026-11-19T09:00:00' }]);
  assert.deepEqual(groups.map((one) => [one.day, one.titles.length]), [['2026-11-20', 2], ['2026-11-19', 1]]);
  assert.deepEqual(report.worthTelling([{ start_us: 2, verdict: null }, { start_us: 3, verdict: 'false' }, { start_us: 1, verdict: 'kept' }]).map((one) => one.start_us), [1, 2]);
});

test('how old what is heard is', () => {
  assert.deepEqual([sources.behind(10000, null, 3), sources.behind(10000, 4000, 5.5), sources.behind(10000, 4000, 7)], [0, 0.5, 0]);
});

test('durations', () => {
  assert.deepEqual([0, 7.9, 65, 3600, 36061, null].map(format.duration), ['0:00', '0:07', '1:05', '1:00:00', '10:01:01', '–']);
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
    ['0.25 sec', '7 sec', '1 min', '1 min 5 sec', '1 hr', '4 hr 4 min']);
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
const code = readdirSync(join(root, 'web'), { recursive: true }).filter((n) => n.endsWith('.js'))
  .map((n) => readFileSync(join(root, 'web', n), 'utf8')).join('\n');

test('every language has the same keys and the same {names}', () => {
  const slots = (s) => (s.match(/\{\w+\}/g) ?? []).sort();
  const [, first] = dictionaries[0];
  for (const [name, words] of dictionaries) {
    assert.deepEqual(Object.keys(words), Object.keys(first), name);
    for (const key of Object.keys(first)) assert.deepEqual(slots(words[key]), slots(first[key]), `${name}: ${key}`);
  }
});

test('every text that is asked for exists, and none is left over', () => {
  const words = dictionaries[0][1];
  const plural = [...code.matchAll(/\btn\('([\w.-]+)'/g)].flatMap(([, key]) => [`${key}.one`, `${key}.other`]);
  const asked = new Set([...[...code.matchAll(/\bt\('([\w.-]+)'/g)].map(([, key]) => key), ...plural]);
  const literals = new Set([...[...code.matchAll(/'([\w.-]+)'/g)].map(([, literal]) => literal), ...plural]);
  const families = [...code.matchAll(/\bt\(`([\w.-]+\.)\$\{/g)].map(([, family]) => family);
  for (const key of asked) assert.ok(key in words, `no text “${key}”`);
  for (const key of Object.keys(words)) assert.ok(literals.has(key) || families.some((f) => key.startsWith(f)), `unused text “${key}”`);
});
