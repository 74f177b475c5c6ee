// The banner of a run that somebody has saved or sent: what it is, what could not be read, and what can be done with it.
import { fill, h } from '../dom.js';
import { errorBox } from '../errors.js';
import { ALL_CELLS } from '../explore_figures.js';
import { dataAreOpen, taskOf } from '../run_file.js';
import { trains } from '../store.js';
import { sortableTable } from '../table.js';
import { dataWords, madeWords, shortHash, taskWords } from '../words_run.js';
import { beyondWords, SHARED } from '../words_share.js';
import { verdictPanel } from './verdict.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../store.js').State} State */

/** Tables of stored results that no step of the page can show from rows alone: fields of the report, and what they are. @type {Record<string, [string, string][]>} */
const TABLES = {
  explore: [['distances', 'Stored distances'], ['responses', 'Stored numbers of response genes'], ['dose_fits', 'Stored dose-response curves']],
  mutual_information: [['estimates', 'Stored estimates']],
};

/** @param {HTMLElement} place @param {Page} page */
export function sharedRun(place, page) {
  const { store, shared } = page;
  const title = h('h2', { id: 'shared-title', tabindex: -1 });
  const facts = h('dl', { class: 'shared-facts' });
  const remarks = h('ul', { class: 'note-list', test: 'shared-remarks', hidden: true });
  const box = errorBox('shared-error');
  const words = h('p', { class: 'hint', test: 'shared-words' });
  const other = h('p', { class: 'rule', test: 'shared-other', role: 'alert', hidden: true });
  const rerun = h('button', { type: 'button', class: 'primary', test: 'rerun', on: { click: () => void shared.rerun() } });
  const open = h('button', { type: 'button', class: 'primary', test: 'shared-open-data', on: { click: () => document.getElementById('file-input')?.click() } });
  const setUp = h('button', { type: 'button', test: 'shared-set-up', title: 'Opens the data and fills in the form, so that you can change it first', on: { click: () => void shared.setUp() } }, 'Only set it up');
  const stored = h('button', { type: 'button', test: 'show-stored', on: { click: () => void shared.showStored() } }, 'Show stored results');
  const go = h('a', { class: 'see', test: 'shared-go', hidden: true });
  const close = h('button', { type: 'button', class: 'quiet', test: 'shared-close', on: { click: leave } }, 'Close');
  const verdict = verdictPanel();
  const tables = h('div', { class: 'shared-tables' });
  const element = h('section', { class: 'shared-run', test: 'shared-run', 'aria-labelledby': title.id, hidden: true },
    title, facts, remarks, box.element, other, words, h('div', { class: 'buttons' }, rerun, open, setUp, stored, close, go), verdict.element, tables);
  fill(place, element);

  function leave() {
    shared.close();
    // The button is gone, and the focus with it.
    document.querySelector('main')?.querySelector('h2')?.scrollIntoView({ block: 'nearest' });
    /** @type {HTMLElement | null} */ (document.querySelector('#steps a'))?.focus();
  }

  let shown = '';
  let tabled = /** @type {any} */ (null);
  /** @type {any[]} */
  let from = [];
  store.subscribe(['shared', 'data', 'presets', 'run', 'frontRun', 'engine'], (state) => {
    const { phase, name, run, report, rerun: doing } = state.shared;
    const here = run !== null && dataAreOpen(run, state);
    const busy = trains(state);
    const now = [state.shared, here, busy, state.presets, state.engine.phase];
    if (now.every((each, i) => each === from[i])) return;
    from = now;
    element.hidden = phase !== 'open';
    if (element.hidden) {
      shown = '';
      return;
    }
    fill(title, SHARED.titles[state.shared.from], name ? h('span', { class: 'shared-name' }, ` ${name}`) : null);
    fill(facts, run ? factsOf(state).flatMap(([term, text]) => [h('dt', {}, term), h('dd', {}, text)]) : []);
    const beyond = state.shared.beyond.length > 0 ? [beyondWords(state.shared.beyond)] : [];
    const said = [...state.shared.remarks, ...beyond];
    remarks.hidden = said.length === 0;
    fill(remarks, said.map((line) => h('li', {}, line)));
    box.show(state.shared.error);

    const file = run?.dataset.file ?? null;
    const inside = state.shared.files.some((each) => each.startsWith('data/'));
    const waits = file !== null && !here && !inside;
    other.hidden = !state.shared.other || here;
    if (state.shared.other && file) {
      fill(other, h('b', {}, state.shared.other.name), ` ${report ? SHARED.other : SHARED.otherPlan} Run: `, h('code', {}, shortHash(String(file.sha256))), ', this file: ', h('code', {}, shortHash(state.shared.other.sha256)), '.');
    }
    words.textContent = [busy && doing === 'none' ? SHARED.waits : '', waits ? (report ? SHARED.ask : SHARED.askPlan) : inside && !here ? SHARED.inside : '', state.shared.from === 'link' && state.shared.set && run && !waits ? (run.task.explore ? SHARED.explored : SHARED.done) : '', state.shared.stored ? SHARED.readOnly : '', deviceWords(state)].filter(Boolean).join(' ');
    const hadFocus = element.contains(document.activeElement) ? document.activeElement : null;
    rerun.hidden = !run || waits;
    rerun.disabled = busy || doing === 'running' || doing === 'comparing' || state.engine.phase !== 'ready';
    rerun.textContent = doing === 'running' ? 'Running …' : doing === 'comparing' ? 'Comparing …' : report ? (doing === 'compared' ? 'Rerun once more' : 'Rerun and compare') : 'Run it';
    open.hidden = !run || !waits;
    open.textContent = `Open ${file?.name ?? 'its file'} to rerun it`;
    setUp.hidden = !run || waits || state.shared.set;
    setUp.disabled = busy;
    stored.hidden = !report || state.shared.stored;
    stored.disabled = busy;
    if (hadFocus instanceof HTMLButtonElement && (hadFocus.hidden || hadFocus.disabled)) title.focus({ preventScroll: true });
    go.hidden = state.shared.step === '' || state.shared.step === 'data';
    go.href = `#${state.shared.step}`;
    go.textContent = `Go on to ${document.querySelector(`#${CSS.escape(state.shared.step || 'data')} > h2`)?.lastChild?.textContent?.trim() ?? 'it'}`;
    verdict.draw(state.shared.comparison);
    drawTables(state);
    // A banner above what is looked at would not be seen.
    const key = `${name} ${state.shared.from} ${state.shared.comparison !== null}`;
    // What was asked for is to be seen, once the page has its new height.
    if (key !== shown) requestAnimationFrame(() => (state.shared.comparison ? verdict.bringIntoSight() : element.scrollIntoView({ block: 'nearest' })));
    shown = key;
  });

  /** Stored results that only a table can show. @param {State} state */
  function drawTables({ shared: { stored: on, run, report } }) {
    const wanted = on && run && report ? report : null;
    if (wanted === tabled) return;
    tabled = wanted;
    const list = wanted && run ? TABLES[taskOf(run)] ?? [] : [];
    fill(tables, list.flatMap(([field, caption]) => {
      const rows = wanted?.[field];
      if (!Array.isArray(rows) || rows.length === 0) return [];
      const columns = Object.keys(rows[0]).filter((column) => rows.some((row) => row[column] !== null));
      const table = sortableTable(caption);
      table.show({ columns: columns.map((column) => column.replaceAll('_', ' ')), rows: rows.map((row) => columns.map((column) => cellOf(row[column], column))) });
      return [h('h3', {}, caption), h('p', { class: 'hint' }, 'Figures need more than these numbers: rerun to see them.'), table.element];
    }));
  }
}

/** @param {any} value @param {string} column */
function cellOf(value, column) {
  if (column === 'cell_type' && value === null) return ALL_CELLS;
  return value === null || typeof value === 'number' || typeof value === 'string' ? value : JSON.stringify(value);
}

/** @param {State} state @returns {[string, string][]} */
function factsOf({ shared: { run, report }, presets }) {
  if (!run) return [];
  const made = madeWords(report);
  return [
    ['What', taskWords(run)], ['Data', dataWords(run, presets)],
    // No word on when: a report has no date, and that of the file is of its last copy.
    ...(made ? [/** @type {[string, string]} */ (['Made with', made])] : []),
  ];
}

/** Where the run was made by another engine or version than those here. @param {State} state */
function deviceWords({ shared: { run, report }, engine }) {
  const [then, now] = [report?.device?.engine ?? run?.device, engine.info?.engine];
  if (!then || !now || !run) return '';
  const name = (/** @type {string} */ device) => (device === 'webgpu' ? 'WebGPU' : 'CPU');
  if (then !== now) return `It was made for the ${name(then)} engine; here the ${name(now)} engine does it, so numbers may differ in the last digits and are compared within a tolerance.`;
  const [old, own] = [report?.versions?.dosefront, engine.info?.versions?.dosefront];
  return old && own && old !== own ? `It was made by Dosefront ${old}; this is ${own}.` : '';
}
