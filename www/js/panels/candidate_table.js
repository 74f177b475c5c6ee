// All candidates as a table, and how good whole fronts are, in the layout of the paper.
import { calmly } from '../calm.js';
import { field, h, options, say } from '../dom.js';
import { downloadText, fileStem, saveCsv } from '../export.js';
import { help } from '../help.js';
import { number } from '../numbers.js';
import { trades } from '../store.js';
import { sortableTable } from '../table.js';
import { loadView } from '../view.js';
import { candidateKey, frontName, TRADE_OFF } from '../words_fronts.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../protocol.js').CandidateRow} CandidateRow */
/** @typedef {import('../protocol.js').Table} Table */
/** @typedef {import('../protocol.js').FrontMetric} FrontMetric */

const DRAW_MS = 500;
/** Metrics of the table unless all are asked for, beside those of the axes. */
const FIRST = ['u', 'v', 'asw', 'nmi', 'be_pooled', 'nn_mi', 'nn_mi_minibatch'];
const KINDS = { batch_only: 'batch effect only', scvi_only: 'scVI only', peer: 'published method' };
/** Of the engine's table, by its own names. @type {Record<string, {label: string, title: string}>} */
const QUALITIES = {
  percentage: { label: 'Share not dominated', title: 'Of all candidates of the front.' },
  hypervolume: { label: 'Hypervolume', title: 'Area that the front dominates, up to a point that is worse than all.' },
  ndc: { label: 'Distinct choices (NDC)', title: 'Cells of a grid that the front has a candidate in.' },
};

/** @param {CandidateRow} row @param {FrontMetric} metric @param {"train" | "test"} cells */
const valueOf = (row, { id }, cells) => row[cells][id] ?? (cells === 'test' && (id === 'u' || id === 'v') ? row[id] : null);

/** @param {Page} page */
export function candidateTable({ store, fronts }) {
  const table = sortableTable('Candidates', { test: 'candidate-table', onRow: (row) => choose(row) });
  const every = h('input', { type: 'checkbox', id: 'front-all', test: 'front-all', on: { change: () => fronts.look({ all: every.checked }) } });
  const save = h('button', { type: 'button', class: 'small', test: 'candidates-csv', 'aria-label': 'Candidates: save as CSV', on: { click: () => void saveAll() } }, 'CSV');
  const paper = sortableTable('Quality of the fronts', { test: 'paper-table' });
  const units = h('select', { id: 'front-units', test: 'front-units' }, h('option', { value: 'scaled' }, 'scaled'), h('option', { value: 'paper' }, 'own units, as the paper'));
  units.addEventListener('change', () => fronts.look({ units: units.value === 'paper' ? 'paper' : 'scaled' }));
  const unitWords = h('p', { class: 'hint' });
  const savePaper = h('button', { type: 'button', class: 'small', test: 'paper-csv', 'aria-label': 'Quality of the fronts: save as CSV' }, 'CSV');
  savePaper.addEventListener('click', async () => downloadText(`${stem('fronts')}.csv`, (await loadView()).front_csv(store.state.fronts.rows), 'text/csv'));
  const element = h('div', { class: 'front-tables', hidden: true },
    h('div', { class: 'score-block' }, h('div', { class: 'figure-head' }, h('div', { class: 'with-help' }, h('h3', {}, 'All candidates'), help('candidates')), h('div', { class: 'tools' }, h('label', { class: 'small-check' }, every, ' all metrics'), save)), h('p', { class: 'hint' }, TRADE_OFF.table, h('span', { class: 'use' }, ` ${TRADE_OFF.tableUse}`)), table.element),
    h('div', { class: 'score-block' }, h('div', { class: 'figure-head' }, h('div', { class: 'with-help' }, h('h3', {}, 'Quality of the fronts'), help('fronts')), h('div', { class: 'tools' }, savePaper)), h('p', { class: 'hint' }, TRADE_OFF.paper),
      h('div', { class: 'inline-choices' }, field('Hypervolume and NDC', units, '', help('front_units'))), unitWords, paper.element));

  const stem = (/** @type {string} */ what) => fileStem(`dosefront ${what} ${store.state.data.summary?.name ?? ''}`);
  /** @param {number} row */
  function choose(row) {
    fronts.picked = true;
    fronts.look({ chosen: store.state.fronts.rows[row].index });
  }

  /** Every number of every candidate. */
  async function saveAll() {
    const { rows } = store.state.fronts;
    const names = [...new Set(rows.flatMap((row) => [...Object.keys(row.test), ...Object.keys(row.train)]))].sort();
    saveCsv({
      columns: ['method', 'measure', 'split', 'place', 'kind', 'preference_1', 'preference_2', 'steps', ...names.map((name) => `test_${name}`), ...names.map((name) => `train_${name}`), 'remarks'],
      rows: rows.map((row) => [row.method, row.measure, row.split, row.place, row.kind, row.preference?.[0] ?? null, row.preference?.[1] ?? null, row.steps, ...names.map((name) => row.test[name] ?? null), ...names.map((name) => row.train[name] ?? null), row.remarks.join('; ')]),
    }, stem('candidates'));
  }

  async function draw() {
    const { rows, cells, x, y, split, all, chosen, units: shownUnits } = store.state.fronts;
    const view = await loadView();
    const metrics = view.front_metrics();
    const wanted = metrics.filter(({ id }) => all || id === x || id === y || FIRST.includes(id)).filter((metric) => rows.some((row) => valueOf(row, metric, cells) !== null));
    const several = new Set(rows.map((row) => row.split)).size > 1;
    const figure = view.front_figure(rows, { x, y, cells, split });
    const points = /** @type {Map<string, {x: number | null, y: number | null, dominated: boolean}>} */ (new Map(figure.series.flatMap((/** @type {any} */ series) => series.points.map((/** @type {any} */ point) => [point.key, point]))));
    const standing = (/** @type {CandidateRow} */ row) => {
      const point = points.get(candidateKey(row));
      return !point || point.x === null || point.y === null ? '–' : point.dominated ? 'dominated' : 'on the front';
    };
    /** @type {{name: string, words: string, value: (row: CandidateRow) => string | number | null}[]} */
    const columns = [
      { name: 'Candidate', words: 'Counted along its front', value: (row) => `${frontName(row.method, row.measure)}: ${row.kind === 'preference' ? row.place + 1 : KINDS[row.kind]}` },
      ...(several ? [{ name: 'Split', words: 'Seed of the split', value: (/** @type {CandidateRow} */ row) => row.split }] : []),
      { name: 'In these axes', words: 'Dominated: another candidate of its front is as good in both metrics of the axes and better in one', value: standing },
      ...wanted.map((metric) => ({ name: `${metric.label}${metric.better === 'lower' ? ' ↓' : ' ↑'}`, words: metric.meaning, value: (/** @type {CandidateRow} */ row) => valueOf(row, metric, cells) })),
      { name: 'Remark', words: 'What happened to it in training', value: (row) => row.remarks.join('; ') || null },
    ];
    every.checked = all;
    table.show({ columns: columns.map(({ name }) => name), rows: rows.map((row) => columns.map(({ value }) => value(row))) }, rows.findIndex(({ index }) => index === chosen), columns.map(({ words }) => words), (row, column) => {
      const text = columns[column].name === 'Remark' ? rows[row].remarks.join('; ') : null;
      return text === null ? null : { text, class: 'remark' };
    });
    units.value = shownUnits;
    say(unitWords, shownUnits === 'paper' ? TRADE_OFF.paperUnits : TRADE_OFF.paperScaled);
    showPaper(view.front_table(rows, shownUnits), metrics);
  }

  /** @param {Table} found @param {FrontMetric[]} metrics */
  function showPaper(found, metrics) {
    const words = (/** @type {string} */ id) => metrics.find((metric) => metric.id === id.replace(/^-/, ''))?.label ?? id;
    const columns = found.columns.map((name) => {
      const [, cells, method, measure] = /^(train|test): (\S+)(?: \+ (\S+))?$/.exec(name) ?? [];
      return cells ? `${cells === 'train' ? 'Training' : 'Test'}: ${frontName(method, measure ?? null)}` : name.charAt(0).toUpperCase() + name.slice(1);
    });
    const rows = found.rows.map(([quality, pair, ...values]) => [QUALITIES[String(quality)]?.label ?? quality, String(pair).split(' vs ').map(words).join(' against '), ...values]);
    paper.show({ columns, rows }, -1, columns, (row, column) => {
      const value = found.rows[row][column];
      return column === 0 ? { text: QUALITIES[String(value)]?.label ?? String(value) } : column === 1 ? null : { text: typeof value === 'number' ? number(value) : value ?? '–', class: 'num' };
    });
  }

  const drawSoon = calmly(draw, DRAW_MS);
  /** @type {any[]} */
  let from = [];
  store.subscribe(['fronts', 'frontRun'], (state) => {
    const { rows, cells, x, y, split, all, chosen, units: shown } = state.fronts;
    const now = [rows, cells, x, y, split, all, chosen, shown];
    if (now.every((each, i) => each === from[i])) return;
    from = now;
    element.hidden = rows.length === 0;
    if (element.hidden) return;
    if (trades(state)) drawSoon();
    else void draw();
  });
  options(units, [{ value: 'scaled', label: 'scaled' }, { value: 'paper', label: 'own units, as the paper' }], 'scaled');
  return { element };
}
