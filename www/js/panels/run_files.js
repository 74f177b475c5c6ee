// The two files that describe a run, as buttons.
import { announce } from '../announce.js';
import { h } from '../dom.js';
import { downloadText } from '../export.js';
import { errorInfo } from '../failure.js';

/**
 * @param {{
 *   test: string, words: {runFile: string, report: string}, file: () => import('../protocol.js').RunFile | null,
 *   report: () => Promise<string>, stem: () => string,
 * }} options  `test`: what the test names begin with; `stem`: of the file names
 */
export function runFileButtons({ test, words, file, report, stem }) {
  const runFile = h('button', { type: 'button', test: `${test}save-run`, title: words.runFile }, 'Save run file');
  runFile.addEventListener('click', () => {
    const shown = file();
    if (shown) downloadText(`${stem()}-run.json`, `${JSON.stringify(shown, null, 2)}\n`, 'application/json');
  });
  const save = h('button', { type: 'button', test: `${test}save-report`, title: words.report }, 'Save report');
  save.addEventListener('click', async () => {
    try {
      downloadText(`${stem()}-report.json`, await report(), 'application/json');
    } catch (thrown) {
      announce(errorInfo(thrown).message);
      save.title = errorInfo(thrown).message;
    }
  });
  return {
    element: h('div', { class: 'buttons' }, runFile, save),
    /** @param {boolean} hasReport */
    draw(hasReport) {
      runFile.disabled = !file();
      save.disabled = !hasReport;
    },
  };
}
