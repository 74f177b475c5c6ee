// Which networks to train, each small and quick or as published.
import { fill, h } from '../dom.js';
import { PREDICT } from '../words.js';
import { help } from '../help.js';
import { presetOf } from '../run_file.js';
import { TRAINED } from '../words_models.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../store.js').Plan} Plan */

/** Shown before the rest is asked for. */
const FIRST = ['film_nb', 'scgen', 'scvidr_single', 'scvidr_multi', 'mtae'];

/** @param {Page} page */
export function modelList({ store, runs }) {
  const first = h('div', { class: 'model-rows' });
  const rest = h('div', { class: 'model-rows' });
  const more = h('details', { class: 'more-models', test: 'more-models' }, h('summary', {}, PREDICT.moreModels), rest);
  const counts = h('input', { type: 'checkbox', id: 'as-counts', test: 'as-counts', 'aria-describedby': 'as-counts-hint' });
  counts.addEventListener('change', () => store.patch('plan', { asCounts: counts.checked }));
  const asCounts = h('div', { class: 'field check' }, h('label', {}, counts, ' Also with predictions drawn as counts'), h('p', { class: 'hint', id: 'as-counts-hint' }, PREDICT.asCounts));
  const list = h('fieldset', { class: 'choice-list models', test: 'model' }, h('legend', {}, 'Models ', help('models')), first, more, h('p', { class: 'hint' }, PREDICT.model));
  const element = h('div', { class: 'column' }, list, asCounts);
  /** @type {Record<string, {box: HTMLInputElement, preset: HTMLSelectElement}>} */
  const rows = {};

  /** @param {string} model */
  function row(model) {
    const { name, meaning } = TRAINED[model];
    const id = `model-${model}`;
    const box = h('input', { type: 'checkbox', id, value: model, 'aria-describedby': `${id}-meaning` });
    box.addEventListener('change', () => choose(model, box));
    const preset = h('select', { class: 'preset', test: `preset-${model}`, 'aria-label': `Size of ${name}` }, h('option', { value: 'demo' }, 'demo size'), h('option', { value: 'paper' }, 'as published'));
    preset.addEventListener('change', () => {
      const { plan } = store.state;
      const { [model]: _old, ...overrides } = plan.overrides;
      const { [model]: _was, ...defaults } = plan.defaults;
      store.patch('plan', { presets: { ...plan.presets, [model]: preset.value === 'paper' ? 'paper' : 'demo' }, overrides, defaults, tuned: model });
      void runs.loadDefaults(model);
    });
    rows[model] = { box, preset };
    return h('div', { class: 'model-row' }, h('label', { for: id }, box, h('span', {}, name)), preset, h('p', { class: 'hint', id: `${id}-meaning` }, meaning));
  }

  /** @param {string} model @param {HTMLInputElement} box */
  function choose(model, box) {
    const { plan } = store.state;
    const models = Object.keys(TRAINED).filter((name) => (name === model ? box.checked : plan.models.includes(name)));
    if (models.length === 0) {
      box.checked = true;
      return;
    }
    const tuned = box.checked ? model : models.includes(plan.tuned) ? plan.tuned : models[0];
    store.patch('plan', { models, tuned });
    void runs.loadDefaults(tuned);
  }

  fill(first, FIRST.filter((model) => model in TRAINED).map(row));
  fill(rest, Object.keys(TRAINED).filter((model) => !FIRST.includes(model)).map(row));

  return {
    element,
    /** @param {Plan} plan @param {boolean} locked */
    draw(plan, locked) {
      for (const [model, { box, preset }] of Object.entries(rows)) {
        box.checked = plan.models.includes(model);
        box.disabled = preset.disabled = locked;
        preset.value = presetOf(plan, model);
        preset.hidden = !box.checked;
      }
      counts.checked = plan.asCounts;
      counts.disabled = locked;
    },
  };
}
