// A run from before the page was loaded: what there is of it, and what can be done with it.
import { fill, h } from '../dom.js';
import { PREDICT } from '../words.js';
import { dataAreOpen } from '../run_file.js';
import { applyRun } from '../share.js';
import { trains } from '../store.js';

/** @typedef {import('../main.js').Page} Page */

/** @param {Page} page @param {import('../parts_run.js').PartsRun<any, any, any, any>} runs  of the task @param {string} test  what test names begin with */
export function earlierRun(page, runs, test = 'earlier') {
  const { store } = page;
  const element = h('div', { class: 'earlier', test, hidden: true });
  /** Brings its data, and its settings into the form, which would speak of another run else. What is wrong with them is said there. */
  const setUp = async () => runs.earlier && applyRun(page, runs.earlier.run, []).catch(() => {});
  const take = async () => {
    await setUp();
    await runs.takeEarlier();
  };
  /** What it was drawn from: drawn anew at every step of a run, buttons would lose the focus. @type {any[]} */
  let drawn = [];
  store.subscribe(['earlier', 'data', 'run', 'frontRun'], (state) => {
    const { earlier } = runs;
    element.hidden = !earlier || runs.now.phase !== 'idle';
    if (!earlier || element.hidden) return;
    const finished = earlier.done === earlier.parts && earlier.same;
    const here = dataAreOpen(earlier.run, state);
    const looks = [earlier, here, trains(state)];
    if (looks.every((look, i) => look === drawn[i])) return;
    drawn = looks;
    const { simulated, file } = earlier.run.dataset;
    const go = h('button', { type: 'button', test: `${test}-continue`, disabled: trains(state), on: { click: () => void take() } }, finished ? 'Show its results' : earlier.same ? 'Go on with it' : 'Train it again');
    const open = simulated ? h('button', { type: 'button', disabled: trains(state), on: { click: () => void setUp() } }, `Open ${earlier.name}`) : null;
    const drop = h('button', { type: 'button', class: 'quiet', test: `${test}-forget`, on: { click: () => void runs.dropEarlier() } }, 'Forget it');
    fill(element,
      h('p', {}, h('b', {}, finished ? 'A finished run is kept here' : 'An unfinished run is kept here'), ` (${earlier.name}, ${new Date(earlier.at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })}): ${earlier.done} of ${earlier.parts} parts are done. `,
        earlier.same ? '' : PREDICT.earlierVersion, here ? '' : simulated ? PREDICT.earlierPreset : `${PREDICT.earlierFile} ${file?.name ?? earlier.name}.`),
      h('div', { class: 'buttons' }, here ? go : open, drop));
  });
  return { element };
}
