// The sentences of the page: every control has one here. Those of metrics and models are in words_metrics.js.

export const ROLES = {
  cell_type: { label: 'Cell type', hint: 'One of its values is held out and predicted.' },
  condition: { label: 'Condition', hint: 'How a cell was treated, as a label.' },
  control: { label: 'Control value', hint: 'The condition that means untreated.' },
  dose: { label: 'Dose', hint: 'A number, or text such as “10 uM”; 0 is the control.' },
  batch: { label: 'Batch', hint: 'Donor or sample; kept even when cells are drawn.' },
};

export const KINDS = {
  counts: 'raw counts',
  log_normalised: 'already normalised and log-transformed',
  normalised: 'normalised, not yet log-transformed',
};

export const DATA = {
  lead: 'Single cells, some untreated and some treated, with a cell type for each.',
  drop: 'Drop a file here or choose one',
  formats: '.h5ad · 10x .h5 · matrix.mtx + barcodes + features (loose or .zip) · .csv / .tsv (.gz)',
  simulated: 'Made by a simulator inside this page, not measured: good for trying things out, and the true answer is known.',
  roles: 'Which column says what; guessed from names and values.',
  heatmap: 'Cells of each type at each dose or condition. Choose a cell of the map to hold that type and dose out. Types with few cells are hard to learn from and to score.',
};

export const PREDICT = {
  lead: 'Treated cells of one type are hidden from the model, which predicts them from that type’s untreated cells.',
  heldOut: 'The model sees only its untreated cells; its treated cells are kept for scoring.',
  arm: 'What to predict: one treatment, or each of them in turn.',
  model: {
    demo: 'scGen with small layers: trains in seconds; the full size predicts better.',
    paper: 'scGen with the published size, 800-800-100: minutes on a processor, faster with WebGPU.',
  },
  seed: 'Starting point of all randomness. The same seed gives the same result; several (1, 2, 19193) show how much it matters.',
  baselines: 'Four baselines without a network always run beside the model: no change, mean shift, PCA shift and count fold change.',
  steps: [
    ['Hide', 'the treated cells of the held-out type; choose genes; normalise.'],
    ['Train', 'a variational autoencoder on all other cells, while you watch its loss.'],
    ['Shift', 'the held-out type’s untreated cells by what the treatment did to the other types.'],
    ['Score', 'against the hidden cells, beside four baselines that need no network.'],
  ],
  loss: 'How badly the network rebuilds cells, after each pass over the data: lower is better. Solid: cells it trains on. Dashed: cells it only checks on. When the dashed line turns upward, it is learning by heart.',
  genes: 'Highly variable genes that are kept (scanpy’s “seurat” choice). 0 keeps all. R² is lower, for every model, over fewer and more variable genes.',
  maxCells: 'Cells drawn at most, evenly over types, treatments and batches. 0 keeps all.',
  withoutHeldOut: 'Choose genes without looking at the hidden cells. Most papers look at all cells, which leaks a little.',
};

/** Names and sentences of the model settings; one that is not here is shown by its own name. @type {Record<string, {label: string, hint: string, choices?: Record<string, string>}>} */
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
  empty: 'Nothing is trained yet. What appears here: one sentence that sums the prediction up, predicted against observed gene means, the genes it finds to respond, and the distance that is left – each beside four baselines.',
  scatter: 'Each point is a gene: its mean in the observed treated cells (across) and in the predicted ones (up), in log-normalised expression. On the line the prediction is exact. Marked: the 100 genes that respond most.',
  degs: 'The 100 genes that rise most against the untreated cells, once by the observed and once by the predicted cells (t-test ranking as in scanpy). The more they share, the better.',
  degsWilcoxon: 'The 100 genes that rise most against the untreated cells, once by the observed and once by the predicted cells (Wilcoxon ranking as in scanpy). The more they share, the better.',
  silent: 'A gene without variance among the predicted cells scores 0, so a constant shift of a silent gene is not taken for a response.',
  doses: 'The chosen metric at each dose of the held-out type, for the model and its baselines.',
  table: 'Every prediction of this run. Choose a column head to sort by it; choose a row to show it above.',
  truth: 'Simulated data: the simulator’s true means are known, so predictions are also scored against these, free of sampling noise.',
  runFile: 'Everything that defines this run, as JSON: whoever opens it gets the same run.',
  report: 'The run file with all results, versions and times, as JSON.',
  log: 'What the engine did, and when.',
};

export const CITE = {
  text: 'If Dosefront helps your work, please cite the methods you used and this page:',
  items: [
    'Dosefront: perturbation-response models trained in the browser. Version {version}.',
    'scGen. Lotfollahi, Wolf, Theis. scGen predicts single-cell perturbation responses. Nature Methods 16, 715–721 (2019).',
    'Metrics. Heumos et al. Pertpy: an end-to-end framework for perturbation analysis. Nature Methods (2025). Wolf, Angerer, Theis. SCANPY: large-scale single-cell gene expression data analysis. Genome Biology 19, 15 (2018).',
    'Benchmark that this page follows. Katzalis. Multi-task learning in perturbation modeling. Thesis, Aristotle University of Thessaloniki (2025).',
  ],
};
