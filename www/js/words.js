// The sentences of the page: every control has one here. Those of metrics and models are in words_metrics.js.

export const ROLES = {
  cell_type: { label: 'Cell type', hint: 'One of its values is held out and predicted.' },
  condition: { label: 'Condition', hint: 'How a cell was treated, as a label.' },
  control: { label: 'Control value', hint: 'The condition that means untreated.' },
  dose: { label: 'Dose', hint: 'A number, or text such as “10 uM”; 0 is the control.' },
  batch: { label: 'Batch', hint: 'Donor or sample; keeps its share when cells are drawn.' },
};

export const KINDS = {
  counts: 'raw counts',
  log_normalised: 'already normalised and log-transformed',
  normalised: 'normalised, not yet log-transformed',
};

export const DATA = {
  lead: 'Single cells, some untreated and some treated, with a cell type for each.',
  drop: 'Drop a file here or choose one',
  formats: '.h5ad · 10x .h5 · matrix.mtx + barcodes + features (loose or .zip) · .csv / .tsv (.gz) · a saved run (.dosefront.json, .dosefront.zip, report) · a lesson (.lesson.json)',
  simulated: 'Made by a simulator inside this page, not measured: good for trying things out, and the true answer is known.',
  noRoles: 'No column says what type cells are or how they were treated. Explore (2) and Predict (3) need both; Trade-off (5) needs only a batch column.',
  untreated: 'No column says how cells were treated. Explore (2) and Predict (3) need a condition or dose column; Trade-off (5) needs only a batch column.',
  roles: 'Which column says what; guessed from names and values.',
  heatmap: 'Cells of each type at each dose or condition. Types with few cells are hard to learn from and to score.',
  heatmapUse: 'Choose a cell of the map to hold that type and dose out.',
};

export const PREDICT = {
  lead: 'Treated cells of one type are hidden from the model, which predicts them from that type’s untreated cells.',
  heldOut: 'The model sees only its untreated cells; its treated cells are kept for scoring.',
  untreated: 'No treatment is known in these data, so there is no response to predict. Choose a condition or dose column in step 1, or go on to Trade-off (step 5), which needs none.',
  otherTrains: 'Trade-off is training; Predict can begin when it has ended.',
  arm: 'What to predict: one treatment, or each of them in turn.',
  model: 'Demo size trains in seconds to a minute; as published takes minutes to hours on a processor. Baselines without a network always run beside them.',
  asCounts: 'Only the gene means are kept; the cells are drawn as counts around them, so that they vary as real cells do. Trains each model once more.',
  moreModels: 'More models of the thesis and of the literature',
  seed: 'Starting point of all randomness: the same seed gives the same result. Several (1, 2, 19193) show how much it matters.',
  baselines: 'Five baselines without a network always run beside the models.',
  workers: 'Workers that share the parts of a run. Each holds a copy of the data; more than the processor has cores gain nothing.',
  tuned: 'The model whose parameters are shown here.',
  tight: 'That is more than a page can have: choose fewer cells or genes, or fewer seeds.',
  short: 'That is more than this machine seems to have: choose fewer workers, cells or genes.',
  earlierVersion: 'It was made by another version or engine, whose numbers may differ in the last digits, so it would be trained again. ',
  earlierPreset: 'Its data set is another one.',
  earlierFile: 'To see it, open its file again:',
  steps: [
    ['Hide', 'the treated cells of the held-out type; choose genes; normalise.'],
    ['Train', 'each chosen network on all other cells, while you watch its loss.'],
    ['Predict', 'the held-out type’s treated cells from its untreated ones.'],
    ['Score', 'against the hidden cells, beside five baselines that need no network.'],
  ],
  loss: 'How badly the network rebuilds cells, after each pass over the data: lower is better. Solid: cells it trains on. Dashed: cells it only checks on. When the dashed line turns upward, it is learning by heart.',
  genes: 'Highly variable genes that are kept (scanpy’s “seurat” choice). 0 keeps all. R² is lower, for every model, over fewer and more variable genes.',
  maxCells: 'Cells drawn at most; each type under each treatment in each batch keeps its share. 0 keeps all.',
  withoutHeldOut: 'Choose genes without looking at the hidden cells. Most papers look at all cells, which leaks a little.',
};

/** Names and sentences of the model settings; one that is not here is shown by its own name. `list`: of numbers, also where the preset leaves it open. @type {Record<string, {label: string, hint: string, choices?: Record<string, string>, list?: boolean}>} */
const SETTINGS = {
  n_hidden: { label: 'Hidden width', hint: 'Units of each hidden layer.' },
  n_layers: { label: 'Hidden layers', hint: 'Of the encoder, and as many of the decoder.' },
  n_latent: { label: 'Latent size', hint: 'Numbers that describe one cell between encoder and decoder.' },
  dropout: { label: 'Dropout', hint: 'Share of hidden units switched off in each step.' },
  kl_weight: { label: 'KL weight', hint: 'How strongly the latent space is pulled to a normal distribution.' },
  learning_rate: { label: 'Learning rate', hint: 'Size of Adam’s steps.' },
  adam_epsilon: { label: 'Adam epsilon', hint: 'Far from the usual default in scGen (0.01), and it matters.' },
  weight_decay: { label: 'Weight decay', hint: 'L2 penalty in the gradient.' },
  batch_size: { label: 'Batch size', hint: 'Cells per training step.' },
  epochs: { label: 'Epochs', hint: 'Passes over the training cells; at most so many with early stopping.' },
  patience: { label: 'Early stopping', hint: 'Stop after so many epochs without improvement on the checked cells (scGen’s own rule: 25). 0: never.' },
  layers: { label: 'Layer widths', hint: 'Of the encoder, the latent size last; the decoder has the same in reverse.' },
  control_layers: { label: 'Control layers', hint: 'Hidden widths of the autoencoder of untreated cells.' },
  treated_layers: { label: 'Treated layers', hint: 'Hidden widths of the autoencoder of treated cells.' },
  n_embedding: { label: 'Embedding size', hint: 'Numbers that the autoencoders describe a cell by.' },
  film_hidden: { label: 'FiLM layers', hint: 'Hidden widths between the treatment and what scales and shifts the decoder. Empty: by the number of treatments.', list: true },
  level_weight: { label: 'Level weight', hint: 'Of the squared error of ln(1 + rate) beside the likelihood.' },
  mask: { label: 'Input mask', hint: 'Share of the genes that is hidden from the encoder in each step.' },
  warm_up: { label: 'Warm-up', hint: 'Steps over which the learning rate rises from 0.' },
  untrained_heads: { label: 'Untrained heads', hint: 'Leave the latent layers as they were drawn, as the thesis does by accident (variational members).' },
  discriminator_epochs: { label: 'Discriminator epochs', hint: 'Of the discriminator alone (adversarial members).' },
  joint_epochs: { label: 'Joint epochs', hint: 'Of all networks together.' },
  control_epochs: { label: 'Control epochs', hint: 'Of the autoencoder of untreated cells alone.' },
  treated_epochs: { label: 'Treated epochs', hint: 'Of the autoencoder of treated cells alone.' },
  adversarial_weight: { label: 'Adversarial weight', hint: 'Share of the adversarial term in the loss.' },
  ot_epochs: { label: 'Epochs on pairs', hint: 'Passes over the pairs of optimal transport.' },
  ot_cells: { label: 'Paired cells', hint: 'Cells of a type and treatment that are paired at most; more are drawn at random.' },
  reuse: { label: 'Treated cells', hint: 'Whether several untreated cells may share a partner.', choices: { allowed: 'may be used again', never: 'are used once' } },
  zero_small: { label: 'Small values are 0', hint: 'Predicted values below 1e-4 become 0, as its authors do.' },
  kl_warm_up: { label: 'KL warm-up', hint: 'Epochs over which the KL weight rises from 0.' },
  discriminator_learning_rate: { label: 'Discriminator rate', hint: 'Learning rate of the discriminators.' },
  encoder_learning_rate: { label: 'Encoder rate', hint: 'Learning rate of the encoder.' },
  iterations: { label: 'Iterations', hint: 'Steps of the discriminators, each followed by one of the generators.' },
  decay: { label: 'Decay', hint: 'Factor on the learning rates after every so many iterations.' },
  decay_every: { label: 'Decay after', hint: 'Iterations between two decays.' },
  stale_labels: { label: 'Labels of the step before', hint: 'The generator step takes the cell types of the discriminator’s cells, as the published code does by accident.' },
  reconstruction_weight: { label: 'Reconstruction weight', hint: 'Of rebuilding a cell under its own condition.' },
  encoding_weight: { label: 'Encoding weight', hint: 'Of finding the same latent point again after a translation.' },
  projector: { label: 'Projector width', hint: 'Layer that cell types are told from.' },
  discriminator: { label: 'Discriminator width', hint: 'Hidden layer of each discriminator.' },
  max_norm: { label: 'Gradient limit', hint: 'Longer gradients are shortened to this length.' },
  identification_passes: { label: 'Type passes', hint: 'Passes of telling cell types, for each pass of translation.' },
  train_fraction: { label: 'Trained share', hint: 'Share of the cells to train on; the rest is only checked.' },
  balance: {
    label: 'Balance of types', hint: 'How cell types count in the shift: all alike, or resampled to the size of the largest as scGen does.',
    choices: { expected: 'all alike', sampled: 'resampled' },
  },
};

/** Words of a setting, from its dotted path in the run file. @param {string} path */
export function settingWords(path) {
  const name = path.split('.').at(-1) ?? path;
  return SETTINGS[name] ?? { label: name.replaceAll('_', ' '), hint: '' };
}

export const RESULTS = {
  empty: 'Nothing is trained yet. What appears here: one sentence that sums the prediction up, predicted against observed gene means, the genes it finds to respond, and the distance that is left – each beside five baselines.',
  /** @param {number} n  genes marked */
  scatter: (n) => `Each point is a gene: its mean in the observed treated cells (across) and in the predicted ones (up), in log-normalised expression. On the line the prediction is exact. Marked: the ${n} genes that respond most.`,
  /** @param {number} n  genes of each list @param {"t_test" | "wilcoxon"} test */
  degs: (n, test) => `The ${n} genes that rise most against the untreated cells, once by the observed and once by the predicted cells (${test === 'wilcoxon' ? 'Wilcoxon' : 't-test'} ranking as in scanpy). The more they share, the better.`,
  silent: 'A gene without variance among the predicted cells scores 0, so a constant shift of a silent gene is not taken for a response.',
  doses: 'The metric at each dose of the held-out type, for the model and its baselines.',
  table: 'Every prediction of this run. Choose a column head to sort by it; choose a row to show it above.',
  truth: 'Simulated data: the simulator’s true means are known, so predictions are also scored against these, free of sampling noise.',
  cells: 'Cells: predicted expression beside the real cells of the type, marked in obs (predicted, model, seed), for scanpy. Weights: the trained network, all seeds.',
  runFile: 'The run: what defines it and its results (.dosefront.json). Whoever drops it on this page can do it again and see whether it comes out the same.',
  report: 'The report: one web page to read and print, with figures, tables, methods and the run inside.',
  log: 'What the engine did, and when.',
};

export const COMPARE = {
  front: 'Each point is a model: mean over held-out types, doses and seeds; whiskers show the spread over seeds. Joined: models that no other beats on both scores. Hollow: beaten by another.',
  heat: 'The mean of each model for each held-out type or dose.',
  bars: 'Mean over seeds with its spread; dots are single seeds. The line is what no change reaches: a model below it has learnt nothing.',
  doses: 'The mean over held-out types at each dose.',
  table: 'Mean over held-out types and doses, ± spread over seeds. Star: the best; shaded: the second.',
  tableUse: 'Choose a column head to sort by it.',
  ratios: 'Two ratios of the same distance. “Relative to the control” is the thesis’: d(observed, predicted) / d(control, predicted). Its divisor contains the prediction, so a model that changes little looks terrible, and no change has none. “Relative to no change” divides by d(control, observed), which is the same for every model: 0 is exact, 1 no better than doing nothing.',
};

export const DOSE = {
  lead: 'These models answer any dose, also between the measured ones and a little beyond. Drag the dose.',
  cells: 'Untreated cells, the cells observed at the nearest measured dose, and the predicted ones, on two components of the real cells. Other real cells are faint.',
  genes: 'Predicted gene means against those observed at the nearest measured dose.',
};

export const CITE = {
  text: 'If Dosefront helps your work, please cite it and the methods you used:',
  used: 'Methods with results on this page, each with its paper on the Methods page:',
  none: 'The paper of each method that you used is on the page',
  items: [
    // As CITATION.cff has it.
    'The Dosefront authors. Dosefront: single-cell perturbation models trained in the browser. Version {version}.',
    'Metrics. Heumos et al. Pertpy: an end-to-end framework for perturbation analysis. Nature Methods (2025). Wolf, Angerer, Theis. SCANPY: large-scale single-cell gene expression data analysis. Genome Biology 19, 15 (2018).',
    'Benchmark that this page follows. Katzalis. Multi-task learning in perturbation modeling. Thesis, Aristotle University of Thessaloniki (2025).',
  ],
};
