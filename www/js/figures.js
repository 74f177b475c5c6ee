// Figures as data, made from what the engine sent. Pure functions; view.js draws them.
import { number } from './numbers.js';
import { metricWords, SCALES } from './words_metrics.js';
import { isBaseline, modelWords } from './words_models.js';

/** @typedef {import('./protocol.js').Figure} Figure */
/** @typedef {import('./protocol.js').ResultRow} ResultRow */
/** @typedef {import('./store.js').State} State */

/** @param {import('./protocol.js').DesignSummary} design @param {import('./store.js').Plan} plan @returns {Figure} */
export function cellCounts(design, plan) {
  return {
    figure: 'cell_counts',
    cell_types: design.cell_types,
    arms: design.arms.map((arm) => arm.label),
    counts: design.counts,
    highlight: plan.heldOut.length === 1 ? [plan.heldOut[0], plan.arm === 'all' ? null : plan.arm] : null,
  };
}

/** @param {import('./store.js').LossSeries[]} losses  one per seed @returns {Figure} */
export function loss(losses) {
  const many = losses.length > 1;
  return {
    figure: 'loss',
    title: 'Loss while training',
    series: losses.flatMap((series) => {
      const tail = many ? `, seed ${series.seed}` : '';
      return [
        { name: `training${tail}`, points: series.train, dashed: false },
        ...(series.validation.length > 0 ? [{ name: `checked cells${tail}`, points: series.validation, dashed: true }] : []),
      ];
    }),
    x_label: losses[0]?.unit ?? 'epoch',
    y_label: 'loss per cell',
  };
}

/** Title words of one prediction. @param {{model: string, cell_type: string, arm: string}} row */
export const predictionTitle = (row) => `${modelWords(row.model).name}: ${row.cell_type}, ${row.arm}`;

/** "dose 30", or the condition's own name. @param {ResultRow} row */
const armWords = (row) => (row.dose !== null && row.arm === String(row.dose) ? `dose ${row.arm}` : row.arm);

/** @param {import('./protocol.js').PredictionDetail} detail @param {ResultRow} row @returns {Figure} */
export function scatter(detail, row) {
  return {
    figure: 'r2_scatter',
    title: predictionTitle(row),
    genes: detail.genes,
    x: detail.mean_observed,
    y: detail.mean_predicted,
    control: detail.mean_control,
    top: detail.top_genes,
    r2_all: row.metrics.r2_all ?? null,
    r2_top: row.metrics.r2_top100 ?? null,
    x_label: 'observed mean, log-normalised',
    y_label: 'predicted mean, log-normalised',
  };
}

/** How many genes each list of responding genes has: 100, or all where there are fewer. The same for every prediction of a run; null while none is known. @param {import('./protocol.js').PredictionDetail | null} detail */
export const listLength = (detail) => detail?.degs.t_test.observed.length || null;

/** @param {import('./protocol.js').PredictionDetail} detail @param {ResultRow} row @param {"t_test" | "wilcoxon"} test @returns {Figure} */
export function degOverlap(detail, row, test) {
  const { observed, predicted } = detail.degs[test];
  const inPredicted = new Set(predicted);
  const inObserved = new Set(observed);
  const names = (/** @type {number[]} */ genes) => genes.map((gene) => detail.genes[gene]);
  const common = observed.filter((gene) => inPredicted.has(gene));
  const observedOnly = observed.filter((gene) => !inPredicted.has(gene));
  const predictedOnly = predicted.filter((gene) => !inObserved.has(gene));
  return {
    figure: 'deg_overlap',
    title: predictionTitle(row),
    observed_only: observedOnly.length,
    common: common.length,
    predicted_only: predictedOnly.length,
    genes: { common: names(common), observed_only: names(observedOnly), predicted_only: names(predictedOnly) },
  };
}

/** The value of a row that the choices ask for. @param {ResultRow} row @param {State["results"]["scale"]} scale @param {string} metric @returns {number | null} */
export function valueOf(row, scale, metric) {
  const values = scale === 'metrics' ? row.metrics : scale === 'truth' ? row.truth : row.ratios[scale];
  return values?.[metric] ?? null;
}

/** On either ratio scale a small number is good. @param {State["results"]["scale"]} scale @param {string} metric */
export const betterOf = (scale, metric) => (scale === 'to_control' || scale === 'to_no_change' ? 'lower' : metricWords(metric).better);

/**
 * The chosen metric for all models of the same held-out type, arm and seed, best first.
 * @param {ResultRow[]} rows @param {ResultRow} shown @param {State["results"]["scale"]} scale @param {string} metric @returns {Figure}
 */
export function bars(rows, shown, scale, metric) {
  const words = metricWords(metric);
  const better = betterOf(scale, metric);
  const items = peers(rows, shown).map((row) => ({ label: modelWords(row.model).name, value: valueOf(row, scale, metric), baseline: isBaseline(row.model) }));
  const rank = (/** @type {number | null} */ value) => (value === null ? Infinity : better === 'lower' ? value : -value);
  items.sort((a, b) => rank(a.value) - rank(b.value));
  const ratio = scale === 'to_control' || scale === 'to_no_change';
  return {
    figure: 'bars',
    title: words.name,
    unit: ratio ? `${words.name}, ${SCALES[scale].label}` : [words.name, words.unit].filter(Boolean).join(', '),
    better,
    items,
    reference: ratio ? { value: 1, label: scale === 'to_no_change' ? 'no change' : 'as near to the control' } : null,
  };
}

/** A model without randomness has no seed and stands beside every seed. @param {ResultRow} row @param {ResultRow} shown */
const sameSeed = (row, shown) => row.seed === shown.seed || row.seed === null || shown.seed === null;

/**
 * Rows to compare with the shown one: same type, arm and seed, one for each model.
 * @param {ResultRow[]} rows @param {ResultRow} shown
 */
export function peers(rows, shown) {
  const same = rows.filter((row) => row.cell_type === shown.cell_type && row.arm === shown.arm && sameSeed(row, shown));
  return same.filter((row) => row === shown || (row.model !== shown.model && same.find((other) => other.model === row.model) === row));
}

/**
 * The chosen metric along the doses, one line per model; null with fewer than two doses.
 * @param {ResultRow[]} rows @param {ResultRow} shown @param {State["results"]["scale"]} scale @param {string} metric @returns {Figure | null}
 */
export function alongDoses(rows, shown, scale, metric) {
  const same = rows.filter((row) => row.cell_type === shown.cell_type && sameSeed(row, shown) && row.condition === shown.condition && row.dose !== null && row.dose > 0);
  const doses = [...new Set(same.map((row) => /** @type {number} */ (row.dose)))].sort((a, b) => a - b);
  if (doses.length < 2) return null;
  // The models before the baselines: the first line has the strongest colour.
  const models = [...new Set(same.map((row) => row.model))].sort((a, b) => Number(isBaseline(a)) - Number(isBaseline(b)));
  const series = models.map((model) => ({
    name: modelWords(model).name,
    dashed: false,
    points: doses.flatMap((dose) => {
      const row = same.find((row) => row.model === model && row.dose === dose);
      const value = row ? valueOf(row, scale, metric) : null;
      return value === null ? [] : [[Math.log10(dose), value]];
    }),
  }));
  const scaleWords = scale === 'metrics' ? '' : `, ${SCALES[scale].label}`;
  return { figure: 'loss', title: `${metricWords(metric).name}${scaleWords}`, series, x_label: 'dose (log10)', y_label: metricWords(metric).name };
}

/**
 * The result in words.
 * @param {ResultRow[]} rows @param {ResultRow} shown @returns {{sentence: string, verdict: string}}
 */
export function headline(rows, shown) {
  const name = modelWords(shown.model).name;
  const others = peers(rows, shown);
  const r2 = (/** @type {ResultRow | undefined} */ row) => row?.metrics.r2_all ?? null;
  const nothing = others.find((row) => row.model === 'no_change');
  const best = others
    .filter((row) => isBaseline(row.model) && row.model !== 'no_change' && row.model !== shown.model && r2(row) !== null)
    .sort((a, b) => /** @type {number} */ (r2(b)) - /** @type {number} */ (r2(a)))[0];
  const own = r2(shown);
  const seen = shown.model === 'no_change' ? '' : ', a response it has not seen';
  // A squared correlation is no share of explained variation: it says nothing about scale and offset.
  const parts = [`The gene means that ${name} predicts for ${shown.cell_type} cells at ${armWords(shown)}${seen}, follow the observed ones with a squared correlation (R²) of ${number(own)}.`];
  if (nothing && shown.model !== 'no_change') parts.push(`Doing nothing reaches ${number(r2(nothing))}${best ? ';' : '.'}`);
  if (best) parts.push(`the best ${isBaseline(shown.model) ? 'other ' : ''}baseline, ${modelWords(best.model).name.toLowerCase().replace('pca', 'PCA')}, ${number(r2(best))}.`);
  let sentence = parts.join(' ');
  // Without the no-change part the last clause begins the sentence.
  sentence = sentence.replace(/\. the best/, '. The best');
  let verdict = '';
  const strongest = Math.max(r2(nothing) ?? -Infinity, r2(best) ?? -Infinity);
  if (own !== null && Number.isFinite(strongest) && !isBaseline(shown.model)) {
    const gap = own - strongest;
    if (Math.abs(gap) < 0.005) verdict = `By this measure ${name} and the best baseline are level.`;
    else if (gap > 0) verdict = `${name} does better than every baseline here.`;
    else verdict = `Here a baseline does better than ${name}.`;
  }
  return { sentence, verdict };
}
