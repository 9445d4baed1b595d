// SPDX-License-Identifier: MIT
// Zones, typed times and the geometry of timelines, without a browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page } from './support.js';

const zone = await page('zone.js');
const times = await page('times.js');
const strip = await page('strip-geometry.js');

const wave = await page('views/row-wave.js');

const BERLIN = 'Europe/Berlin';
const us = (iso) => Date.parse(iso) * 1000;
const HOUR = 3600e6;
const day = { from_us: us('2026-11-20T00:00:00Z'), to_us: us('2026-11-21T00:00:00Z') };

test('days of 23, 24 and 25 hours', () => {
  const hours = (name, tz) => { const { from_us, to_us } = zone.dayBounds(name, tz); return (to_us - from_us) / HOUR; };
  assert.deepEqual(['2026-03-29', '2026-10-24', '2026-10-25'].map((d) => hours(d, BERLIN)), [23, 24, 25]);
  assert.equal(hours('2018-11-04', 'America/Sao_Paulo'), 23); // its midnight does not exist
  assert.equal(zone.clockOf(zone.dayBounds('2018-11-04', 'America/Sao_Paulo').from_us, 'America/Sao_Paulo'), '01:00:00');
  assert.equal(hours('2026-10-25', 'Nowhere/Land'), 24);
});

test('the instant of the change, and what each side calls it', () => {
  const { from_us, to_us } = zone.dayBounds('2026-10-25', BERLIN);
  const change = zone.clockChange(from_us, to_us, BERLIN);
  assert.equal(change.at_us, us('2026-10-25T01:00:00Z'));
  assert.equal(change.by_us, -HOUR);
  assert.equal(zone.clockChange(day.from_us, day.to_us, BERLIN), null);
});

test('the hour that comes twice: the nearer one is meant', () => {
  const [first, second] = [us('2026-10-25T00:30:00Z'), us('2026-10-25T01:30:00Z')];
  assert.equal(zone.instant('2026-10-25', 9000, BERLIN), first);
  assert.equal(zone.instant('2026-10-25', 9000, BERLIN, second), second);
  assert.equal(zone.isoOf(second + 123456, BERLIN), '2026-10-25T02:30:00.123+01:00');
  assert.equal(zone.isoOf(us('2026-01-01T12:00:00Z'), 'America/St_Johns'), '2026-01-01T08:30:00.000-03:30');
});

test('times as people type them', () => {
  assert.deepEqual(['1:02', '1:02:03.5', '62,5', '90', '0:75', '1:75:00', 'x', ''].map(times.seconds), [62, 3723.5, 62.5, 90, null, null, null, null]);
});

test('a position, or the clock where the clock falls into the recording', () => {
  const file = { start_us: us('2026-11-20T10:00:00Z'), end_us: us('2026-11-20T11:00:00Z') };
  const meant = (text, of = file, near = file.start_us) => times.instantOf(text, of, 'UTC', near);
  assert.equal(meant('2:05'), file.start_us + 125e6);
  assert.equal(meant('0:32:05'), file.start_us + 1925e6);
  assert.equal(meant('10:32:05.5'), us('2026-11-20T10:32:05.500Z'));
  assert.equal(meant('11:30:00'), us('2026-11-20T11:30:00Z')); // behind the recording: across files
  assert.equal(meant('10:32', null), us('2026-11-20T10:32:00Z'));
  assert.equal(meant('23:59:00', null, us('2026-11-20T00:05:00Z')), us('2026-11-19T23:59:00Z'));
  assert.equal(meant('soon'), null);
  assert.equal(times.position(125.37e6), '2:05.3');
  assert.equal(times.position(3725e6), '1:02:05.0');
});

test('time to pixel and back', () => {
  assert.equal(strip.toX(us('2026-11-20T06:00:00Z'), day, 1000), 250);
  assert.equal(strip.toUs(250, day, 1000), us('2026-11-20T06:00:00Z'));
  assert.equal(strip.toUs(-5, day, 1000), day.from_us);
  assert.equal(strip.toUs(5000, day, 1000), day.to_us);
});

test('the ladder goes down to 10 s and up to the day, and what is pointed at stays where it is', () => {
  const anchor = us('2026-11-20T06:00:00Z');
  const spans = [];
  let view = day;
  for (let i = 0; i < 8; i++) {
    const x = strip.toX(anchor, view, 1000);
    view = strip.zoomedIn(view, day, anchor);
    spans.push(strip.span(view) / 1e6);
    assert.ok(Math.abs(strip.toX(anchor, view, 1000) - x) < 0.01);
  }
  assert.deepEqual(spans, [21600, 3600, 600, 60, 10, 10, 10, 10]);
  for (let i = 0; i < 8; i++) view = strip.zoomedOut(view, day, anchor);
  assert.deepEqual(view, day);
});

test('no view leaves its bounds; a recording shorter than 10 s is shown whole', () => {
  assert.deepEqual(strip.panned(day, day, HOUR), day);
  const hour = strip.centred(day.from_us, day, HOUR);
  assert.deepEqual(hour, { from_us: day.from_us, to_us: day.from_us + HOUR });
  assert.equal(strip.panned(hour, day, -HOUR).from_us, day.from_us);
  assert.equal(strip.zoomedBy(day, day, 5, day.from_us).to_us, day.to_us);
  const second = { from_us: 0, to_us: 1e6 };
  assert.deepEqual(strip.zoomedIn(second, second, 5e5), second);
  assert.equal(strip.showing(hour, day, day.to_us - 1).to_us, day.to_us);
});

test('ticks stand at whole steps of the wall clock, also where an hour is missing or comes twice', () => {
  const texts = (name, width) => strip.ticks(zone.dayBounds(name, BERLIN), width, BERLIN).map((tick) => tick.text);
  assert.deepEqual(texts('2026-11-20', 560), ['00:00', '03:00', '06:00', '09:00', '12:00', '15:00', '18:00', '21:00', '00:00']);
  assert.deepEqual(texts('2026-03-29', 1800).slice(0, 4), ['00:00', '01:00', '03:00', '04:00']);
  assert.deepEqual(texts('2026-10-25', 1800).slice(0, 5), ['00:00', '01:00', '02:00', '02:00', '03:00']);
  assert.deepEqual(strip.ticks({ from_us: us('2026-11-20T10:00:00.5Z'), to_us: us('2026-11-20T10:00:10.5Z') }, 500, 'UTC').map((tick) => tick.text),
    ['10:00:02', '10:00:04', '10:00:06', '10:00:08', '10:00:10']);
});

test('what is recorded is what the holes leave', () => {
  const hole = (from_us, to_us) => ({ from_us, to_us });
  assert.deepEqual(strip.without(hole(0, 10), [hole(0, 1), hole(3, 4), hole(9, 12)]), [hole(1, 3), hole(4, 9)]);
  assert.deepEqual(strip.without(hole(0, 10), []), [hole(0, 10)]);
  assert.deepEqual(strip.without(hole(0, 10), [hole(-5, 20)]), []);
});

test('a click means the section under it, else the nearest one that is near enough', () => {
  const list = [{ start_us: 10, end_us: 20 }, { start_us: 50, end_us: 60 }];
  assert.equal(strip.nearest(list, 15, 5), list[0]);
  assert.equal(strip.nearest(list, 46, 5), list[1]);
  assert.equal(strip.nearest(list, 35, 5), null);
  assert.deepEqual(strip.inside(list, { from_us: 20, to_us: 55 }), [list[1]]);
});

test('heat is what the level lies above the floor', () => {
  assert.deepEqual([strip.heat(null, -60), strip.heat(-60, -60), strip.heat(-45, -60), strip.heat(0, -60), strip.heat(-45, null)], [null, 0, 0.5, 1, 0.5]);
});

test('a row has a level for each pixel, no finer than they are measured, and shares those of its day where they are fine enough', () => {
  assert.equal(wave.pointsOf(300e6, 400), 400);
  assert.equal(wave.pointsOf(10e6, 400), 100); // a tenth of a second each
  assert.equal(wave.pointsOf(1, 400), 1);
  assert.equal(wave.pointsOf(399 * 30e6, 400), 400);
  assert.equal(wave.pointsOf(400 * 30e6, 400), null);
});
