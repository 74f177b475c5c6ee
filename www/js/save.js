// What leaves the page as a file: a run with its results, a bundle with everything that belongs to it, a report to read.
import { download, downloadText, fileStem } from './export.js';
import { errorInfo } from './failure.js';
import { figuresIn } from './figure.js';
import { taskOf } from './form_of_run.js';
import { dataAreOpen } from './run_file.js';
import { runOf } from './share.js';

/** @typedef {import('./main.js').Page} Page */
/** @typedef {import('./store.js').State} State */
/** @typedef {import('./protocol.js').TaskName} TaskName */
/** @typedef {import('./protocol.js').BundleFile} BundleFile */

/** Whose figures a report of the task has. */
const SECTIONS = { predict: ['data', 'predict', 'results'], explore: ['data', 'explore'], trade_off: ['trade-off'], mutual_information: ['trade-off'] };
/** Sections whose figures are of the open data and what is set up there, rather than of a run. */
const OF_THE_DATA = ['data', 'predict'];
const WORDS = { predict: 'prediction', explore: 'exploration', trade_off: 'trade-off', mutual_information: 'mutual information' };

/** Whether a task has results that can be saved. @param {State} state @param {TaskName} task */
export function hasResults({ results, fronts, explore, shared }, task) {
  if (shared.stored && shared.run && taskOf(shared.run) === task) return true;
  if (task === 'predict') return results.rows.length > 0;
  if (task === 'trade_off') return fronts.rows.length > 0;
  return task === 'explore' && Boolean(explore.overview) && ['paused', 'waiting', 'cancelled', 'finished'].includes(explore.phase);
}

/** Begins the names of the files of a task. @param {State} state @param {TaskName} task */
export function stemOf(state, task) {
  const run = runOf(state, task);
  const { simulated, file } = run?.dataset ?? {};
  const held = run?.task.predict?.held_out;
  const what = Array.isArray(held) && held.length === 1 ? held[0] : '';
  return fileStem(`${simulated?.preset ?? String(file?.name ?? 'run').replace(/\.[a-z0-9]+$/i, '')} ${WORDS[task]} ${what}`);
}

/** The text of a saved run: with its results where there are any, else the run file alone. @param {Page} page @param {TaskName} task */
export async function savedRun(page, task) {
  const { state } = page.store;
  if (hasResults(state, task)) return page.shared.reportOf(task);
  const run = runOf(state, task);
  if (!run) throw { code: 'no_run', message: 'There is no run to save.', hint: 'Choose data and what to do with them first.' };
  return `${JSON.stringify(await page.engines.engine.send('check_run', [run]), null, 2)}\n`;
}

/** @param {Page} page @param {TaskName} task */
export async function saveRun(page, task) {
  downloadText(`${stemOf(page.store.state, task)}.dosefront.json`, await savedRun(page, task), 'application/json');
}

/** The files of the data of what a task has done; none where they are built in, or are not the ones that are open. @param {State} state @param {TaskName} task @returns {File[]} */
export function dataFiles(state, task) {
  const { source } = state.data;
  const run = runOf(state, task);
  return run && dataAreOpen(run, state) && source && 'files' in source ? source.files : [];
}

/**
 * Saves everything that belongs to a run in one zip. What cannot be had is left out.
 * @param {Page} page @param {TaskName} task @param {boolean} withData @returns {Promise<string>}  what is not in it, as a sentence
 */
export async function saveBundle(page, task, withData) {
  const { store, runs, fronts, engines } = page;
  const text = new TextEncoder();
  /** @type {BundleFile[]} */
  const files = [{ name: 'run.dosefront.json', bytes: text.encode(await savedRun(page, task)) }];
  /** @type {string[]} */
  const missing = [];
  if (task === 'predict' && runs.grid) {
    const { rows } = store.state.results;
    for (const number of runs.grid.jobs.keys()) {
      const name = fileStem(`${number + 1} ${store.state.run.jobs[number]?.models.join(' ') ?? ''} ${store.state.run.jobs[number]?.cellType ?? ''}`);
      const weights = await runs.grid.weightsOf(number);
      weights.forEach((bytes, i) => files.push({ name: `weights/${name}${weights.length > 1 ? `-${i + 1}` : ''}.safetensors`, bytes }));
    }
    try {
      files.push({ name: 'predictions.h5ad', bytes: await runs.predictedCells(rows) });
    } catch (thrown) {
      missing.push(`the predicted cells (${errorInfo(thrown).message.replace(/\.$/, '')})`);
    }
  }
  const details = await detailsOf(task === 'predict' ? runs.grid : task === 'trade_off' ? fronts.grid : null, task === 'predict' ? store.state.results.rows : store.state.fronts.rows);
  if (details) files.push({ name: 'details.json', bytes: text.encode(details) });
  if (withData) for (const file of dataFiles(store.state, task)) files.push({ name: `data/${file.name}`, bytes: new Uint8Array(await file.arrayBuffer()) });
  const bytes = await engines.engine.send('bundle_write', [files]);
  download(`${stemOf(store.state, task)}.dosefront.zip`, new Blob([/** @type {BlobPart} */ (bytes)], { type: 'application/zip' }));
  return missing.length > 0 ? `Not in it: ${missing.join('; ')}.` : '';
}

/** What the figures of results need, by their index. @param {{detail: (index: number) => Promise<any>} | null} grid @param {{index: number}[]} rows */
async function detailsOf(grid, rows) {
  if (!grid) return null;
  const found = await Promise.all(rows.map(async ({ index }) => /** @type {const} */ ([index, await grid.detail(index)])));
  const known = found.filter(([, detail]) => detail);
  // A typed array would be written as an object.
  return known.length > 0 ? JSON.stringify(Object.fromEntries(known), (_, value) => (ArrayBuffer.isView(value) ? Array.from(/** @type {Float32Array} */ (value)) : value)) : null;
}

/** Saves a report to read and print: the figures as they stand on the page, with the run in it. @param {Page} page @param {TaskName} task */
export async function saveReport(page, task) {
  const report = await page.shared.reportOf(task);
  const run = runOf(page.store.state, task);
  // Figures of the data are of the data that are open, which may be others than the run's.
  const own = run !== null && dataAreOpen(run, page.store.state) && JSON.stringify(run.roles) === JSON.stringify(page.store.state.roles);
  const figures = await figuresIn(SECTIONS[task].filter((id) => own || !OF_THE_DATA.includes(id)).map((id) => document.getElementById(id)).filter((section) => section !== null));
  downloadText(`${stemOf(page.store.state, task)}-report.html`, await page.engines.engine.send('report_html', [report, figures]), 'text/html');
}

/** How the run was done, in words for a paper. @param {Page} page @param {TaskName} task */
export async function methodsText(page, task) {
  const run = runOf(page.store.state, task);
  if (!run) throw { code: 'no_run', message: 'There is no run to describe.', hint: 'Choose data and what to do with them first.' };
  const { paragraph, citations } = await page.engines.engine.send('methods', [await page.engines.engine.send('check_run', [run])]);
  return [paragraph, '', 'References', ...citations.map(({ text, url }, i) => `[${i + 1}] ${url && !text.includes(url) ? `${text} ${url}` : text}`)].join('\n');
}
