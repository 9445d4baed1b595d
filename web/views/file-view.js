// SPDX-License-Identifier: MIT
// file-view.js - one recording whole: how it looks, what was heard in it, and a part of it to take along.
import { html, useEffect, useMemo, useRef, useState } from '../vendor/htm-preact.js';
import { protect, remove } from '../actions/days.js';
import { watch, zone } from '../actions/moments.js';
import { playFile, playSection } from '../actions/player.js';
import { getAnalysis } from '../api-review.js';
import * as api from '../api.js';
import * as format from '../format.js';
import { onChange, onReturn } from '../hub.js';
import { bind } from '../keys.js';
import { sentence } from '../notice.js';
import { observe } from '../observe.js';
import { go, href, route } from '../route.js';
import { looseLabels, moments } from '../state/moments.js';
import { cut as cutting, heard, player, updatePlayer, withCut, withQueue, withSelected } from '../state/player.js';
import { keyOf } from '../state/review.js';
import { centred, span } from '../strip-geometry.js';
import { readOnlyWhy, writable } from '../store.js';
import { locale, t, tn } from '../text.js';
import { position } from '../times.js';
import { clockOf, dayOf } from '../zone.js';
import { CutPanel } from './cut.js';
import { marksOf, useZoom } from './day-strip.js';
import { expecting } from './expecting.js';
import { Unanalysed } from './progress.js';
import { Timeline } from './timeline.js';
import { useLevels } from './use-levels.js';
import { ZoomButtons } from './zoom-buttons.js';

/** @typedef {import('../api.js').Recording} Recording @typedef {import('../api-review.js').Analysis} Analysis
 *  @typedef {import('../api-review.js').Section} Section @typedef {import('../strip-geometry.js').View} View */

/** The row of the listing: it says whether the recording is there, protected, still growing. @param {string} name */
async function rowOf(name) {
  const { files } = await api.getFiles({ q: name.split('/').at(-1), limit: 100 });
  return files.find((one) => one.name === name) ?? null;
}

/** A recording that came from elsewhere may have no length before somebody has listened to it. @param {Recording} file
 *  @param {Analysis|import('../api-review.js').Pending} answer @returns {Recording} */
const measured = (file, answer) => ('duration' in answer && answer.duration > (file.duration ?? 0)
  ? { ...file, duration: answer.duration, end_us: file.start_us + Math.round(answer.duration * 1e6) } : file);

/** What is known of a recording. @param {string} name */
function useRecording(name) {
  const [state, set] = useState(/** @type {{file: Recording|null, analysis: Analysis|null, missing: boolean, error: string|null}} */ (
    { file: null, analysis: null, missing: false, error: null }));
  useEffect(() => {
    let over = false;
    const load = async () => {
      try {
        const file = await rowOf(name);
        if (!over) set((old) => ({ ...old, file, missing: !file, error: null }));
        const answer = file && await getAnalysis(name);
        if (!over && file && answer) set((old) => ({ ...old, file: measured(file, answer), analysis: 'sections' in answer ? answer : null }));
      } catch (error) {
        if (!over) set((old) => ({ ...old, error: sentence(error) }));
      }
    };
    load();
    const ends = [onChange(['file', 'section', 'label', 'job', 'trash'], load), onReturn(load)];
    return () => { over = true; ends.forEach((end) => end()); };
  }, [name]);
  return state;
}

/** The whole recording as the server has drawn it. @param {Analysis|null} analysis @param {Recording} file @returns {import('../api-review.js').Levels|null} */
const wholeOf = (analysis, file) => (analysis?.rms_display?.length ? {
  source: file.source, from_us: file.start_us, to_us: file.start_us + Math.round(analysis.duration * 1e6), points: analysis.rms_display.length,
  min: [], max: analysis.rms_display, mean: analysis.rms_display, peak: analysis.peak_display, floor: analysis.floor_display,
} : null);

/** @type {(props: {file: Recording, analysis: Analysis|null}) => any} */
const Wave = observe(({ file, analysis }) => {
  const bounds = useMemo(() => ({ from_us: file.start_us, to_us: Math.max(file.end_us, file.start_us + 1) }), [file.start_us, file.end_us]);
  const { at, span: seconds } = route.peek();
  const first = useRef(at !== undefined && seconds ? centred(at, bounds, seconds * 1e6) : undefined).current;
  const zoom = useZoom(bounds, first);
  const [cursor, setCursor] = useState(/** @type {number|null} */ (at ?? null));
  const whole = span(zoom.view) === span(bounds);
  const drawn = useMemo(() => wholeOf(analysis, file), [analysis, file]);
  const levels = useLevels(whole && drawn ? [] : [file.source], zoom.view, 1200, file.end_us);
  const sections = analysis?.sections ?? [];
  const day = moments.value[dayOf(file.start_us, zone())];
  const rows = useMemo(() => [{ source: file.source, levels: (whole ? drawn : null) ?? levels[file.source] ?? drawn, sections, recorded: [bounds], holes: [], edges: [],
    labels: day ? looseLabels(day, file.source) : [] }], [drawn, levels, whole, sections, day]);
  const cut = cutting.value;
  const props = {
    ...zoom, bounds, zone: zone(), rows, mode: /** @type {const} */ ('wave'), rowHeight: 160, marks: marksOf(bounds), cursor, onCursor: setCursor,
    selection: cut.source === file.source && cut.from_us !== null && cut.to_us !== null ? { from_us: cut.from_us, to_us: cut.to_us } : null,
    picture: t('file.picture', { name: file.name.split('/').at(-1) ?? '', length: format.duration(file.duration), events: tn('events', sections.length) }), label: t('file.slider'),
    onSeek: (/** @type {number} */ us) => playFile(file, us),
    onSelect: (/** @type {View} */ chosen) => updatePlayer(withSelected(file.source, chosen)),
  };
  return html`
    <div class="strip">
      <${Timeline} ...${props} />
      <div class="strip-bar">
        <span class="muted number">${position(zoom.view.from_us - file.start_us)} – ${position(zoom.view.to_us - file.start_us)}</span>
        <${ZoomButtons} ...${props} />
      </div>
    </div>`;
});

/** @type {(props: {file: Recording}) => any} */
const Actions = observe(({ file }) => {
  const off = !writable.value || file.recording;
  const why = file.recording ? t('file.recording') : readOnlyWhy.value ? t(readOnlyWhy.value) : null;
  const away = async () => { await remove(file); go({ view: 'days', day: dayOf(file.start_us, zone()) }); };
  useEffect(() => bind('Delete', () => (off || file.protected ? false : away()), 'key.delete', 'file'), [off, file.protected, file.name]);
  return html`
    <p class="buttons">
      <button class="main" onClick=${() => playFile(file)}>${t('file.play')}</button>
      <a class="button" href=${api.downloadUrl(file.name)} download>${t('download')}</a>
      <a class="button" href=${href({ view: 'review', file: file.name })}>${t('file.review')}</a>
      <button aria-pressed=${Boolean(file.protected)} disabled=${off} onClick=${() => protect(file, !file.protected)}>${t('file.protect')}</button>
      <button disabled=${off || file.protected} onClick=${away}>${t('file.delete')}</button>
      ${off && why && html`<span class="muted">${why}</span>`}
    </p>`;
});

/** @type {(props: {sections: Section[], file: Recording}) => any} */
const Sections = observe(({ sections, file }) => {
  return html`
    <h2>${tn('events', sections.length)}</h2>
    <ul class="chips">${sections.map((/** @type {Section} */ one) => html`
      <li key=${keyOf(one)}><button class=${`chip ${one.verdict ?? ''}`} aria-pressed=${heard.value === keyOf(one)} onClick=${() => playSection(one)} ...${expecting(one)}>
        <span class="number">${position(one.start_us - file.start_us)}</span><span class="number muted">+${format.decibels(one.score, locale())}</span>
        ${one.label && html`<span class="tag">${one.label}</span>`}
        ${one.verdict && html`<span class=${`tag ${one.verdict}`}>${t(`review.${one.verdict}`)}</span>`}
      </button></li>`)}</ul>`;
});

/** @type {(props: {file: Recording, analysis: Analysis|null}) => any} */
const Whole = observe(({ file, analysis }) => {
  const day = dayOf(file.start_us, zone());
  useEffect(() => watch(day), [day]);
  useEffect(() => { if (analysis) updatePlayer(withQueue(analysis.sections)); }, [analysis]);
  useEffect(() => {
    const { at, start, end } = route.peek();
    const here = player.peek().track;
    if (start !== undefined && end !== undefined) {
      updatePlayer(withSelected(file.source, { from_us: file.start_us + Math.round(start * 1e6), to_us: file.start_us + Math.round(end * 1e6) }));
      document.getElementById('cut-title')?.scrollIntoView({ block: 'center' });
      return;
    }
    if (at !== undefined && !(here?.file === file.name && here.kind === 'file')) playFile(file, at, false);
    else if (player.peek().cut.source !== file.source) updatePlayer((p) => withCut('from_us', file.start_us)({ ...p, cut: { ...p.cut, source: file.source, to_us: null } }));
  }, [file.name]);
  return html`
    <p class="about-file">
      <a href=${href({ view: 'days', day })}>${format.day(day, locale())}</a>
      <b>${file.source}</b>
      <span class="number">${clockOf(file.start_us, zone())}–${clockOf(file.end_us, zone())}</span>
      <span class="number">${format.duration(file.duration)}</span><span class="number">${format.bytes(file.size, locale())}</span><span>${file.ext}</span>
      ${file.recording && html`<b class="rec">${t('rec')}</b>`}
    </p>
    <${Wave} file=${file} analysis=${analysis} />
    ${!analysis && html`<${Unanalysed} n=${file.analysed === false && !file.recording ? 1 : 0} what=${{ file: file.name }} />`}
    ${analysis && !analysis.final && html`<p class="muted">${t('file.not-final')}</p>`}
    <${Actions} file=${file} />
    <section aria-labelledby="cut-title"><h2 id="cut-title">${t('cut.title')}</h2><${CutPanel} file=${file} /></section>
    ${analysis && html`<${Sections} sections=${analysis.sections} file=${file} />`}`;
});

export const FileView = observe(() => {
  const name = route.value.file ?? '';
  const { file, analysis, missing, error } = useRecording(name);
  return html`
    <section class="file-view">
      <h1 class="name">${name.split('/').at(-1)}</h1>
      ${error && html`<p class="warning" role="alert">${error}</p>`}
      ${missing && html`<p class="warning" role="alert">${t('file.gone')} <a href=${href({ view: 'days' })}>${t('nav.days')}</a></p>`}
      ${!file && !missing && !error && html`<p class="muted">${t('loading')}</p>`}
      ${file && html`<${Whole} key=${file.name} file=${file} analysis=${analysis} />`}
    </section>`;
});
