// A listed run comes back to the steps above: from what is kept, or by running it again.
import { errorInfo } from './failure.js';
import { dataAreOpen } from './run_file.js';
import { titleOf } from './runs_list.js';
import { applyRun, asHere } from './share.js';
import { trains } from './store.js';
import { beyondWords } from './words_share.js';

/** @typedef {import('./main.js').Page} Page */
/** @typedef {import('./kept_runs.js').KeptRun} KeptRun */

/** Where each task shows what it has found. */
const PLACES = { predict: 'results', trade_off: 'front-results', explore: 'explore', mutual_information: 'playground' };

/** @param {KeptRun["task"]} task */
function bringIntoSight(task) {
  const place = document.getElementById(PLACES[task]) ?? document.querySelector(`[data-testid="${PLACES[task]}"]`);
  place?.scrollIntoView({ behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth', block: 'start' });
}

/** Data are on their way, and would take what is shown away when they come. @param {import('./store.js').State} state */
export const opens = ({ data }) => data.phase === 'opening' || (data.phase === 'none' && !data.error);

/** Whether its data are open. @param {Page} page @param {KeptRun} run */
export const hasData = ({ store }, { run }) => dataAreOpen(run, store.state);

/** What its data are called. @param {KeptRun} run */
export const sourceOf = ({ run, source }) => run.dataset?.simulated?.preset ?? run.dataset?.file?.name ?? source;

/**
 * Brings data, columns and form to a run: the form always says what is trained or shown. Of a file only its name is known. Says whether its
 * data are open.
 * @param {Page} page @param {KeptRun} run
 */
export async function setUp(page, run) {
  try {
    /** @type {string[]} */
    const remarks = [];
    const { file, beyond } = await applyRun(page, run.run, remarks);
    if (file) remarks.push(`To run it again, open ${sourceOf(run)} in step 1 first: a page cannot open files by itself.`);
    if (beyond && beyond.length > 0) remarks.push(beyondWords(beyond));
    page.list.say(remarks.join(' '));
    return !file;
  } catch (thrown) {
    const { message, hint } = errorInfo(thrown);
    page.list.say(`${message.replace(/\.$/, '')}. ${hint}`);
    return false;
  }
}

/** Brings the results of a run back, without computing anything. @param {Page} page @param {string} id */
export async function showAgain(page, id) {
  const { list, store } = page;
  const run = list.find(id);
  if (!run) return;
  if (trains(store.state)) {
    list.say('Something is being trained: a run can be shown again when that has ended.');
    return;
  }
  const text = await list.report(id);
  const report = text ? JSON.parse(text) : null;
  if (run.task === 'explore') {
    // The engine holds one exploration; what is kept of another one stands in the list.
    if (list.now.shown.explore === id) bringIntoSight('explore');
    else if (report) store.patch('list', { open: list.now.open?.id === id ? null : { id, report } });
    else list.say(`The numbers of ${titleOf(run)} are not kept. Run it again to see them.`);
    return;
  }
  if (run.task === 'mutual_information') {
    if (!report) return list.say(`The estimates of ${titleOf(run)} are not kept.`);
    list.onPlayground(report);
    list.putShown(run, true);
    return bringIntoSight('mutual_information');
  }
  if (!report && run.jobs.length === 0) {
    // Kept by an older page, which did not write down what its parts are: the engine knows, if it has the data.
    if (await setUp(page, run)) await actionsOf(page, run).begin(() => run.run);
    return bringIntoSight(run.task);
  }
  const rows = (run.task === 'predict' ? report?.results : report?.candidates) ?? [];
  await actionsOf(page, run).showKept(run, text, rows, !run.opened && run.version === page.engines.version() && hasData(page, run));
  list.putShown(run, true);
  bringIntoSight(run.task);
}

/** Runs it again with the engine of now; what this engine has kept of it is not done twice. @param {Page} page @param {string} id */
export async function runAgain(page, id) {
  const { list, store } = page;
  const run = list.find(id);
  if (!run) return;
  if (trains(store.state)) {
    list.say('Something is being trained: a run can begin when that has ended.');
    return;
  }
  if (!(await setUp(page, run))) return;
  const file = asHere(page, run.run);
  if (run.task === 'explore') void page.explore.begin(file);
  else if (run.task !== 'mutual_information') void actionsOf(page, run).begin(() => file);
  document.getElementById(run.task === 'trade_off' ? 'trade-off' : run.task === 'explore' ? 'explore' : 'predict')?.scrollIntoView({ block: 'start' });
}

/** @param {Page} page @param {KeptRun} run @returns {import('./parts_run.js').PartsRun<any, any, any, any>} */
const actionsOf = (page, { task }) => (task === 'predict' ? page.runs : page.fronts);
