// What the engine did and when, and the files that describe a run.
import { fill, h } from '../dom.js';
import { fileStem } from '../export.js';
import { RESULTS } from '../words.js';
import { runFileButtons } from './run_files.js';

/** @typedef {import('../main.js').Page} Page */

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** @param {HTMLElement} place @param {Page} page */
export function logPanel(place, { store, runs }) {
  const buttons = runFileButtons({
    test: '', words: RESULTS, file: () => runs.grid?.file ?? null, report: () => runs.report(),
    stem: () => fileStem(`dosefront ${store.state.data.summary?.name ?? ''} ${store.state.run.file?.task.predict?.held_out ?? ''}`),
  });
  const lines = h('ol', { class: 'log-lines', tabindex: 0, 'aria-label': 'Log lines' });
  const details = h('details', { class: 'log', test: 'log' }, h('summary', {}, 'Log: ', h('span', { class: 'hint' }, RESULTS.log)), lines);
  const files = h('div', { class: 'run-files' }, buttons.element, h('p', { class: 'hint' }, `${RESULTS.runFile} The report adds all results, versions and times.`));
  const element = h('div', { class: 'log-panel', hidden: true }, files, details);
  fill(place, element);

  /** Only what is looked at is drawn: a large run writes many lines a second. @type {import('../store.js').State["log"]} */
  let drawn = [];
  details.addEventListener('toggle', () => drawLines());

  function drawLines() {
    const { log } = store.state;
    if (!details.open || log === drawn) return;
    drawn = log;
    const start = log[0]?.at ?? 0;
    fill(lines, log.map((line) =>
      h('li', { class: `log-${line.kind}` }, h('time', { datetime: new Date(line.at).toISOString() }, clock.format(line.at)), h('span', { class: 'since' }, `+${((line.at - start) / 1000).toFixed(1)} s`), h('span', {}, line.text))));
  }

  store.subscribe(['log', 'run', 'results'], ({ log, results }) => {
    element.hidden = log.length === 0;
    buttons.draw(results.rows.length > 0);
    drawLines();
  });
}
