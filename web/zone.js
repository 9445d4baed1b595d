// SPDX-License-Identifier: MIT
// zone.js - instants (UTC microseconds) on the wall clock of the server, days of 23 and 25 hours included. Pure.
//
// The server's zone has a name ("Europe/Berlin"); Intl knows its rules. A name that Intl does not know reads as UTC.

export const SECOND = 1e6;
export const HOUR = 3600 * SECOND;
const QUARTER = 900 * SECOND; // zones change at whole quarters of an hour

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** @param {string} zone */
function format(zone) {
  const known = formats.get(zone);
  if (known) return known;
  /** @param {string} timeZone */
  const make = (timeZone) => new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric',
    hour: 'numeric', minute: 'numeric', second: 'numeric' });
  let made;
  try {
    made = make(zone);
  } catch {
    made = make('UTC');
  }
  formats.set(zone, made);
  return made;
}

/** @type {Map<string, number>} */
const offsets = new Map();

/** What the wall clock is ahead of UTC, in µs. @param {number} us @param {string} zone */
export function offset(us, zone) {
  const quarter = Math.floor(us / QUARTER);
  const key = `${zone} ${quarter}`;
  let found = offsets.get(key);
  if (found === undefined) {
    const ms = quarter * 900000;
    const p = Object.fromEntries(format(zone).formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    found = (Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) - ms) * 1000;
    if (offsets.size > 5000) offsets.clear();
    offsets.set(key, found);
  }
  return found;
}

/** ISO text of the wall clock, without its offset. @param {number} us @param {string} zone */
const local = (us, zone) => new Date(Math.floor((us + offset(us, zone)) / 1000)).toISOString();

/** "2026-11-20". @param {number} us @param {string} zone */
export const dayOf = (us, zone) => local(us, zone).slice(0, 10);

/** "10:32:05", with digits "10:32:05.1". @param {number} us @param {string} zone @param {number} [digits] of a second, cut, not rounded */
export const clockOf = (us, zone, digits = 0) => local(us, zone).slice(11, digits ? 20 + digits : 19);

/** "2026-11-20T10:32:05.123+01:00". @param {number} us @param {string} zone */
export function isoOf(us, zone) {
  const minutes = Math.round(offset(us, zone) / (60 * SECOND));
  const two = (/** @type {number} */ n) => String(Math.floor(Math.abs(n))).padStart(2, '0');
  return `${local(us, zone).slice(0, 23)}${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** The instant of a wall clock time: of two the one nearer to @near, of none (clocks went forward) the one after the jump.
 *  @param {string} day @param {number} seconds of the day @param {string} zone @param {number} [near] */
export function instant(day, seconds, zone, near = -Infinity) {
  const wall = Date.parse(`${day}T00:00:00Z`) * 1000 + seconds * SECOND;
  const found = [wall - offset(wall - 14 * HOUR, zone), wall - offset(wall + 14 * HOUR, zone)].filter((us) => us + offset(us, zone) === wall);
  if (!found.length) return wall - offset(wall - 14 * HOUR, zone);
  return found.reduce((best, us) => (Math.abs(us - near) < Math.abs(best - near) || (near === -Infinity && us < best) ? us : best));
}

/** @param {string} day @param {number} n */
export const dayPlus = (day, n) => new Date(Date.parse(`${day}T00:00:00Z`) + n * 86400000).toISOString().slice(0, 10);

/** The end of a span whose last day belongs to it, as the server wants it: a date becomes the next one, an instant stays. @param {string|undefined} to */
const through = (to) => (to && /^\d{4}-\d\d-\d\d$/.test(to) ? dayPlus(to, 1) : to);

/** What the server is asked for: from and to, or a day; an address that has both means from and to.
 *  @param {{day?: string|null, from?: string, to?: string}} of */
export const when = ({ day, from, to }) => (from || to ? { from, to: through(to) } : { day });

/** First instant of the day and of the next one. @param {string} day @param {string} zone */
export const dayBounds = (day, zone) => ({ from_us: dayStart(day, zone), to_us: dayStart(dayPlus(day, 1), zone) });

/** Midnight, or what comes instead of it. @param {string} day @param {string} zone */
function dayStart(day, zone) {
  const us = instant(day, 0, zone);
  return dayOf(us, zone) < day ? (clockChange(us, us + 4 * HOUR, zone)?.at_us ?? us) : us;
}

/** Where the clocks change between two instants, and by how much; null where they do not.
 *  @param {number} from @param {number} to @param {string} zone */
export function clockChange(from, to, zone) {
  const [before, after] = [offset(from, zone), offset(to, zone)];
  if (before === after) return null;
  let [low, high] = [Math.floor(from / QUARTER), Math.ceil(to / QUARTER)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offset(middle * QUARTER, zone) === before) low = middle;
    else high = middle;
  }
  return { at_us: high * QUARTER, before_us: before, after_us: after, by_us: after - before };
}
