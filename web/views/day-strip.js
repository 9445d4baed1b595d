// SPDX-License-Identifier: MIT
// day-strip.js - a day of every source at a glance: where it is loud, what was heard, what is missing; down to ten seconds.
import { html, useEffect, useMemo, useRef, useState } from '../vendor/htm-preact.js';
import { playAt } from '../actions/player.js';
import { watch, zone } from '../actions/moments.js';
import * as format from '../format.js';
import { observe } from '../observe.js';
import { go, route } from '../route.js';
import { holesOf, looseLabels, moments, recordedOf, sourcesOf } from '../state/moments.js';
import { cut as cutting, updatePlayer, withQueue, withSelected } from '../state/player.js';
import { byTime } from '../state/review.js';
import { centred, span } from '../strip-geometry.js';
import { locale, t, tn } from '../text.js';
import { clockChange, clockOf } from '../zone.js';
import { Timeline } from './timeline.js';
import { useEdges, useLevels } from './use-levels.js';
import { ZoomButtons } from './zoom-buttons.js';

/** @typedef {import('../strip-geometry.js').View} View @typedef {import('../state/moments.js').Moments} Moments */

const POINTS = 1440;

/** Many sources are low. @param {number} n */
const heightFor = (n) => (n <= 3 ? 48 : n <= 8 ? 32 : 20);

/** The rows of a day. @param {Moments} day @param {string[]} sources @param {import('./use-levels.js').BySource} levels
 *  @param {Record<string, number[]>} [edges] */
export const rowsOf = (day, sources, levels, edges = {}) => sources.map((source) => ({
  source, levels: levels[source] ?? null, sections: day.sections.filter((one) => one.source === source), recorded: recordedOf(day, source),
  edges: edges[source] ?? [], labels: looseLabels(day, source),
  holes: holesOf(day, source).map((hole) => ({ ...hole, text: t('strip.hole', { cause: t(`cause.${hole.cause}`) }) })),
}));

/** "Levels from 00:00 to 06:00. garden: 12 events, no recording: stopped 02:00–03:00". @param {View} view @param {import('./paint.js').Row[]} rows
 *  @param {{us: number, text: string}[]} [marks] */
export function pictureText(view, rows, marks = []) {
  const each = rows.map((row) => {
    const events = row.sections.filter((one) => one.end_us > view.from_us && one.start_us < view.to_us).length;
    const holes = row.holes.filter((one) => one.to_us > view.from_us && one.from_us < view.to_us);
    const said = holes.slice(0, 3).map((one) => `${one.text} ${clockOf(one.from_us, zone())}–${clockOf(one.to_us, zone())}`);
    return [`${row.source}: ${tn('events', events)}`, ...said, ...(holes.length > 3 ? [t('gaps-more', { n: holes.length - 3 })] : []),
      ...(row.labels ?? []).filter((one) => one.end_us > view.from_us && one.start_us < view.to_us).map((one) => t('strip.flag', { label: one.label ?? '', time: clockOf(one.start_us, zone()) }))].join(', ');
  });
  const changes = marks.filter(({ us }) => us >= view.from_us && us <= view.to_us).map(({ us, text }) => `; ${clockOf(us, zone())} ${text}`);
  return t('strip.picture', { from: clockOf(view.from_us, zone()), to: clockOf(view.to_us, zone()), each: each.join('; ') + changes.join('') });
}

/** Midnight needs no mark, a change of the clocks does. @param {View} bounds */
export function marksOf(bounds) {
  const change = clockChange(bounds.from_us, bounds.to_us, zone());
  if (!change) return [];
  const length = format.length(Math.abs(change.by_us) / 1e6, locale());
  return [{ us: change.at_us, text: t(change.by_us > 0 ? 'strip.forward' : 'strip.back', { length }) }];
}

/** The zoom of a timeline, with the way back. @param {View} bounds @param {View} [first] */
export function useZoom(bounds, first) {
  const [view, set] = useState(/** @type {View|null} */ (first ?? null));
  const past = useRef(/** @type {View[]} */ ([]));
  const shown = view && view.from_us >= bounds.from_us && view.to_us <= bounds.to_us ? view : bounds;
  const zooming = useRef(0);
  return {
    view: shown,
    /** @param {View} next @param {boolean} keep a step of its own; else one that goes on, as a wheel does */
    onView: (next, keep) => {
      const now = Date.now();
      if ((keep || now - zooming.current > 1000) && span(next) !== span(shown)) past.current.push(shown);
      zooming.current = now;
      set(next);
    },
    onBack: () => set(past.current.pop() ?? null),
  };
}

/** What the address says about this day. @param {string} day @param {View} bounds */
function addressed(day, bounds) {
  const { day: named, at, span: seconds } = route.peek();
  if (named !== day || at === undefined) return { cursor: null, first: undefined };
  return { cursor: at, first: seconds ? centred(at, bounds, seconds * 1e6) : undefined };
}

/** The address follows what is looked at, so that it can be passed on. @param {string} day @param {View} view @param {number|null} cursor @param {View} bounds */
function useAddress(day, view, cursor, bounds) {
  const begun = useRef(false);
  useEffect(() => {
    if (!begun.current) { begun.current = true; return undefined; }
    const timer = setTimeout(() => {
      if (route.peek().view !== 'days' && route.peek().day !== day) return;
      const whole = span(view) >= span(bounds);
      const middle = Math.round((view.from_us + view.to_us) / 2);
      go({ day, at: whole ? cursor : middle, span: whole ? null : Math.round(span(view) / 1e6) }, { replace: true });
    }, 400);
    return () => clearTimeout(timer);
  }, [view.from_us, view.to_us, cursor]);
}

/** The clock, every half minute, while the day is today. @param {View} bounds */
function useNow(bounds) {
  const [now, set] = useState(Date.now() * 1000);
  const today = now >= bounds.from_us && now < bounds.to_us;
  useEffect(() => {
    if (!today) return undefined;
    const timer = setInterval(() => set(Date.now() * 1000), 30000);
    return () => clearInterval(timer);
  }, [today]);
  return today ? now : null;
}

/** "00:00–24:00", "08:58:20–09:08:20": seconds only where they say something. @param {View} view @param {View} bounds */
function rangeText(view, bounds) {
  const whole = [view.from_us, view.to_us].every((us) => us % 60e6 === 0);
  const text = (/** @type {number} */ us) => clockOf(us, zone()).slice(0, whole ? 5 : 8);
  return `${text(view.from_us)}–${view.to_us >= bounds.to_us ? '24:00' : text(view.to_us)}`;
}

/** What a day begins with: now, else its first event, else its first sound. @param {Moments} day @param {number|null} now */
function restOf(day, now) {
  const starts = day.sections.map((one) => one.start_us);
  const recorded = sourcesOf(day).flatMap((source) => recordedOf(day, source).slice(0, 1).map((one) => one.from_us));
  return now ?? (starts.length ? Math.min(...starts) : recorded.length ? Math.min(...recorded) : null);
}

/** @param {{day: string, known: Moments, mode?: import('./paint.js').Mode, source?: string}} props */
const Strip = ({ day, known, mode = 'heat', source }) => {
  const bounds = known.bounds;
  const from = useRef(addressed(day, bounds)).current;
  const [cursor, setCursor] = useState(from.cursor);
  const zoom = useZoom(bounds, from.first);
  const now = useNow(bounds);
  const sources = sourcesOf(known, source);
  const levels = useLevels(mode === 'extents' ? [] : sources, zoom.view, POINTS, now ?? '');
  const edges = useEdges(zoom.view, known.coverage.length);
  const rows = useMemo(() => rowsOf(known, sources, levels, edges), [known, levels, edges, sources.join()]);
  const cut = cutting.value;
  useAddress(day, zoom.view, cursor, bounds);
  if (!rows.length) return null;
  const selection = cut.open && cut.from_us !== null && cut.to_us !== null ? { from_us: cut.from_us, to_us: cut.to_us } : null;
  const props = {
    ...zoom, bounds, zone: zone(), rows, mode, rowHeight: heightFor(rows.length), marks: marksOf(bounds), now_us: now, names: rows.length > 1, cursor, rest: restOf(known, now), selection,
    picture: pictureText(zoom.view, rows, marksOf(bounds)), label: t('strip.label', { day: format.day(day, locale()) }), onCursor: setCursor,
    onSeek: (/** @type {number} */ us, /** @type {string} */ of) => { updatePlayer(withQueue(byTime(known.sections))); playAt(of, us); },
    onSelect: (/** @type {View} */ chosen, /** @type {string} */ of) => updatePlayer(withSelected(of, chosen)),
  };
  return html`
    <div class="strip">
      <div class="strip-bar">
        <span class="muted number">${rangeText(zoom.view, bounds)}</span>
        ${known.unanalysed > 0 && html`<span class="muted">${tn('strip.unanalysed', known.unanalysed)}</span>`}
        <${ZoomButtons} ...${props} />
      </div>
      <${Timeline} ...${props} />
    </div>`;
};

const Seen = observe(Strip);

/** @type {(props: {day: string, mode?: import('./paint.js').Mode, source?: string}) => any} */
export const DayStrip = observe(({ day, mode, source }) => {
  useEffect(() => watch(day), [day]);
  const known = moments.value[day];
  if (!known) return html`<div class="strip waiting" aria-hidden="true" />`;
  return html`<${Seen} key=${day} day=${day} known=${known} mode=${mode} source=${source} />`;
});
