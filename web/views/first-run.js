// SPDX-License-Identifier: MIT
// first-run.js - what there is to see before there is anything to see.
import { html } from '../vendor/htm-preact.js';
import * as format from '../format.js';
import { observe } from '../observe.js';
import { nextCut, now } from '../state/clock.js';
import { days } from '../state/days.js';
import { levels, sources } from '../state/sources.js';
import { config } from '../store.js';
import { locale, t } from '../text.js';
import { clockOf } from '../zone.js';

/** "mic_in has delivered sound for 12 s, now at −52.3 dB." @param {{source: import('../api.js').Source}} props */
const Line = observe(({ source }) => {
  if (source.state !== 'recording' || !source.since) return html`<li>${t('first.other', { source: source.name, state: t(`state.${source.state}`), detail: source.detail ?? '' })}</li>`;
  const since = format.length(Math.max(0, Math.round(now.value / 1e6 - Date.parse(source.since) / 1000)), locale());
  const level = levels.value[source.name]?.level ?? null;
  return html`<li>${level === null ? t('first.sound', { source: source.name, since }) : t('first.level', { source: source.name, since, level: format.decibels(level, locale()) })}</li>`;
});

/** "The first file closes at 10:00." */
const Closing = observe(() => {
  const zone = config.value?.timezone ?? 'UTC';
  const cuts = (config.value?.sources ?? []).map((one) => nextCut(now.value, zone, one.split_minutes, one.split_offset_minutes)).filter((us) => us !== null);
  return html`<p class="muted">${cuts.length ? t('first.closes', { time: clockOf(Math.min(...cuts), zone) }) : t('empty-next')}</p>`;
});

/** Nothing is finished yet: only what is being written is there. */
export const beginning = () => {
  const list = days.value.days ?? [];
  const written = sources.value?.filter(({ file }) => file).length ?? 0;
  return list.length === 1 && list[0].files <= written;
};

export const Empty = observe(() => {
  if (config.value?.recording === false) return html`<p class="muted">${t('empty-archive')}</p>`;
  return html`
    <div class="card pad first-run">
      <p><b>${t(days.value.days?.length ? 'first.title' : 'empty')}</b></p>
      <ul>${sources.value?.map((source) => html`<${Line} key=${source.name} source=${source} />`)}</ul>
      <${Closing} />
    </div>`;
});
