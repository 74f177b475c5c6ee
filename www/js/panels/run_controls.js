// Begin, pause, cancel, and how far it is: the same for every run in parts.
import { h, say } from '../dom.js';
import { errorBox } from '../errors.js';
import { progressBar } from './progress.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../store.js').State} State */

/**
 * @param {Page} page @param {import('../parts_run.js').PartsRun<any, any, any, any>} runs
 * @param {{
 *   test: string, label: string, begin: () => void, words: (state: State) => string, hint: string,
 *   waits: (state: State) => boolean, other: (state: State) => boolean, otherWords: string, see: HTMLElement,
 * }} options
 *   `test`: what test names begin with; `label`: of the progress; `words`: of the button; `waits`: whether there is nothing to begin with;
 *   `other`: whether another task trains, which goes first; `see`: a link to the results, shown when there are any
 */
export function runControls({ store, engines }, runs, { test, label, begin, words, hint, waits, other, otherWords, see }) {
  const train = h('button', { type: 'button', class: 'primary', test: `${test}train`, on: { click: begin } }, 'Train');
  const pause = h('button', { type: 'button', test: `${test}pause`, hidden: true });
  pause.addEventListener('click', () => void (runs.now.phase === 'paused' ? runs.resume() : runs.pause()));
  const cancel = h('button', { type: 'button', test: `${test}cancel`, hidden: true, on: { click: () => void runs.cancel() } }, 'Cancel');
  const beside = h('p', { class: 'hint' }, hint);
  const progress = progressBar(label, `${test}progress`, () => runs.now);
  const box = errorBox('error');

  store.subscribe([...new Set(/** @type {const} */ (['run', 'frontRun', 'fronts', 'design', 'engine', 'data', 'plan', 'frontPlan']))], (state) => {
    const run = runs.now;
    const running = run.phase === 'starting' || run.phase === 'running' || run.phase === 'paused';
    // Before anything is hidden or disabled, which takes the focus away.
    const lostFocus = (document.activeElement === train && running) || ((document.activeElement === pause || document.activeElement === cancel) && !running);
    train.disabled = other(state) || waits(state) || state.engine.phase !== 'ready' || state.data.phase !== 'ready';
    train.hidden = running;
    say(train, run.phase === 'cancelled' || run.phase === 'failed' ? 'Train again' : words(state));
    say(beside, other(state) ? otherWords : hint);
    pause.hidden = cancel.hidden = !running;
    pause.disabled = run.phase === 'starting';
    say(pause, run.phase === 'paused' ? 'Resume' : 'Pause');
    // A hidden button drops the focus to the top of the page.
    if (lostFocus) (running ? cancel : train).focus();
    const gpuFailed = run.error && state.engine.phase === 'ready' && state.engine.info?.engine === 'webgpu' && /gpu|device|adapter/i.test(run.error.code);
    const stopped = run.error && state.engine.phase === 'crashed';
    box.show(run.error, stopped ? [{ label: 'Restart engine', action: () => void engines.restart() }] : gpuFailed ? [{ label: 'Use the CPU engine instead', action: () => void engines.restart('cpu', 'WebGPU failed during a run, so the models train on the processor.') }] : []);
    const said = { paused: 'Paused', cancelled: 'Cancelled', failed: 'Stopped by an error', finished: 'Finished', idle: '', starting: run.stage, running: run.text ? `${run.stage}: ${run.text}` : run.stage };
    progress.draw(said[run.phase]);
  });
  return { element: h('div', { class: 'run-controls' }, h('div', { class: 'train-row' }, h('div', { class: 'buttons' }, train, pause, cancel, see), beside), box.element, progress.element) };
}
