// Step 3: what to hold out, which models, and the training itself.
import { field, fill, h, options, say, setAttribute } from '../dom.js';
import { plural, wholeNumbers } from '../numbers.js';
import { PREDICT } from '../words.js';
import { help } from '../help.js';
import { choiceList } from './choice_list.js';
import { isUntreated } from './data.js';
import { predicts } from '../store.js';
import { earlierRun } from './earlier.js';
import { modelList } from './model_list.js';
import { settingsForm } from './settings.js';
import { trainingView } from './training.js';
import { workSummary } from './work.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../store.js').State} State */

/** @param {HTMLElement} place @param {Page} page */
export function predictPanel(place, page) {
  const { store, runs } = page;
  const heldOut = choiceList({ id: 'held-out', legend: 'Held-out cell types', hint: PREDICT.heldOut, about: help('heldOut'), onChange: (values) => store.patch('plan', { heldOut: values }) });
  const arm = h('select', { id: 'arm', test: 'arm', on: { change: () => store.patch('plan', { arm: arm.value }) } });
  const models = modelList(page);
  const seed = h('input', { id: 'seed', test: 'seed', type: 'text', inputmode: 'numeric', autocomplete: 'off', spellcheck: 'false' });
  seed.addEventListener('input', () => {
    setAttribute(seed, 'aria-invalid', wholeNumbers(seed.value) === null ? 'true' : null);
    store.patch('plan', { seeds: seed.value });
  });
  const armField = field('Dose or condition', arm, PREDICT.arm);
  const armLabel = /** @type {HTMLElement} */ (armField.querySelector('label'));
  const settings = settingsForm(page);
  const training = trainingView(page);
  const work = workSummary(page);
  const question = h('p', { class: 'question' });

  fill(place,
    h('p', { class: 'lead' }, PREDICT.lead),
    earlierRun(page, runs).element,
    h('div', { class: 'predict-columns' },
      h('div', { class: 'column' }, heldOut.element, models.element, h('div', { class: 'choices' }, armField, field('Seeds', seed, PREDICT.seed, help('seeds'))), settings.element),
      h('div', { class: 'column' }, question, work.element, training.element)));

  store.subscribe(['design', 'plan', 'run'], (state) => {
    const { design, plan } = state;
    const locked = predicts(state) || !design.summary;
    for (const control of [arm, seed]) control.disabled = locked;
    if (document.activeElement !== seed) seed.value = plan.seeds;
    models.draw(plan, locked);
    if (!design.summary) {
      heldOut.draw([], [], true);
      options(arm, [], '');
      say(question, isUntreated(design.error) ? PREDICT.untreated : '');
      return;
    }
    const { summary } = design;
    const control = summary.arms.findIndex((each) => each.control);
    const cells = (/** @type {number} */ i) => plan.heldOut.reduce((total, name) => total + (summary.counts[summary.cell_types.indexOf(name)]?.[i] ?? 0), 0);
    say(armLabel, armWord(summary));
    heldOut.draw(heldOutChoices(summary), plan.heldOut, locked);
    const arms = summary.arms.flatMap((each, i) => (each.control ? [] : [{ value: each.label, label: `${each.label} (${plural(cells(i), 'cell')})` }]));
    options(arm, arms.length > 1 ? [{ value: 'all', label: `each of the ${arms.length}` }, ...arms] : arms, plan.arm);
    if (arms.length === 1 && plan.arm !== arms[0].value) store.patch('plan', { arm: arms[0].value });
    const types = plan.heldOut.length === 1 ? [' of type ', h('b', {}, plan.heldOut[0])] : [' of ', h('b', {}, `${plan.heldOut.length} types`)];
    fill(question, 'Question: what would ', h('b', {}, plural(cells(control), 'untreated cell')), types, ' look like at ',
      h('b', {}, plan.arm === 'all' ? `each of ${arms.length} ${armWord(summary).toLowerCase()}s` : `${armWord(summary).toLowerCase()} ${plan.arm}`), '?');
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
  return { value: name, label: name, title: disabled ? `${size}, too few to hold out` : size, disabled };
});
/** @param {number[]} values */
const sum = (values) => values.reduce((a, b) => a + b, 0);
