// The run file that the page's choices mean, and what one says about itself.
import { BASELINES, modelSpec, plain } from './words_models.js';
import { LARGEST_WHOLE, wholeNumbers } from './numbers.js';

/** @typedef {import('./store.js').State} State */

/** Sets a value deep inside plain objects. @param {Record<string, any>} object @param {string} path @param {any} value */
function put(object, path, value) {
  const parts = path.split('.');
  const last = /** @type {string} */ (parts.pop());
  let at = object;
  for (const part of parts) at = at[part] ??= {};
  at[last] = value;
}

/**
 * Settings that differ from the preset's own, nested as the run file wants them. A change inside a nested object needs its neighbours.
 * @param {Record<string, any>} overrides @param {Record<string, any> | null} defaults
 */
function changed(overrides, defaults) {
  /** @type {Record<string, any>} */
  const settings = {};
  for (const [path, value] of Object.entries(overrides)) {
    const top = path.split('.')[0];
    if (path !== top && settings[top] === undefined) settings[top] = structuredClone(defaults?.[top] ?? {});
    put(settings, path, value);
  }
  return settings;
}

/** The open data as a run file names them. @param {State} state */
function datasetOf({ data }) {
  const source = data.summary?.source;
  const simulated = data.source && 'preset' in data.source ? { simulated: { ...data.source } } : null;
  return source && typeof source === 'object' ? source : simulated ?? { file: { name: data.summary?.name ?? '', sha256: String(source ?? '') } };
}

/** The task of a run file. @param {import('./protocol.js').RunFile} run */
export const taskOf = (run) => /** @type {import('./protocol.js').TaskName} */ (Object.keys(run.task ?? {})[0] ?? 'predict');

/** Whether two entries `dataset` of run files mean the same data, whatever a file was called. @param {any} a @param {any} b */
export function sameData(a, b) {
  if (a?.simulated && b?.simulated) return a.simulated.preset === b.simulated.preset && a.simulated.seed === b.simulated.seed;
  return Boolean(a?.file && b?.file && a.file.sha256 === b.file.sha256);
}

/** Whether the data of a run are open. @param {import('./protocol.js').RunFile} run @param {State} state */
export const dataAreOpen = (run, state) => state.data.phase === 'ready' && sameData(run.dataset, datasetOf(state));

/** What the run files of all tasks have in common. @param {State} state @param {{genes: number, maxCells: number}} preprocess */
function common(state, { genes, maxCells }) {
  const { roles, engine } = state;
  return {
    dosefront: /** @type {const} */ (1),
    dataset: datasetOf(state),
    roles,
    preprocess: {
      max_cells: maxCells,
      genes: genes > 0 ? { hvg_seurat: genes } : 'all',
    },
    device: engine.info?.engine ?? /** @type {const} */ ('cpu'),
  };
}

/** The run file of an exploration; what it does not name is as the engine has it. @param {State} state @returns {import('./protocol.js').RunFile} */
export function exploreFile(state) {
  const { allCells, methods } = state.explore;
  const shared = common(state, state.plan.preprocess);
  return {
    ...shared,
    preprocess: { ...shared.preprocess, ...(allCells ? { max_cells: 0 } : {}) },
    task: { explore: { embedding: { methods: methods.filter((method) => method !== 'pca') } } },
  };
}

/**
 * @param {State} state @returns {import('./protocol.js').RunFile}
 * @throws {import('./protocol.js').ErrorInfo} where something typed cannot be read
 */
export function predictFile(state) {
  const { plan } = state;
  const seeds = wholeNumbers(plan.seeds);
  if (!seeds) {
    throw { code: 'bad_seed', message: `“${plan.seeds}” is not a list of seeds.`, hint: `Write whole numbers up to ${LARGEST_WHOLE}, for example 1 or 1, 2, 19193.` };
  }
  const shared = common(state, state.plan.preprocess);
  const settings = (/** @type {string} */ model) => ({ preset: presetOf(plan, model), ...changed(plan.overrides[model] ?? {}, plan.defaults[model] ?? null) });
  const trained = trainedModels(plan).map((model) => modelSpec(model, settings(plain(model))));
  return {
    ...shared,
    preprocess: { ...shared.preprocess, genes_without_held_out: plan.preprocess.withoutHeldOut },
    task: {
      predict: {
        models: [...trained, ...BASELINES],
        held_out: plan.heldOut,
        doses: plan.arm === 'all' ? 'all' : [plan.arm],
        seeds,
      },
    },
  };
}

/**
 * The run file of a trade-off.
 * @param {State} state @returns {import('./protocol.js').RunFile}
 * @throws {import('./protocol.js').ErrorInfo} where something typed cannot be read
 */
export function tradeOffFile(state) {
  const { methods, measures, candidates, splits: typed, preset, overrides, genes, maxCells } = state.frontPlan;
  const splits = wholeNumbers(typed);
  if (!splits) throw { code: 'bad_splits', message: `“${typed}” is not a list of splits.`, hint: `Write whole numbers up to ${LARGEST_WHOLE}, for example 1 or 1, 2, 3: each is the seed of a split into training and test cells.` };
  /** @type {import('./protocol.js').TradeOffTask} */
  const task = {
    methods, measures: measures.map((measure) => ({ measure, preset })), candidates, splits,
    scvi: { preset }, schedule: { preset }, evaluation: { de_novo: { preset } },
  };
  for (const [path, value] of Object.entries(overrides)) put(task, path, value);
  return { ...common(state, { genes, maxCells }), task: { trade_off: task } };
}

/** The run file of the mutual-information playground; its data play no part. @param {State} state @param {import('./protocol.js').MutualInformationTask} task @returns {import('./protocol.js').RunFile} */
export const playgroundFile = (state, task) => ({ ...common(state, state.frontPlan), task: { mutual_information: task } });

/** Names of the models that a plan trains. @param {import('./store.js').Plan} plan */
export const trainedModels = ({ models, asCounts }) => models.flatMap((model) => (asCounts && model !== 'film_nb' ? [model, `${model}_counts`] : [model]));

/** @param {import('./store.js').Plan} plan @param {string} model */
export const presetOf = (plan, model) => plan.presets[model] ?? 'demo';

/**
 * Settings as a flat list with dotted paths, in the engine's own order.
 * @param {Record<string, any>} settings @param {string} [prefix] @returns {{path: string, value: any}[]}
 */
export function flatten(settings, prefix = '') {
  return Object.entries(settings).flatMap(([name, value]) => {
    const path = `${prefix}${name}`;
    if (path === 'preset') return [];
    return value && typeof value === 'object' && !Array.isArray(value) ? flatten(value, `${path}.`) : [{ path, value }];
  });
}
