// What lessons ask of the page: each a small function of the live state.
import { number } from '../numbers.js';
import { metricWords } from '../words_metrics.js';
import { isBaseline, modelWords } from '../words_models.js';

/** @typedef {import('./types.js').Live} Live */
/** @typedef {import('./types.js').DistanceRow} DistanceRow */
/** @typedef {import('./types.js').Option} Option */
/** @typedef {import('./types.js').Verdict} Verdict */
/** @typedef {import('../protocol.js').ResultRow} ResultRow */
/** @typedef {import('../protocol.js').CandidateRow} CandidateRow */

export const ALL_CELLS = 'All cells';
/** Below that a distance is called a response. */
export const P_LIMIT = 0.05;

/** A number as somebody types it: 0.98, 0,98 or −0.05; NaN where it is none. @param {string} text */
export const typed = (text) => (text.trim() === '' ? NaN : Number(text.trim().replace('−', '-').replace(',', '.')));

/** Whether a typed number is the true one, as far as it can be read from a figure. @param {string} answer @param {number} truth @param {number} tolerance */
export const near = (answer, truth, tolerance) => Math.abs(typed(answer) - truth) <= tolerance;

/** The verdict on a typed number. @param {string} answer @param {number} truth @param {number} tolerance @param {string} why  if right @param {string} hint  if wrong @returns {Verdict} */
export function onNumber(answer, truth, tolerance, why, hint) {
  if (Number.isNaN(typed(answer))) return { right: false, why: 'Type a number, such as 3 or 0.25.' };
  return near(answer, truth, tolerance) ? { right: true, why } : { right: false, why: hint };
}

/** @param {string[]} values @param {(value: string) => string} [label] @returns {Option[]} */
export const optionsOf = (values, label = (value) => value) => values.map((value) => ({ value, label: label(value) }));

// The open data.

/** Whether a built-in set is open and understood as far as it can be. @param {Live} live @param {string} preset */
export const isOpen = ({ data, design }, preset) => data.phase === 'ready' && data.source !== null && 'preset' in data.source && data.source.preset === preset && !design.busy;

/** @param {Live} live */
export const treatments = ({ design }) => (design.summary?.arms ?? []).filter((arm) => !arm.control);

// The exploration.

/** The distances of one cell type, weakest dose first. @param {Live} live @param {string} metric @param {string} cellType @returns {DistanceRow[]} */
export const alongDoses = ({ distances }, metric, cellType) =>
  (distances ?? []).filter((row) => row.metric === metric && row.cell_type === cellType).sort((a, b) => (a.dose ?? 0) - (b.dose ?? 0));

/** The distances of all single types at one arm. @param {Live} live @param {string} metric @param {string} arm */
export const atArm = ({ distances }, metric, arm) => (distances ?? []).filter((row) => row.metric === metric && row.arm === arm && row.cell_type !== ALL_CELLS);

/** The largest by a number; undefined of none. @template T @param {T[]} all @param {(one: T) => number} by @returns {T | undefined} */
export const largest = (all, by) => all.reduce((/** @type {T | undefined} */ best, one) => (best === undefined || by(one) > by(best) ? one : best), undefined);

/** The type that the strongest dose moves furthest. @param {Live} live @param {string} metric */
export function furthestType(live, metric) {
  const last = treatments(live).at(-1)?.label ?? '';
  return largest(atArm(live, metric, last), ({ value }) => value)?.cell_type ?? '';
}

/** The weakest arm whose p-value is below the limit. @param {DistanceRow[]} rows  weakest first */
export const firstResponse = (rows) => rows.find(({ p_value }) => p_value !== null && p_value < P_LIMIT);

/** @param {Live} live */
export const hasDistances = ({ distances, explore }) => explore.known.distances > 0 && (distances?.length ?? 0) > 0;
/** @param {Live} live */
export const hasPValues = (live) => hasDistances(live) && (live.distances ?? []).every(({ p_value }) => p_value !== null);

/** What to do before distances can be read. @param {Live} live */
export const needsDistances = (live) => (hasDistances(live) ? '' : 'Wait until the distances are measured: step 2, Explore, begins by itself when the data are open.');

// Predictions.

/** Rows of the run, if it has ended and has a trained model. @param {Live} live @returns {ResultRow[]} */
export const resultsOf = ({ results, run }) => (run.phase === 'finished' && results.rows.some((row) => !isBaseline(row.model)) ? results.rows : []);

/** @param {Live} live */
export const needsTraining = (live) => (resultsOf(live).length > 0 ? '' : 'Train the model first: the button is in step 3, Predict.');

/** All models' rows for one arm. @param {Live} live @param {string} arm */
export const rowsAt = (live, arm) => resultsOf(live).filter((row) => row.arm === arm);
/** @param {ResultRow} row */
export const isTrained = (row) => !isBaseline(row.model);
/** @param {ResultRow[]} rows @param {string} model */
export const rowOf = (rows, model) => rows.find((row) => row.model === model);
/** The arms that have results, weakest first. @param {Live} live */
export const predictedArms = (live) => treatments(live).map(({ label }) => label).filter((label) => rowsAt(live, label).length > 0);
/** @param {ResultRow | undefined} row @param {string} metric */
export const scoreOf = (row, metric) => row?.metrics[metric] ?? NaN;
/** The best rows in a metric: several where they are equal. @param {ResultRow[]} rows @param {string} metric */
export function bestIn(rows, metric) {
  const sign = metricWords(metric).better === 'lower' ? -1 : 1;
  const scored = rows.filter((row) => Number.isFinite(scoreOf(row, metric)));
  const top = Math.max(...scored.map((row) => sign * scoreOf(row, metric)));
  return scored.filter((row) => sign * scoreOf(row, metric) === top);
}
/** @param {string} model */
export const nameOf = (model) => modelWords(model).name;
/** @param {ResultRow[]} rows @returns {Option[]} */
export const modelOptions = (rows) => optionsOf([...new Set(rows.map((row) => row.model))], nameOf);

// Fronts.

/** Candidates of the finished front, batch effect only first. @param {Live} live @returns {CandidateRow[]} */
export const candidatesOf = ({ fronts, frontRun }) => (frontRun.phase === 'finished' ? [...fronts.rows].sort((a, b) => a.place - b.place) : []);
/** @param {Live} live */
export const needsFront = (live) => (candidatesOf(live).length > 2 ? '' : 'Train the front first: the button is in step 5, Trade-off.');
/** A score on test cells. @param {CandidateRow} row @param {string} metric */
export const testScore = (row, metric) => row.test[metric] ?? (metric === 'u' ? row.u : metric === 'v' ? row.v : null) ?? NaN;
/** @param {CandidateRow} row */
export const placeName = ({ kind, place }) => (kind === 'batch_only' ? 'the end “batch effect only”' : kind === 'scvi_only' ? 'the end “scVI only”' : `candidate ${place + 1}`);

/**
 * Kendall's rank correlation of two lists: 1 where both rise together, −1 where one falls as the other rises.
 * @param {number[]} x @param {number[]} y
 */
export function rankCorrelation(x, y) {
  let sum = 0;
  let pairs = 0;
  for (let i = 0; i < x.length; i++) {
    for (let j = i + 1; j < x.length; j++) {
      sum += Math.sign(x[i] - x[j]) * Math.sign(y[i] - y[j]);
      pairs += 1;
    }
  }
  return pairs === 0 ? 0 : sum / pairs;
}

/** Those that no other is at least as low as in both numbers and lower in one. @template T @param {T[]} all @param {(one: T) => [number, number]} both */
export function notDominated(all, both) {
  return all.filter((one) => {
    const [u, v] = both(one);
    return !all.some((other) => {
      const [a, b] = both(other);
      return a <= u && b <= v && (a < u || b < v);
    });
  });
}

// Words.

/** "7.4" for "0.0099": enough digits to compare, as the page's figures have. */
export const n = number;
