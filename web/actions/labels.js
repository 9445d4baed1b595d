// SPDX-License-Identifier: MIT
// actions/labels.js - what people say of a section: shown at once, told the server, taken back where it refuses or somebody asks.
import { getLabels, putLabel } from '../api-review.js';
import { announce, complain } from '../notice.js';
import { say } from '../state/moments.js';
import { player, updatePlayer } from '../state/player.js';
import { keyOf, review, updateReview, withSaid } from '../state/review.js';
import { saying } from '../state/said.js';
import { t } from '../text.js';

/** @typedef {import('../api-review.js').Section} Section @typedef {Pick<Section, 'verdict'|'label'|'note'>} Said */

const FAR_BACK_US = 90 * 86400e6;

/** What can be taken back, oldest first. @type {{section: Section, before: Said, after: Said}[]} */
const done = [];

/** @param {Section} section @param {Said} said */
function show(section, said) {
  say(section, said);
  updateReview(withSaid(keyOf(section), said));
  const track = player.peek().track;
  const change = (/** @type {Section} */ one) => (keyOf(one) === keyOf(section) ? { ...one, ...said } : one);
  updatePlayer((p) => ({ ...p, queue: p.queue.map(change), track: track?.section ? { ...track, section: change(track.section) } : p.track }));
}

/** @param {Section} section @param {Said} before @param {Said} after */
async function put(section, before, after) {
  const told = saying(keyOf(section), after);
  show(section, after);
  try {
    await putLabel({ source: section.source, start_us: section.start_us, end_us: section.end_us, ...after });
    told.known();
    return true;
  } catch (error) {
    told.refused();
    show(section, before);
    complain(error);
    return false;
  }
}

/** @param {{verdict: Section['verdict'], label: string|null, note: string|null}} of @returns {Said} */
const saidOf = ({ verdict, label, note }) => ({ verdict, label, note });

/** @param {Section} section @param {Partial<Said>} said */
export async function decide(section, said) {
  const before = saidOf(section);
  const after = { ...before, ...said };
  const step = { section, before, after };
  done.push(step);
  if (!(await put(section, before, after))) done.splice(done.indexOf(step), 1);
}

/** Takes the last decision back. @returns {Section|null} whose it was */
export function undo() {
  const last = done.pop();
  if (!last) return null;
  put(last.section, last.after, last.before);
  announce(t('review.undone'));
  return { ...last.section, ...last.before };
}

/** Words that were given in the last months, the most used ones first. @returns {Promise<string[]>} */
export async function usedLabels() {
  try {
    const { labels } = await getLabels({ from: Date.now() * 1000 - FAR_BACK_US });
    const times = new Map();
    for (const { label } of labels) if (label) times.set(label, (times.get(label) ?? 0) + 1);
    return [...times].sort((a, b) => b[1] - a[1]).map(([label]) => label);
  } catch {
    return [];
  }
}

/** The words of this page, as `review` lists them, where the server has none yet. */
export const known = () => [...new Set(review.peek().sections.flatMap((one) => (one.label ? [one.label] : [])))];
