// How much work the chosen run is: trainings, predictions, and the time they will take.
import { fill, h, say } from '../dom.js';
import { bytes, duration, plural, wholeNumbers } from '../numbers.js';
import { predictFile, trainedModels } from '../run_file.js';
import { PREDICT } from '../words.js';
import { BASELINES } from '../words_models.js';
import { predicts } from '../store.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../store.js').State} State */

/** A worker that wants more than this will hardly get it. */
const WASM_BYTES = 3.5e9;

/** The run file that is estimated, and by how many workers. @param {State} state */
function keyOf(state) {
  try {
    return JSON.stringify([predictFile(state), state.plan.workers]);
  } catch {
    return '';
  }
}

/** What the run consists of. @param {State} state */
function counted({ plan, design }) {
  const treated = (design.summary?.arms ?? []).filter((arm) => !arm.control).length;
  const arms = plan.arm === 'all' ? treated : 1;
  const seeds = wholeNumbers(plan.seeds)?.length ?? 0;
  const models = trainedModels(plan).length;
  const trainings = models * plan.heldOut.length * seeds;
  // Of the baselines only the count fold change draws at random.
  const predictions = (models * seeds + BASELINES.length - 1 + seeds) * plan.heldOut.length * arms;
  return { trainings, predictions, parts: plan.heldOut.length * (models + 1) };
}

/** @param {Page} page */
export function workSummary({ store, runs }) {
  const words = h('p', { class: 'work-words', test: 'work' });
  const estimate = h('button', { type: 'button', class: 'small', test: 'estimate', on: { click: () => void runs.estimate() } }, 'Estimate the time');
  const time = h('p', { class: 'hint', test: 'estimated', role: 'status' });
  const element = h('div', { class: 'work' }, words, estimate, time);

  /** What it was drawn from. @type {any[]} */
  let from = [];
  store.subscribe(['plan', 'design', 'run', 'engine'], (state) => {
    // Of a run only its phase matters here, not its many events.
    const now = [state.plan, state.design, state.engine, state.run.phase];
    if (now.every((each, i) => each === from[i])) return;
    from = now;
    element.hidden = !state.design.summary;
    if (element.hidden) return;
    const { trainings, predictions, parts } = counted(state);
    const workers = runs.workersFor(parts);
    fill(words, h('b', {}, plural(trainings, 'training')), ` and ${plural(predictions, 'prediction')}, in ${plural(parts, 'part')} on ${plural(workers, 'worker')}`);
    const known = state.plan.estimate;
    const current = known && known.key === keyOf(state) ? known : null;
    estimate.hidden = Boolean(current && !current.error) || predicts(state);
    estimate.disabled = state.engine.phase !== 'ready';
    const tight = current && current.bytes > WASM_BYTES;
    const short = current && !tight && current.bytes * workers > memoryBytes();
    time.classList.toggle('bad', Boolean(tight || short || current?.error));
    const said = current?.busy ? 'Timing each model for a moment …'
      : current?.error ? current.error
        : current ? `About ${duration(current.seconds)}, and ${bytes(current.bytes)} of memory for each worker. ${tight ? PREDICT.tight : short ? PREDICT.short : ''}` : '';
    say(time, said);
  });
  return { element };
}

/** What the browser says of the machine's memory; it never says more than 8 GB. */
const memoryBytes = () => (/** @type {any} */ (navigator).deviceMemory ?? 8) * 1e9;
