// What is worth sharing of the page's state, and the state that such a document asks for.
import { errorInfo } from './failure.js';
import { differencesAsked, fillForm } from './form_of_run.js';
import { encode, LONGEST } from './link.js';
import { dataAreOpen, exploreFile, predictFile, taskOf, tradeOffFile } from './run_file.js';
import { trains } from './store.js';
import { loadView } from './view.js';
import { viewOf, wholeView } from './view_table.js';
import { ROLES } from './words.js';
import { METRICS } from './words_metrics.js';

/** @typedef {import('./main.js').Page} Page */
/** @typedef {import('./store.js').State} State */
/** @typedef {import('./protocol.js').RunFile} RunFile */
/** @typedef {import('./protocol.js').TaskName} TaskName */
/** @typedef {import('./link.js').LinkDoc} LinkDoc */

export const STEPS = ['data', 'explore', 'predict', 'results', 'trade-off', 'runs'];

/** What else goes into links: asked when one is made. @type {((state: State) => Partial<LinkDoc>)[]} */
const others = [];
/** Short forms that were asked for: the address asks after every change, and each question holds up what the engine is doing. @type {Map<string, RunFile>} */
const short = new Map();
const REMEMBERED = 20;
/** A table can have hundreds. */
const MOST_COLUMNS = 30;

/** Lets a part of the page put its own keys (lesson, hide) into links. @param {(state: State) => Partial<LinkDoc>} part */
export const alsoInLinks = (part) => void others.push(part);

/** The run file of what a task has done, else of what is set up; null where the form cannot say. @param {State} state @param {TaskName} task @returns {RunFile | null} */
export function runOf(state, task) {
  try {
    if (state.shared.stored && state.shared.run && taskOf(state.shared.run) === task) return state.shared.run;
    if (task === 'explore') return state.explore.file ?? exploreFile(state);
    if (task === 'trade_off') return state.frontRun.file ?? tradeOffFile(state);
    if (task === 'predict') return state.run.file ?? (state.design.summary ? predictFile(state) : null);
  } catch {}
  return null;
}

/** Which task a step is about. @param {State} state @returns {TaskName} */
export function taskOfStep({ step, run, frontRun, design }) {
  if (step === 'explore') return 'explore';
  if (step === 'trade-off') return 'trade_off';
  if (step === 'predict' || step === 'results') return 'predict';
  // Of the others: what was run, else what can be.
  if (frontRun.file && !run.file) return 'trade_off';
  return design.summary ? 'predict' : 'explore';
}

/**
 * What a link to this state holds. The run is whole; `shortened` takes out what goes without saying.
 * @param {State} state @param {TaskName} [task]  whose run it is; else the step decides
 * @returns {LinkDoc}
 */
export function docOf(state, task = taskOfStep(state)) {
  const view = viewOf(state);
  const run = state.data.phase === 'ready' ? runOf(state, task) : null;
  return Object.assign({ v: /** @type {1} */ (1), step: state.step, ...(run ? { run } : {}), ...(Object.keys(view).length > 0 ? { view } : {}) }, ...others.map((part) => part(state)));
}

/** The same with the shortest run file that means the same run. @param {Page} page @param {LinkDoc} doc @returns {Promise<LinkDoc>} */
export async function shortened({ engines }, doc) {
  if (!doc.run) return doc;
  const whole = JSON.stringify(doc.run);
  const known = short.get(whole);
  if (known) return { ...doc, run: known };
  try {
    const run = await engines.engine.send('shorten', [/** @type {RunFile} */ (doc.run)]);
    if (short.size >= REMEMBERED) short.clear();
    short.set(whole, run);
    return { ...doc, run };
  } catch {
    // An engine that cannot: the link is only longer.
    return doc;
  }
}

/** A whole link to what is shown; `fits` says whether it is short enough to be one. @param {Page} page @param {TaskName} [task] */
export async function linkOf(page, task) {
  const hash = await encode(await shortened(page, docOf(page.store.state, task)));
  return { url: `${location.origin}${location.pathname}${location.search}#${hash}`, fits: hash.length <= LONGEST };
}

/**
 * What became of a document: `run` is the filled-in run file, and `file` the name of the data file it is waiting for; `beyond` are settings
 * that the form has no place for, and `set` says whether data and form are those of the run.
 * @typedef {{run: RunFile | null, file: string | null, beyond: string[], set: boolean, remarks: string[]}} Applied
 */

/**
 * Brings the page to what a document asks for. It trains nothing; only the exploration begins, as it always does by itself.
 * @param {Page} page @param {LinkDoc} doc @returns {Promise<Applied>}
 */
export async function applyDoc(page, doc) {
  const { store, engines } = page;
  /** @type {string[]} */
  const remarks = [];
  /** @type {Applied} */
  const applied = { run: null, file: null, beyond: [], set: false, remarks };
  await engines.booted;
  if (doc.run) {
    try {
      const { run, remarks: skipped } = await engines.engine.send('open_saved', [JSON.stringify(doc.run)]);
      remarks.push(...skipped);
      applied.run = run;
      Object.assign(applied, await applyRun(page, run, remarks));
      applied.set = applied.file === null;
    } catch (thrown) {
      const { message, hint } = errorInfo(thrown);
      remarks.push(`The run of the link cannot be used: ${message.replace(/\.$/, '')}. ${hint}`);
    }
  }
  await applyView(page, doc.view ?? {}, remarks);
  const run = applied.run;
  // The exploration that is shown is the one that was meant, to the last setting.
  if (run?.task.explore && applied.set && store.state.design.summary && (!store.state.explore.file || differencesAsked(run, store.state.explore.file).length > 0)) void page.explore.begin(asHere(page, run));
  if (doc.step !== undefined) {
    if (isStep(doc.step)) await goTo(page, doc.step);
    else remarks.push(noStep(doc.step));
  }
  return applied;
}

/** The run with the engine of this page. @param {Page} page @param {RunFile} run @returns {RunFile} */
export const asHere = ({ engines, store }, run) => ({ ...run, device: store.state.engine.info?.engine ?? engines.device });

/**
 * Opens the data of a run where they are built in, sets the roles and fills the form.
 * @param {Page} page @param {RunFile} run @param {string[]} remarks @returns {Promise<Partial<Applied>>}
 */
export async function applyRun(page, run, remarks) {
  const { store, data } = page;
  // The form and the columns are those of the run that goes on.
  if (trains(store.state)) throw { code: 'run_in_progress', message: 'A run is in progress, and other settings would change what it means.', hint: 'Wait for its end, or cancel it first.' };
  if (!dataAreOpen(run, store.state)) {
    const { simulated, file } = run.dataset;
    if (file) return { file: String(file.name) };
    const known = store.state.presets.some(({ name }) => name === simulated?.preset);
    if (!known) throw { code: 'unknown_preset', message: `There is no built-in data set “${String(simulated?.preset).slice(0, 60)}”.`, hint: 'It may be one of a newer version of the page: reload the page, or ask for the data file.' };
    await data.openPreset(simulated.preset, simulated.seed);
    if (!dataAreOpen(run, store.state)) throw store.state.data.error ?? { code: 'data_not_open', message: 'Other data were opened meanwhile.', hint: 'Open the run again.' };
  }
  // Before anything is changed: without its columns nothing else of the run can be right. The playground asks nothing of the data.
  const without = missingColumns(run, store.state);
  if (without && !run.task.mutual_information) throw without;
  const { roles } = store.state;
  if (!without && JSON.stringify(run.roles) !== JSON.stringify(roles)) await data.setRoles(run.roles);
  const { error } = store.state.design;
  if (error && (run.task.predict || run.task.explore)) {
    // What the data meant before is of more use than what they cannot mean.
    if (roles !== store.state.roles) await data.setRoles(roles);
    throw error;
  }
  const types = run.task.predict?.held_out;
  const missing = Array.isArray(types) ? types.filter((type) => !store.state.design.summary?.cell_types.includes(type)) : [];
  if (missing.length > 0) remarks.push(`The run holds out ${missing.map((type) => `“${type}”`).join(', ')}, which these data do not have.`);
  return { beyond: await fillForm(page, run) };
}

/** What to say where a run takes a role from a column that the open data do not have; null where all are there. @param {RunFile} run @param {State} state @returns {import('./protocol.js').ErrorInfo | null} */
function missingColumns({ roles }, { data }) {
  const columns = (data.summary?.obs ?? []).map(({ name }) => name);
  // The control is a value, not a column.
  const missing = /** @type {const} */ (['cell_type', 'condition', 'dose', 'batch']).filter((role) => typeof roles?.[role] === 'string' && !columns.includes(roles[role]));
  if (missing.length === 0) return null;
  const named = missing.map((role) => `no column “${String(roles[role]).slice(0, 60)}” for the role “${ROLES[role].label}”`);
  return {
    code: 'column_not_found',
    message: `These data have ${named.join(' and ')}. Their columns are ${columns.slice(0, MOST_COLUMNS).join(', ')}${columns.length > MOST_COLUMNS ? ` and ${columns.length - MOST_COLUMNS} more` : ''}.`,
    hint: 'It was made with other data or edited: ask for it again, or choose the columns in step 1 and set the run up there.',
  };
}

/** Sets how things are looked at. @param {Page} page @param {Record<string, any>} view @param {string[]} remarks */
export async function applyView(page, view, remarks) {
  const { store, runs } = page;
  const whole = wholeView(view, remarks);
  const cell_types = store.state.design.summary?.cell_types ?? [];
  const { explore, results, fronts } = whole;
  if (explore.cell_type !== null && !cell_types.includes(explore.cell_type)) explore.cell_type = null;
  const columns = ['arm', 'gene', 'cell_type', ...(store.state.data.summary?.obs ?? []).map(({ name }) => `obs:${name}`)];
  if (!columns.includes(explore.colour)) explore.colour = 'arm';
  const before = store.state.explore;
  // An embedding that was not computed is asked for.
  const laid = explore.method === 'pca' || before.methods.includes(explore.method);
  store.patch('explore', { choices: laid ? explore : { ...explore, method: before.choices.method } });
  if (!laid) page.explore.lay(explore.method);

  const usual = wholeView({}, []).results;
  const known = (/** @type {string} */ metric) => METRICS[metric.replace(/^(to_no_change_|to_control_|truth_)/, '')] !== undefined;
  for (const name of /** @type {const} */ (['metric', 'x', 'y'])) if (!known(results.compare[name])) results.compare[name] = usual.compare[name];
  if (!known(results.metric)) results.metric = usual.metric;
  const { shown, ...looks } = results;
  store.patch('results', looks);
  if (shown !== null) runs.wish(shown);

  const { chosen, ...axes } = fronts;
  const view_ = await loadView().catch(() => null);
  const metrics = view_?.front_metrics().map((metric) => metric.id) ?? [];
  if (!metrics.includes(axes.x)) axes.x = 'u';
  if (!metrics.includes(axes.y)) axes.y = 'v';
  store.patch('fronts', axes);
  if (chosen !== null) page.fronts.wish(chosen);
}

/** Whether the page has it. @param {string} step */
export const isStep = (step) => STEPS.includes(step) && document.getElementById(step) !== null;
/** @param {string} step */
export const noStep = (step) => `The link leads to “${step}”, which this page does not have.`;

/** Brings a step into sight, or something in it, and says that it is the one being read. @param {Page} page @param {string} step @param {string} [id] */
export async function goTo({ store }, step, id = step) {
  // After what the panels draw in this turn.
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  document.getElementById(id)?.scrollIntoView({ behavior: 'auto', block: 'start' });
  store.set({ step });
}
