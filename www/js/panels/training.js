// Training for Predict: the controls, its parts, and the loss while it runs.
import { calmly } from '../calm.js';
import { h } from '../dom.js';
import { figureCard } from '../figure.js';
import { loss } from '../figures.js';
import { predicts, trades } from '../store.js';
import { PREDICT } from '../words.js';
import { partsTable, watchedPart } from './parts.js';
import { runControls } from './run_controls.js';
import { modelWords } from '../words_models.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../store.js').JobState} JobState */

/** How often the loss is drawn anew, at most. */
const DRAW_MS = 250;

/** @param {Page} page */
export function trainingView(page) {
  const { store, runs } = page;
  const see = h('a', { href: '#results', class: 'see', hidden: true }, 'See the results');
  const controls = runControls(page, runs, {
    test: '', label: 'Progress of the training', begin: () => void runs.train(), hint: PREDICT.baselines, see,
    words: ({ plan }) => (plan.models.length === 1 ? `Train ${modelWords(plan.models[0]).name}` : `Train ${plan.models.length} models`),
    waits: ({ design }) => !design.summary || design.busy, other: trades, otherWords: PREDICT.otherTrains,
  });
  const parts = partsTable(page, runs, {
    test: 'parts', least: 3, corner: 'Held out', label: partLabel, column: (/** @type {JobState} */ job) => job.cellType,
    words: (/** @type {JobState} */ job) => `${partLabel(job)}, ${job.cellType} held out`, hint: 'Choose a part to see its loss.',
    canWatch: (number) => Boolean(store.state.run.losses[number]), watched: () => store.state.run.watched,
    watch: (number) => store.patch('run', { watched: store.state.run.watched === number ? null : number }),
  });
  const figure = figureCard({ name: 'loss', title: 'Loss while training', sentence: PREDICT.loss });
  figure.element.hidden = true;
  const steps = h('ol', { class: 'plan-steps', 'aria-label': 'What Train does' }, PREDICT.steps.map(([verb, rest]) => h('li', {}, h('span', {}, h('b', {}, verb), ` ${rest}`))));
  const element = h('div', { class: 'training' }, controls.element, parts.element, steps, figure.element);

  /** What the figure shows. @type {import('../store.js').LossSeries[] | null} */
  let shown = null;
  const drawSoon = calmly(() => {
    const { run } = store.state;
    const watched = watchedPart(run);
    if (watched === null || run.losses[watched] === shown) return;
    shown = run.losses[watched];
    figure.show(loss(shown), undefined, `Loss: ${modelWords(shown[0].model).name}, ${shown[0].cellType} held out`);
  }, DRAW_MS);

  store.subscribe(['run', 'results'], (state) => {
    see.hidden = predicts(state) || state.results.rows.length === 0;
    const watched = watchedPart(state.run);
    steps.hidden = watched !== null;
    figure.element.hidden = watched === null;
    drawSoon();
  });
  return { element };
}

/** @param {JobState} job */
const partLabel = (job) => (job.trained ? job.models.map((model) => modelWords(model).name).join(', ') : 'Baselines');
