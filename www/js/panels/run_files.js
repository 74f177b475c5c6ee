// The two files that describe a run, as buttons.
import { announce } from '../announce.js';
import { h } from '../dom.js';
import { downloadText } from '../export.js';
import { errorInfo } from '../failure.js';

/**
 * @param {{
 *   engines: import('../engine_actions.js').EngineActions, task: import('../protocol.js').TaskName, test: string,
 *   words: {runFile: string, report: string}, file: () => import('../protocol.js').RunFile | null, stem: () => string,
 * }} options  `test`: what the test names begin with; `stem`: of the file names
 */
export function runFileButtons({ engines, task, test, words, file, stem }) {
  const runFile = h('button', { type: 'button', test: `${test}save-run`, title: words.runFile }, 'Save run file');
  runFile.addEventListener('click', () => {
    const shown = file();
    if (shown) downloadText(`${stem()}-run.json`, `${JSON.stringify(shown, null, 2)}\n`, 'application/json');
  });
  const report = h('button', { type: 'button', test: `${test}save-report`, title: words.report }, 'Save report');
  report.addEventListener('click', async () => {
    try {
      downloadText(`${stem()}-report.json`, await engines.engine.send('report', [task]), 'application/json');
    } catch (thrown) {
      announce(errorInfo(thrown).message);
      report.title = errorInfo(thrown).message;
    }
  });
  return {
    element: h('div', { class: 'buttons' }, runFile, report),
    /** @param {boolean} hasReport */
    draw(hasReport) {
      runFile.disabled = !file();
      report.disabled = !hasReport;
    },
  };
}
