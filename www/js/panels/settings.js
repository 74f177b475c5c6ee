// Advanced settings: which cells and genes, and the model's own parameters as the engine reports them for the chosen preset.
import { field, fill, h, options } from '../dom.js';
import { checkbox, settingInput, wholeInput } from './setting_input.js';
import { flatten } from '../run_file.js';
import { PREDICT, settingWords } from '../words.js';
import { modelWords } from '../words_models.js';
import { predicts } from '../store.js';

/** @typedef {import('../main.js').Page} Page */

/** @param {Page} page */
export function settingsForm({ store, runs }) {
  const genes = wholeInput({ id: 'genes', label: 'Genes', hint: PREDICT.genes, now: () => store.state.plan.preprocess.genes, onChange: (value) => preprocess({ genes: value }) });
  const maxCells = wholeInput({ id: 'max-cells', label: 'Most cells', hint: PREDICT.maxCells, now: () => store.state.plan.preprocess.maxCells, onChange: (value) => preprocess({ maxCells: value }) });
  const workers = wholeInput({ id: 'workers', label: 'Workers', hint: PREDICT.workers, least: 1, most: 16, now: () => store.state.plan.workers, onChange: (value) => store.patch('plan', { workers: value }) });
  const without = h('input', { type: 'checkbox', id: 'without-held-out', test: 'genes-without-held-out' });
  without.addEventListener('change', () => preprocess({ withoutHeldOut: without.checked }));
  const own = h('div', { class: 'settings-grid' });
  const reset = h('button', { type: 'button', class: 'small', hidden: true, on: { click: () => setOverrides({}) } }, 'Back to the preset');
  const changed = h('span', { class: 'changed' });
  const tuned = h('select', { id: 'tuned', test: 'tuned' });
  tuned.addEventListener('change', () => {
    store.patch('plan', { tuned: tuned.value });
    void runs.loadDefaults(tuned.value);
  });
  const ownTitle = h('div', { class: 'tuned' }, field('Parameters of', tuned, PREDICT.tuned));

  /** @param {Record<string, any>} overrides  of the tuned model */
  function setOverrides(overrides) {
    const { plan } = store.state;
    store.patch('plan', { overrides: { ...plan.overrides, [plan.tuned]: overrides } });
  }

  const element = h('details', { class: 'advanced', test: 'advanced' }, h('summary', {}, 'Advanced settings ', changed),
    h('h3', {}, 'Cells and genes'), h('div', { class: 'settings-grid' }, genes.element, maxCells.element, checkbox(without, 'Genes without the hidden cells', PREDICT.withoutHeldOut), workers.element),
    ownTitle, own, reset);

  /** @param {Partial<import('../store.js').Plan["preprocess"]>} patch */
  function preprocess(patch) {
    store.patch('plan', { preprocess: { ...store.state.plan.preprocess, ...patch } });
  }

  let drawn = '';
  store.subscribe(['plan', 'run'], (state) => {
    const { plan } = state;
    for (const input of [genes, maxCells, workers]) input.draw();
    without.checked = plan.preprocess.withoutHeldOut;
    const defaults = plan.defaults[plan.tuned];
    const differ = Object.values(plan.overrides).reduce((total, each) => total + Object.keys(each).length, 0);
    changed.textContent = differ > 0 ? `${differ} changed` : '';
    reset.hidden = Object.keys(plan.overrides[plan.tuned] ?? {}).length === 0;
    options(tuned, plan.models.map((model) => ({ value: model, label: modelWords(model).name })), plan.tuned);
    const key = JSON.stringify([plan.tuned, defaults, plan.overrides]);
    if (key !== drawn) {
      drawn = key;
      const focused = document.activeElement?.id;
      fill(own, flatten(defaults ?? {}).map(({ path, value }) => settingInput({ id: `setting-${path}`, words: settingWords(path), preset: value, path, overrides: plan.overrides[plan.tuned] ?? {}, onChange: setOverrides })));
      if (focused?.startsWith('setting-')) document.getElementById(focused)?.focus();
    }
    const locked = predicts(state);
    for (const control of element.querySelectorAll('input, select')) /** @type {HTMLInputElement | HTMLSelectElement} */ (control).disabled = locked;
  });
  return { element };
}
