// The kept runs as a list. A run has its own entry and report; parts, details and networks are shared between runs that have the same parts.
import { settled } from './idb.js';
import { partOfDetail } from './kept_keys.js';

/** @typedef {import('./protocol.js').RunFile} RunFile */
/** @typedef {import('./protocol.js').TaskName} TaskName */
/** @typedef {import('./kept.js').Stores} Stores */

/**
 * @typedef {object} KeptRun
 * @property {string} id
 * @property {number} number       counts the runs: their order, whatever the clock says
 * @property {TaskName} task
 * @property {string} name         the person's own; "" for the usual one
 * @property {string} usual
 * @property {number} colour       counts from 0; there are COLOURS
 * @property {RunFile} run         with every default filled in
 * @property {string} source       name of the data
 * @property {string} version      of what computed it: device and build
 * @property {string[]} keys       of its parts, in order; of an exploration one key that has no part
 * @property {any[]} jobs          what the parts are, without their run files, which are in the keys
 * @property {number} at           when it began, by the clock of then
 * @property {"running" | "finished" | "cancelled" | "failed" | "unfinished"} phase
 * @property {number | null} seconds
 * @property {Fact[]} facts        its main results
 * @property {boolean} opened      from a saved file
 * @property {boolean} light       its networks and genes were dropped to make room
 */
/** A main result. @typedef {{label: string, text: string}} Fact */
/** A run before it has its place. @typedef {Omit<KeptRun, "id" | "number" | "colour" | "usual"> & {usual: (before: KeptRun | null) => string}} Draft */

export const COLOURS = 8;
/** The list holds so many. */
export const MOST_RUNS = 50;
const TASKS = ['predict', 'trade_off', 'explore', 'mutual_information'];
const PHASES = ['running', 'finished', 'cancelled', 'failed', 'unfinished'];

/** @returns {string} */
export const freshRunId = () => globalThis.crypto?.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;

/** An entry that can be relied on; null where it is damaged. @param {any} value @param {string} key @returns {KeptRun | null} */
export function checked(value, key) {
  const { id, number, task, run, keys, version } = value ?? {};
  const sound = id === key && Number.isFinite(number) && TASKS.includes(task) && run?.task?.[task] && run.dataset && typeof version === 'string' && Array.isArray(keys) && keys.every((each) => typeof each === 'string');
  if (!sound) return null;
  const text = (/** @type {any} */ found) => (typeof found === 'string' ? found : '');
  const { colour, facts, jobs, phase, seconds, at } = value;
  return {
    id, number, task, run, keys, version, name: text(value.name), usual: text(value.usual) || `Run ${number}`, source: text(value.source), opened: value.opened === true, light: value.light === true,
    colour: Number.isInteger(colour) && colour >= 0 ? colour % COLOURS : (number - 1) % COLOURS,
    jobs: Array.isArray(jobs) && jobs.length === keys.length ? jobs : [],
    phase: PHASES.includes(phase) ? phase : 'unfinished', at: Number.isFinite(at) ? at : 0, seconds: Number.isFinite(seconds) ? Math.max(0, seconds) : null,
    facts: Array.isArray(facts) ? facts.filter((fact) => typeof fact?.label === 'string' && typeof fact?.text === 'string') : [],
  };
}

/** Whether a draft is a run that is there already: the same parts by the same engine, or the same saved file. @param {KeptRun} run @param {Draft} draft */
const isSame = (run, draft) => run.opened === draft.opened && run.task === draft.task && run.keys.length > 0 && run.keys.length === draft.keys.length && run.keys.every((key, i) => key === draft.keys[i]);

/** Which runs have to go so that the list is not longer than it may be: the oldest without a name of their own first. @param {KeptRun[]} runs @param {(run: KeptRun) => boolean} stays @param {number} [most] */
export function overdue(runs, stays, most = MOST_RUNS) {
  const may = runs.filter((run) => !stays(run)).sort((a, b) => Number(a.name !== '') - Number(b.name !== '') || a.number - b.number);
  return may.slice(0, Math.max(0, runs.length - most));
}

/** Keys of its parts, also of an entry that is damaged. */
export const keysOf = (/** @type {any} */ value) => (Array.isArray(value?.keys) ? value.keys.map(String) : []);

export class KeptRuns {
  /** @param {import('./kept.js').Kept} kept */
  constructor(kept) {
    this.kept = kept;
  }

  /** All runs in order, and how many entries are damaged. @returns {Promise<{runs: KeptRun[], damaged: string[]}>} */
  async all() {
    const found = await this.kept.within('readonly', ['runs'], async ({ runs }) => {
      const [keys, values] = await Promise.all([settled(runs.getAllKeys()), settled(runs.getAll())]);
      return /** @type {[string, any][]} */ (keys.map((/** @type {IDBValidKey} */ key, /** @type {number} */ i) => [String(key), values[i]]));
    });
    const all = new Map([...(found ?? []), ...this.kept.memory.runs]);
    const runs = [...all].map(([key, value]) => ({ key, run: checked(value, key) }));
    return {
      runs: runs.flatMap(({ run }) => (run ? [run] : [])).sort((a, b) => a.number - b.number || a.id.localeCompare(b.id)),
      damaged: runs.filter(({ run }) => !run).map(({ key }) => key),
    };
  }

  /** Gives a run its place in the list; one that is there already keeps it. @param {Draft} draft @returns {Promise<KeptRun>} */
  async add(draft) {
    const { kept } = this;
    const made = (/** @type {KeptRun[]} */ all, /** @type {number} */ counter) => {
      const before = all.findLast((run) => run.task === draft.task) ?? null;
      const there = all.find((run) => isSame(run, draft));
      const { usual, ...rest } = draft;
      if (there) return { ...rest, id: there.id, number: there.number, colour: there.colour, usual: there.usual, name: there.name };
      const number = Math.max(counter, ...all.map((run) => run.number)) + 1;
      return { ...rest, id: freshRunId(), number, colour: (number - 1) % COLOURS, usual: usual(before) };
    };
    const lasting = await kept.within('readwrite', ['runs', 'meta'], async ({ runs, meta }) => {
      const [keys, values, counter] = await Promise.all([settled(runs.getAllKeys()), settled(runs.getAll()), settled(meta.get('counter'))]);
      const all = values.flatMap((/** @type {any} */ value, /** @type {number} */ i) => checked(value, String(keys[i])) ?? []).sort((/** @type {KeptRun} */ a, /** @type {KeptRun} */ b) => a.number - b.number);
      const run = made([...all, .../** @type {Map<string, KeptRun>} */ (kept.memory.runs).values()], Number(counter) || 0);
      await Promise.all([settled(runs.put(run, run.id)), settled(meta.put(Math.max(run.number, Number(counter) || 0), 'counter')), ...(run.opened ? [] : [settled(meta.put(run.id, `last ${run.task}`))])]);
      return run;
    });
    if (lasting) {
      kept.memory.runs.delete(lasting.id);
      return lasting;
    }
    const run = made((await this.all()).runs, 0);
    kept.memory.runs.set(run.id, run);
    kept.memory.meta.set(`last ${run.task}`, run.id);
    return run;
  }

  /** Changes an entry as it is now, whoever changed it last; null where it is gone. @param {string} id @param {Partial<KeptRun>} change @returns {Promise<KeptRun | null>} */
  async change(id, change) {
    const { memory } = this.kept;
    const held = memory.runs.get(id);
    const done = held ? undefined : await this.kept.within('readwrite', ['runs'], async ({ runs }) => {
      const now = await settled(runs.get(id));
      if (!now) return { run: null };
      await settled(runs.put({ ...now, ...change }, id));
      return { run: /** @type {KeptRun} */ ({ ...now, ...change }) };
    });
    if (done) return done.run;
    // No room for the change, or none for the run: it is kept until the page is closed.
    const now = held ?? (await this.all()).runs.find((run) => run.id === id);
    if (!now) return null;
    memory.runs.set(id, { ...now, ...change });
    return memory.runs.get(id);
  }

  /** An entry that another tab has dropped while this one still works on it. @param {KeptRun} run */
  restore(run) {
    return this.kept.put('runs', run.id, run);
  }

  /** The last run of a task, unless it was forgotten. @param {TaskName} task @returns {Promise<KeptRun | null>} */
  async last(task) {
    const id = await this.kept.get('meta', `last ${task}`);
    return typeof id === 'string' ? checked(await this.kept.get('runs', id), id) : null;
  }

  /** Drops the last run of a task. @param {TaskName} task */
  async forget(task) {
    const run = await this.last(task);
    if (run) await this.drop([run.id]);
  }

  /** Drops runs, and what no other run needs. @param {string[]} ids */
  async drop(ids) {
    const { memory } = this.kept;
    for (const id of ids) {
      memory.runs.delete(id);
      memory.reports.delete(id);
    }
    for (const [key, id] of [...memory.meta]) if (ids.includes(id)) memory.meta.delete(key);
    const own = [...memory.runs.values()].flatMap(keysOf);
    let wanted = new Set(own);
    await this.kept.within('readwrite', ['runs', 'reports', 'parts', 'details', 'weights', 'meta'], async (stores) => {
      for (const id of ids) {
        stores.runs.delete(id);
        stores.reports.delete(id);
      }
      // Damaged entries too: what they name may still be of use to somebody who mends them.
      const left = await settled(stores.runs.getAll());
      wanted = new Set([...own, ...left.flatMap(keysOf)]);
      await dropUnwanted(stores, ['parts', 'details', 'weights'], wanted);
      for (const key of await settled(stores.meta.getAllKeys())) if (ids.includes(await settled(stores.meta.get(key)))) stores.meta.delete(key);
    });
    for (const store of /** @type {const} */ (['parts', 'details', 'weights'])) {
      for (const key of [...memory[store].keys()]) if (!wanted.has(store === 'details' ? partOfDetail(key) : key)) memory[store].delete(key);
    }
  }

  /** Drops networks and genes that only this run has; its results stay. @param {string} id */
  async lighten(id) {
    const { runs } = await this.all();
    await this.kept.within('readwrite', ['details', 'weights'], (stores) => dropUnwanted(stores, ['details', 'weights'], new Set(runs.filter((run) => run.id !== id).flatMap(keysOf))));
    await this.change(id, { light: true });
  }
}

/** @param {Stores} stores @param {("parts" | "details" | "weights")[]} names @param {Set<string>} wanted  keys of parts */
async function dropUnwanted(stores, names, wanted) {
  for (const name of names) {
    for (const key of /** @type {string[]} */ (await settled(stores[name].getAllKeys()))) if (!wanted.has(name === 'details' ? partOfDetail(String(key)) : String(key))) stores[name].delete(key);
  }
}
