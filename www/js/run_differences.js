// What differs between two run files, in words. Pure: no document, no engine.
import { taskOf } from './run_file.js';
import { lower, settingLabel, valueWords } from './words_settings.js';
import { frontName, measureName, methodName } from './words_fronts.js';
import { isBaseline, modelWords } from './words_models.js';

/** @typedef {import('./protocol.js').RunFile} RunFile */

/**
 * One setting that differs: `path` where it is, `words` as a part of a sentence. Null where a run does not have it.
 * @typedef {{path: string, label: string, before: string | null, after: string | null, words: string}} Difference
 */

/** What a sentence names at most; the rest is counted. */
const MOST = 4;

/** @param {any} value @returns {value is Record<string, any>} */
const isPlain = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Equal as JSON, in whatever order the keys are. @param {any} a @param {any} b @returns {boolean} */
export function same(a, b) {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, i) => same(each, b[i]));
  if (!isPlain(a) || !isPlain(b)) return a === b;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]));
}

/** The name of a model and its settings, from its entry in a run file. @param {any} spec @returns {[string, any]} */
export function modelOf(spec) {
  if (!isPlain(spec)) return [String(spec), null];
  const [[name, inner] = ['', null]] = Object.entries(spec);
  if (name === 'as_counts') {
    const [plain, settings] = modelOf(inner);
    return [`${plain}_counts`, settings];
  }
  if (!isPlain(inner) || typeof inner.variant !== 'string') return [name, inner];
  const { variant, ...settings } = inner;
  return [variant, settings];
}

/** @param {any} spec @returns {[string, any]} */
function measureOf(spec) {
  if (!isPlain(spec)) return [String(spec), null];
  const { measure, ...settings } = spec;
  return [String(measure), settings];
}

/** A list of named entries by name; one that comes again is counted. @param {any} list @param {(spec: any) => [string, any]} of @returns {Map<string, any>} */
function named(list, of) {
  const all = new Map();
  for (const [name, settings] of (Array.isArray(list) ? list : []).map(of)) {
    let key = name;
    for (let again = 2; all.has(key); again++) key = `${name} #${again}`;
    all.set(key, settings);
  }
  return all;
}

/** @param {any} dataset */
export function dataWords(dataset) {
  const { simulated, file } = isPlain(dataset) ? dataset : /** @type {any} */ ({});
  if (simulated) return `${simulated.preset}${simulated.seed === 1 ? '' : `, seed ${simulated.seed}`}`;
  return file ? String(file.name) : JSON.stringify(dataset ?? null);
}

/** @type {Record<string, string>} */
const TASKS = { predict: 'Predict', trade_off: 'Trade-off', explore: 'Explore', mutual_information: 'Playground' };
/** @param {string} task */
export const taskWords = (task) => TASKS[task] ?? task.replaceAll('_', ' ');

/**
 * Every setting in which the second run differs from the first; none exactly where they are the same.
 * @param {RunFile} before @param {RunFile} after @returns {Difference[]}
 */
export function differences(before, after) {
  /** @type {Difference[]} */
  const found = [];
  /** @param {string} path @param {string} label @param {string | null} was @param {string | null} is @param {string} [words] */
  const add = (path, label, was, is, words) => found.push({ path, label, before: was, after: is, words: words ?? `${lower(label)} ${was ?? 'not set'} → ${is ?? 'not set'}` });

  /** @param {any} a @param {any} b @param {string} path @param {string} prefix  of the labels below */
  function walk(a, b, path, prefix) {
    if (same(a, b)) return;
    if (isPlain(a) && isPlain(b)) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) walk(a[key], b[key], path ? `${path}.${key}` : key, prefix);
      return;
    }
    const [was, is] = [a, b].map((value) => (value === undefined ? null : valueWords(path, value)));
    // What is shortened for people is given in full where it would look the same.
    const alike = was === is;
    add(path, prefix + (prefix ? lower(settingLabel(path)) : settingLabel(path)), alike ? JSON.stringify(a) ?? null : was, alike ? JSON.stringify(b) ?? null : is);
  }

  /**
   * Lists of things with a name and settings: what came, what went, and what has changed in those that stayed.
   * @param {any} a @param {any} b @param {string} path @param {(spec: any) => [string, any]} of @param {(name: string) => string} title @param {string} what
   */
  function entries(a, b, path, of, title, what) {
    const [was, is] = [named(a, of), named(b, of)];
    const name = (/** @type {string} */ key) => title(key.replace(/ #\d+$/, '')) + (/ #\d+$/.exec(key)?.[0] ?? '');
    for (const key of was.keys()) if (!is.has(key)) add(`${path}.${key}`, name(key), 'with', 'without', `without ${name(key)}`);
    for (const key of is.keys()) if (!was.has(key)) add(`${path}.${key}`, name(key), 'without', 'with', `with ${name(key)}`);
    const both = [...was.keys()].filter((key) => is.has(key));
    const own = (/** @type {Map<string, any>} */ all) => [...all.keys()].filter((key) => !isBaseline(key));
    const alone = same(own(was), own(is)) && own(was).length === 1;
    for (const key of both) walk(was.get(key), is.get(key), `${path}.${key}`, alone && !isBaseline(key) ? '' : `${name(key)}: `);
    const order = [...is.keys()].filter((key) => was.has(key));
    if (!same(both, order)) add(`${path}.order`, `Order of the ${what}`, both.map(name).join(', '), order.map(name).join(', '));
  }

  const [a, b] = /** @type {any[]} */ ([before, after]);
  const { dataset: dataA, task: taskA, ...restA } = a;
  const { dataset: dataB, task: taskB, ...restB } = b;
  if (!same(Object.keys(dataA ?? {}), Object.keys(dataB ?? {})) || typeof dataA !== typeof dataB) add('dataset', 'Data', dataWords(dataA), dataWords(dataB));
  else walk(dataA, dataB, 'dataset', '');
  if (!same(Object.keys(taskA ?? {}), Object.keys(taskB ?? {}))) {
    add('task', 'Step', taskWords(taskOf(before)), taskWords(taskOf(after)));
  } else if (taskA?.predict && taskB?.predict) {
    const [{ models: modelsA, ...predictA }, { models: modelsB, ...predictB }] = [taskA.predict, taskB.predict];
    entries(modelsA, modelsB, 'task.predict.models', modelOf, (name) => modelWords(name).name, 'models');
    walk(predictA, predictB, 'task.predict', '');
  } else if (taskA?.trade_off && taskB?.trade_off) {
    const [{ measures: measuresA, ...tradeA }, { measures: measuresB, ...tradeB }] = [taskA.trade_off, taskB.trade_off];
    entries(measuresA, measuresB, 'task.trade_off.measures', measureOf, measureName, 'measures');
    walk(tradeA, tradeB, 'task.trade_off', '');
  } else {
    walk(taskA, taskB, 'task', '');
  }
  walk(restA, restB, '', '');
  // Two ways of writing the same, e.g. a model without settings by its name alone.
  if (found.length === 0 && !same(before, after)) add('', 'Run file', 'written so', 'written otherwise', 'the run file is written otherwise');
  return found;
}

/** Differences as one sentence. @param {Difference[]} all @param {number} [most] */
export function sentence(all, most = MOST) {
  const rest = all.length - most;
  // "and 1 more" would take the room of what it stands for.
  const shown = rest > 1 ? all.slice(0, most) : all;
  return shown.map(({ words }) => words).join('; ') + (rest > 1 ? `; and ${rest} more` : '');
}

/** @param {string[]} all @param {number} most */
const some = (all, most) => (all.length > most + 1 ? `${all.slice(0, most).join(', ')} and ${all.length - most} more` : all.join(', '));
/** @param {any} list @returns {any[]} */
const listOf = (list) => (Array.isArray(list) ? list : []);

/** The name that a run has until somebody gives it another: what it is, and what sets it apart from the one before. @param {RunFile} run @param {RunFile | null} before  of the same task */
export function usualName(run, before) {
  const { predict, trade_off, mutual_information } = /** @type {any} */ (run.task ?? {});
  const base = (() => {
    if (predict) {
      const trained = listOf(predict.models).map((spec) => modelOf(spec)[0]).filter((name) => !isBaseline(name)).map((name) => modelWords(name).name);
      return `${trained.length > 0 ? some(trained, 2) : 'Baselines'}, ${Array.isArray(predict.held_out) ? some(predict.held_out, 2) : 'every type'} held out`;
    }
    if (trade_off) {
      const measures = listOf(trade_off.measures).map((spec) => measureOf(spec)[0]);
      const methods = listOf(trade_off.methods).map(String);
      return methods.length === 1 && measures.length === 1 ? frontName(methods[0], measures[0]) : `${some(methods.map(methodName), 2)} with ${some(measures.map(measureName), 2)}`;
    }
    if (mutual_information) return `${mutual_information.case === 'mixtures' ? 'Mixtures' : 'Gaussians'}, separation ${mutual_information.separation}`;
    return `Exploration of ${dataWords(run.dataset)}`;
  })();
  const told = /^task\.(predict\.(models\.[^.]+|held_out)|trade_off\.(methods|measures\.[^.]+)|mutual_information\.(case|separation))$|^dataset/;
  const news = before ? differences(before, run).filter(({ path, after }) => !told.test(path) && path !== '' && path !== 'task' && after !== null) : [];
  return [base, ...news.slice(0, 2).map(({ label, after }) => `${lower(label)} ${after}`)].join(', ');
}
