// SPDX-License-Identifier: MIT
// actions/review.js - the queue of a review: a day, a recording, or everything of a filter; one after the other is heard and decided.
import { getAnalysis, getHighlights } from '../api-review.js';
import { onChange, onReturn } from '../hub.js';
import { announce, sentence } from '../notice.js';
import { go, route } from '../route.js';
import { player, updatePlayer, withQueue } from '../state/player.js';
import { TABS, current, following, keyOf, neighbour, nothing, review, updateReview, wanted, withCurrent, withLabel, withLaterShown, withNews, withSections, withTab } from '../state/review.js';
import { asking, upToDate } from '../state/said.js';
import { t } from '../text.js';
import { when } from '../zone.js';
import { decide, undo } from './labels.js';
import { follower, playSection } from './player.js';

/** @typedef {import('../api-review.js').Section} Section
 *  @typedef {{day?: string, file?: string, source?: string, from?: string, to?: string}} Scope */

const MOST = 1000;

/** What is being reviewed. @type {Scope} */
let scope = {};

/** @param {Scope} of @returns {Promise<{sections: Section[], total: number}>} */
async function ask(of) {
  const asked = asking();
  if (of.file) {
    const answer = await getAnalysis(of.file);
    return 'sections' in answer ? { sections: upToDate(answer.sections, asked, keyOf), total: answer.sections.length } : { sections: [], total: 0 };
  }
  const { sections, total } = await getHighlights({ ...when(of), source: of.source, limit: MOST });
  return { sections: upToDate(sections, asked, keyOf), total };
}

/** What the address says of the queue. @returns {Pick<import('../state/review.js').Review, 'tab'|'label'>} */
const named = () => ({ tab: TABS.find((one) => one === route.peek().verdict) ?? 'unreviewed', label: route.peek().label ?? null });

/** The address has another tab or another word. */
export function follow() {
  const { tab, label } = named();
  if (tab !== review.peek().tab) updateReview(withTab(tab));
  if (label !== review.peek().label) updateReview(withLabel(label));
  queue();
}

/** @param {Scope} of @returns {Promise<string|null>} what went wrong */
export async function open(of) {
  scope = of;
  updateReview(() => ({ ...nothing, ...named() }));
  try {
    const { sections, total } = await ask(of);
    if (scope !== of) return null;
    updateReview(withSections(sections, total));
    const named = review.peek().sections.find((one) => keyOf(one) === route.peek().section);
    if (named) take(named, false);
    queue();
    return null;
  } catch (error) {
    return sentence(error);
  }
}

/** What the player walks is what the tab lists. */
function queue() {
  const r = review.peek();
  updatePlayer(withQueue(r.sections.filter((one) => wanted(r)(one) || keyOf(one) === r.current)));
}

async function news() {
  if (route.peek().view !== 'review' || !Object.keys(scope).length) return;
  const { sections, total } = await ask(scope);
  updateReview(withNews(sections, total));
}

export function showLater() {
  updateReview(withLaterShown());
  queue();
}

/** Takes a section in hand. @param {Section} section @param {boolean} [play] */
export function take(section, play = true) {
  playSection(section, play);
  queue();
}

/** @param {import('../state/review.js').Tab} tab */
export function chooseTab(tab) {
  go({ verdict: tab === 'unreviewed' ? null : tab }, { replace: true });
  follow();
}

/** Only what has this word, or none; null: whatever it has. @param {string|null} label */
export function chooseLabel(label) {
  go({ label }, { replace: true });
  follow();
}

/** @param {1|-1} way */
export function step(way) {
  const next = neighbour(review.peek(), way);
  if (next) take(next);
  else announce(t(way > 0 ? 'player.last' : 'player.first'));
  return true;
}

/** Keep or false alarm, then the next one; said twice it is taken back. @param {'kept'|'false'} verdict */
export function judge(verdict) {
  const now = current(review.peek());
  if (!now) { step(1); return; }
  if (now.verdict === verdict) { decide(now, { verdict: null }); announce(t('review.undone')); return; }
  decide(now, { verdict });
  announce(t(verdict === 'kept' ? 'review.said-kept' : 'review.said-false'));
  const next = following(review.peek());
  if (next && player.peek().auto) take(next);
  else if (!next) announce(t('review.done'));
}

/** Back to what was decided last. */
export function takeBack() {
  const section = undo();
  if (section) take(section, false);
  return Boolean(section);
}

/** Called once. */
export function start() {
  follower.heard = (section) => {
    if (!review.peek().sections.some((one) => keyOf(one) === keyOf(section))) return;
    updateReview(withCurrent(keyOf(section)));
    if (route.peek().view === 'review') go({ section: keyOf(section) }, { replace: true });
  };
  onChange(['section', 'label'], news);
  onReturn(news);
}
