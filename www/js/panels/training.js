// Train, Pause, Cancel; how far it is; the loss while it runs.
import { calmly } from '../calm.js';
import { h, say } from '../dom.js';
import { errorBox } from '../errors.js';
import { figureCard } from '../figure.js';
import { loss } from '../figures.js';
import { PREDICT } from '../words.js';
import { busy } from './data.js';
import { partsTable, watchedPart } from './parts.js';
import { progressBar } from './progress.js';
import { modelWords } from '../words_models.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../store.js').State} State */

/** How often the loss is drawn anew, at most. */
const DRAW_MS = 250;

/** @param {Page} page */
export function trainingView(page) {
  const { store, runs, engines } = page;
  const train = h('button', { type: 'button', class: 'primary', test: 'train', on: { click: () => void runs.train() } }, 'Train');
  const pause = h('button', { type: 'button', test: 'pause', hidden: true });
  pause.addEventListener('click', () => void (store.state.run.phase === 'paused' ? runs.resume() : runs.pause()));
  const cancel = h('button', { type: 'button', test: 'cancel', hidden: true, on: { click: () => void runs.cancel() } }, 'Cancel');
  const beside = h('p', { class: 'hint' }, PREDICT.baselines);
  const progress = progressBar('Progress of the training', 'progress', () => store.state.run);
  const box = errorBox('error');
  const see = h('a', { href: '#results', class: 'see', hidden: true }, 'See the results');
  const figure = figureCard({ name: 'loss', title: 'Loss while training', sentence: PREDICT.loss });
  figure.element.hidden = true;
  const steps = h('ol', { class: 'plan-steps', 'aria-label': 'What Train does' }, PREDICT.steps.map(([verb, rest]) => h('li', {}, h('span', {}, h('b', {}, verb), ` ${rest}`))));
  const element = h('div', { class: 'training' }, h('div', { class: 'train-row' }, h('div', { class: 'buttons' }, train, pause, cancel, see), beside), box.element, progress.element, partsTable(page).element, steps, figure.element);

  /** What the figure shows. @type {import('../store.js').LossSeries[] | null} */
  let shown = null;
  const drawSoon = calmly(() => {
    const { run } = store.state;
    const watched = watchedPart(run);
    if (watched === null || run.losses[watched] === shown) return;
    shown = run.losses[watched];
    figure.show(loss(shown), undefined, `Loss: ${modelWords(shown[0].model).name}, ${shown[0].cellType} held out`);
  }, DRAW_MS);

  store.subscribe(['run', 'design', 'engine', 'data'], (state) => {
    const { run } = state;
    const running = busy(state);
    train.disabled = !state.design.summary || state.design.busy || state.engine.phase !== 'ready' || state.data.phase !== 'ready';
    train.hidden = running;
    say(train, trainWords(state));
    const lostFocus = (document.activeElement === train && running) || ((document.activeElement === pause || document.activeElement === cancel) && !running);
    pause.hidden = cancel.hidden = !running;
    pause.disabled = run.phase === 'starting';
    say(pause, run.phase === 'paused' ? 'Resume' : 'Pause');
    // A hidden button drops the focus to the top of the page.
    if (lostFocus) (running ? cancel : train).focus();
    see.hidden = running || state.results.rows.length === 0;
    const gpuFailed = run.error && state.engine.phase === 'ready' && state.engine.info?.engine === 'webgpu' && /gpu|device|adapter/i.test(run.error.code);
    const stopped = run.error && state.engine.phase === 'crashed';
    box.show(run.error, stopped ? [{ label: 'Restart engine', action: () => void engines.restart() }] : gpuFailed ? [{ label: 'Use the CPU engine instead', action: () => void engines.restart('cpu', 'WebGPU failed during a run, so the models train on the processor.') }] : []);
    const words = { paused: 'Paused', cancelled: 'Cancelled', failed: 'Stopped by an error', finished: 'Finished', idle: '', starting: run.stage, running: run.text ? `${run.stage}: ${run.text}` : run.stage };
    progress.draw(words[run.phase]);
    const watched = watchedPart(run);
    steps.hidden = watched !== null;
    figure.element.hidden = watched === null;
    drawSoon();
  });
  return { element };
}

/** What the button does: the model by name where there is one. @param {State} state */
function trainWords({ plan, run }) {
  if (run.phase === 'cancelled' || run.phase === 'failed') return 'Train again';
  return plan.models.length === 1 ? `Train ${modelWords(plan.models[0]).name}` : `Train ${plan.models.length} models`;
}
