// The sentences of Trade-off. Names and meanings of its metrics come from the engine.

export const TRADE_OFF = {
  lead: 'Removing a batch effect can remove biology with it. Instead of one integration you get a front of candidates, from “batch effect gone” to “biology kept”, and choose among them.',
  columns: 'The same columns as in step 1.',
  batch: 'Whose effect is removed: donor, chip, day.',
  labels: 'Known cell types: only to judge, never to train.',
  noLabels: 'Without a cell type column, metrics that compare with known types cannot be computed; they are greyed out among the axes.',
  methods: 'How candidates are found. Several are drawn over each other.',
  measures: 'What is minimised against the batch effect; its value on new cells is V.',
  candidates: 'K, the candidates between the two ends of each front.',
  splits: 'Seeds of the splits into training and test cells. Several (1, 2, 3) show how much the front varies.',
  size: 'As published trains for hours to days on a processor.',
  otherTrains: 'Predict is training; Trade-off can begin when it has ended.',
  train: 'Candidates appear below while they train.',
  genes: 'Highly variable genes that are kept. 0 keeps all.',
  maxCells: 'Cells drawn at most; each type in each batch keeps its share. 0 keeps all.',
  workers: 'Workers that share the parts of a run. Each holds a copy of the data.',
  steps: [
    ['Split', 'the cells of each batch into training and test cells.'],
    ['Train', 'scVI, then its ends: batch effect only, and scVI only.'],
    ['Spread', 'K candidates between them, each with a preference of its own.'],
    ['Judge', 'every latent space: cell types kept, batches mixed, on test cells.'],
  ],
  front: 'Each point is a candidate; larger ones lean towards scVI. Filled: on the front. Hollow: dominated – another candidate of its front is as good in both and better in one. Pale: still training.',
  frontUse: 'Choose a point to see its cells.',
  noBest: 'No point of a front is “the best”: to gain on one axis you lose on the other. Which one to take depends on what the data are for.',
  uv: 'U: generative loss of scVI, in nats per cell; low means the counts are described well, biology included. V: batch effect left in the latent space; low means batches are mixed.',
  chosen: 'The candidate’s latent space in two dimensions: the same cells by batch and by type. Good: batches mixed, types apart.',
  chosenNoTypes: 'The candidate’s latent space in two dimensions, by batch. Good: batches mixed.',
  gone: 'The browser has not kept the latent space of this candidate. Train again to see it; its numbers are still right.',
  stored: 'The cells of this candidate are not in the saved file: rerun to see them. Its numbers are those of the file.',
  table: 'Every candidate of this run, on the chosen cells.',
  tableUse: 'Choose a row to show it above, a column head to sort by it.',
  paper: 'Quality of whole fronts, in the layout of the paper’s tables: share of candidates that are not dominated, area dominated (hypervolume) and number of distinct choices (NDC). For all three, more is better; ± over splits.',
  paperScaled: 'Metrics scaled to 0–1 over all fronts, so that pairs can be compared.',
  paperUnits: 'In the metrics’ own units, as the paper has it.',
  slider: 'One network has learnt the whole front. Slide along it: the cells, their metrics and the place on the front follow.',
  place: 'One network’s latent space in two dimensions, at a preference between two candidates: the same cells by batch and, where it is known, by type.',
  placeUse: 'All places share one plane, so that cells can be followed.',
  sliderEnds: ['batch effect gone', 'biology kept'],
  polish: 'Fine-tunes a copy of the network at this one place, and judges it as a candidate of its own.',
  revive: 'The network of this front was trained before the page was loaded and is not in memory.',
  playground: 'How far can estimates of mutual information be trusted? Here the truth is known: points drawn from Gaussians, each with a category. Estimators see only the points.',
  playgroundSteps: 'How long the two networks learn. Fewer steps take less time and show nearly the same.',
  playgroundCase: 'Ten categories with one Gaussian each, or two categories that take turns on a circle.',
  separation: 'How far the Gaussians are apart, in standard deviations. 0: a point says nothing about its category.',
};

/** @type {Record<string, {name: string, meaning: string}>} */
export const METHODS = {
  pareto_mtl: { name: 'Pareto MTL', meaning: 'Pareto multi-task learning: each candidate is steered into its own sector of the front. The method of the paper.' },
  scalarisation: { name: 'Scalarisation', meaning: 'Each candidate minimises a weighted sum of U and V; the baseline of the paper.' },
  one_run: { name: 'One run', meaning: 'One network for the whole front, which is told the preference; afterwards a slider moves along the front.' },
  scvi_hsic: { name: 'scVI + HSIC', meaning: 'scVI with a growing HSIC penalty, a published method; brings its own measure.' },
  saucie_mmd: { name: 'SAUCIE + MMD', meaning: 'A published autoencoder with an MMD penalty: one embedding, no front.' },
  desc: { name: 'DESC', meaning: 'A published clustering autoencoder, which does not look at batches: one embedding, no front.' },
};

/** Methods that take no measure of choice; the last two make one candidate instead of a front. */
export const OWN_MEASURE = ['scvi_hsic', 'saucie_mmd', 'desc'];
export const SINGLE = ['saucie_mmd', 'desc'];

/** Estimators of the playground, by their names in reports. */
export const ESTIMATORS = { mine: 'MINE', nn: 'nearest neighbours', classifier: 'classifier bound' };
/** @type {Record<string, {name: string, meaning: string}>} */
export const MEASURES = {
  mine: { name: 'MINE', meaning: 'Mutual information of latent space and batch, by a neural estimate.' },
  mmd: { name: 'MMD', meaning: 'Maximum mean discrepancy between the batches.' },
  hsic: { name: 'HSIC', meaning: 'Hilbert-Schmidt independence of latent space and batch.' },
  classifier: { name: 'Classifier', meaning: 'Mutual information from below, by a classifier of the batch.' },
};

/** @type {Record<string, {label: string, hint: string, choices?: Record<string, string>}>} */
const SETTINGS = {
  'schedule.pretrain_epochs': { label: 'scVI epochs', hint: 'Of scVI alone, which every candidate starts from.' },
  'schedule.critic_warm_up': { label: 'Critic warm-up', hint: 'Critic steps before anything is trained against it.' },
  'schedule.range_epochs': { label: 'End epochs', hint: 'Of the two ends alone, which give U and V their scale.' },
  'schedule.epochs': { label: 'Front epochs', hint: 'Of all candidates together.' },
  'schedule.feasible_epochs': { label: 'Search epochs', hint: 'After so many, a candidate outside its sector goes on without.' },
  'schedule.refit_epochs': { label: 'Refit epochs', hint: 'Of the decoder alone, for the end without batch effect.' },
  'schedule.one_run_pretrain_epochs': { label: 'One run: scVI epochs', hint: 'Of the one network without preferences.' },
  'schedule.one_run_epochs': { label: 'One run: epochs', hint: 'Of the one network with preferences.' },
  'schedule.smoothing': { label: 'Smoothing', hint: 'Steps over which losses are averaged; 1 takes each as it is.' },
  'schedule.shared': { label: 'Weighed over', hint: 'Parameters over which the two gradients are weighed.', choices: { encoder: 'the encoder', all: 'all' } },
  'schedule.fixed_ranges': { label: 'Fixed scale', hint: 'Scale U and V once, before the candidates are trained.' },
  'schedule.hold_cones': { label: 'Hold sectors', hint: 'A candidate that has left its sector goes back.' },
  'scvi.likelihood': { label: 'Likelihood', hint: 'Distribution of counts.', choices: { zinb: 'zero-inflated NB', nb: 'negative binomial' } },
  'scvi.library': { label: 'Library size', hint: 'Where it comes from.', choices: { observed: 'as observed', latent: 'a latent variable' } },
  'scvi.norm': { label: 'Norm', hint: 'Of the hidden layers.', choices: { batch: 'batch norm', layer: 'layer norm' } },
  'scvi.adam_epsilon': { label: 'Adam epsilon', hint: 'As scvi-tools has it.' },
  'scvi.variance_floor': { label: 'Variance floor', hint: 'Added to the posterior variance.' },
  'evaluation.de_novo.epochs': { label: 'Judging epochs', hint: 'Of the critic that is trained anew on each finished latent space.' },
  'evaluation.de_novo.least_steps': { label: 'Judging steps at least', hint: 'Further epochs of that critic where cells are few; 0 for none.' },
  'evaluation.de_novo.batch_size': { label: 'Judging batch size', hint: 'Cells per step of that critic.' },
  'evaluation.de_novo.learning_rate': { label: 'Judging learning rate', hint: 'Of that critic.' },
  'evaluation.metrics.be_neighbours': { label: 'BE neighbours', hint: 'Of the entropy of batch mixing.' },
  'evaluation.metrics.mi_neighbours': { label: 'MI neighbours', hint: 'Of the nearest-neighbour estimate.' },
  'evaluation.metrics.mi_minibatch': { label: 'MI minibatch', hint: 'Cells per minibatch, in the paper’s form of it.' },
  train_fraction: { label: 'Trained share', hint: 'Of each batch; the rest are test cells.' },
};

/** Words of a setting of the task; null where it has none of its own. @param {string} path */
export const frontSettingWords = (path) => SETTINGS[path] ?? null;

/** Settings that are shown: those that anybody may want to change. */
export const SHOWN_SETTINGS = (/** @type {string} */ path) => path in SETTINGS || (path.startsWith('scvi.') && !path.endsWith('.preset'));

/** Candidates that were fine-tuned at a place of the slider make a front of their own, under this name. */
export const POLISHED = 'One run, polished';

/** @param {string} method */
export const methodName = (method) => METHODS[method]?.name ?? method.replaceAll('_', ' ');
/** @param {string | null} measure */
export const measureName = (measure) => (measure ? MEASURES[measure]?.name ?? measure : '');

/** As crate/src/fronts/names.rs has it. @param {string} method @param {string | null} measure */
export const frontName = (method, measure) => (measure && !OWN_MEASURE.includes(method) ? `${methodName(method)}, ${measureName(measure)}` : methodName(method));

/** @param {{method: string, measure: string | null}} front */
export const frontId = ({ method, measure }) => `${method}/${measure ?? '-'}`;
/** The name of a candidate in every figure: `candidate_key` in crate/src/fronts/names.rs. @param {import('./protocol.js').CandidateRow} row */
export const candidateKey = (row) => `${frontId(row)}/${row.place}`;

/** @param {import('./protocol.js').CandidateRow} row @param {number} n  candidates of its front */
export function candidateName(row, n) {
  const front = frontName(row.method, row.measure);
  if (row.kind === 'preference') return `${front}, candidate ${row.place + 1} of ${n}`;
  return row.kind === 'peer' ? front : `${front}, ${row.kind === 'batch_only' ? 'batch effect only' : 'scVI only'}`;
}
