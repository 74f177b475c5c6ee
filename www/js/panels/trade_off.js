// Step 5: candidates between biology kept and batch effect removed.
import { fill, h, say } from '../dom.js';
import { plural, wholeNumbers } from '../numbers.js';
import { predicts, trades } from '../store.js';
import { frontName, OWN_MEASURE, SINGLE, TRADE_OFF } from '../words_fronts.js';
import { candidatePanel } from './candidate.js';
import { candidateTable } from './candidate_table.js';
import { earlierRun } from './earlier.js';
import { frontForm } from './front_form.js';
import { frontPlot } from './front_plot.js';
import { frontSlider } from './front_slider.js';
import { logPanel } from './log.js';
import { partsTable } from './parts.js';
import { playground } from './playground.js';
import { runControls } from './run_controls.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../store.js').State} State */
/** @typedef {import('../store.js').FrontJobState} FrontJobState */

/** Data with two batches that are one click away. */
const TWO_BATCHES = { preset: 'marrow-two-batches', seed: 1 };
/** By then the first points are drawn, and the page is long enough to be scrolled. */
const DRAWN_MS = 600;
/** Errors that other data mend. */
const OF_THE_DATA = new Set(['needs_counts', 'no_batch_role', 'one_batch', 'batches_too_small']);

/** @param {HTMLElement} place @param {Page} page */
export function tradeOffPanel(place, page) {
  const { store, fronts } = page;
  const trouble = dataTrouble(page);
  const see = h('a', { href: '#front-results', class: 'see', hidden: true }, 'See the front');
  const controls = runControls(page, fronts, {
    test: 'front-', label: 'Progress of the front', begin: () => void fronts.train(), hint: TRADE_OFF.train, see, words: () => 'Train the front',
    waits: ({ fronts: { check } }) => check.parts === 0 || check.error !== null, other: predicts, otherWords: TRADE_OFF.otherTrains,
  });
  const work = h('p', { class: 'work-words', test: 'front-work' });
  const parts = partsTable(page, fronts, {
    test: 'front-parts', least: 2, corner: 'Front', hint: '', label: (/** @type {FrontJobState} */ job) => frontName(job.method, job.measure), column: (/** @type {FrontJobState} */ job) => `split ${job.split}`,
    words: (/** @type {FrontJobState} */ job) => `${job.name}, ${plural(job.places.length, 'candidate')}`, canWatch: () => false, watched: () => null, watch: () => {},
  });
  const steps = h('ol', { class: 'plan-steps', 'aria-label': 'What training a front does' }, TRADE_OFF.steps.map(([verb, rest]) => h('li', {}, h('span', {}, h('b', {}, verb), ` ${rest}`))));
  const results = h('div', { class: 'front-results', id: 'front-results', hidden: true },
    h('div', { class: 'front-columns' }, frontPlot(page).element, candidatePanel(page).element), frontSlider(page).element, candidateTable(page).element);
  const log = h('div', {});
  const training = h('div', { class: 'front-training' }, h('div', { class: 'column' }, work, controls.element, parts.element), steps);
  fill(place, h('p', { class: 'lead' }, TRADE_OFF.lead), earlierRun(page, fronts, 'front-earlier').element, trouble.element, frontForm(page).element, training, results, log, playground(page).element);
  logPanel(log, page, fronts, { test: 'front-' });

  let shown = false;
  store.subscribe(['fronts', 'frontRun', 'frontPlan'], (state) => {
    const any = state.fronts.rows.length > 0 || Object.keys(state.fronts.live).length > 0;
    results.hidden = !any;
    steps.hidden = any || trades(state);
    training.classList.toggle('wide', steps.hidden);
    see.hidden = !any;
    if (any && !shown && trades(state)) bringIntoSight(training);
    shown = any;
    say(work, state.fronts.check.error || state.fronts.check.parts === 0 ? '' : workWords(state, fronts.workersFor(state.fronts.check.parts)));
  });
}

/** The progress and the first points below it, for who looks at the button and is not busy elsewhere. @param {HTMLElement} element */
function bringIntoSight(element) {
  setTimeout(() => {
    const focused = document.activeElement;
    const { top } = element.getBoundingClientRect();
    if (focused instanceof HTMLInputElement || focused instanceof HTMLSelectElement || top < 0 || top > innerHeight) return;
    element.scrollIntoView({ behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth', block: 'start' });
  }, DRAWN_MS);
}

/** What the run consists of. @param {State} state @param {number} workers */
function workWords({ frontPlan, fronts }, workers) {
  const splits = wholeNumbers(frontPlan.splits)?.length ?? 0;
  const count = (/** @type {string[]} */ names) => frontPlan.methods.filter((method) => names.includes(method)).length;
  const [single, bound] = [count(SINGLE), count(OWN_MEASURE)];
  const trained = ((frontPlan.methods.length - bound) * frontPlan.measures.length + bound - single) * splits;
  const parts = [trained > 0 ? `${plural(trained, 'front')} of ${frontPlan.candidates} + 2 candidates` : '', single > 0 ? plural(single * splits, 'single candidate') : ''];
  return `${parts.filter(Boolean).join(' and ')}, in ${plural(fronts.check.parts, 'part')} on ${plural(workers, 'worker')}`;
}

/** Why the open data cannot be used, and what helps. @param {Page} page */
function dataTrouble({ store, data }) {
  const words = h('p', {}, '');
  const hint = h('p', { class: 'hint' });
  const open = h('button', { type: 'button', test: 'open-two-batches', on: { click: () => void data.openPreset(TWO_BATCHES.preset, TWO_BATCHES.seed) } }, 'Open the built-in set with two batches');
  const element = h('div', { class: 'notice', role: 'status', test: 'front-trouble', hidden: true }, words, hint, h('div', { class: 'buttons' }, open));
  store.subscribe(['fronts', 'frontRun', 'data'], ({ fronts: { check }, frontRun, data: { phase } }) => {
    const error = phase === 'ready' && frontRun.phase === 'idle' ? check.error : null;
    element.hidden = !error;
    if (!error) return;
    element.dataset.code = error.code;
    // Not where a sentence begins with a name like scVI.
    say(words, `${error.message.replace(/^[a-z]+(?=\s)/, (word) => word.charAt(0).toUpperCase() + word.slice(1)).replace(/\.$/, '')}.`);
    say(hint, error.hint);
    open.hidden = !OF_THE_DATA.has(error.code);
  });
  return { element };
}
