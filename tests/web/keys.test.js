// SPDX-License-Identifier: MIT
// The keyboard without a browser: names of keys, who wants a key for itself, other keys by choice.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { page, root } from './support.js';

const keys = await page('keys.js');

const one = (label, list) => ({ label, keys: list, action: () => label, group: 'g' });
const bound = [one('play', ['Space']), one('next', ['j']), one('false', ['x'])];

test('a key is named by what it writes; Shift only where the character does not say it', () => {
  const name = (event) => keys.nameOf(event);
  assert.equal(name({ key: ' ' }), 'Space');
  assert.equal(name({ key: 'J', shiftKey: true }), 'Shift+j');
  assert.equal(name({ key: 'J' }), 'j'); // caps lock is no Shift
  assert.equal(name({ key: '?', shiftKey: true }), '?');
  assert.equal(name({ key: 'ArrowLeft', shiftKey: true }), 'Shift+ArrowLeft');
  assert.equal(name({ key: 'z', metaKey: true }), 'Ctrl+z');
  assert.equal(name({ key: '[', ctrlKey: true, altKey: true, altGraph: true }), '['); // AltGr+8 on a German keyboard
  assert.equal(name({ key: 'j', altKey: true }), 'Alt+j');
});

test('nothing is taken from somebody who types, slides or presses', () => {
  assert.ok(keys.wantedBy({ tag: 'input', type: 'search' }, 'j'));
  assert.ok(keys.wantedBy({ tag: 'div', editable: true }, 'Space'));
  assert.ok(keys.wantedBy({ tag: 'input', type: 'range' }, 'Shift+ArrowLeft'));
  assert.ok(!keys.wantedBy({ tag: 'input', type: 'range' }, 'j'));
  assert.ok(keys.wantedBy({ tag: 'button' }, 'Space'));
  assert.ok(!keys.wantedBy({ tag: 'button' }, 'j'));
  assert.ok(keys.wantedBy({ tag: 'div', role: 'slider' }, 'Home'));
  assert.ok(!keys.wantedBy({ tag: 'body' }, 'Space'));
  assert.ok(!keys.wantedBy({ tag: 'input', type: 'text' }, 'Escape'));
});

test('the newest binding of a key is asked first; switched off nobody is', () => {
  const list = [...bound, one('label', ['j'])];
  assert.deepEqual(keys.matching(list, keys.NO_CHOICE, 'j').map((b) => b.label), ['label', 'next']);
  assert.deepEqual(keys.matching(list, { off: true, map: {} }, 'j'), []);
});

test('another key takes it away from whom it belonged', () => {
  const choice = keys.withKeys(bound, keys.NO_CHOICE, 'false', ['j']);
  assert.deepEqual(keys.matching(bound, choice, 'j').map((b) => b.label), ['false']);
  assert.deepEqual(keys.matching(bound, choice, 'x'), []);
  assert.deepEqual(keys.listed(bound, choice).map((b) => b.keys), [['Space'], [], ['j']]);
  assert.deepEqual(keys.listed(bound, choice)[2].standard, ['x']);
});

test('what is stored and not ours is no choice', () => {
  for (const text of [null, '', '7', 'null', '[]', '{"map": 3}']) assert.deepEqual(keys.readChoice(text), keys.NO_CHOICE, String(text));
  assert.deepEqual(keys.readChoice('{"off": true, "map": {"a": ["b"], "c": "d"}}'), { off: true, map: { a: ['b'] } });
});

test('keys as people read them', () => {
  assert.deepEqual(['Shift+j', 'ArrowLeft', 'Ctrl+z', 'Delete', '?', 'Home'].map(keys.shown), ['Shift+J', '←', 'Ctrl+Z', 'Del', '?', 'Home']);
});

test('the list of all keys is what the views bind', async () => {
  const { ALL } = await page('state/keymap.js');
  const code = readdirSync(join(root, 'web'), { recursive: true }).filter((name) => name.endsWith('.js') && name !== 'keys.js')
    .map((name) => readFileSync(join(root, 'web', name), 'utf8')).join('\n');
  const bound = new Map();
  for (const [, keys, label] of code.matchAll(/\bbind\((\[[^\]]*\]|'[^']*'),[^]*?'(key\.[\w-]+)', '\w+'\)/g)) {
    bound.set(label, keys.startsWith('[...') ? [...keys.slice(5, -2)] : [...keys.matchAll(/'([^']+)'/g)].map(([, key]) => key));
  }
  assert.deepEqual(ALL.map((one) => one.label).sort(), [...bound.keys()].sort());
  for (const one of ALL) assert.deepEqual(one.keys, bound.get(one.label), one.label);
});
