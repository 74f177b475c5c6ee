// Response genes: of one comparison as a volcano and a table, one gene in every group, and what comparisons share.
import { field, h, options } from '../dom.js';
import { geneExpression, overlapsOf, responseOverlap, shownArm, shownGene, shownType, volcano } from '../explore_figures.js';
import { help } from '../help.js';
import { EXPLORE } from '../words_explore.js';
import { armSelect, geneInput, typeSelect } from './explore_controls.js';
import { exploreFigure } from './explore_figure.js';
import { exploreTable } from './explore_table.js';

/** @typedef {import('../main.js').Page} Page */

/** Columns of the engine's table and what they are called here. @type {[string, string, string][]} */
const COLUMNS = [
  ['gene', 'Gene', 'Choose one to follow it'],
  ['log2_fold_change', 'log2 fold change', 'Of mean normalised counts, treated against control'],
  ['adjusted_p_value', 'Adjusted p', 'Wilcoxon rank-sum test, Benjamini-Hochberg'],
  ['mean_control', 'Mean, control', 'Mean log-normalised expression'],
  ['mean_treated', 'Mean, treated', 'Mean log-normalised expression'],
  ['fraction_control', 'Expressing, control', 'Share of the cells with any count'],
  ['fraction_treated', 'Expressing, treated', 'Share of the cells with any count'],
];

/** @param {Page} page */
export function genesTab(page) {
  const { store, explore } = page;
  const style = h('select', { id: 'explore-style', test: 'explore-style' }, h('option', { value: 'violins' }, 'violins'), h('option', { value: 'means' }, 'means'));
  style.addEventListener('change', () => explore.choose({ style: style.value === 'means' ? 'means' : 'violins' }));
  const between = h('select', { id: 'explore-overlap', test: 'explore-overlap' });
  between.addEventListener('change', () => explore.choose({ overlap: between.value === 'arms' ? 'arms' : 'cell_types' }));
  const points = exploreFigure(page, { name: 'volcano', title: 'Change and certainty', sentence: EXPLORE.volcano, use: EXPLORE.volcanoUse, tab: 'genes', parts: () => ['genes'], query: volcano });
  const table = exploreTable(page, {
    name: 'response_genes', title: 'Response genes', sentence: EXPLORE.responses, tab: 'genes', parts: () => ['genes'], columns: COLUMNS,
    keep: (value, shown) => value('cell_type') === shownType(shown) && value('arm') === shownArm(shown),
    chosen: (value, shown) => value('gene') === shownGene(shown),
    geneOf: (value) => String(value('gene')),
  });
  const gene = exploreFigure(page, {
    name: 'gene_expression', title: 'One gene', sentence: EXPLORE.gene, tab: 'genes', parts: () => ['genes'], query: geneExpression,
    extra: h('div', { class: 'inline-choices' }, geneInput(page, 'explore-gene'), field('Drawn as', style, '', help('explore_style'))),
  });
  const overlap = exploreFigure(page, {
    name: 'response_overlap', title: 'Shared response genes', sentence: EXPLORE.overlap, tab: 'genes', parts: () => ['genes'], query: responseOverlap,
    extra: h('div', { class: 'inline-choices' }, field('Between', between, '', help('explore_overlap'))),
  });
  const waiting = h('p', { class: 'hint pending' }, 'Genes are tested after the distances.');

  store.subscribe(['explore'], ({ explore: { choices, overview, known, phase } }) => {
    if (!overview) return;
    const words = { cell_types: 'cell types', arms: 'doses or conditions' };
    const there = overlapsOf(overview);
    options(between, there.map((value) => ({ value, label: words[value] })), there.includes(choices.overlap) ? choices.overlap : there[0] ?? '');
    style.value = choices.style;
    waiting.hidden = known.genes > 0 || phase === 'cancelled' || phase === 'failed';
  });
  return h('div', { class: 'tab-body' }, h('div', { class: 'explore-controls' }, typeSelect(page, 'explore-genes-type'), armSelect(page, 'explore-genes-arm')), waiting, h('div', { class: 'explore-figures' }, points, table, gene, overlap));
}
