// Two reports beside each other, as rows that the figures and tables of the page take. Pure.
import { comparisonName } from './run_facts.js';
import { isBaseline, modelWords } from './words_models.js';
import { methodName, OWN_MEASURE } from './words_fronts.js';

/** @typedef {import('./protocol.js').ResultRow} ResultRow */
/** @typedef {import('./protocol.js').CandidateRow} CandidateRow */
/** @typedef {{key: string, label: string, before: number | null, after: number | null}} Pair */

/** @param {ResultRow} row */
const place = (row) => JSON.stringify([row.model, row.cell_type, row.arm, row.condition, row.seed]);
const tag = (/** @type {number} */ number, /** @type {string} */ name) => `${number} · ${name}`;

/**
 * Predictions of two runs as those of one: models are told apart by the number of their run. A baseline that says the same in both stands
 * there once.
 * @param {[ResultRow[], ResultRow[]]} rows @param {[number, number]} numbers @returns {{rows: ResultRow[], names: Record<string, string>}}
 */
export function joinedResults(rows, numbers) {
  const [before, after] = rows.map((all) => new Map(all.map((row) => [place(row), row])));
  const models = new Set([...rows[0], ...rows[1]].map(({ model }) => model));
  const shared = new Set([...models].filter((model) => isBaseline(model) && [...new Set([...before.keys(), ...after.keys()])].every((key) => {
    const [a, b] = [before.get(key), after.get(key)];
    return (a ?? b)?.model !== model || (a && b && JSON.stringify(a.metrics) === JSON.stringify(b.metrics));
  })));
  /** @type {Record<string, string>} */
  const names = {};
  const joined = rows.flatMap((all, i) => all.filter(({ model }) => i === 0 || !shared.has(model)).map((row) => {
    const model = shared.has(row.model) ? row.model : tag(numbers[i], row.model);
    names[model] = shared.has(row.model) ? modelWords(row.model).name : tag(numbers[i], modelWords(row.model).name);
    return { ...row, model };
  }));
  // Models before baselines, those of the same name side by side.
  const rank = (/** @type {ResultRow} */ { model }) => Number(isBaseline(model.replace(/^\d+ · /, '')));
  joined.sort((a, b) => rank(a) - rank(b) || a.model.replace(/^\d+ · /, '').localeCompare(b.model.replace(/^\d+ · /, '')));
  return { rows: joined.map((row, index) => ({ ...row, index })), names };
}

/** Candidates of two runs as those of one: fronts are told apart by the number of their run. @param {[CandidateRow[], CandidateRow[]]} rows @param {[number, number]} numbers @returns {CandidateRow[]} */
export const joinedCandidates = (rows, numbers) => rows.flatMap((all, i) => all.map((row) => ({ ...row, method: tag(numbers[i], methodName(row.method)), measure: OWN_MEASURE.includes(row.method) ? null : row.measure }))).map((row, index) => ({ ...row, index }));

/**
 * Values of two lists by what they are of; what only one has is null in the other.
 * @template T @param {[T[], T[]]} lists @param {(each: T) => string} key @param {(each: T) => string} label @param {(each: T) => number | null} value @returns {Pair[]}
 */
export function pairs(lists, key, label, value) {
  /** @type {Map<string, Pair>} */
  const all = new Map();
  lists.forEach((list, i) => {
    for (const each of list) {
      const pair = all.get(key(each)) ?? { key: key(each), label: label(each), before: null, after: null };
      pair[i === 0 ? 'before' : 'after'] = value(each);
      all.set(key(each), pair);
    }
  });
  return [...all.values()];
}

/** The distances of one metric, of two explorations. @param {[any[], any[]]} distances @param {string} metric */
export const distancePairs = (distances, metric) => pairs(
  /** @type {[any[], any[]]} */ (distances.map((all) => all.filter((row) => row.metric === metric))), comparisonName, comparisonName, ({ value }) => value);

/**
 * Distances at one treatment as a figure, a plot for each run.
 * @param {{title: string, distances: any[]}[]} runs @param {string} arm @param {string} metric @param {string} unit @returns {import('./protocol.js').Figure}
 */
export const distanceFigure = (runs, arm, metric, unit) => ({
  figure: 'intervals', title: `${unit} of ${arm}`,
  panels: runs.map(({ title, distances }) => ({
    title, unit, log: false,
    rows: distances.filter((row) => row.metric === metric && row.arm === arm).map((row) => ({ label: row.cell_type ?? 'All cells', key: row.cell_type ?? '', value: row.value, low: row.low ?? null, high: row.high ?? null, floor: row.floor ?? null, note: `${row.n_treated} cells` })),
  })),
});
