// Names, units and meaning of models and metrics.

/**
 * @typedef {object} MetricWords
 * @property {string} name
 * @property {string} unit      "" where there is none
 * @property {"lower" | "higher"} better
 * @property {string} meaning   a sentence
 */

/** Begins the names of scores that the observed cells themselves get against the truth. */
export const OBSERVED = 'observed_';

const PCA = 'in PCA of real cells, 50 components';

/** In the order of the select and the table. @type {Record<string, MetricWords>} */
export const METRICS = {
  r2_all: { name: 'R², all genes', unit: '', better: 'higher', meaning: 'Squared correlation of predicted and observed gene means over all genes. It ignores scale and offset, and is high even for no change: compare it with the baselines.' },
  r2_hvg: { name: 'R², variable genes', unit: '', better: 'higher', meaning: 'Squared correlation of predicted and observed gene means over the highly variable genes.' },
  r2_top100: { name: 'R², top 100 DEGs', unit: '', better: 'higher', meaning: 'Squared correlation of predicted and observed gene means over the 100 genes that respond most (all, where there are fewer): harder, and closer to what matters.' },
  r2_top20: { name: 'R², top 20 DEGs', unit: '', better: 'higher', meaning: 'Squared correlation of predicted and observed gene means over the 20 genes that respond most.' },
  common_degs: { name: 'Common DEGs, t-test', unit: 'genes', better: 'higher', meaning: 'Genes on both lists: the 100 that rise most in observed cells, and the 100 that rise most in predicted cells (all genes, where there are fewer); t-test ranking. A gene without variance among the predicted cells scores 0.' },
  common_degs_wilcoxon: { name: 'Common DEGs, Wilcoxon', unit: 'genes', better: 'higher', meaning: 'Genes on both lists of the 100 that rise most (all, where there are fewer), in observed and in predicted cells; Wilcoxon rank-sum ranking.' },
  edistance: { name: 'E-distance', unit: PCA, better: 'lower', meaning: 'Energy distance: twice the mean distance between predicted and observed cells, less the mean distances within each. 0 when both clouds are alike.' },
  edistance_squared: { name: 'E-distance, squared form', unit: PCA, better: 'lower', meaning: 'The older form with squared distances: twice the squared distance of the means, blind to spread.' },
  euclidean: { name: 'Distance of means', unit: PCA, better: 'lower', meaning: 'Euclidean distance between the mean predicted and the mean observed cell.' },
  mean_pairwise: { name: 'Mean pairwise distance', unit: PCA, better: 'lower', meaning: 'Mean distance between a predicted and an observed cell. Never 0: real cells also differ from each other.' },
  mmd_linear: { name: 'MMD, linear kernel', unit: PCA, better: 'lower', meaning: 'Maximum mean discrepancy with a linear kernel: the squared distance of the means.' },
  mmd_rbf: { name: 'MMD, Gaussian kernel', unit: PCA, better: 'lower', meaning: 'Maximum mean discrepancy with a Gaussian kernel: sees differences in shape, not only in the mean.' },
  wasserstein: { name: 'Wasserstein (Sinkhorn)', unit: PCA, better: 'lower', meaning: 'Least cost of moving the predicted cells onto the observed ones (squared distances, entropic regularisation).' },
};

/** Distances between control and treated cells: what each sees and what it misses. @type {Record<string, {name: string, sees: string}>} */
const DISTANCES = {
  edistance: { name: 'E-distance', sees: 'Sees any difference between the two groups, shifts most. Around 0, also slightly below, where they do not differ, whatever the number of cells.' },
  edistance_squared: { name: 'E-distance, squared', sees: 'Sees only the shift of the mean: twice its squared length. Misses every change of spread or shape; noise makes it larger the fewer cells there are.' },
  euclidean: { name: 'Euclidean distance of means', sees: 'Sees only the shift of the mean, in units of the components. Misses every change of spread or shape; noise makes it larger the fewer cells there are.' },
  mean_pairwise: { name: 'Mean pairwise distance', sees: 'Sees the shift together with the spread of both groups, so it is not 0 for equal groups: compare it with its value within the control. It hardly depends on the number of cells.' },
  mmd_linear: { name: 'MMD, linear kernel', sees: 'Sees only the shift of the mean: its squared length. Noise makes it larger the fewer cells there are.' },
  mmd_rbf: { name: 'MMD, RBF kernel, gamma 1', sees: 'Sees only cells nearer to each other than about 1, which in 50 components is hardly any: then it says how many cells there are, and nothing else. Kept because pertpy has it.' },
  mmd_rbf_median: { name: 'MMD, RBF kernel, median width', sees: 'Sees shifts and changes of shape at the scale of the median distance, and outliers hardly move it. It saturates where the groups no longer overlap, and is slightly above 0 for small equal groups.' },
  wasserstein: { name: 'Wasserstein (entropic, std)', sees: 'Sees shift, spread and shape: the smoothed cost of moving one group onto the other, in squared units. Not 0 for equal groups, and larger the fewer cells there are.' },
  wasserstein_mean: { name: 'Wasserstein (entropic, mean)', sees: 'As the Wasserstein distance with more smoothing, as older versions of OTT-JAX have it. Not 0 for equal groups, and larger the fewer cells there are.' },
  emd: { name: 'Earth mover’s distance', sees: 'Sees shift, spread and shape: the exact cost of moving one group onto the other, in squared units. Two samples of one population are far apart in many dimensions, the more so the fewer cells there are.' },
};

/** @param {string} metric */
export const distanceWords = (metric) => DISTANCES[metric] ?? { name: metric.replaceAll('_', ' '), sees: '' };

/** @param {string} metric @returns {MetricWords} */
export function metricWords(metric) {
  const known = METRICS[metric];
  if (known) return known;
  const of = metric.startsWith(OBSERVED) ? METRICS[metric.slice(OBSERVED.length)] : undefined;
  if (of) return { ...of, name: `${of.name}, observed cells`, meaning: 'The observed cells themselves against the truth: the best a model could do.' };
  return { name: metric.replaceAll('_', ' '), unit: '', better: 'lower', meaning: '' };
}

/** Metrics of the table in the page's own order, unknown ones last. @param {Iterable<string>} names */
export function inOrder(names) {
  const known = Object.keys(METRICS);
  const rank = (/** @type {string} */ name) => (known.includes(name) ? known.indexOf(name) : known.length);
  return [...names].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

export const SCALES = {
  metrics: { label: 'as it is', short: '', meaning: '' },
  to_control: {
    label: 'relative to the control',
    short: '÷ to control',
    meaning: 'The ratio of the thesis: distance from predicted to observed cells, divided by the distance from predicted to control cells. 0 is exact; above 1 the prediction is nearer to the control. Not defined for no change, whose divisor is 0.',
  },
  to_no_change: {
    label: 'relative to no change',
    short: '÷ no change',
    meaning: 'Distance from predicted to observed cells, divided by the distance from control to observed cells. 0 is exact; 1 is no better than doing nothing.',
  },
  truth: { label: 'against the simulator’s truth', short: 'true', meaning: 'The prediction compared with the true means that the simulator knows, instead of the sampled cells.' },
};
