// What the engine did and when, and the files that describe a run.
import { fill, h } from '../dom.js';
import { RESULTS } from '../words.js';
import { runFileButtons } from './run_files.js';

/** @typedef {import('../main.js').Page} Page */

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/**
 * @param {HTMLElement} place @param {Page} page @param {import('../parts_run.js').PartsRun<any, any, any, any>} runs  of the task
 * @param {{test: string}} options  what test names begin with
 */
export function logPanel(place, page, runs, { test }) {
  const { store } = page;
  const buttons = runFileButtons(page, { test, words: RESULTS, task: runs.task.name });
  const lines = h('ol', { class: 'log-lines', tabindex: 0, 'aria-label': 'Log lines' });
  const details = h('details', { class: 'log', test: `${test}log` }, h('summary', {}, 'Log: ', h('span', { class: 'hint' }, RESULTS.log)), lines);
  const files = h('div', { class: 'run-files' }, buttons.element, h('p', { class: 'hint' }, `${RESULTS.runFile} ${RESULTS.report}`));
  const element = h('div', { class: 'log-panel', hidden: true }, files, details);
  fill(place, element);

  /** Only what is looked at is drawn: a large run writes many lines a second. @type {import('../store.js').State["log"]} */
  let drawn = [];
  details.addEventListener('toggle', () => drawLines());

  function drawLines() {
    const all = store.state.log;
    if (!details.open || all === drawn) return;
    drawn = all;
    const log = own(all);
    const start = log[0]?.at ?? 0;
    fill(lines, log.map((line) =>
      h('li', { class: `log-${line.kind}` }, h('time', { datetime: new Date(line.at).toISOString() }, clock.format(line.at)), h('span', { class: 'since' }, `+${(Math.max(0, line.at - start) / 1000).toFixed(1)} s`), h('span', {}, line.text))));
  }

  const own = (/** @type {import('../store.js').State["log"]} */ log) => log.filter(({ task }) => task === runs.task.name);
  store.subscribe(['log', runs.key, 'results', 'fronts', 'shared'], (state) => {
    element.hidden = own(state.log).length === 0;
    buttons.draw();
    drawLines();
  });
}
