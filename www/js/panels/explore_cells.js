// The cells in two dimensions.
import { field, h, options, say } from '../dom.js';
import { embedding, embeddingBy, shownColour } from '../explore_figures.js';
import { help } from '../help.js';
import { EXPLORE, METHODS } from '../words_explore.js';
import { geneInput, typeSelect } from './explore_controls.js';
import { exploreFigure } from './explore_figure.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../protocol.js').EmbeddingMethod} EmbeddingMethod */

const ORDER = /** @type {EmbeddingMethod[]} */ (['pca', 'umap', 'tsne']);

/** Principal components are there at once; the others move. @param {import('../protocol.js').FigureQuery} query @returns {import('../protocol.js').ExploredPart[]} */
const parts = (query) => (query.method === 'pca' ? ['components'] : ['components', 'embedding']);

/** @param {import('../store.js').State} state */
function colours({ data, design }) {
  const columns = (data.summary?.obs ?? []).map(({ name }) => ({ value: `obs:${name}`, label: `column ${name}` }));
  const treated = (design.summary?.arms.length ?? 0) > 1;
  return [{ value: 'cell_type', label: 'cell type only' }, ...(treated ? [{ value: 'arm', label: 'dose or treatment' }] : []), { value: 'gene', label: 'a gene' }, ...columns];
}

/** @param {Page} page */
export function cellsTab(page) {
  const { store, explore } = page;
  const method = h('select', { id: 'explore-method', test: 'explore-method', on: { change: () => explore.lay(/** @type {EmbeddingMethod} */ (method.value)) } });
  const colour = h('select', { id: 'explore-colour', test: 'explore-colour', on: { change: () => explore.choose({ colour: colour.value }) } });
  const gene = geneInput(page, 'explore-colour-gene');
  const pending = h('p', { class: 'hint pending' });
  const byType = exploreFigure(page, { name: 'embedding', title: 'Cells by type', sentence: EXPLORE.embedding, tab: 'cells', parts, query: embedding, heading: ({ title }) => `${title}, by cell type` });
  const byOther = exploreFigure(page, { name: 'embedding_by', title: 'Cells, coloured otherwise', sentence: EXPLORE.embeddingBy, tab: 'cells', parts, query: embeddingBy, heading: ({ title, colour: by }) => `${title}, by ${by.name}` });

  store.subscribe(['explore', 'design', 'data'], (state) => {
    const { choices, overview, methods, phase } = state.explore;
    if (!overview) return;
    const asked = (/** @type {EmbeddingMethod} */ name) => name === 'pca' || methods.includes(name);
    options(method, ORDER.map((name) => ({ value: name, label: asked(name) ? METHODS[name] : `compute ${METHODS[name]}` })), choices.method);
    options(colour, colours(state), shownColour({ choices, overview }));
    gene.hidden = choices.colour !== 'gene';
    pending.hidden = overview.methods.includes(choices.method);
    say(pending, phase === 'finished' || phase === 'cancelled' || phase === 'failed' ? `${METHODS[choices.method]} was not laid out.` : `${METHODS[choices.method]} ${EXPLORE.computing}`);
  });
  return h('div', { class: 'tab-body' }, h('div', { class: 'explore-controls' }, field('Layout', method, '', help('explore_layout')), field('Also coloured by', colour, '', help('explore_colour')), gene, typeSelect(page, 'explore-cells-type')), pending, h('div', { class: 'explore-figures' }, byType, byOther));
}
