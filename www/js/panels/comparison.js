// Several models side by side: who wins, on which scores, for which cell types and doses.
import { calmly } from '../calm.js';
import { fill, field, h, options, say } from '../dom.js';
import { downloadText, fileStem } from '../export.js';
import { figureCard } from '../figure.js';
import { listLength } from '../figures.js';
import { number } from '../numbers.js';
import { sortableTable } from '../table.js';
import { loadView } from '../view.js';
import { help } from '../help.js';
import { COMPARE } from '../words.js';
import { metricWords } from '../words_metrics.js';
import { isBaseline, modelWords } from '../words_models.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../store.js').State} State */
/** @typedef {import('../protocol.js').ScoreTable} ScoreTable */
/** @typedef {import('../protocol.js').ResultRow} ResultRow */

/** What the table shows unless all scores are asked for. */
const MAIN = ['r2_all', 'r2_top100', 'r2_top20', 'common_degs', 'edistance', 'to_no_change_edistance', 'to_control_edistance', 'truth_r2_all'];
/** Results come many a second; the comparison is drawn anew this often at most. */
const DRAW_MS = 400;

/** Whether there is something to compare. @param {ResultRow[]} rows */
const isGrid = (rows) => new Set(rows.filter((row) => !isBaseline(row.model)).map((row) => row.model)).size > 1 || new Set(rows.map((row) => row.cell_type)).size > 1;

/** @param {Page} page */
export function comparisonPanel({ store }) {
  const sentence = h('p', { class: 'headline', test: 'compare-headline' });
  const metric = select('compare-metric', (value) => ({ metric: value }));
  const by = select('compare-by', (value) => ({ by: value === 'arm' ? 'arm' : 'cell_type' }));
  const x = select('compare-x', (value) => ({ x: value }));
  const y = select('compare-y', (value) => ({ y: value }));
  const published = box('compare-published', (checked) => ({ published: checked }));
  const every = box('compare-all', (checked) => ({ all: checked }));
  const publishedBox = h('div', { class: 'field check' }, h('label', {}, published, ' Published numbers'), help('published'));

  const front = figureCard({ name: 'model_front', title: 'Front of models', sentence: COMPARE.front, extra: h('div', { class: 'inline-choices' }, field('Across', x, '', help('compare_axes')), field('Up', y, ''), publishedBox) });
  const heat = figureCard({ name: 'score_heat_map', title: 'Models by cell type', sentence: COMPARE.heat, extra: h('div', { class: 'inline-choices' }, field('Score', metric, '', help('compare_score')), field('By', by, '', help('compare_by'))) });
  const bars = figureCard({ name: 'score_bars', title: 'Scores', sentence: COMPARE.bars });
  const doses = figureCard({ name: 'score_dose', title: 'Along the doses', sentence: COMPARE.doses });
  const table = sortableTable('Scores of the models: mean and spread over seeds', { test: 'score-table' });
  const source = h('p', { class: 'hint', test: 'published-source' });
  const save = h('button', { type: 'button', class: 'small', 'aria-label': 'Scores of the models: save as CSV' }, 'CSV');
  save.addEventListener('click', async () => {
    const view = await loadView();
    downloadText(`${fileStem(`dosefront scores ${store.state.data.summary?.name ?? ''}`)}.csv`, view.score_csv(store.state.results.rows, { of: selection() }), 'text/csv');
  });
  const tableBlock = h('div', { class: 'score-block' },
    h('div', { class: 'figure-head' }, h('div', { class: 'with-help' }, h('h3', {}, 'Scores of the models'), help('scores')), h('div', { class: 'tools' }, h('label', { class: 'small-check' }, every, ' all scores'), save)),
    h('p', { class: 'hint' }, COMPARE.table, h('span', { class: 'use' }, ` ${COMPARE.tableUse}`)), table.element, source, h('p', { class: 'hint rule' }, COMPARE.ratios));
  const element = h('div', { class: 'comparison', test: 'comparison', hidden: true },
    sentence, h('div', { class: 'figures compare-figures' }, front.element, heat.element), bars.element, doses.element, tableBlock);

  /** @param {string} id @param {(value: string) => Partial<State["results"]["compare"]>} patch */
  function select(id, patch) {
    const element = h('select', { id, test: id });
    element.addEventListener('change', () => choose(patch(element.value)));
    return element;
  }
  /** @param {string} id @param {(checked: boolean) => Partial<State["results"]["compare"]>} patch */
  function box(id, patch) {
    const element = h('input', { type: 'checkbox', id, test: id });
    element.addEventListener('change', () => choose(patch(element.checked)));
    return element;
  }
  /** @param {Partial<State["results"]["compare"]>} patch */
  const choose = (patch) => store.patch('results', { compare: { ...store.state.results.compare, ...patch } });

  /** Which results are meant, and what the engine does not know of them. */
  function selection() {
    const { results, design } = store.state;
    const names = Object.fromEntries([...new Set(results.rows.map((row) => row.model))].map((model) => [model, modelWords(model).name]));
    return { names, all_cell_types: design.summary?.cell_types ?? null };
  }

  async function draw() {
    const { rows, compare } = store.state.results;
    if (!isGrid(rows)) return;
    const view = await loadView();
    const of = selection();
    const all = view.score_table(rows, { of });
    const ids = all.metrics.map(({ id }) => id);
    const known = (/** @type {string} */ wanted, /** @type {string} */ other) => (ids.includes(wanted) ? wanted : ids.includes(other) ? other : ids[0]);
    const chosen = { ...compare, metric: known(compare.metric, 'r2_all'), x: known(compare.x, 'r2_all'), y: known(compare.y, 'common_degs') };
    const labels = all.metrics.map(({ id, label }) => ({ value: id, label }));
    for (const [control, value] of /** @type {const} */ ([[metric, chosen.metric], [x, chosen.x], [y, chosen.y]])) options(control, labels, value);
    const nTypes = new Set(rows.map((row) => row.cell_type)).size;
    const doseValues = new Set(rows.map((row) => row.dose).filter((dose) => dose !== null));
    const arms = new Set(rows.map((row) => row.arm)).size;
    options(by, [{ value: 'cell_type', label: 'held-out type' }, ...(arms > 1 ? [{ value: 'arm', label: doseValues.size > 1 ? 'dose' : 'treatment' }] : [])], chosen.by);
    const group = arms > 1 && (chosen.by === 'arm' || nTypes === 1) ? 'arm' : 'cell_type';
    published.checked = chosen.published;
    every.checked = chosen.all;
    publishedBox.hidden = all.published.length === 0;

    say(sentence, headline(all, listLength(store.state.results.detail)));
    front.show(view.score_figure(rows, { show: 'front', x: chosen.x, y: chosen.y, published: chosen.published, of }));
    heat.show(view.score_figure(rows, { show: 'heat_map', metric: chosen.metric, group_by: group, of }), undefined, group === 'arm' ? 'Models by dose' : 'Models by cell type');
    bars.show(view.score_figure(rows, { show: 'bars', metric: chosen.metric, group_by: group, of }), undefined, metricLabel(all, chosen.metric));
    doses.element.hidden = doseValues.size < 2;
    if (doseValues.size > 1) doses.show(view.score_figure(rows, { show: 'along_doses', metric: chosen.metric, of }), undefined, `${metricLabel(all, chosen.metric)}, along the doses`);
    drawTable(chosen.all ? all : view.score_table(rows, { metrics: MAIN.filter((id) => ids.includes(id)), of }));
  }

  /** @param {ScoreTable} found */
  function drawTable(found) {
    const columns = ['Model', ...found.metrics.map(({ label }) => label), 'Results'];
    const rows = found.rows.map((row) => [row.name, ...row.scores.map(({ mean }) => mean), row.n_results]);
    const explained = ['Model or baseline', ...found.metrics.map(({ id, meaning, better }) => `${meaning || metricWords(id).meaning} ${better === 'lower' ? 'Lower is better.' : 'Higher is better.'}`), 'Predictions that are there, of those asked for'];
    table.show({ columns, rows }, -1, explained, (i, column) => {
      const row = found.rows[i];
      if (column === 0) return null;
      const stat = row.scores[column - 1];
      if (!stat) return { text: row.complete ? String(row.n_results) : `${row.n_results} of ${row.n_expected}${row.n_failed > 0 ? `, ${row.n_failed} failed` : ''}` };
      if (stat.mean === null) return { text: '–' };
      const mark = row.marks[column - 1];
      return { text: `${number(stat.mean)}${stat.sd === null ? '' : ` ± ${number(stat.sd)}`}${mark === 'best' ? ' ★' : ''}`, class: mark ? `mark-${mark}` : undefined, title: mark ? `${mark === 'best' ? 'the best' : 'second'} of all models` : undefined };
    });
    const labels = [...new Set(found.published.map(({ label }) => label))];
    fill(source, labels.length > 0 ? `In the figure, ${labels.join('; ')}.` : '');
  }

  const drawSoon = calmly(draw, DRAW_MS);
  /** @type {State["results"] | null} */
  let drawnFrom = null;
  let running = false;
  store.subscribe(['results', 'data', 'run'], ({ results, run }) => {
    const ended = running && run.phase !== 'running';
    running = run.phase === 'running';
    if (results === drawnFrom && !ended) return;
    drawnFrom = results;
    element.hidden = !isGrid(results.rows);
    if (element.hidden) return;
    // The last results of a run, and what a person chooses, are not waited for.
    if (running) drawSoon();
    else void draw();
  });
  return { element };
}

/** @param {ScoreTable} found @param {string} id */
const metricLabel = (found, id) => found.metrics.find((metric) => metric.id === id)?.label ?? metricWords(id).name;

/** Who wins on the two scores that the thesis compares by. @param {ScoreTable} found @param {number | null} listed  genes on each list */
function headline(found, listed) {
  const best = (/** @type {string} */ id) => {
    const column = found.metrics.findIndex((metric) => metric.id === id);
    const row = found.rows.find(({ marks }) => marks[column] === 'best');
    return row ? { name: row.name, mean: row.scores[column].mean ?? NaN } : null;
  };
  const [r2, degs] = [best('r2_all'), best('common_degs')];
  if (!r2 || !degs) return 'The first results are coming in.';
  const column = found.metrics.findIndex(({ id }) => id === 'common_degs');
  const level = found.rows.length > 1 && new Set(found.rows.map(({ scores }) => scores[column].mean)).size === 1;
  const [a, b] = [r2.mean.toFixed(3), `${degs.mean.toFixed(1)}${listed ? ` of ${listed}` : ''}`];
  if (level) return `${r2.name} has the best R², ${a}; all models are level in responding genes, ${b}.`;
  return r2.name === degs.name ? `${r2.name} is best on both counts: R² ${a}, and ${b} responding genes found.` : `${r2.name} has the best R², ${a}; ${degs.name} finds the most responding genes, ${b}.`;
}
