// Advanced settings: which cells and genes, and the model's own parameters as the engine reports them for the chosen preset.
import { field, fill, h, options } from '../dom.js';
import { flatten } from '../run_file.js';
import { PREDICT, settingWords } from '../words.js';
import { modelWords } from '../words_models.js';
import { busy } from './data.js';

/** @typedef {import('../main.js').Page} Page */

/** What a typed text means for a setting whose preset value is `like`; undefined where it cannot be read. @param {string} text @param {any} like @returns {any} */
function parse(text, like) {
  const trimmed = text.trim();
  if (Array.isArray(like)) {
    const parts = trimmed.split(/[\s,;]+/).filter(Boolean).map(Number);
    return parts.length > 0 && parts.every(Number.isFinite) ? parts : undefined;
  }
  if (like === null && trimmed === '') return null;
  if (typeof like === 'string') return trimmed;
  const value = Number(trimmed);
  return trimmed !== '' && Number.isFinite(value) ? value : undefined;
}

/** @param {any} value */
const show = (value) => (value === null ? '' : Array.isArray(value) ? value.join(', ') : String(value));

/** @param {Page} page */
export function settingsForm({ store, runs }) {
  const genes = number('genes', 'Genes', PREDICT.genes, (value) => ({ genes: value }));
  const maxCells = number('max-cells', 'Most cells', PREDICT.maxCells, (value) => ({ maxCells: value }));
  const without = h('input', { type: 'checkbox', id: 'without-held-out', test: 'genes-without-held-out' });
  without.addEventListener('change', () => preprocess({ withoutHeldOut: without.checked }));
  const workers = h('input', { type: 'number', id: 'workers', min: 1, max: 16, step: 1, test: 'workers' });
  workers.addEventListener('change', () => {
    const value = Number(workers.value);
    if (Number.isInteger(value) && value >= 1 && value <= 16) store.patch('plan', { workers: value });
    else workers.value = String(store.state.plan.workers);
  });
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
    h('h3', {}, 'Cells and genes'), h('div', { class: 'settings-grid' }, genes.element, maxCells.element, checkbox(without, 'Genes without the hidden cells', PREDICT.withoutHeldOut), field('Workers', workers, PREDICT.workers)),
    ownTitle, own, reset);

  /** @param {Partial<import('../store.js').Plan["preprocess"]>} patch */
  function preprocess(patch) {
    store.patch('plan', { preprocess: { ...store.state.plan.preprocess, ...patch } });
  }

  /** @param {string} id @param {string} label @param {string} hint @param {(value: number) => Partial<import('../store.js').Plan["preprocess"]>} patch */
  function number(id, label, hint, patch) {
    const input = h('input', { type: 'number', id, min: 0, step: 1, test: id });
    input.addEventListener('change', () => {
      const value = Number(input.value);
      if (Number.isInteger(value) && value >= 0 && input.value !== '') preprocess(patch(value));
      else input.value = String(id === 'genes' ? store.state.plan.preprocess.genes : store.state.plan.preprocess.maxCells);
    });
    return { input, element: field(label, input, hint) };
  }

  /** @param {string} path @param {any} preset */
  function setting(path, preset) {
    const overrides = store.state.plan.overrides[store.state.plan.tuned] ?? {};
    const words = settingWords(path);
    const value = path in overrides ? overrides[path] : preset;
    const input = h('input', { id: `setting-${path}`, test: `setting-${path}` });
    const write = (/** @type {any} */ next) => {
      const rest = { ...store.state.plan.overrides[store.state.plan.tuned] };
      delete rest[path];
      setOverrides(JSON.stringify(next) === JSON.stringify(preset) ? rest : { ...rest, [path]: next });
    };
    if (typeof preset === 'boolean') {
      input.type = 'checkbox';
      input.checked = Boolean(value);
      input.addEventListener('change', () => write(input.checked));
      return checkbox(input, words.label, words.hint);
    }
    if (words.choices) {
      const select = h('select', { id: `setting-${path}`, test: `setting-${path}`, on: { change: () => write(select.value) } });
      options(select, Object.entries(words.choices).map(([choice, label]) => ({ value: choice, label })), String(value));
      return field(words.label, select, words.hint);
    }
    input.type = 'text';
    input.autocomplete = 'off';
    input.value = show(value);
    input.placeholder = preset === null ? 'off' : '';
    input.classList.toggle('differs', path in overrides);
    input.addEventListener('change', () => {
      const next = words.list && preset === null ? (input.value.trim() === '' ? null : parse(input.value, [])) : parse(input.value, preset);
      input.setAttribute('aria-invalid', String(next === undefined));
      if (next !== undefined) write(next);
    });
    return field(words.label, input, words.hint);
  }

  let drawn = '';
  store.subscribe(['plan', 'run'], (state) => {
    const { plan } = state;
    genes.input.value = String(plan.preprocess.genes);
    maxCells.input.value = String(plan.preprocess.maxCells);
    without.checked = plan.preprocess.withoutHeldOut;
    workers.value = String(plan.workers);
    const defaults = plan.defaults[plan.tuned];
    const differ = Object.values(plan.overrides).reduce((total, each) => total + Object.keys(each).length, 0);
    changed.textContent = differ > 0 ? `${differ} changed` : '';
    reset.hidden = Object.keys(plan.overrides[plan.tuned] ?? {}).length === 0;
    options(tuned, plan.models.map((model) => ({ value: model, label: modelWords(model).name })), plan.tuned);
    const key = JSON.stringify([plan.tuned, defaults, plan.overrides]);
    if (key !== drawn) {
      drawn = key;
      const focused = document.activeElement?.id;
      fill(own, flatten(defaults ?? {}).map(({ path, value }) => setting(path, value)));
      if (focused?.startsWith('setting-')) document.getElementById(focused)?.focus();
    }
    const locked = busy(state);
    for (const control of element.querySelectorAll('input, select')) /** @type {HTMLInputElement | HTMLSelectElement} */ (control).disabled = locked;
  });
  return { element };
}

/** @param {HTMLInputElement} input @param {string} label @param {string} hint */
function checkbox(input, label, hint) {
  input.setAttribute('aria-describedby', `${input.id}-hint`);
  return h('div', { class: 'field check' }, h('label', {}, input, ` ${label}`), h('p', { class: 'hint', id: `${input.id}-hint` }, hint));
}
