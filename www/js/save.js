// What leaves the page as a file: a run with its results, a bundle with everything that belongs to it, a report to read.
import { download, downloadText, fileStem } from './export.js';
import { errorInfo } from './failure.js';
import { figuresIn } from './figure.js';
import { dataAreOpen, taskOf } from './run_file.js';
import { DATA, DETAILS, PREDICTIONS, RUN, WEIGHTS, bundleFits } from './saved_files.js';
import { runOf } from './share.js';
import { isBaseline } from './words_models.js';

/** @typedef {import('./main.js').Page} Page */
/** @typedef {import('./store.js').State} State */
/** @typedef {import('./protocol.js').TaskName} TaskName */
/** @typedef {import('./protocol.js').BundleFile} BundleFile */

/** Whose figures a report of the task has. */
const SECTIONS = { predict: ['data', 'predict', 'results'], explore: ['data', 'explore'], trade_off: ['trade-off'], mutual_information: ['trade-off'] };
/** Sections whose figures are of the open data and what is set up there, rather than of a run. */
const OF_THE_DATA = ['data', 'predict'];
const WITHOUT_DATA = 'Save it without the data: whoever opens it is asked for the file, which is known by its checksum.';
const WORDS = { predict: 'prediction', explore: 'exploration', trade_off: 'trade-off', mutual_information: 'mutual information' };

/** Whether a task has results that can be saved. @param {State} state @param {TaskName} task */
export function hasResults(state, task) {
  const { results, fronts, explore } = state;
  if (isStored(state, task)) return true;
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

/** Whether the results that are shown are those of an opened file. @param {State} state @param {TaskName} task */
const isStored = ({ shared }, task) => shared.stored && shared.run !== null && taskOf(shared.run) === task;

/** The files of the data of what a task has done; none where they are built in, or neither open nor in the opened bundle. @param {Page} page @param {TaskName} task @returns {File[]} */
export function dataFiles({ store: { state }, shared }, task) {
  const { source } = state.data;
  const run = runOf(state, task);
  if (run && dataAreOpen(run, state)) return source && 'files' in source ? source.files : [];
  return isStored(state, task) ? shared.dataFiles : [];
}

/**
 * What a bundle of a task would go without, to be said before it is saved.
 * @param {Page} page @param {TaskName} task @returns {Promise<string[]>}
 */
export async function bundleLacks(page, task) {
  const { store, runs, shared } = page;
  const { state } = store;
  const rows = task === 'predict' ? state.results.rows : task === 'trade_off' ? state.fronts.rows : [];
  if (rows.length === 0 || !hasResults(state, task)) return [];
  const stored = isStored(state, task);
  const inside = (/** @type {string} */ name) => shared.beside.some((file) => file.name.startsWith(name));
  const lacks = [];
  if (task === 'predict') {
    const trained = state.results.rows.filter((row) => !isBaseline(row.model));
    const networks = stored ? trained.length === 0 || inside(WEIGHTS) : trained.every((row) => runs.isTrained(row));
    const run = runOf(state, task);
    if (!networks) lacks.push('trained networks');
    if (stored ? !inside(PREDICTIONS) : !networks || !run || !dataAreOpen(run, state)) lacks.push('predicted cells');
  }
  const grid = gridOf(page, task);
  const details = stored ? inside(DETAILS) : grid !== null && (await Promise.all(rows.map(({ index }) => grid.hasDetail(index)))).every(Boolean);
  if (!details) lacks.push(task === 'predict' ? 'genes of every prediction' : 'cells of every candidate');
  return lacks;
}

/** @param {Page} page @param {TaskName} task */
const gridOf = ({ runs, fronts }, task) => (task === 'predict' ? runs.grid : task === 'trade_off' ? fronts.grid : null);

/**
 * Saves everything that belongs to a run in one zip: of an opened bundle what came in it. What cannot be had is left out.
 * @param {Page} page @param {TaskName} task @param {boolean} withData @returns {Promise<string>}  what is not in it, as a sentence
 */
export async function saveBundle(page, task, withData) {
  const { store, shared, engines } = page;
  const data = withData ? dataFiles(page, task) : [];
  const sizeOf = (/** @type {{size: number}[]} */ parts) => parts.reduce((sum, { size }) => sum + size, 0);
  // Before anything of it is in memory.
  bundleFits(sizeOf(data), 'The data have', WITHOUT_DATA);
  const missing = await bundleLacks(page, task);
  /** @type {BundleFile[]} */
  const files = [{ name: RUN, bytes: encoded(await savedRun(page, task)) }];
  if (isStored(store.state, task)) for (const file of shared.beside) files.push({ name: file.name, bytes: await contents(file) });
  else await addMade(page, task, files, missing);
  bundleFits(sizeOf(data) + files.reduce((sum, { bytes }) => sum + bytes.length, 0), 'All of it has', data.length > 0 ? WITHOUT_DATA : 'Save the run instead: settings and results alone are small.');
  for (const file of data) files.push({ name: `${DATA}${file.name}`, bytes: await contents(file) });
  const bytes = await engines.engine.send('bundle_write', [files]);
  download(`${stemOf(store.state, task)}.dosefront.zip`, new Blob([/** @type {BlobPart} */ (bytes)], { type: 'application/zip' }));
  return missing.length > 0 ? `Not in it: ${missing.join(', ')}.` : '';
}

/** Networks, cells and details of what was done here. @param {Page} page @param {TaskName} task @param {BundleFile[]} files @param {string[]} missing */
async function addMade(page, task, files, missing) {
  const { store: { state }, runs } = page;
  if (task === 'predict' && runs.grid) {
    for (const number of runs.grid.jobs.keys()) {
      const name = fileStem(`${number + 1} ${state.run.jobs[number]?.models.join(' ') ?? ''} ${state.run.jobs[number]?.cellType ?? ''}`);
      const weights = await runs.grid.weightsOf(number);
      weights.forEach((bytes, i) => files.push({ name: `${WEIGHTS}${name}${weights.length > 1 ? `-${i + 1}` : ''}.safetensors`, bytes }));
    }
    try {
      if (!missing.includes('predicted cells')) files.push({ name: PREDICTIONS, bytes: await runs.predictedCells(state.results.rows) });
    } catch (thrown) {
      missing.push(`predicted cells (${errorInfo(thrown).message.replace(/\.$/, '')})`);
    }
  }
  const details = await detailsOf(gridOf(page, task), task === 'predict' ? state.results.rows : state.fronts.rows);
  if (details) files.push({ name: DETAILS, bytes: encoded(details) });
}

const encoded = (/** @type {string} */ text) => new TextEncoder().encode(text);
const contents = async (/** @type {File} */ file) => new Uint8Array(await file.arrayBuffer());

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
