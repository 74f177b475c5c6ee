// What the "?" beside figures and controls say: how to read it and what to beware of, beyond the sentence that is always there.
import { MEASURES, METHODS } from './words_fronts.js';
import { distanceWords, METRICS, metricWords, OBSERVED } from './words_metrics.js';
import { modelWords, plain, TRAINED, BASELINES } from './words_models.js';

/**
 * @typedef {object} HelpWords
 * @property {string} title
 * @property {string[]} text        a paragraph each
 * @property {string | null} methods  the entry of the Methods page
 * @property {{name: string, text: string, methods: string | null}[]} items
 */

/** [title, entry of the Methods page, paragraphs ...] @typedef {[string, string | null, ...string[]]} Entry */

/** Of figures and tables, by the names of their cards. @type {Record<string, Entry>} */
const FIGURES = {
  cell_counts: ['Cells of each type and treatment', 'max_cells', 'Dark fields have many cells. A model learns a type’s response from its row and is scored on one field of it, so a pale field means a noisy score.', 'Choosing a field holds out that type at that dose.'],
  distances_along_doses: ['Distances along the doses', 'noise_floor', 'A response shows as a line that leaves the grey. Its unit is that of the components, so shapes compare between types; heights only within one distance.', 'A line that is high from the lowest dose on, and flat, is more often a difference between groups of cells than an effect of the dose.'],
  distances_per_type: ['Distances per cell type', 'interval', 'The longer the bar, the farther the treated cells are from the control; the whisker is a 95 % interval for other cells of the same groups, and the tick what random halves of the control differ by.', 'Types with few cells have wide whiskers and high ticks: their bars are not comparable with those of large types.'],
  embedding: ['Cells in two dimensions', 'umap', 'Look for neighbours: cells of one type should lie together. The length of a gap, the size of a cloud and its place mean little in UMAP and t-SNE.'],
  embedding_by: ['The same places, coloured otherwise', 'umap', 'If the colours of a batch part the clouds of one type, there is a batch effect; if those of the dose do, a strong response. What does not show here may still be there: two dimensions hold little.'],
  volcano: ['Change and certainty', 'response_genes', 'Genes far to the right rise, far to the left fall; high up is certain. High but near the middle: a small change that many cells agree on. Far out but low: few cells express it.', 'Cells of one animal are not independent, so “certain” is about these cells.'],
  response_genes: ['Response genes', 'response_genes', 'Look at both: the fold change, and the shares of cells that express the gene. A huge fold change of a gene that hardly any cell expresses is noise.'],
  gene_expression: ['One gene', 'response_genes', 'Violins show the spread over cells, means a single point with its interval. Many cells at 0 are usual for one gene in single cells.'],
  response_overlap: ['Shared response genes', 'response_overlap', 'Each bar counts the genes that respond in exactly the marked groups. A response that all types share sits on the bar with every mark.', 'Larger groups find more genes: “only here” may be “only seen here”.'],
  genes_along_doses: ['Genes along the doses', 'hill', 'Points with 95 % intervals; the curve is drawn where it beats a constant. The dose of half the effect is where the curve is halfway.'],
  ec50: ['Dose of half the effect', 'hill', 'A gene to the left responds to small doses. An interval that runs off the edge means that the tested doses do not bound it.'],
  dose_fits: ['Fitted curves', 'hill', 'R² here is the share of the variation between doses that the curve explains; p tests it against a constant.'],
  loss: ['Loss while training', 'seeds', 'Falling: the network still learns. Flat: it has learnt what it can. A dashed line that rises while the solid one falls: it learns its own cells by heart, and fewer epochs would do.', 'Losses of different models have different units and do not compare.'],
  model_front: ['Front of models', 'nondominated', 'Up and to the right is better in most pairs; the arrows on the axes say so. A hollow model is beaten on both scores by another one. Whiskers that overlap mean that seeds matter as much as the choice of model.'],
  score_heat_map: ['Models by cell type', 'r2_all', 'Read down a column to see which type is hard for every model, along a row to see where a model fails.'],
  score_bars: ['Scores', 'no_change', 'Dots are single seeds. The line is what predicting no change reaches: a bar on the wrong side of it has learnt nothing.'],
  score_dose: ['Scores along the doses', 'no_change', 'Low doses are easy for R², because hardly anything changes, and hard for genes, because hardly any responds.'],
  scores: ['Scores of the models', 'r2_all', 'Means over held-out types and doses, ± the spread over seeds. Differences smaller than the spread are no differences.'],
  r2_scatter: ['Predicted against observed', 'r2_all', 'Genes on the line are predicted exactly; marked ones respond most, and decide whether a model has learnt the response. R² ignores scale and offset: a cloud along another straight line scores as high.'],
  deg_overlap: ['Genes that respond', 'common_degs', 'The overlap counts genes that both lists share. A model with good means but too little spread among its cells finds the wrong genes here.', 'Two halves of the observed cells do not agree on all of them either.'],
  bars: ['Model and baselines', 'no_change', 'Whether training was worth it: compare the model with the best baseline, not with zero.'],
  doses: ['Along the doses', 'no_change', 'One prediction for each dose. Where the model’s line and that of no change meet, it has learnt nothing about that dose.'],
  predictions: ['All predictions', 'to_no_change', 'One row for each model, held-out type, dose and seed. The heads sort; what each column means is below the table.'],
  dose_cells: ['Predicted cells among real ones', 'pca', 'The predicted cloud should lie on the observed one, with its spread, and move from the untreated cells towards it as the dose rises.'],
  dose_scatter: ['Gene means at this dose', 'r2_all', 'Between measured doses nothing can be checked: the points compare with the nearest measured dose.'],
  candidate_front: ['Candidates', 'nondominated', 'Towards one end batches mix, towards the other biology is kept. A steep part of the front is where a little of one costs much of the other; a bend is often a good place to stop.', 'Losses are those of test cells; small differences between neighbours are noise of the training.'],
  candidate_cells: ['Cells of the candidate', 'umap', 'Left by batch: colours should mix. Right by type: colours should not. A type that one batch lacks cannot mix, and should not.'],
  front_cells: ['Cells along the front', 'one_run', 'The plane stays the same while you slide, so a cell can be followed. Types that melt together on the way are biology that was given up for mixing.'],
  candidates: ['All candidates', 'u', 'One row for each candidate on the chosen cells. “Dominated” is about the two metrics of the axes; with others it may not be.'],
  compared_runs: ['Two runs', 'seeds', 'Both runs in the same score, beside each other. If only the seed differs, what you see is how much luck matters; if much differs, it cannot be said which change did it.'],
  kept_distances: ['Distances of a kept run', 'interval', 'The numbers of an exploration whose cells are no longer open. A bar whose whisker is clear of its tick is a response.'],
  fronts: ['Quality of the fronts', 'hypervolume', 'Whole fronts compared: many candidates not dominated, a large area and many distinct choices are good. One of the three alone can mislead.'],
  mutual_information: ['Mutual information, estimated and true', 'mutual_information', 'Watch how long an estimate needs to come near the line, and from where. Bounds stay below the truth, but for noise; the estimate from neighbours falls short in many dimensions.'],
};

/** Of controls. @type {Record<string, Entry>} */
const CONTROLS = {
  roles: ['Columns', null, 'Without a cell type and a condition or dose there is nothing to predict; a batch column is enough for the trade-off. The control value is the condition that everything is compared with.'],
  explore_metric: ['Distance', 'edistance', 'E-distance is a good first choice: it sees any difference and has no setting. The sentence below says what the chosen one sees and misses.'],
  explore_panels: ['Plots', null, 'All cell types in one plot, or a small plot for each with the same axes.'],
  explore_fits: ['Fitted curves', 'hill', 'Draws a Hill curve through the distances of each type and marks the dose of half its height.'],
  explore_arm: ['Dose or condition', null, 'Which treated cells are compared with the control in this figure.'],
  explore_type: ['Cell type', null, 'Shows one type, or all of them, in every figure of the exploration. Escape shows all again.'],
  explore_layout: ['Layout', 'pca', 'PCA is exact and quick. UMAP and t-SNE show more clusters and take some seconds; their distances mean little.'],
  explore_colour: ['Also coloured by', null, 'The second picture has the same places: colour it by treatment, by batch, by any column or by a gene.'],
  explore_gene: ['Gene', null, 'Any gene of the data, by its name. The list offers those that respond most.'],
  explore_style: ['Drawn as', null, 'Violins show all cells, means are easier to compare between many groups.'],
  explore_overlap: ['Between', 'response_overlap', 'Compares cell types at the chosen dose, or doses in the chosen type.'],
  models: ['Models', 'models', 'A good start: scGen and the FiLM count model, whose demo sizes train in seconds. Baselines stand at the end of the list.'],
  heldOut: ['Held-out cell types', null, 'Greyed types have too few treated or untreated cells to be held out. Several types make a run for each of them.'],
  seeds: ['Seeds', 'seeds', 'With one seed you cannot tell luck from skill: three show how much it matters, and are trained at once.'],
  results_scale: ['Scale', 'to_no_change', 'As it is, or in proportion. “Relative to no change” is the same divisor for every model, and 1 means no better than doing nothing.'],
  deg_test: ['Ranking', 't_test', 'The t-test compares means in units of the spread; the rank sum compares orders and is less moved by few very high cells.'],
  compare_axes: ['Across and up', 'r2_all', 'Any two scores. A front of R² and common genes shows two ways to be right.'],
  published: ['Published numbers', 'published', 'What papers report on data like these. Their cells, genes and seeds were others: read the order, not the third digit.'],
  compare_score: ['Score', 'r2_all', 'What the heat map and the bars show.'],
  compared_score: ['Score', null, 'The score that both runs are compared in; only scores that both have are offered.'],
  compare_by: ['By', null, 'A column for each held-out type, or for each dose.'],
  dose_model: ['Model and held-out type', 'film_nb', 'Models that are functions of the dose, once trained: the FiLM count model, and scVIDR with scaled doses.'],
  dose: ['Dose', null, 'The slider moves evenly on a logarithm. Ticks are measured doses; beyond the highest one a model guesses.'],
  batch_role: ['Batch and cell type', null, 'Cell types are never shown to the training: they only serve to judge it.'],
  preset: ['Size', null, 'The demo preset takes minutes; as published hours to days, on a processor.'],
  front_axes: ['Axes', 'u', 'Across: how well biology is kept. Up: how much batch effect is left. Greyed metrics have no value here.'],
  front_cells_of: ['Measured on', 'u', 'Test cells took no part in the training: trust these. Training cells show how much was learnt by heart.'],
  front_split: ['Split', null, 'Each split parts the cells anew into training and test cells. The mean hides how much fronts vary; look at single ones too.'],
  front_units: ['Hypervolume and NDC', 'hypervolume', 'Scaled: can be compared between pairs of metrics. Own units: as the paper prints them.'],
  front_place: ['Place along the front', 'one_run', 'Left the batch effect is gone, right biology is kept. The network has seen preferences in between, so any place can be asked.'],
  run_files: ['Saving a run', 'seeds', 'A saved run is a small file with the settings and, once there are some, the results: dropped on this page it is shown, and can be done again and compared. The report is one web page to read and print. Neither holds cells.'],
  playground_points: ['Points and dimensions', 'mutual_information', 'Fewer points and more dimensions of noise make every estimate worse, some far more than others.'],
};

/** @param {string} id @returns {string} */
const methodsOfModel = (id) => plain(id);

/** @type {Record<string, () => HelpWords["items"]>} */
const LISTS = {
  models: () => [...Object.keys(TRAINED), ...BASELINES].map((id) => ({ name: modelWords(id).name, text: modelWords(id).meaning, methods: methodsOfModel(id) })),
  front_methods: () => Object.entries(METHODS).map(([id, { name, meaning }]) => ({ name, text: meaning, methods: id })),
  front_measures: () => Object.entries(MEASURES).map(([id, { name, meaning }]) => ({ name, text: meaning, methods: id })),
};

/** @type {Record<string, Entry>} */
const OF_LISTS = {
  front_methods: ['Methods', 'solvers', 'Pareto MTL with MINE is the method of the paper. “One run” trains one network and has a slider afterwards.'],
  front_measures: ['Batch-effect measures', 'v', 'Each says in its own units how much the latent space tells about the batch; their values do not compare.'],
};

/** @param {string} name  of a figure, control or list, or `model:`, `metric:`, `distance:` and the name in reports @returns {HelpWords} */
export function helpWords(name) {
  const entry = FIGURES[name] ?? CONTROLS[name] ?? OF_LISTS[name];
  if (entry) {
    const [title, methods, ...text] = entry;
    return { title, methods, text, items: LISTS[name]?.() ?? [] };
  }
  const [kind, id] = name.split(/:(.*)/);
  if (kind === 'model') {
    const { name: title, meaning } = modelWords(id);
    return { title, text: [meaning], methods: methodsOfModel(id), items: [] };
  }
  if (kind === 'distance' && id === 'all') return helpWords('explore_metric');
  if (kind === 'distance') return { title: distanceWords(id).name, text: [distanceWords(id).sees], methods: id, items: [] };
  const of = id.startsWith(OBSERVED) ? id.slice(OBSERVED.length) : id;
  return { title: metricWords(id).name, text: [metricWords(id).meaning, metricWords(id).better === 'lower' ? 'Lower is better.' : 'Higher is better.'], methods: of in METRICS ? of : null, items: [] };
}

/** Every name that can be asked for, for the tests. */
export const HELP_NAMES = [...Object.keys(FIGURES), ...Object.keys(CONTROLS), ...Object.keys(OF_LISTS)];

/** The words of a metric of the trade-off, which the engine has. @param {import('./protocol.js').FrontMetric} metric @returns {HelpWords} */
export const frontMetricHelp = ({ id, label, meaning, better }) => ({ title: label, text: [meaning, better === 'lower' ? 'Lower is better.' : 'Higher is better.'], methods: id, items: [] });

/** The words of a figure, with what its buttons do. @param {string} name @returns {HelpWords} */
export function figureHelp(name) {
  const words = helpWords(name);
  return { ...words, text: [...words.text, 'Its buttons save it as SVG or PNG, save its numbers as CSV, or show them as a table.'] };
}

/** @param {string} name */
export const hasHelp = (name) => name in FIGURES;
