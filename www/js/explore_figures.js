// Which figures of an exploration the choices ask for. Pure functions: the engine makes the figures.

/** @typedef {import('./store.js').State} State */
/** @typedef {import('./store.js').ExploreState} ExploreState */
/** @typedef {import('./store.js').ExploreChoices} ExploreChoices */
/** @typedef {import('./protocol.js').Overview} Overview */
/** @typedef {import('./protocol.js').FigureQuery} FigureQuery */
/** @typedef {import('./protocol.js').Figure} Figure */
/** @typedef {{choices: ExploreChoices, overview: Overview}} Shown */

/** The engine's name of all types together. */
export const ALL_CELLS = 'All cells';
const FEWEST_DOSES = 4;
const GENES_ALONG = 6;
const EC50_ROWS = 20;

/** @param {Shown} shown */
export const shownArm = ({ choices, overview }) => (overview.arms.includes(choices.arm) ? choices.arm : overview.arms.at(-1) ?? '');
/** The type whose comparison is shown. @param {Shown} shown */
export const shownType = ({ choices, overview }) => choices.cell_type ?? overview.cell_types[0] ?? ALL_CELLS;
/** @param {Shown} shown */
export const shownGene = ({ choices, overview }) => choices.gene || overview.genes[0] || '';
/** @param {Shown} shown */
export const shownMetrics = ({ choices, overview }) =>
  choices.metric === 'all' ? overview.metrics : [overview.metrics.includes(choices.metric) ? choices.metric : overview.metrics[0]].filter(Boolean);
/** @param {ExploreChoices} choices */
const types = ({ cell_type }) => (cell_type === null ? null : [cell_type]);

/** The tabs that these data have something for. @param {State} state @returns {ExploreChoices["tab"][]} */
export function tabsOf({ design }) {
  const arms = (design.summary?.arms ?? []).filter((arm) => !arm.control);
  if (arms.length === 0) return ['cells'];
  const dosed = arms.filter((arm) => arm.dose !== null && arm.dose > 0);
  const enough = dosed.some((arm) => dosed.filter((other) => other.condition === arm.condition).length >= FEWEST_DOSES);
  return ['distances', 'cells', 'genes', ...(enough ? [/** @type {const} */ ('doses')] : [])];
}

/** @param {State} state */
export function shownTab(state) {
  const there = tabsOf(state);
  return there.includes(state.explore.choices.tab) ? state.explore.choices.tab : there[0];
}

/** @param {Shown} shown @returns {FigureQuery | null} */
export function distancesAlongDoses(shown) {
  const { choices, overview } = shown;
  if (!overview.along_doses) return null;
  const panels = choices.metric === 'all' ? 'metrics' : choices.panels;
  return { show: 'distances_along_doses', metrics: shownMetrics(shown), cell_types: types(choices), panels, fits: choices.fits };
}

/** @param {Shown} shown @returns {FigureQuery | null} */
export const distancesPerType = (shown) =>
  shown.overview.arms.length === 0 ? null : { show: 'distances_per_type', metrics: shownMetrics(shown), arm: shownArm(shown), cell_types: types(shown.choices) };

/** The cells by type. @param {Shown} shown @returns {FigureQuery | null} */
export function embedding({ choices, overview }) {
  if (!overview.methods.includes(choices.method)) return null;
  return { show: 'embedding', method: choices.method, colour: 'cell_type', only: choices.cell_type };
}

/** The same cells by something else; null where that is the type again. @param {Shown} shown @returns {FigureQuery | null} */
export function embeddingBy(shown) {
  const [plain, colour] = [embedding(shown), colourBy(shown)];
  return plain && colour !== 'cell_type' ? { ...plain, colour } : null;
}

/** What the second picture is coloured by. @param {Shown} shown */
export const shownColour = ({ choices, overview }) => (choices.colour === 'arm' && overview.arms.length === 0 ? 'cell_type' : choices.colour);

/** @param {Shown} shown */
function colourBy(shown) {
  const colour = shownColour(shown);
  if (colour.startsWith('obs:')) return { obs: colour.slice('obs:'.length) };
  if (colour !== 'gene') return colour;
  return shownGene(shown) ? { gene: shownGene(shown) } : 'cell_type';
}

/** @param {Shown} shown @returns {FigureQuery} */
export const volcano = (shown) => ({ show: 'volcano', cell_type: shownType(shown), arm: shownArm(shown) });

/** @param {Shown} shown @returns {FigureQuery | null} */
export const geneExpression = (shown) =>
  shownGene(shown) ? { show: 'gene_expression', gene: shownGene(shown), style: shown.choices.style, cell_types: types(shown.choices) } : null;

/** What response genes can be compared between. @param {Overview} overview @returns {ExploreChoices["overlap"][]} */
export const overlapsOf = (overview) => [
  ...(overview.cell_types.length > 2 ? [/** @type {const} */ ('cell_types')] : []),
  ...(overview.arms.length > 1 ? [/** @type {const} */ ('arms')] : []),
];

/** @param {Shown} shown @returns {FigureQuery | null} */
export function responseOverlap(shown) {
  const there = overlapsOf(shown.overview);
  const between = there.includes(shown.choices.overlap) ? shown.choices.overlap : there[0];
  if (!between) return null;
  return between === 'arms' ? { show: 'response_overlap', cell_type: shownType(shown) } : { show: 'response_overlap', arm: shownArm(shown) };
}

/** The chosen gene first, then those with the most certain curves. @param {Shown} shown @returns {FigureQuery | null} */
export function genesAlongDoses({ choices, overview }) {
  const chosen = overview.genes.includes(choices.gene) ? [choices.gene] : [];
  const genes = [...chosen, ...overview.fitted_genes.filter((gene) => gene !== choices.gene)].slice(0, GENES_ALONG);
  return genes.length === 0 ? null : { show: 'genes_along_doses', genes, cell_types: types(choices) };
}

/** @param {Shown} shown @returns {FigureQuery | null} */
export const ec50 = ({ choices, overview }) => (overview.fitted_genes.length === 0 ? null : { show: 'ec50', cell_type: choices.cell_type, n: EC50_ROWS });

/** What a mark's key names: a cell type, a gene, or neither. @param {FigureQuery} query @param {string} key @param {Overview} overview @returns {"cell_type" | "gene" | null} */
export function keyKind(query, key, overview) {
  if (query.show === 'volcano' || query.show === 'ec50') return 'gene';
  if (query.show === 'embedding' && query.colour !== 'cell_type') return null;
  return overview.cell_types.includes(key) ? 'cell_type' : null;
}

/** The keys that a figure can make stand out. @param {Figure} figure @returns {Set<string>} */
export function keysOf(figure) {
  const all = {
    dose_response: () => figure.panels.flatMap((/** @type {any} */ panel) => panel.lines.map((/** @type {any} */ line) => line.key || line.name)),
    intervals: () => figure.panels.flatMap((/** @type {any} */ panel) => panel.rows.map((/** @type {any} */ row) => row.key || row.label)),
    expression: () => figure.panels.flatMap((/** @type {any} */ panel) => [panel.key, ...panel.groups.map((/** @type {any} */ group) => group.key)]),
    embedding: () => figure.colour?.labels ?? [],
    volcano: () => figure.genes,
    set_overlap: () => figure.sets.map((/** @type {any} */ set) => set.key),
  }[/** @type {string} */ (figure.figure)];
  return new Set(all?.() ?? []);
}
