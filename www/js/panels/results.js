// Step 4: how good the prediction is, in one sentence, in figures and in a table.
import { calmly } from '../calm.js';
import { fill, field, h, options, say } from '../dom.js';
import { errorBox } from '../errors.js';
import { saveCsv, fileStem } from '../export.js';
import { figureCard } from '../figure.js';
import { alongDoses, bars, betterOf, degOverlap, headline, listLength, scatter, valueOf } from '../figures.js';
import { help } from '../help.js';
import { RESULTS } from '../words.js';
import { inOrder, metricWords, OBSERVED, SCALES } from '../words_metrics.js';
import { comparisonPanel } from './comparison.js';
import { degList } from './deg_list.js';
import { predictionFiles } from './prediction_files.js';
import { doseSlider } from './dose_slider.js';
import { keyNumbers } from './key_numbers.js';
import { resultsTable } from './results_table.js';
import { shownChooser } from './shown.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../store.js').State} State */

/** How often the results are drawn anew, at most, while a run brings more of them. */
const DRAW_MS = 400;

/** @param {HTMLElement} place @param {Page} page */
export function resultsPanel(place, page) {
  const { store, runs } = page;
  const empty = h('p', { class: 'empty' }, RESULTS.empty);
  const sentence = h('p', { class: 'headline', test: 'result-headline' });
  const verdict = h('p', { class: 'verdict' });
  const chooser = shownChooser((index) => void runs.pick(index));
  const numbers = keyNumbers();
  const truth = h('p', { class: 'truth', hidden: true });
  const box = errorBox('error');
  const storedNote = h('p', { class: 'hint rule', test: 'stored-note', hidden: true });

  const metric = h('select', { id: 'metric', test: 'bars-metric', on: { change: () => store.patch('results', { metric: metric.value }) } });
  const scale = h('select', { id: 'scale', test: 'bars-scale' });
  scale.addEventListener('change', () => store.patch('results', { scale: /** @type {State["results"]["scale"]} */ (scale.value), metric: fitting(store.state, scale.value) }));
  const test = h('select', { id: 'deg-test', test: 'deg-test' }, h('option', { value: 't_test' }, 't-test'), h('option', { value: 'wilcoxon' }, 'Wilcoxon'));
  test.addEventListener('change', () => store.patch('results', { test: test.value === 'wilcoxon' ? 'wilcoxon' : 't_test' }));

  const points = figureCard({ name: 'r2_scatter', title: 'Predicted against observed', sentence: ' ' });
  const genes = degList();
  const overlap = figureCard({ name: 'deg_overlap', title: 'Genes that respond', sentence: ' ', extra: h('div', { class: 'inline-choices' }, field('Ranking', test, '', help('deg_test'))) });
  overlap.element.append(genes.element, h('p', { class: 'hint rule' }, RESULTS.silent));
  const compare = figureCard({
    name: 'bars', title: 'Model and baselines', sentence: ' ',
    extra: h('div', { class: 'inline-choices' }, field('Metric', metric, '', help(() => `metric:${metric.value}`, { of: 'the chosen metric' })), field('Scale', scale, '', help('results_scale'))),
  });
  const doses = figureCard({ name: 'doses', title: 'Along the doses', sentence: RESULTS.doses });
  const table = resultsTable((index) => void runs.pick(index));
  const save = h('button', { type: 'button', class: 'small', 'aria-label': 'All predictions: save as CSV', on: { click: () => saveCsv(table.data(), fileStem(`dosefront results ${store.state.data.summary?.name ?? ''}`)) } }, 'CSV');
  const all = h('div', { class: 'all-results' }, h('div', { class: 'figure-head' }, h('div', { class: 'with-help' }, h('h3', {}, 'All predictions of this run'), help('predictions')), h('div', { class: 'tools' }, save)), h('p', { class: 'hint' }, RESULTS.table), table.element);
  const full = h('div', { class: 'results', hidden: true },
    h('div', { class: 'verdict-block' }, h('div', {}, sentence, verdict), chooser.element), box.element, storedNote, numbers.element, truth,
    h('div', { class: 'figures' }, points.element, h('div', { class: 'figure-column' }, compare.element, doses.element), overlap.element), predictionFiles(page).element, all);
  const comparison = comparisonPanel(page);
  const one = h('h3', { class: 'one-title', hidden: true }, 'One prediction');
  fill(place, empty, comparison.element, doseSlider(page).element, one, full);

  /** @param {State} state */
  function draw(state) {
    const { results } = state;
    const shown = results.rows.find((row) => row.index === results.shown);
    empty.hidden = Boolean(shown);
    full.hidden = !shown;
    one.hidden = comparison.element.hidden || !shown;
    if (!shown) return;
    const words = headline(results.rows, shown);
    say(sentence, words.sentence);
    say(verdict, words.verdict);
    chooser.draw(results.rows, shown);
    numbers.draw(results.rows, shown, listLength(results.detail));
    // Of stored results not all is there, which is no error.
    const partial = results.error?.code === 'stored_results';
    box.show(partial ? null : results.error);
    storedNote.hidden = !partial;
    say(storedNote, partial ? `${results.error?.message} ${results.error?.hint}` : '');
    points.element.hidden = overlap.element.hidden = partial;
    drawTruth(truth, shown);
    table.draw(results.rows, shown.index);

    options(scale, scales(results.rows), results.scale);
    options(metric, metricsOf(results.rows, results.scale).map((name) => ({ value: name, label: metricWords(name).name })), results.metric);
    compare.show(bars(results.rows, shown, results.scale, results.metric), barWords(results.scale, results.metric), 'Model and baselines');
    const along = alongDoses(results.rows, shown, results.scale, results.metric);
    doses.element.hidden = !along;
    if (along) doses.show(along);

    const { detail } = results;
    const current = detail?.index === shown.index ? detail : null;
    points.element.classList.toggle('stale', !current);
    overlap.element.classList.toggle('stale', !current);
    if (!current) return;
    test.value = results.test;
    const set = degOverlap(current, shown, results.test);
    points.show(scatter(current, shown), RESULTS.scatter(current.top_genes.length));
    overlap.show(set, RESULTS.degs(current.degs[results.test].observed.length, results.test));
    genes.draw(set.genes);
  }

  // A large run brings many results a second; what a person does is answered at once.
  const drawSoon = calmly(() => draw(store.state), DRAW_MS);
  /** @type {(State["results"] | State["data"])[]} */
  let drawnFrom = [];
  let running = false;
  store.subscribe(['results', 'data', 'run'], (state) => {
    const ended = running && state.run.phase !== 'running';
    running = state.run.phase === 'running';
    const now = [state.results, state.data];
    if (!ended && now.every((each, i) => each === drawnFrom[i])) return;
    drawnFrom = now;
    // The last results of a run are not waited for.
    if (running) drawSoon();
    else draw(state);
  });
  scrollOnFirstResult(place, store);
}

/** Metrics that have a value for some row on a scale. @param {import('../protocol.js').ResultRow[]} rows @param {State["results"]["scale"]} scale */
function metricsOf(rows, scale) {
  const names = new Set(rows.flatMap((row) => Object.keys((scale === 'metrics' ? row.metrics : scale === 'truth' ? row.truth : row.ratios[scale]) ?? {})));
  return inOrder([...names].filter((name) => !name.startsWith(OBSERVED) && rows.some((row) => valueOf(row, scale, name) !== null)));
}

/** @param {import('../protocol.js').ResultRow[]} rows */
function scales(rows) {
  return /** @type {State["results"]["scale"][]} */ (Object.keys(SCALES)).filter((name) => metricsOf(rows, name).length > 0).map((name) => ({ value: name, label: SCALES[name].label }));
}

/** The chosen metric where the scale has it, else the scale's first. @param {State} state @param {string} scale */
function fitting({ results }, scale) {
  const names = metricsOf(results.rows, /** @type {State["results"]["scale"]} */ (scale));
  return names.includes(results.metric) ? results.metric : names.find((name) => name === 'edistance') ?? names[0] ?? results.metric;
}

/** @param {State["results"]["scale"]} scale @param {string} metric */
function barWords(scale, metric) {
  const better = betterOf(scale, metric) === 'lower' ? 'Lower is better.' : 'Higher is better.';
  return [metricWords(metric).meaning, SCALES[scale].meaning, better].filter(Boolean).join(' ');
}

/** @param {HTMLElement} place @param {import('../protocol.js').ResultRow} shown */
function drawTruth(place, shown) {
  const best = (/** @type {string} */ name) => shown.truth?.[`${OBSERVED}${name}`];
  const values = Object.entries(shown.truth ?? {}).filter(([name, value]) => value !== null && !name.startsWith(OBSERVED));
  place.hidden = values.length === 0;
  if (place.hidden) return;
  fill(place, h('span', { class: 'tag' }, 'simulated'), ` ${RESULTS.truth} Here: `,
    values.map(([name, value], i) => h('span', {}, i > 0 ? ', ' : '', `${metricWords(name).name} `, h('b', { 'data-value': value, test: `truth-${name}` }, Number(value).toFixed(3)), typeof best(name) === 'number' ? ` (the observed cells themselves: ${Number(best(name)).toFixed(3)})` : '')), '.');
}

/** Brings the results into sight when a run ends, unless the person is busy elsewhere. @param {HTMLElement} place @param {import('../store.js').Store} store */
function scrollOnFirstResult(place, store) {
  let before = store.state.run.phase;
  store.subscribe(['run'], ({ run, results }) => {
    const ended = run.phase === 'finished' && before !== 'finished';
    before = run.phase;
    if (!ended || results.rows.length === 0) return;
    const focused = document.activeElement;
    const busyElsewhere = focused instanceof HTMLInputElement || focused instanceof HTMLSelectElement || document.querySelector('dialog[open]');
    const section = place.closest('section');
    if (busyElsewhere || !section || section.getBoundingClientRect().top < innerHeight * 0.5) return;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    section.scrollIntoView({ behavior: still ? 'auto' : 'smooth', block: 'start' });
  });
}
