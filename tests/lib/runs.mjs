// The run files of the tests, in one place.

const ROLES = { cell_type: 'cell_type', condition: 'condition', control: 'control', dose: null, batch: null };

/** A run on the built-in two-condition set, small enough for a software adapter. */
function toyRun({ models, device = 'cpu', seeds = [1], max_cells = 240, genes = 60 }) {
  return {
    dosefront: 1,
    dataset: { simulated: { preset: 'pbmc-two-condition', seed: 1 } },
    roles: ROLES,
    preprocess: { max_cells, genes: { hvg_seurat: genes } },
    task: { predict: { models, held_out: ['CD4T'], doses: 'all', seeds } },
    device,
  };
}

/** Every model once, in seconds: what has to come out the same everywhere. */
export const EVERYTHING = toyRun({
  models: ['no_change', 'mean_shift', 'pca_shift', 'count_fold_change', { scgen: { preset: 'demo', epochs: 4 } }],
  seeds: [1, 2],
});

/** The models that answer any dose, with one of the liver's types held out. */
export const DOSES = {
  dosefront: 1,
  dataset: { simulated: { preset: 'liver-dose-response', seed: 1 } },
  roles: { cell_type: 'cell_type', condition: null, control: null, dose: 'dose', batch: null },
  preprocess: { max_cells: 1200, genes: { hvg_seurat: 1000 } },
  task: { predict: { models: [{ scvidr_multi: { epochs: 3 } }, { film_nb: { epochs: 2 } }], held_out: ['Hepatocytes - portal'], doses: 'all', seeds: [1] } },
  device: 'cpu',
};

/** scGen alone, of a small size, for at least 20 optimiser steps in several epochs: a loss is told after each. */
export const TWENTY_STEPS = (device) =>
  toyRun({ models: [{ scgen: { preset: 'demo', n_hidden: 32, n_latent: 8, batch_size: 16, epochs: 8 } }], device, max_cells: 120 });

/** A whole built-in set: the page's quick network, or the paper's. */
export const BENCH = (preset, device) => ({
  ...toyRun({ models: [{ scgen: { preset, epochs: 12 } }], device }),
  preprocess: { max_cells: 3000, genes: 'all' },
});

/** Every part of an exploration, in seconds: what has to come out the same everywhere. */
export const EXPLORATION = {
  dosefront: 1,
  dataset: { simulated: { preset: 'liver-dose-response', seed: 1 } },
  roles: { cell_type: 'cell_type', condition: null, control: null, dose: 'dose', batch: null },
  preprocess: { max_cells: 600, genes: { hvg_seurat: 80 } },
  task: {
    explore: {
      n_pcs: 20,
      distances: { permutations: 9, bootstraps: 9, transport_resamples: 3, floor_splits: 5 },
      doses: { n_genes: 10 },
      embedding: { methods: ['umap', 'tsne'], umap: { epochs: 60 }, tsne: { iterations: 120, exaggeration_iterations: 60 } },
    },
  },
  device: 'cpu',
};

/** Two fronts on the built-in set with two batches, in seconds; the first is trained in two parts. */
export const FRONTS = {
  dosefront: 1,
  dataset: { simulated: { preset: 'marrow-two-batches', seed: 1 } },
  roles: { cell_type: 'cell_type', condition: null, control: null, dose: null, batch: 'batch' },
  preprocess: { max_cells: 300, genes: { hvg_seurat: 80 } },
  task: {
    trade_off: {
      methods: ['pareto_mtl', 'scalarisation'], measures: [{ measure: 'mine', width: 16, critic_steps: 1 }], candidates: 5, splits: [1],
      scvi: { n_hidden: 16, n_latent: 4 }, schedule: { pretrain_epochs: 2, critic_warm_up: 5, range_epochs: 1, epochs: 2, refit_epochs: 1 },
      evaluation: { de_novo: { epochs: 1 } },
    },
  },
  device: 'cpu',
};
