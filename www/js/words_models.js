// Names and meaning of the models, and how a run file asks for them.

/** Networks that are trained, in the order of the list to choose from. @type {Record<string, {name: string, meaning: string}>} */
export const TRAINED = {
  multi_head: { name: 'Multi-head autoencoder', meaning: 'The multi-task autoencoder’s encoder with a decoder for every treatment and dose instead of one decoder that is told which it is.' },
  unitednet: { name: 'UnitedNet', meaning: 'Translates between untreated cells and the treated cells that optimal transport pairs them with, in turn with telling the cell type of each pair.' },
  scpregan: { name: 'scPreGAN', meaning: 'An encoder with one generator for untreated and one for treated cells, trained against two discriminators; seeds can differ widely.' },
  scbutterfly: { name: 'scButterfly', meaning: 'Two autoencoders, for untreated and for treated cells, and a translator between them, trained on the pairs of optimal transport; each treatment has networks of its own.' },
  film_nb: { name: 'FiLM count model', meaning: 'Our own network for all types and doses at once: it learns how a type that was never treated would respond, and draws the predicted cells as counts.' },
  scgen: { name: 'scGen', meaning: 'A variational autoencoder; the treatment is a shift in its latent space, learnt from the other cell types.' },
  scvidr_single: { name: 'scVIDR, each dose', meaning: 'scGen’s network; the shift is not the other types’ mean but regressed on where each type’s untreated cells lie, for each dose by itself.' },
  scvidr_multi: { name: 'scVIDR, scaled doses', meaning: 'The same for the highest dose; lower doses take a part of that shift, by the logarithm of the dose.' },
  mtae: { name: 'MTAE', meaning: 'An autoencoder for all treatments at once, whose decoder is told the treatment by scaling and shifting its features (FiLM).' },
  mtvae: { name: 'MTVAE', meaning: 'The multi-task autoencoder with a variational latent space.' },
  mtae_adv: { name: 'MTAE, adversarial', meaning: 'The multi-task autoencoder whose encoder also learns to hide from a discriminator which cells were treated.' },
  mtae_adv_gaussian: { name: 'MTAE, adversarial to a normal', meaning: 'The multi-task autoencoder whose encoder also learns to make its latent space look like a normal distribution to a discriminator.' },
  mtae_ot: { name: 'MTAE on pairs', meaning: 'The multi-task autoencoder, trained to turn untreated cells into the treated cells that optimal transport pairs them with.' },
  mtae_plus_ot: { name: 'MTAE, then pairs', meaning: 'The multi-task autoencoder, trained on the cells themselves first and then on the pairs of optimal transport.' },
  mtvae_ot: { name: 'MTVAE on pairs', meaning: 'The variational multi-task autoencoder, trained on the pairs of optimal transport.' },
  mtvae_plus_ot: { name: 'MTVAE, then pairs', meaning: 'The variational multi-task autoencoder, trained on the cells themselves first and then on the pairs of optimal transport.' },
};

/** @type {Record<string, {name: string, meaning: string}>} */
const CLOSED_FORM = {
  no_change: { name: 'No change', meaning: 'The untreated cells themselves.' },
  mean_shift: { name: 'Mean shift', meaning: 'Untreated cells plus the mean difference seen in the other types, gene by gene.' },
  pca_shift: { name: 'PCA shift', meaning: 'The same shift within principal components.' },
  pca_regressed_shift: { name: 'PCA regressed shift', meaning: 'A shift within principal components that is regressed on where each type’s untreated cells lie, as scVIDR does in its latent space.' },
  count_fold_change: { name: 'Count fold change', meaning: 'Counts of untreated cells scaled by the fold changes of the other types; keeps the variation between cells.' },
};
export const BASELINES = Object.keys(CLOSED_FORM);

/** Ends the name of a model whose predicted means are drawn as counts. */
const COUNTS = '_counts';

/** The words of a model by its name in reports. @param {string} model @returns {{name: string, meaning: string}} */
export function modelWords(model) {
  const found = TRAINED[model] ?? CLOSED_FORM[model];
  if (found) return found;
  if (plain(model) !== model) {
    const { name, meaning } = modelWords(plain(model));
    return { name: `${name}, as counts`, meaning: `${meaning} Of its prediction only the gene means are kept: the cells are drawn as counts around them.`.trim() };
  }
  return { name: model.replaceAll('_', ' '), meaning: '' };
}

/** The model behind one that is drawn as counts. @param {string} model */
export const plain = (model) => (model.endsWith(COUNTS) ? model.slice(0, -COUNTS.length) : model);
/** @param {string} model */
export const isBaseline = (model) => BASELINES.includes(plain(model));

/**
 * How a run file asks for a model. @param {string} model @param {Record<string, any>} settings
 * @returns {string | Record<string, any>}
 */
export function modelSpec(model, settings) {
  if (plain(model) !== model) return { as_counts: modelSpec(plain(model), settings) };
  if (isBaseline(model)) return model;
  return isMtae(model) ? { mtae: { variant: model, ...settings } } : { [model]: settings };
}

/** The settings of a model in a filled-in run file. @param {string | Record<string, any>} spec @returns {Record<string, any> | null} */
export function settingsOf(spec) {
  if (typeof spec === 'string') return null;
  const [inner] = Object.values(spec);
  if ('as_counts' in spec) return settingsOf(inner);
  const { variant, ...settings } = inner;
  return settings;
}

/** The family shares one entry of the run file. @param {string} model */
const isMtae = (model) => /^mt(ae|vae)(_|$)/.test(model);
