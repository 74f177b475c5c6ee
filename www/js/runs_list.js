// The list of runs: what begins and ends is written into it, other tabs follow, and what is kept can be renamed, dropped, saved and shown again.
import { announce } from './announce.js';
import { fnv1a } from './checksum.js';
import { downloadText, fileStem } from './export.js';
import { errorInfo } from './failure.js';
import { partKey } from './kept_keys.js';
import { packed, unpacked } from './kept_reports.js';
import { MOST_RUNS, overdue } from './kept_runs.js';
import { plural } from './numbers.js';
import { same, usualName } from './run_differences.js';
import { factsOf } from './run_facts.js';
import { taskOf } from './run_file.js';
import { Holds } from './run_holds.js';
import { endFinished, lacksReport } from './runs_ended.js';

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./kept_runs.js').KeptRun} KeptRun */
/** @typedef {import('./protocol.js').TaskName} TaskName */
/** @typedef {import('./protocol.js').RunFile} RunFile */

const CHANNEL = 'dosefront runs';

export class RunsList {
  /** @param {Store} store @param {import('./engine_actions.js').EngineActions} engines @param {import('./kept.js').Kept} kept */
  constructor(store, engines, kept) {
    this.store = store;
    this.engines = engines;
    this.kept = kept;
    this.holds = new Holds();
    /** Runs of this tab that have begun and not ended. @type {Map<TaskName, KeptRun>} */
    this.going = new Map();
    /** How often the list was asked for: only the last answer counts. */
    this.asked = 0;
    /** Fills the playground with the report of a run. @type {(report: any) => void} */
    this.onPlayground = () => {};
    this.channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL);
    if (this.channel) this.channel.onmessage = () => void this.read();
    kept.onTrouble = () => void this.read();
    // Another data set takes the results of the steps above away, and ends what was under way.
    let { source, phase } = store.state.data;
    store.subscribe(['data'], ({ data, list }) => {
      if (data.source !== source) {
        for (const task of [...this.going.keys()]) void this.ended(task, 'unfinished', 0, async () => null);
        store.patch('list', { shown: { ...list.shown, predict: null, trade_off: null, explore: null }, again: [] });
      }
      if (data.phase === 'ready' && (data.source !== source || phase !== 'ready')) void this.mend();
      ({ source, phase } = data);
    });
    void engines.booted.then(() => this.read());
    void this.read();
  }

  get now() {
    return this.store.state.list;
  }

  /** @param {string} remark */
  say(remark) {
    this.store.patch('list', { remark });
    if (remark) announce(remark, true);
  }

  /** @param {string} id */
  find(id) {
    return this.now.runs.find((run) => run.id === id) ?? null;
  }

  /** Takes the list from where it is kept. */
  async read() {
    const mine = (this.asked += 1);
    const [{ runs, damaged }, held] = await Promise.all([this.kept.runs.all(), this.holds.all()]);
    if (mine !== this.asked) return;
    // What this tab still works on stays in the list, whoever has dropped it.
    for (const run of this.going.values()) {
      if (runs.some(({ id }) => id === run.id)) continue;
      runs.push(run);
      void this.kept.runs.restore(run);
    }
    const there = (/** @type {string} */ id) => runs.some((run) => run.id === id);
    const { shown, again, compared, open } = this.now;
    this.store.patch('list', {
      ready: true, runs, damaged, held, mine: [...this.going.values()].map(({ id }) => id), trouble: this.kept.trouble,
      shown: /** @type {typeof shown} */ (Object.fromEntries(Object.entries(shown).map(([task, id]) => [task, id !== null && there(id) ? id : null]))),
      again: again.filter(there), compared: compared.filter(there), open: open && there(open.id) ? open : null,
    });
    if (runs.some(({ phase }) => phase === 'running')) void this.mend();
  }

  /** Finished runs that the list was not told of. */
  async mend() {
    if (await endFinished(this)) await this.changed();
  }

  /** Something was changed here: this tab and the others read the list anew. */
  async changed() {
    this.channel?.postMessage('changed');
    await this.read();
  }

  /** Whether some tab is at work on a run. @param {string} id */
  async isHeld(id) {
    return (await this.holds.all()).includes(id);
  }

  // What the steps above tell.

  /** A run in parts begins. @param {TaskName} task @param {{file: RunFile, keys: string[], jobs: any[]}} grid */
  async begun(task, { file, keys, jobs }) {
    const before = this.going.get(task);
    if (before) await this.holds.release(before.id);
    const run = await this.add({ task, run: file, keys, jobs: jobs.map(({ run: _, ...job }) => job), version: this.engines.version(), phase: 'running' });
    this.going.set(task, run);
    this.holds.take(run.id);
    this.putShown(run, false);
    await this.trim();
    await this.changed();
  }

  /**
   * A run in parts has ended. @param {TaskName} task @param {KeptRun["phase"]} phase @param {number} seconds  of this time
   * @param {() => Promise<string | null>} report  of what there is
   */
  async ended(task, phase, seconds, report) {
    const run = this.going.get(task);
    if (!run) return;
    this.going.delete(task);
    const text = await report().catch(() => null);
    /** @type {Partial<KeptRun>} */
    const change = { phase, seconds: (run.seconds ?? 0) + Math.max(0, seconds), light: false };
    if (text) change.facts = factsOf(task, JSON.parse(text));
    if (text) await this.kept.put('reports', run.id, await packed(text));
    const changed = await this.kept.runs.change(run.id, change);
    if (!changed) await this.kept.runs.restore({ ...run, ...change });
    // Begun again meanwhile.
    if (this.going.get(task)?.id !== run.id) await this.holds.release(run.id);
    await this.changed();
  }

  /** A run of the page's own engine has finished. @param {"explore" | "mutual_information"} task @param {RunFile} file @param {number} seconds */
  async done(task, file, seconds) {
    try {
      const version = this.engines.version();
      const text = await this.engines.engine.send('report', [task]);
      const report = JSON.parse(text);
      // Another one has begun meanwhile.
      if (!same(report.run, file)) return;
      const run = await this.add({ task, run: file, keys: [partKey(file, version)], jobs: [], version, phase: 'finished', seconds, facts: factsOf(task, report) });
      await this.kept.put('reports', run.id, await packed(text));
      this.putShown(run, false);
      await this.trim();
      await this.changed();
    } catch (thrown) {
      // Without its report it is no run to come back to; the step above shows it all the same.
      console.warn(`The list could not take a run: ${errorInfo(thrown).message}`);
    }
  }

  /** Enters an opened saved run; null where it has no results. @param {RunFile} run  filled in @param {any} report @param {string} [name] @returns {Promise<string | null>} */
  async addOpened(run, report, name = '') {
    if (!report) return null;
    const text = typeof report === 'string' ? report : JSON.stringify(report);
    const found = typeof report === 'string' ? JSON.parse(report) : report;
    const task = taskOf(run);
    const [key, version] = [`saved ${text.length} ${fnv1a(new TextEncoder().encode(text)).toString(16)}`, `${found.device?.engine ?? 'cpu'} ${found.versions?.dosefront ?? ''}`];
    const seconds = Object.values(found.timings ?? {}).reduce((/** @type {number} */ sum, each) => sum + (Number(each) || 0), 0);
    const entry = await this.add({ task, run, keys: [key], jobs: [], version, phase: 'finished', seconds, facts: factsOf(task, found), opened: true, name });
    await this.kept.put('reports', entry.id, await packed(text));
    await this.trim();
    await this.changed();
    return entry.id;
  }

  /** @param {Pick<KeptRun, "task" | "run" | "keys" | "jobs" | "version" | "phase"> & Partial<KeptRun>} draft */
  add(draft) {
    const source = this.store.state.data.summary?.name ?? '';
    return this.kept.runs.add({ name: '', source, at: Date.now(), seconds: null, facts: [], opened: false, light: false, ...draft, usual: (before) => usualName(draft.run, before?.run ?? null) });
  }

  /** Whether this page's engines have made a run. @param {KeptRun} run */
  isOurs({ opened, version }) {
    return !opened && (version === this.engines.version('cpu') || version === this.engines.version('webgpu'));
  }

  /** @param {KeptRun} run @param {boolean} again */
  putShown(run, again) {
    const before = this.now.shown[run.task];
    const others = this.now.again.filter((id) => id !== before && id !== run.id);
    this.store.patch('list', { shown: { ...this.now.shown, [run.task]: run.id }, again: again ? [...others, run.id] : others });
  }

  /** Drops what is too much for the list, and says so. */
  async trim() {
    const { shown, compared, held } = this.now;
    const going = [...this.going.values()].map(({ id }) => id);
    const stays = new Set([...Object.values(shown), ...compared, ...held, ...going]);
    const { runs } = await this.kept.runs.all();
    const over = overdue(runs, ({ id }) => stays.has(id));
    if (over.length === 0) return;
    await this.kept.runs.drop(over.map(({ id }) => id));
    this.say(`The list holds ${MOST_RUNS} runs: ${over.map(titleOf).join(', ')} had to go. The oldest without a name of their own go first.`);
  }

  // What people do.

  /** @param {string} id @param {string} name */
  async rename(id, name) {
    await this.kept.runs.change(id, { name: name.trim() });
    await this.changed();
  }

  /** @param {string[]} ids */
  async drop(ids) {
    const names = ids.map((id) => this.find(id)).flatMap((run) => (run ? [titleOf(run)] : []));
    await this.kept.runs.drop(ids);
    // What had no room may have it now.
    if (this.kept.trouble === 'full') await this.kept.settle();
    this.say(`Deleted: ${names.join(', ') || 'entries that could not be read'}.`);
    await this.changed();
  }

  /** Chooses a run to compare, or no longer; of three the first gives way. @param {string} id */
  choose(id) {
    const { compared } = this.now;
    this.store.patch('list', { compared: compared.includes(id) ? compared.filter((other) => other !== id) : [...compared, id].slice(-2) });
  }

  /** The report of a run, as it was made. @param {string} id @returns {Promise<string | null>} */
  async report(id) {
    return unpacked(await this.kept.get('reports', id));
  }

  /** Saves a run with its results; without them where they are not kept. @param {string} id */
  async save(id) {
    const run = this.find(id);
    if (!run) return;
    const text = await this.report(id);
    downloadText(`${fileStem(`dosefront ${nameOf(run)}`)}.dosefront.json`, text ?? `${JSON.stringify(run.run, null, 2)}\n`, 'application/json');
    if (!text) this.say(`${titleOf(run)}: ${lacksReport(run) ? 'its results are not summed up yet. Show it again with its data open, then save it' : 'no results are kept of it'}; the file has its settings alone.`);
  }

  /** Makes room: networks and genes of the oldest runs go, until everything has its place. */
  async makeRoom() {
    const { held, shown } = this.now;
    const stays = new Set([...held, ...Object.values(shown)]);
    const dropped = [];
    for (const run of this.now.runs.filter(({ id, light, keys, jobs }) => !light && !stays.has(id) && keys.length === jobs.length)) {
      await this.kept.runs.lighten(run.id);
      dropped.push(run);
      if (await this.kept.settle()) break;
    }
    const rest = this.kept.trouble === 'full' ? ' That was not enough: what is new is kept until this page is closed.' : ' Everything is kept again.';
    this.say(dropped.length > 0 ? `Networks and genes of ${plural(dropped.length, 'run')} were dropped (${dropped.map(titleOf).join(', ')}); their results stay.${rest}` : 'There is nothing more to drop here: delete runs, or save what matters to you.');
    await this.changed();
  }

  /** The verdict of the engine on two reports. @param {string} before @param {string} after @returns {Promise<import('./protocol.js').Comparison>} */
  async compareReports(before, after) {
    return this.engines.engine.send('compare_reports', [before, after]);
  }
}

/** @param {KeptRun} run */
export const nameOf = ({ name, usual }) => name || usual;
/** "run 3 (scGen, CD4T held out)". @param {KeptRun} run */
export const titleOf = (run) => `run ${run.number} (${nameOf(run)})`;
