// Dose response: genes along the doses, their EC50, and every fitted curve.
import { h } from '../dom.js';
import { ALL_CELLS, ec50, genesAlongDoses } from '../explore_figures.js';
import { EXPLORE } from '../words_explore.js';
import { geneInput, typeSelect } from './explore_controls.js';
import { exploreFigure } from './explore_figure.js';
import { exploreTable } from './explore_table.js';

/** @typedef {import('../main.js').Page} Page */

/** @type {[string, string, string][]} */
const COLUMNS = [
  ['name', 'Gene', 'Choose one to follow it'],
  ['cell_type', 'Cell type', 'Whose curve it is'],
  ['condition', 'Condition', 'Whose doses they are, where there are several'],
  ['ec50', 'EC50', 'Dose of half the effect'],
  ['ec50_low', 'from', 'Lower end of its 95 % interval'],
  ['ec50_high', 'to', 'Upper end of its 95 % interval'],
  ['slope', 'Slope', 'Hill coefficient'],
  ['top', 'Top', 'log2 fold change at saturation'],
  ['r2', 'R²', 'Share of the variation between doses that the curve explains'],
  ['p_value', 'p', 'Against a constant'],
  ['at_edge', 'At the edge', 'Whether the search for the EC50 ended a factor of ten beyond the tested doses, so that it is no more than a bound'],
];

/** @param {Page} page */
export function dosesTab(page) {
  const { store } = page;
  const along = exploreFigure(page, { name: 'genes_along_doses', title: 'Genes along the doses', sentence: EXPLORE.genesAlong, tab: 'doses', parts: () => ['doses'], query: genesAlongDoses });
  const half = exploreFigure(page, { name: 'ec50', title: 'Dose of half the effect', sentence: EXPLORE.ec50, tab: 'doses', parts: () => ['doses'], query: ec50 });
  const table = exploreTable(page, {
    name: 'dose_fits', title: 'Fitted curves', sentence: EXPLORE.fits, tab: 'doses', parts: () => ['doses'], columns: COLUMNS,
    keep: (value, { choices }) => value('of') === 'gene' && (choices.cell_type === null || value('cell_type') === choices.cell_type),
    chosen: (value, { choices }) => value('name') === choices.gene && value('cell_type') === (choices.cell_type ?? ALL_CELLS),
    geneOf: (value) => String(value('name')),
  });
  const waiting = h('p', { class: 'hint pending' }, 'Curves are fitted after the genes are tested.');
  store.subscribe(['explore'], ({ explore: { known, phase } }) => {
    waiting.hidden = known.doses > 0 || phase === 'cancelled' || phase === 'failed';
  });
  return h('div', { class: 'tab-body' }, h('div', { class: 'explore-controls' }, typeSelect(page, 'explore-doses-type'), geneInput(page, 'explore-doses-gene')), waiting,
    h('div', { class: 'explore-figures stacked' }, along), h('div', { class: 'explore-figures' }, half, table));
}
