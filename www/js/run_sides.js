// What two runs of the same kind can be compared in: scores to choose from, their pairs, and a figure of both.
import { distanceFigure, distancePairs, joinedCandidates, joinedResults, pairs } from './run_pairs.js';
import { loadView } from './view.js';
import { distanceWords } from './words_metrics.js';
import { ESTIMATORS, frontName, TRADE_OFF } from './words_fronts.js';
import { modelWords } from './words_models.js';

/** @typedef {import('./kept_runs.js').KeptRun} KeptRun */
/** @typedef {import('./run_pairs.js').Pair} Pair */
/** @typedef {{value: string, label: string, better?: "lower" | "higher"}} Measure */

/**
 * @typedef {object} Sides
 * @property {string} of            what a pair is of
 * @property {string} words         what the numbers are
 * @property {string} [heading]     of the figure; else the measure
 * @property {string} title         what the figure shows, as a sentence
 * @property {Measure[]} measures
 * @property {(measure: string) => Pair[]} pairs
 * @property {(measure: string) => import('./protocol.js').Figure | null} figure
 */

const QUALITIES = { hypervolume: 'Hypervolume', percentage: 'Share not dominated', ndc: 'Distinct choices' };

/** @typedef {{view: import('./protocol.js').ViewModule, numbers: [number, number], reports: [any, any]}} Asked */
/** A list of each report. @param {[any, any]} reports @param {string} name @returns {[any[], any[]]} */
const both = (reports, name) => [reports[0]?.[name] ?? [], reports[1]?.[name] ?? []];

/** @param {Asked} asked @returns {Sides} */
function ofPredict({ view, numbers, reports }) {
  const rows = both(reports, 'results');
  const joined = joinedResults(rows, numbers);
  const of = { names: joined.names };
  const means = (/** @type {any[]} */ all, /** @type {string} */ metric) => {
    // A run may lack a score that the other one has.
    try {
      const { rows: found, groups } = view.score_table(all, { metrics: [metric], group_by: 'cell_type' });
      return found.map((row) => ({ model: row.model, type: groups[row.group].name, value: row.scores[0].mean }));
    } catch {
      return [];
    }
  };
  return {
    of: 'Model, held-out type', words: 'Means over doses and seeds.',
    title: 'Means over doses and seeds, with their spread; models carry the number of their run. A baseline that says the same in both runs stands there once.',
    measures: view.score_table(joined.rows, { of }).metrics.map(({ id, label, better }) => ({ value: id, label, better })),
    pairs: (metric) => pairs([means(rows[0], metric), means(rows[1], metric)], ({ model, type }) => `${model} ${type}`, ({ model, type }) => `${modelWords(model).name}, ${type}`, ({ value }) => value),
    figure: (metric) => view.score_figure(joined.rows, { show: 'bars', metric, group_by: 'cell_type', of }),
  };
}

/** @param {Asked} asked @returns {Sides} */
function ofTradeOff({ view, numbers, reports }) {
  const rows = both(reports, 'candidates');
  const joined = joinedCandidates(rows, numbers);
  // Scaled over both runs, so that areas can be compared.
  const table = view.front_table(joined, 'scaled');
  const metrics = view.front_metrics();
  const axis = (/** @type {string} */ id) => metrics.find((metric) => metric.id === id.replace(/^-/, ''))?.label ?? id;
  const fronts = numbers.map((number) => table.columns.flatMap((column, at) => {
    const [, of, method, measure] = /^test: (\d+) · (.+?)(?: \+ (\S+))?$/.exec(column) ?? [];
    return Number(of) === number ? [{ at, name: frontName(method, measure ?? null) }] : [];
  }));
  const value = (/** @type {string} */ measure, /** @type {number} */ at) => {
    const found = Number.parseFloat(String(table.rows.find(([quality, pair]) => `${quality} ${pair}` === measure)?.[at]));
    return Number.isFinite(found) ? found : null;
  };
  const measures = Object.entries(QUALITIES).flatMap(([quality, label]) => table.rows.filter(([of]) => of === quality).map(([, pair]) => ({
    value: `${quality} ${pair}`, label: `${label}: ${String(pair).split(' vs ').map(axis).join(' against ')}`, better: /** @type {const} */ ('higher'),
  })));
  return {
    of: 'Front', heading: 'The fronts of both runs', words: 'On test cells, as means over splits; metrics are scaled to 0–1 over both runs.', measures,
    title: `The fronts of both runs in the same axes, on test cells; each carries the number of its run. ${TRADE_OFF.uv}`,
    pairs: (measure) => pairs(/** @type {[any[], any[]]} */ (fronts), ({ name }) => name, ({ name }) => name, ({ at }) => value(measure, at)),
    figure: () => view.front_figure(joined, { x: 'u', y: 'v', cells: 'test', split: null }),
  };
}

/** @param {Asked} asked @returns {Sides} */
function ofExplore({ numbers, reports }) {
  const distances = both(reports, 'distances');
  const known = [...new Set(distances.flat().map(({ metric }) => String(metric)))];
  const arms = [...new Set(distances[0].map(({ arm }) => String(arm)))].filter((arm) => distances[1].some((row) => row.arm === arm));
  const last = arms.at(-1);
  return {
    of: 'Comparison', words: 'Of treated from control cells.', title: `At ${last ?? 'no treatment in common'}, with 95 % intervals; the tick marks what random parts of the control differ by.`,
    measures: known.map((value) => ({ value, label: distanceWords(value).name })),
    pairs: (metric) => distancePairs(distances, metric),
    figure: (metric) => (last === undefined ? null : distanceFigure(distances.map((all, i) => ({ title: `Run ${numbers[i]}`, distances: all })), last, metric, distanceWords(metric).name)),
  };
}

/** @param {Asked} asked @returns {Sides} */
function ofPlayground({ reports }) {
  const name = (/** @type {any} */ { estimator }) => (estimator === 'truth' ? 'True value' : ESTIMATORS[/** @type {keyof typeof ESTIMATORS} */ (estimator)] ?? String(estimator));
  const estimates = reports.map((report) => [{ estimator: 'truth', value: report.mutual_information }, ...(report.estimates ?? [])]);
  return { of: 'Estimate', words: 'After the last step of each run, in nats.', title: '', measures: [{ value: 'nats', label: 'nats' }], pairs: () => pairs(/** @type {[any[], any[]]} */ (estimates), name, name, ({ value }) => value), figure: () => null };
}

/** @param {[KeptRun, KeptRun]} runs  of the same task @param {[any, any]} reports @returns {Promise<Sides>} */
export async function sidesOf([before, after], reports) {
  const of = { predict: ofPredict, trade_off: ofTradeOff, explore: ofExplore, mutual_information: ofPlayground }[before.task];
  return of({ view: await loadView(), numbers: [before.number, after.number], reports });
}
