// A run from before the page was loaded: what there is of it, and what can be done with it.
import { fill, h } from '../dom.js';
import { PREDICT } from '../words.js';
import { dataAreOpen } from '../run_file.js';

/** @typedef {import('../main.js').Page} Page */

/** @param {Page} page @param {import('../parts_run.js').PartsRun<any, any, any, any>} runs  of the task @param {string} test  what test names begin with */
export function earlierRun({ store, data }, runs, test = 'earlier') {
  const element = h('div', { class: 'earlier', test, hidden: true });
  store.subscribe(['earlier', 'data', runs.key], (state) => {
    const { earlier } = runs;
    element.hidden = !earlier || runs.now.phase !== 'idle';
    if (!earlier || element.hidden) return;
    const finished = earlier.done === earlier.parts && earlier.same;
    const here = dataAreOpen(earlier.run, state);
    const { simulated, file } = earlier.run.dataset;
    const go = h('button', { type: 'button', test: `${test}-continue`, on: { click: () => void runs.takeEarlier() } }, finished ? 'Show its results' : earlier.same ? 'Go on with it' : 'Train it again');
    const open = simulated ? h('button', { type: 'button', on: { click: () => void data.openPreset(simulated.preset, simulated.seed) } }, `Open ${earlier.name}`) : null;
    const drop = h('button', { type: 'button', class: 'quiet', test: `${test}-forget`, on: { click: () => void runs.dropEarlier() } }, 'Forget it');
    fill(element,
      h('p', {}, h('b', {}, finished ? 'A finished run is kept here' : 'An unfinished run is kept here'), ` (${earlier.name}, ${new Date(earlier.at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })}): ${earlier.done} of ${earlier.parts} parts are done. `,
        earlier.same ? '' : PREDICT.earlierVersion, here ? '' : simulated ? PREDICT.earlierPreset : `${PREDICT.earlierFile} ${file?.name ?? earlier.name}.`),
      h('div', { class: 'buttons' }, here ? go : open, drop));
  });
  return { element };
}
