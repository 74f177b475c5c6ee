// A run file put into the form: the reverse of run_file.js, as far as the form can show it.
import { differences, modelOf } from './run_differences.js';
import { exploreFile, flatten, predictFile, tradeOffFile } from './run_file.js';
import { isBaseline, modelSpec, plain, settingsOf, TRAINED } from './words_models.js';
import { MEASURES, METHODS } from './words_fronts.js';

/** @typedef {import('./main.js').Page} Page */
/** @typedef {import('./protocol.js').RunFile} RunFile */
/** @typedef {import('./store.js').Plan} Plan */
/** @typedef {import('./store.js').State} State */

/** Parts of a trade-off whose settings the form has. */
const FRONT_SETTINGS = ['schedule', 'scvi', 'train_fraction', 'evaluation'];
/** What the form's run file has beside the task. */
const SHARED = ['dataset', 'roles', 'device'];

/** The name of a model as results have it. @param {string | Record<string, any>} spec */
const nameOf = (spec) => modelOf(spec)[0];

/** @param {Record<string, any>} preprocess */
const sizes = ({ genes, max_cells }) => ({ genes: genes?.hvg_seurat ?? 0, maxCells: max_cells ?? 0 });

/**
 * Sets the form to a run of the open data. Both are filled in, so what the form then means can be held against what was asked.
 * @param {Page} page @param {RunFile} run @returns {Promise<string[]>}  what of the run the form has no place for
 */
export async function fillForm(page, run) {
  const { store } = page;
  /** @type {() => RunFile} */
  let means;
  if (run.task.predict) {
    await fillPredict(page, run);
    means = () => predictFile(store.state);
  } else if (run.task.trade_off) {
    await fillTradeOff(page, run);
    means = () => tradeOffFile(store.state);
  } else if (run.task.explore) {
    fillExplore(page, run);
    means = () => exploreFile(store.state);
  } else {
    const task = run.task.mutual_information;
    if (task) page.playground.now?.show(task);
    return [];
  }
  try {
    const form = await page.engines.engine.send('check_run', [means()]);
    return differencesAsked(run, form).filter(({ path }) => !saysTheSame(page.store.state, run, path)).map(({ label, before }) => `${label}: ${before ?? 'not set'}`);
  } catch {
    // What is wrong with it is said beside the form.
    return [];
  }
}

/** Whether “all” and a list of all mean the same in these data. @param {State} state @param {RunFile} run @param {string} path */
function saysTheSame({ design, plan }, run, path) {
  const { summary } = design;
  if (!summary || !run.task.predict) return false;
  if (path === 'task.predict.doses') return run.task.predict.doses === 'all' && summary.arms.filter((arm) => !arm.control).length === 1;
  return path === 'task.predict.held_out' && run.task.predict.held_out === 'all' && plan.heldOut.length === summary.possible.length;
}

/** Where two run files differ in what is asked of the same data. @param {RunFile} a @param {RunFile} b */
export function differencesAsked(a, b) {
  const asked = (/** @type {RunFile} */ run) => /** @type {RunFile} */ (Object.fromEntries(Object.entries(run).filter(([name]) => !SHARED.includes(name))));
  return differences(asked(a), asked(b));
}

/** @param {Page} page @param {RunFile} run */
async function fillPredict({ store, engines }, run) {
  const { plan, design } = store.state;
  const task = /** @type {import('./protocol.js').PredictTask} */ (run.task.predict);
  const specs = task.models.filter((spec) => !isBaseline(nameOf(spec)));
  const names = specs.map(nameOf);
  const models = Object.keys(TRAINED).filter((model) => names.includes(model));
  const possible = design.summary?.possible ?? [];
  const heldOut = task.held_out === 'all' ? possible : task.held_out.filter((type) => possible.includes(type));
  const arms = (design.summary?.arms ?? []).filter((arm) => !arm.control).map((arm) => arm.label);
  const arm = task.doses !== 'all' && task.doses.length === 1 && arms.includes(task.doses[0]) ? task.doses[0] : 'all';
  /** @type {Plan["presets"]} */
  const presets = {};
  /** @type {Plan["overrides"]} */
  const overrides = {};
  /** @type {Plan["defaults"]} */
  const defaults = { ...plan.defaults };
  for (const spec of specs) {
    const model = nameOf(spec);
    const settings = settingsOf(spec);
    if (!models.includes(model) || !settings) continue;
    if (settings.preset === 'paper') presets[model] = 'paper';
    const plainRun = { ...run, device: store.state.engine.info?.engine ?? run.device, task: { predict: { ...task, models: [modelSpec(model, { preset: settings.preset })] } } };
    const checked = await engines.engine.send('check_run', [plainRun]);
    const own = settingsOf(checked.task.predict?.models[0] ?? '') ?? {};
    defaults[model] = own;
    const usual = new Map(flatten(own).map(({ path, value }) => [path, JSON.stringify(value)]));
    overrides[model] = Object.fromEntries(flatten(settings).filter(({ path, value }) => usual.get(path) !== JSON.stringify(value)).map(({ path, value }) => [path, value]));
  }
  store.patch('plan', {
    ...(models.length > 0 ? { models, tuned: models[0] } : {}), heldOut: heldOut.length > 0 ? heldOut : store.state.plan.heldOut, arm,
    presets, overrides, defaults, asCounts: names.some((name) => plain(name) !== name), seeds: task.seeds.join(', '),
    preprocess: { ...sizes(run.preprocess), withoutHeldOut: run.preprocess.genes_without_held_out === true },
  });
}

/** @param {Page} page @param {RunFile} run */
async function fillTradeOff({ store, fronts }, run) {
  const task = /** @type {Record<string, any>} */ (run.task.trade_off);
  const methods = Object.keys(METHODS).filter((name) => task.methods.includes(name));
  const measures = Object.keys(MEASURES).filter((name) => task.measures.some((/** @type {any} */ each) => each.measure === name));
  store.patch('frontPlan', {
    ...(methods.length > 0 ? { methods } : {}), ...(measures.length > 0 ? { measures } : {}), candidates: task.candidates, splits: task.splits.join(', '),
    preset: task.scvi?.preset === 'paper' ? 'paper' : 'demo', overrides: {}, ...sizes(run.preprocess),
  });
  await fronts.loadDefaults().catch(() => {});
  const { defaults } = store.state.frontPlan;
  const given = FRONT_SETTINGS.filter((name) => name in task).flatMap((name) => flatten({ [name]: task[name] }));
  store.patch('frontPlan', { overrides: Object.fromEntries(given.filter(({ path, value }) => path in defaults && JSON.stringify(defaults[path]) !== JSON.stringify(value)).map(({ path, value }) => [path, value])) });
}

/** @param {Page} page @param {RunFile} run */
function fillExplore({ store }, run) {
  const { genes, maxCells } = sizes(run.preprocess);
  const { plan, explore } = store.state;
  store.patch('plan', { preprocess: { ...plan.preprocess, genes, ...(maxCells > 0 ? { maxCells } : {}) } });
  const methods = run.task.explore?.embedding?.methods;
  store.patch('explore', { allCells: maxCells === 0, methods: Array.isArray(methods) ? methods : explore.methods });
}
