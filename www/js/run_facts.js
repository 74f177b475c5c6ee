// The main results of a run, from its report, as a few short facts. Pure.
import { number, percent, plural } from './numbers.js';
import { ESTIMATORS, frontName } from './words_fronts.js';
import { isBaseline, modelWords } from './words_models.js';

/** @typedef {import('./kept_runs.js').Fact} Fact */

/** Models are compared by this, over all genes, as the page does at first. */
const METRIC = 'r2_all';

/** @param {any[]} values */
export const mean = (values) => {
  const known = values.filter((value) => typeof value === 'number' && Number.isFinite(value));
  return known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : null;
};
/** @param {any} list @returns {any[]} */
const listOf = (list) => (Array.isArray(list) ? list : []);

/** @param {any} report */
function ofPredict({ results, failures }) {
  const rows = listOf(results);
  const models = [...new Set(rows.map(({ model }) => String(model)))];
  const scores = models.map((model) => ({ model, score: mean(rows.filter((row) => row.model === model).map((row) => row.metrics?.[METRIC])) })).filter(({ score }) => score !== null);
  scores.sort((a, b) => Number(b.score) - Number(a.score));
  const [best] = scores;
  const nothing = scores.find(({ model }) => model === 'no_change');
  /** @type {Fact[]} */
  const facts = [];
  if (best) facts.push({ label: 'Best', text: `${modelWords(best.model).name}${isBaseline(best.model) ? ' (a baseline)' : ''}, R² ${number(best.score)}` });
  const own = scores.find(({ model }) => !isBaseline(model));
  if (own && own !== best) facts.push({ label: 'Best network', text: `${modelWords(own.model).name}, R² ${number(own.score)}` });
  if (nothing && nothing !== best) facts.push({ label: 'No change', text: `R² ${number(nothing.score)}` });
  facts.push({ label: 'Predictions', text: String(rows.length) });
  if (listOf(failures).length > 0) facts.push({ label: 'Left out', text: String(failures.length) });
  return facts;
}

/** @param {any} report */
function ofTradeOff({ candidates, fronts }) {
  const test = listOf(fronts).filter((front) => front.cells === 'test' && front.x === 'u' && front.y === 'v');
  /** @type {Map<string, any[]>} */
  const byName = new Map();
  for (const front of test) {
    const name = frontName(front.method, front.measure ?? null);
    byName.set(name, [...(byName.get(name) ?? []), front]);
  }
  return [
    { label: 'Candidates', text: String(listOf(candidates).length) },
    ...[...byName].map(([name, all]) => ({ label: name, text: `${percent(mean(all.map((front) => front.percentage)))} on the front, hypervolume ${number(mean(all.map((front) => front.hypervolume)))}` })),
  ];
}

/** @param {any} row */
export const comparisonName = ({ cell_type, contrast }) => `${cell_type ?? 'all cells'}, ${contrast}`;

/** @param {any} report */
function ofExplore({ distances, responses }) {
  const own = listOf(distances).filter(({ metric }) => metric === 'edistance');
  const largest = own.reduce((most, row) => (row.value > (most?.value ?? -Infinity) ? row : most), null);
  const genes = listOf(responses).reduce((most, row) => (row.up + row.down > (most ? most.up + most.down : 0) ? row : most), null);
  const comparisons = new Set(listOf(distances).map(comparisonName)).size;
  return [
    { label: 'Comparisons', text: String(comparisons) },
    ...(largest ? [{ label: 'Largest E-distance', text: `${number(largest.value)} (${largest.cell_type ?? 'all cells'}, ${largest.arm})` }] : []),
    ...(genes ? [{ label: 'Most genes respond', text: `${plural(genes.up + genes.down, 'gene')} (${genes.cell_type ?? 'all cells'}, ${genes.arm})` }] : []),
  ];
}

/** @param {any} report */
const ofPlayground = ({ mutual_information, estimates }) => [
  { label: 'True value', text: `${number(mutual_information)} nats` },
  ...listOf(estimates).map(({ estimator, value }) => ({ label: ESTIMATORS[/** @type {keyof typeof ESTIMATORS} */ (estimator)] ?? String(estimator), text: number(value) })),
];

/** @param {import('./protocol.js').TaskName} task @param {any} report @returns {Fact[]} */
export function factsOf(task, report) {
  const of = { predict: ofPredict, trade_off: ofTradeOff, explore: ofExplore, mutual_information: ofPlayground }[task];
  return of ? of(report ?? {}) : [];
}
