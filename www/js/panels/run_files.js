// The files that a run can be saved as, as buttons.
import { announce } from '../announce.js';
import { h } from '../dom.js';
import { errorInfo } from '../failure.js';
import { hasResults, saveReport, saveRun } from '../save.js';
import { runOf } from '../share.js';
import { help } from '../help.js';

/**
 * @param {import('../main.js').Page} page
 * @param {{test: string, words: {runFile: string, report: string}, task: import('../protocol.js').TaskName}} options  `test`: what the test names begin with
 */
export function runFileButtons(page, { test, words, task }) {
  const run = h('button', { type: 'button', test: `${test}save-run`, title: words.runFile }, 'Save run');
  const report = h('button', { type: 'button', test: `${test}save-report`, title: words.report }, 'Save report');
  /** @param {HTMLButtonElement} button @param {string} title @param {() => Promise<void>} save */
  function saves(button, title, save) {
    button.addEventListener('click', async () => {
      try {
        await save();
        button.title = title;
      } catch (thrown) {
        announce(errorInfo(thrown).message);
        button.title = errorInfo(thrown).message;
      }
    });
  }
  saves(run, words.runFile, () => saveRun(page, task));
  saves(report, words.report, () => saveReport(page, task));
  return {
    element: h('div', { class: 'buttons' }, run, report, help('run_files')),
    draw() {
      const { state } = page.store;
      run.disabled = !runOf(state, task);
      report.disabled = !hasResults(state, task);
    },
  };
}
