// What to train in Trade-off: columns, methods, measures, how many candidates, and the settings.
import { field, fill, h, options, say, setAttribute } from '../dom.js';
import { wholeNumbers } from '../numbers.js';
import { trains, trades } from '../store.js';
import { settingWords } from '../words.js';
import { frontSettingWords, MEASURES, METHODS, SHOWN_SETTINGS, TRADE_OFF } from '../words_fronts.js';
import { help } from '../help.js';
import { choiceList } from './choice_list.js';
import { columnChoices } from './roles.js';
import { settingInput, wholeInput } from './setting_input.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../store.js').State} State */

const choices = (/** @type {Record<string, {name: string, meaning: string}>} */ all) => Object.entries(all).map(([value, { name, meaning }]) => ({ value, label: name, title: meaning }));

/** @param {Page} page */
export function frontForm(page) {
  const { store, data } = page;
  const plan = () => store.state.frontPlan;
  const patch = (/** @type {Partial<import('../store.js').FrontPlan>} */ change) => store.patch('frontPlan', change);

  const roles = /** @type {const} */ (['batch', 'cell_type']).map((role) => {
    const select = h('select', { id: `front-${role}`, test: `front-${role}`, on: { change: () => void data.changeRole(role, select.value || null) } });
    return { role, select, element: field(role === 'batch' ? 'Batch' : 'Cell type', select, role === 'batch' ? TRADE_OFF.batch : TRADE_OFF.labels, role === 'batch' ? help('batch_role') : null) };
  });
  const noLabels = h('p', { class: 'hint rule', test: 'front-no-labels', hidden: true }, TRADE_OFF.noLabels);
  const methods = choiceList({ id: 'front-methods', legend: 'Methods', hint: TRADE_OFF.methods, about: help('front_methods'), onChange: (values) => patch({ methods: inOrder(METHODS, values) }) });
  const measures = choiceList({ id: 'front-measures', legend: 'Batch-effect measures', hint: TRADE_OFF.measures, about: help('front_measures'), onChange: (values) => patch({ measures: inOrder(MEASURES, values) }) });
  const methodWords = h('p', { class: 'hint rule' });
  const measureWords = h('p', { class: 'hint rule' });
  const count = wholeInput({ id: 'front-candidates', label: 'Candidates K', hint: TRADE_OFF.candidates, least: 2, most: 100, now: () => plan().candidates, onChange: (candidates) => patch({ candidates }) });
  const splits = h('input', { id: 'front-splits', test: 'front-splits', type: 'text', inputmode: 'numeric', autocomplete: 'off', spellcheck: 'false' });
  splits.addEventListener('input', () => {
    setAttribute(splits, 'aria-invalid', wholeNumbers(splits.value) === null ? 'true' : null);
    patch({ splits: splits.value });
  });
  const size = h('select', { id: 'front-size', test: 'front-size' }, h('option', { value: 'demo' }, 'demo size'), h('option', { value: 'paper' }, 'as published'));
  size.addEventListener('change', () => patch({ preset: size.value === 'paper' ? 'paper' : 'demo', overrides: {}, defaults: {} }));

  const genes = wholeInput({ id: 'front-genes', label: 'Genes', hint: TRADE_OFF.genes, now: () => plan().genes, onChange: (genes) => patch({ genes }) });
  const cells = wholeInput({ id: 'front-max-cells', label: 'Most cells', hint: TRADE_OFF.maxCells, now: () => plan().maxCells, onChange: (maxCells) => patch({ maxCells }) });
  const workers = wholeInput({ id: 'front-workers', label: 'Workers', hint: TRADE_OFF.workers, least: 1, most: 16, now: () => store.state.plan.workers, onChange: (workers) => store.patch('plan', { workers }) });
  const own = h('div', { class: 'settings-grid' });
  const changed = h('span', { class: 'changed' });
  const reset = h('button', { type: 'button', class: 'small', hidden: true, on: { click: () => patch({ overrides: {} }) } }, 'Back to the preset');
  const advanced = h('details', { class: 'advanced', test: 'front-advanced' }, h('summary', {}, 'Advanced settings ', changed),
    h('h3', {}, 'Cells and genes'), h('div', { class: 'settings-grid' }, genes.element, cells.element, workers.element),
    h('h3', {}, 'Training and judging'), own, reset);
  const element = h('div', { class: 'predict-columns front-form' },
    h('div', { class: 'column' }, h('fieldset', {}, h('legend', { class: 'for-readers' }, 'Columns'), h('div', { class: 'choices' }, roles.map((role) => role.element))), noLabels,
      methods.element, methodWords, measures.element, measureWords),
    h('div', { class: 'column' }, h('p', { class: 'question' }, TRADE_OFF.noBest), h('p', { class: 'hint' }, TRADE_OFF.uv),
      h('div', { class: 'choices three' }, count.element, field('Splits', splits, TRADE_OFF.splits), field('Size', size, TRADE_OFF.size, help('preset'))), advanced));

  let drawn = '';
  /** What it was drawn from. @type {any[]} */
  let from = [];
  store.subscribe(['frontPlan', 'plan', 'data', 'roles', 'frontRun', 'run'], (state) => {
    // Of the runs only their phases matter here, not their many events.
    const now = [state.frontPlan, state.plan.workers, state.data, state.roles, trades(state), trains(state)];
    if (now.every((each, i) => each === from[i])) return;
    from = now;
    const { frontPlan } = state;
    const locked = trades(state);
    for (const { role, select } of roles) {
      options(select, columnChoices(state), state.roles[role] ?? '');
      select.disabled = trains(state) || !state.data.summary;
    }
    noLabels.hidden = !state.data.summary || !state.roles.batch || Boolean(state.roles.cell_type);
    methods.draw(choices(METHODS), frontPlan.methods, locked);
    measures.draw(choices(MEASURES), frontPlan.measures, locked);
    say(methodWords, meanings(METHODS, frontPlan.methods));
    say(measureWords, meanings(MEASURES, frontPlan.measures));
    for (const input of [count, genes, cells, workers]) input.draw();
    if (document.activeElement !== splits) splits.value = frontPlan.splits;
    size.value = frontPlan.preset;
    const differ = Object.keys(frontPlan.overrides).length;
    say(changed, differ > 0 ? `${differ} changed` : '');
    reset.hidden = differ === 0;
    const key = JSON.stringify([frontPlan.defaults, frontPlan.overrides]);
    if (key !== drawn) {
      drawn = key;
      const focused = document.activeElement?.id;
      fill(own, Object.entries(frontPlan.defaults).filter(([path]) => SHOWN_SETTINGS(path)).map(([path, preset]) =>
        settingInput({ id: `front-setting-${path}`, words: frontSettingWords(path) ?? settingWords(path), preset, path, overrides: frontPlan.overrides, onChange: (overrides) => patch({ overrides }) })));
      if (focused?.startsWith('front-setting-')) document.getElementById(focused)?.focus();
    }
    for (const control of [splits, size, .../** @type {NodeListOf<HTMLInputElement | HTMLSelectElement>} */ (advanced.querySelectorAll('input, select')), count.input]) control.disabled = locked;
  });
  return { element };
}

/** What the chosen ones are. @param {Record<string, {name: string, meaning: string}>} all @param {string[]} values */
const meanings = (all, values) => values.map((value) => (values.length > 1 ? `${all[value].name}: ${all[value].meaning}` : all[value].meaning)).join(' ');

/** @param {Record<string, any>} all @param {string[]} values */
const inOrder = (all, values) => Object.keys(all).filter((name) => values.includes(name));
