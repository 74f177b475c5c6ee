// Step 3: what to hold out, which model, and the training itself.
import { field, fill, h, options, say } from '../dom.js';
import { plural, wholeNumbers } from '../numbers.js';
import { PREDICT } from '../words.js';
import { busy } from './data.js';
import { settingsForm } from './settings.js';
import { trainingView } from './training.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../store.js').State} State */

/** @param {HTMLElement} place @param {Page} page */
export function predictPanel(place, page) {
  const { store, runs } = page;
  const heldOut = h('select', { id: 'held-out', test: 'held-out', on: { change: () => store.patch('plan', { heldOut: heldOut.value }) } });
  const arm = h('select', { id: 'arm', test: 'arm', on: { change: () => store.patch('plan', { arm: arm.value }) } });
  const model = h('select', { id: 'model', test: 'model', on: { change: () => choosePreset() } });
  const seed = h('input', { id: 'seed', test: 'seed', type: 'text', inputmode: 'numeric', autocomplete: 'off', spellcheck: 'false' });
  seed.addEventListener('input', () => {
    seed.setAttribute('aria-invalid', String(wholeNumbers(seed.value) === null));
    store.patch('plan', { seeds: seed.value });
  });
  const modelField = field('Model', model, PREDICT.model.demo);
  const modelHint = /** @type {HTMLElement} */ (modelField.querySelector('.hint'));
  const armField = field('Dose or condition', arm, PREDICT.arm);
  const armLabel = /** @type {HTMLElement} */ (armField.querySelector('label'));
  const settings = settingsForm(page);
  const training = trainingView(page);
  const question = h('p', { class: 'question' });

  function choosePreset() {
    store.patch('plan', { preset: model.value === 'paper' ? 'paper' : 'demo', overrides: {} });
    void runs.loadDefaults();
  }

  options(model, [
    { value: 'demo', label: 'scGen, demo size' },
    { value: 'paper', label: 'scGen, as in the paper' },
  ], 'demo');
  fill(place,
    h('p', { class: 'lead' }, PREDICT.lead),
    h('div', { class: 'predict-columns' },
      h('div', { class: 'column' }, h('div', { class: 'choices' }, field('Held-out cell type', heldOut, PREDICT.heldOut), armField, modelField, field('Seed', seed, PREDICT.seed)), settings.element),
      h('div', { class: 'column' }, question, training.element)));

  store.subscribe(['design', 'plan', 'run'], (state) => {
    const { design, plan } = state;
    const locked = busy(state) || !design.summary;
    for (const control of [heldOut, arm, model, seed]) control.disabled = locked;
    if (document.activeElement !== seed) seed.value = plan.seeds;
    model.value = plan.preset;
    say(modelHint, PREDICT.model[plan.preset]);
    if (!design.summary) {
      options(heldOut, [], '');
      options(arm, [], '');
      say(question, '');
      return;
    }
    const row = design.summary.counts[design.summary.cell_types.indexOf(plan.heldOut)] ?? [];
    const control = design.summary.arms.findIndex((each) => each.control);
    say(armLabel, armWord(design.summary));
    options(heldOut, heldOutChoices(design.summary), plan.heldOut);
    const arms = design.summary.arms.flatMap((each, i) => (each.control ? [] : [{ value: each.label, label: `${each.label} (${plural(row[i] ?? 0, 'cell')})` }]));
    options(arm, arms.length > 1 ? [{ value: 'all', label: `each of the ${arms.length}` }, ...arms] : arms, plan.arm);
    if (arms.length === 1 && plan.arm !== arms[0].value) store.patch('plan', { arm: arms[0].value });
    fill(question, 'Question: what would ', h('b', {}, plural(row[control] ?? 0, 'untreated cell')), ' of type ', h('b', {}, plan.heldOut), ' look like at ',
      h('b', {}, plan.arm === 'all' ? `each of ${arms.length} ${armWord(design.summary).toLowerCase()}s` : `${armWord(design.summary).toLowerCase()} ${plan.arm}`), '?');
  });

  // The engine's own values are asked for when the data or their meaning change.
  let known = '';
  store.subscribe(['design'], ({ design }) => {
    const key = JSON.stringify(design.summary?.arms ?? null);
    if (design.summary && key !== known) void runs.loadDefaults();
    known = key;
  });
}

/** @param {import('../protocol.js').DesignSummary} design */
export const armWord = (design) => (design.arms.some((arm) => !arm.control && arm.dose !== null) ? 'Dose' : 'Condition');
/** The types, with those that cannot be held out greyed. @param {import('../protocol.js').DesignSummary} design */
const heldOutChoices = (design) => design.cell_types.map((name, i) => {
  const disabled = !design.possible.includes(name);
  const size = plural(sum(design.counts[i] ?? []), 'cell');
  return { value: name, label: `${name} (${disabled ? `${size}, too few to hold out` : size})`, disabled };
});
/** @param {number[]} values */
const sum = (values) => values.reduce((a, b) => a + b, 0);
