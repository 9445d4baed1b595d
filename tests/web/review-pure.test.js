// SPDX-License-Identifier: MIT
// The reducers of review and player, without a browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page } from './support.js';

const review = await page('state/review.js');
const play = await page('state/player.js');

const section = (start, verdict = null, source = 'mic') => ({ source, start_us: start, end_us: start + 5, verdict, label: null, note: null, score: start, file: 'f' });
const apply = (...reducers) => reducers.reduce((r, reduce) => reduce(r), review.nothing);
const starts = (list) => list.map((one) => one.start_us);

test('the queue is in order of time, whatever the order of the answer', () => {
  const r = apply(review.withSections([section(30), section(10), section(20, 'kept')], 3));
  assert.deepEqual(starts(review.listed(r)), [10, 30]);
  assert.deepEqual(review.counts(r.sections), { unreviewed: 2, kept: 1, false: 0, all: 3 });
});

test('a decision keeps the row until the next one is taken, and the next one is the one after', () => {
  let r = apply(review.withSections([section(10), section(20), section(30)], 3), review.withCurrent('mic 20'));
  r = review.withSaid('mic 20', { verdict: 'kept' })(r);
  assert.deepEqual(starts(review.listed(r)), [10, 20, 30]);
  assert.equal(review.following(r).start_us, 30);
  r = review.withCurrent('mic 30')(r);
  assert.deepEqual(starts(review.listed(r)), [10, 30]);
  r = review.withSaid('mic 30', { verdict: 'false' })(r);
  assert.equal(review.following(r).start_us, 10); // what was passed over is not forgotten
  r = review.withCurrent('mic 10')(review.withSaid('mic 10', { verdict: 'kept' })(r));
  assert.equal(review.following(r), null);
});

test('a queue of one word, or of what has none, counts and steps through those alone', () => {
  const named = (start, label, verdict = null) => ({ ...section(start, verdict), label });
  const all = [named(10, 'dog'), named(20, null), named(30, 'dog', 'kept'), named(40, 'cat'), named(50, 'dog')];
  const r = apply(review.withSections(all, 5), review.withLabel('dog'));
  assert.deepEqual(starts(review.listed(r)), [10, 50]);
  assert.deepEqual(review.counts(r.sections, r.label), { unreviewed: 2, kept: 1, false: 0, all: 3 });
  assert.equal(review.neighbour(review.withCurrent('mic 10')(r), 1).start_us, 50);
  assert.equal(review.following(review.withCurrent('mic 50')(r)).start_us, 10);
  assert.deepEqual(starts(review.listed(review.withLabel(review.NO_LABEL)(r))), [20]);
  assert.deepEqual(review.labelsOf(all), [['dog', 3], ['cat', 1]]);
});

test('neighbours are those of the tab; from nowhere it is the first one, or the last', () => {
  const r = apply(review.withSections([section(10), section(20, 'false'), section(30)], 3));
  assert.equal(review.neighbour(r, 1).start_us, 10);
  assert.equal(review.neighbour(r, -1).start_us, 30);
  assert.equal(review.neighbour(review.withCurrent('mic 10')(r), 1).start_us, 30);
  assert.equal(review.neighbour(review.withCurrent('mic 10')(review.withTab('all')(r)), 1).start_us, 20);
  assert.equal(review.neighbour(review.withCurrent('mic 30')(r), 1), null);
});

test('two sources at the same instant are two sections, and both are reached', () => {
  const r = apply(review.withSections([section(10, null, 'b'), section(10, null, 'a')], 2));
  assert.equal(review.neighbour(review.withCurrent('a 10')(r), 1).source, 'b');
  assert.equal(review.neighbour(review.withCurrent('b 10')(r), -1).source, 'a');
});

test('news waits: nothing moves under somebody who reviews', () => {
  let r = apply(review.withSections([section(10)], 1), review.withNews([section(10, 'kept'), section(20)], 2));
  assert.deepEqual(starts(r.sections), [10]);
  assert.equal(r.sections[0].verdict, 'kept');
  assert.deepEqual(starts(r.later), [20]);
  r = review.withLaterShown()(r);
  assert.deepEqual([starts(r.sections), r.later], [[10, 20], []]);
});

const heard = (...reducers) => reducers.reduce((p, reduce) => reduce(p), play.silent);

test('a section is heard with its pre-roll and post-roll, never longer than a clip may be', () => {
  const track = play.sectionTrack({ source: 'mic', start_us: 10e6, end_us: 12e6, file: 'f' }, 2, 1);
  assert.deepEqual([track.from_us, track.to_us, track.at_us], [8e6, 13e6, 8e6]);
  assert.equal(play.sectionTrack({ source: 'mic', start_us: 10e6, end_us: 2000e6, file: 'f' }, 2, 1).to_us, 608e6);
});

test('what is put on fills the cut in; its ends never cross', () => {
  const p = heard(play.withTrack(play.sectionTrack({ source: 'mic', start_us: 10e6, end_us: 12e6, file: 'f' }, 2, 1)));
  const cut = (q) => [q.cut.source, q.cut.from_us, q.cut.to_us, q.cut.open];
  assert.deepEqual(cut(p), ['mic', 10e6, 12e6, false]);
  assert.deepEqual(cut(play.withCut('from_us', 13e6)(p)), ['mic', 13e6, null, false]);
  assert.deepEqual(cut(play.withCut('to_us', 11e6)(p)), ['mic', 10e6, 11e6, false]);
  assert.deepEqual(cut(play.withSelected('hall', { from_us: 1, to_us: 2 })(p)), ['hall', 1, 2, true]);
});

test('previous and next walk the queue, from a section or from an instant', () => {
  const queue = [section(10), section(20), section(30)];
  const p = heard(play.withQueue(queue), play.withTrack(play.sectionTrack(queue[1], 0, 0)));
  assert.deepEqual([play.beside(p, 1, null).start_us, play.beside(p, -1, null).start_us], [30, 10]);
  const free = heard(play.withQueue(queue), play.withTrack(play.spanTrack('mic', 25, 600)));
  assert.deepEqual([play.beside(free, 1, 25).start_us, play.beside(free, -1, 25).start_us], [30, 20]);
});

test('after the end: again, the next one, on, or silence', () => {
  const queue = [section(10), section(20)];
  const at = (track, extra = {}) => play.afterEnd({ ...heard(play.withQueue(queue), play.withTrack(track)), ...extra }, 1e12);
  assert.equal(at(play.sectionTrack(queue[0], 0, 0)), 'next');
  assert.equal(at(play.sectionTrack(queue[0], 0, 0), { auto: false }), 'stop');
  assert.equal(at(play.sectionTrack(queue[0], 0, 0), { loop: true }), 'again');
  assert.equal(at(play.sectionTrack(queue[1], 0, 0)), 'stop');
  assert.equal(at(play.spanTrack('mic', 1e6, 1e12)), 'on');
});

test('speed goes in steps and stops at its ends', () => {
  const steps = (n, step) => Array.from({ length: n }).reduce((p) => play.withRateStep(step)(p), play.silent).rate;
  assert.deepEqual([steps(1, 1), steps(99, 1), steps(99, -1)], [1.25, 4, 0.5]);
});

test('each trouble has its words: the page\'s own, else the sentence of the server', async () => {
  const { troubleText } = await page('trouble.js');
  const { useText } = await page('text.js');
  useText({ 'player.not-yet': 'being recorded', 'player.no-space': 'no room', 'player.not-found': 'gone', 'player.unplayable': 'download it' });
  assert.deepEqual(['not-yet', 'no-space', 'not-found'].map((code) => troubleText({ code, message: 'x' })), ['being recorded', 'no room', 'gone']);
  assert.equal(troubleText({ code: 'no-decoder', message: 'AAC needs gstreamer1.0-libav' }), 'AAC needs gstreamer1.0-libav');
  assert.equal(troubleText(null), 'download it');
});

test('labels that a section shows already are not shown twice', async () => {
  const { looseLabels } = await page('state/moments.js');
  const label = (start_us, end_us, text, source = 'mic') => ({ source, start_us, end_us, label: text, verdict: null, note: null });
  const day = { sections: [{ ...section(10), label: 'door' }], labels: [label(10, 15, 'door'), label(30, 31, 'gate'), label(40, 41, null), label(30, 31, 'gate', 'hall')] };
  assert.deepEqual(looseLabels(day, 'mic').map((one) => one.start_us), [30]);
});
