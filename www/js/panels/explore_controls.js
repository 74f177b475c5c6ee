// Selects that several tabs of the exploration share: the cell type and the dose or condition.
import { field, h, options, say } from '../dom.js';
import { ALL_CELLS, shownArm } from '../explore_figures.js';
import { help } from '../help.js';
import { armWord } from './predict.js';

/** @typedef {import('../main.js').Page} Page */

/** @param {Page} page @param {string} id */
export function armSelect({ store, explore }, id) {
  const arm = h('select', { id, test: id, on: { change: () => explore.choose({ arm: arm.value }) } });
  const element = field('Dose', arm, '', help('explore_arm'));
  const label = /** @type {HTMLElement} */ (element.querySelector('label'));
  store.subscribe(['explore', 'design'], ({ explore: { choices, overview }, design }) => {
    if (!overview) return;
    options(arm, overview.arms.map((name) => ({ value: name, label: name })), shownArm({ choices, overview }));
    if (design.summary) say(label, armWord(design.summary));
  });
  return element;
}

/** The one type that is shown, here and everywhere. @param {Page} page @param {string} id */
export function typeSelect({ store, explore }, id) {
  const type = h('select', { id, test: id, on: { change: () => explore.choose({ cell_type: type.value === '' ? null : type.value }) } });
  const element = field('Cell type', type, '', help('explore_type'));
  store.subscribe(['explore', 'design'], ({ explore: { choices }, design }) => {
    const names = design.summary?.cell_types ?? [];
    element.hidden = names.length < 2;
    options(type, [{ value: '', label: ALL_CELLS }, ...names.map((name) => ({ value: name, label: name }))], choices.cell_type ?? '');
  });
  return element;
}

/** A text field for any gene, with the strongest ones offered. @param {Page} page @param {string} id */
export function geneInput({ store, explore }, id) {
  const list = h('datalist', { id: `${id}-list` });
  const gene = h('input', { type: 'text', id, test: id, list: list.id, autocomplete: 'off', spellcheck: 'false', on: { change: () => explore.choose({ gene: gene.value.trim() }) } });
  const element = field('Gene', gene, '', help('explore_gene'));
  element.append(list);
  let offered = '';
  store.subscribe(['explore'], ({ explore: { choices, overview } }) => {
    if (!overview) return;
    const genes = overview.genes.slice(0, OFFERED);
    const key = genes.join(' ');
    if (key !== offered) list.replaceChildren(...genes.map((name) => h('option', { value: name })));
    offered = key;
    if (document.activeElement !== gene) gene.value = choices.gene || genes[0] || '';
  });
  return element;
}
const OFFERED = 200;
