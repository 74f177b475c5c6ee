// A run in parts, whatever its task: begin, pause, resume, cancel, how far it is, and what of it is there after a reload.
import { calmly } from './calm.js';
import { elapsed, stopped, ticks } from './clock.js';
import { errorInfo } from './failure.js';
import { Grid } from './grid.js';
import { Lanes } from './lanes.js';
import { noProgress } from './store.js';
import { plural } from './numbers.js';

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./store.js').PartState} PartState */
/** @typedef {import('./store.js').RunProgress<PartState>} Progress */
/** @typedef {import('./protocol.js').WorkerEvent} WorkerEvent */
/** @typedef {import('./protocol.js').RunFile} RunFile */

const LOG_LINES = 500;
/** How often progress is shown, at most. */
const PROGRESS_MS = 200;

/**
 * Subclasses say what a part is called, and what is done with what it brings.
 * @template {import('./grid.js').Job} J
 * @template P
 * @template {{index: number}} R
 * @template {{index: number}} D
 */
export class PartsRun {
  /**
   * @param {Store} store @param {import('./engine_actions.js').EngineActions} engines @param {import('./data_actions.js').DataActions} data
   * @param {import('./kept.js').Kept} kept @param {import('./grid.js').PartsTask<J, P, R, D>} task @param {"run" | "frontRun"} key  of its progress in the store
   */
  constructor(store, engines, data, kept, task, key) {
    this.store = store;
    this.engines = engines;
    this.kept = kept;
    this.task = task;
    this.key = key;
    this.lanes = new Lanes(engines, (client) => data.readAgain(client), task.name);
    /** The run in progress, or the last one. @type {Grid<J, P, R, D> | null} */
    this.grid = null;
    /** Counts the runs begun: what an older one still has to say is void. */
    this.begun = 0;
    /** Where runs are listed. @type {import('./runs_list.js').RunsList | null} */
    this.list = null;
    /** The report of a run that is shown from what is kept. @type {string | null} */
    this.keptReport = null;
    /** How far parts are that have not been shown so: every worker tells many times a second. @type {Map<number, {done: number, text: string}>} */
    this.ahead = new Map();
    this.showProgress = calmly(() => {
      this.showAhead();
      for (const [number, { done, text }] of this.ahead) {
        if (this.now.jobs[number]?.phase !== 'running') continue;
        this.changeJob(number, { done, text });
        this.patch({ text });
      }
      this.ahead.clear();
    }, PROGRESS_MS);
    // Other data end the run; the same data in a fresh worker find it ended.
    let source = store.state.data.source;
    store.subscribe(['data'], (state) => {
      if (state.data.source !== source) this.end();
      source = state.data.source;
    });
  }

  /** @returns {Progress} */
  get now() {
    return this.store.state[this.key];
  }

  /** @param {Partial<Progress>} change */
  patch(change) {
    this.store.patch(this.key, /** @type {any} */ (change));
  }

  // What subclasses say.

  /** How a part begins. @param {J} _job @returns {PartState} */
  stateOf(_job) {
    throw new Error('not here');
  }

  /** Nothing of an earlier run is shown any more. */
  clear() {}

  /** @param {R} _row */
  addRow(_row) {}

  /** A part that was done before. @param {number} _number @param {P} _part */
  takePart(_number, _part) {}

  /** An event of its task alone. @param {number} _number @param {WorkerEvent} _event */
  hear(_number, _event) {}

  /** Shows what has come since the last time, beside the progress. */
  showAhead() {}

  /** All parts are done. */
  completed() {}

  /** Whether the person has to change what was typed, so that an earlier run can stay. @param {string} _code */
  isTyping(_code) {
    return false;
  }

  // What is the same for all.

  /** Nothing that the workers still say counts. */
  end() {
    this.grid?.end();
    this.lanes.close();
  }

  /** WebGPU has one processor for all workers. @param {number} parts */
  workersFor(parts) {
    return this.engines.device === 'webgpu' ? 1 : Math.max(1, Math.min(this.store.state.plan.workers, parts));
  }

  /** Looks for a run that was begun before the page was loaded. */
  async findEarlier() {
    const run = await this.kept.runs.last(this.task.name);
    // One that another tab is at work on is none from before.
    if (!run || run.opened || (await this.list?.isHeld(run.id))) return;
    const there = await Promise.all(run.keys.map((key) => this.kept.has('parts', key)));
    const done = there.filter(Boolean).length;
    if (done === 0 || this.now.phase !== 'idle') return;
    this.putEarlier({ run: run.run, name: run.source, at: run.at, done, parts: run.keys.length, same: run.version === this.engines.version() });
  }

  get earlier() {
    return this.store.state.earlier[this.task.name];
  }

  /** @param {import('./store.js').Earlier | null} earlier */
  putEarlier(earlier) {
    this.store.set({ earlier: { ...this.store.state.earlier, [this.task.name]: earlier } });
  }

  /** Shows what the earlier run has found, and does the rest of it. */
  async takeEarlier() {
    const { earlier } = this;
    if (!earlier) return;
    this.putEarlier(null);
    await this.begin(() => earlier.run);
  }

  dropEarlier() {
    this.putEarlier(null);
    return this.kept.runs.forget(this.task.name).then(() => this.list?.changed());
  }

  /** Does a run; parts that an earlier run has finished are taken from it, unless all is to be done afresh. @param {() => RunFile} file @param {boolean} [afresh] */
  async begin(file, afresh = false) {
    const { store } = this;
    const mine = (this.begun += 1);
    const wanted = () => mine === this.begun && (this.now.phase === 'starting' || this.now.phase === 'running');
    const before = this.now;
    try {
      // What cannot be read leaves the last run as it is.
      const asked = file();
      this.end();
      this.ahead.clear();
      this.putEarlier(null);
      this.patch({ ...noProgress(), phase: 'starting', stage: 'Checking the settings', since: ticks(), lastEvent: ticks() });
      store.set({ log: store.state.log.filter(({ task }) => task !== this.task.name) });
      const client = this.engines.engine;
      const run = await client.send('check_run', [asked]);
      const jobs = /** @type {any[]} */ (await client.send('jobs', [run]));
      // Cancelled while it was being checked.
      if (!wanted()) return;
      const grid = new Grid(this.task, run, jobs, this.kept, this.engines.version(), {
        onJob: (number, change) => this.changeJob(number, change),
        onEvent: (number, event) => this.handle(number, event),
        onRow: (row) => this.addRow(row),
        onPart: (number, part) => this.takePart(number, part),
      });
      this.grid = grid;
      this.patch({ file: run, jobs: jobs.map((job) => this.stateOf(job)) });
      this.clear();
      this.keptReport = null;
      // In the list before it takes parts of earlier runs: what a listed run has is not dropped with another one.
      // A repetition is held against the run that is listed, and must not take its place before it is done.
      if (!afresh) await this.list?.begun(this.task.name, grid);
      const found = await grid.takeUp(false, afresh);
      if (!wanted()) return;
      this.patch({ phase: 'running', doneBefore: this.now.done });
      this.note('stage', `Started: ${plural(jobs.length, 'part')}${found > 0 ? `, of which ${found} are there from an earlier run` : ''}`);
      await this.work(grid);
    } catch (thrown) {
      if (mine !== this.begun) return;
      const error = errorInfo(thrown);
      if (this.isTyping(error.code)) this.patch({ ...before, error });
      else this.fail(error);
    }
  }

  /** Lets the workers do all parts. @param {Grid<J, P, R, D>} grid */
  async work(grid) {
    const wanted = this.workersFor(grid.waiting.length);
    this.patch({ workers: 1 });
    /** @type {any[]} */
    const troubles = [];
    const work = async (/** @type {import('./lanes.js').Lane | null} */ lane) => {
      try {
        if (lane) await grid.work(lane);
      } catch (thrown) {
        troubles.push(thrown);
        this.patch({ workers: this.now.workers - 1 });
      }
    };
    const first = work(this.lanes.first());
    const others = Array.from({ length: wanted - 1 }, async () => {
      const lane = await this.lanes.another();
      if (lane && !grid.over) this.patch({ workers: this.now.workers + 1 });
      if (lane && this.now.phase === 'paused') await lane.client.send('pause', [this.task.name]);
      await work(lane);
    });
    await Promise.all([first, ...others]);
    // What a worker gave back when it crashed, after the page's own one had nothing left to do.
    const own = this.lanes.all[0];
    if (!grid.over && grid.waiting.length > 0 && own && !own.client.dead) await work(own);
    if (grid.over) return;
    this.end();
    if (grid.waiting.length > 0) {
      this.fail(errorInfo(troubles[0]));
      return;
    }
    const failed = this.now.jobs.find(({ phase }) => phase === 'failed');
    this.freeze('finished');
    this.patch({ done: 1, error: failed?.error ?? this.now.error });
    this.note('stage', 'Finished');
    this.completed();
    this.listEnd('finished');
  }

  /** Tells the list how the run has ended, and what there is of it. @param {"finished" | "cancelled" | "failed"} phase */
  listEnd(phase) {
    const { grid } = this;
    const parts = grid?.finishedParts() ?? [];
    const report = async () => (grid && parts.length > 0 ? this.engines.engine.send('merge', [grid.file, /** @type {any[]} */ (parts)]) : null);
    void this.list?.ended(this.task.name, phase, elapsed(this.now) / 1000, report);
  }

  /**
   * Shows what is kept of a run, whatever data are open; nothing is computed. Networks answer only where the same engine has the same data.
   * @param {{run: RunFile, keys: string[], jobs: any[], phase: string, seconds: number | null}} kept @param {string | null} report @param {R[]} rows  those of the report @param {boolean} alive
   */
  async showKept({ run, keys, jobs, phase, seconds }, report, rows, alive) {
    const mine = (this.begun += 1);
    this.end();
    this.ahead.clear();
    this.putEarlier(null);
    const whole = keys.length === jobs.length ? jobs.map((job, i) => ({ ...job, run: JSON.parse(keys[i].slice(keys[i].indexOf('{'))) })) : [];
    const ended = phase === 'finished' ? 'finished' : 'cancelled';
    this.patch({ ...noProgress(), phase: ended, stage: 'Shown again', done: 1, doneBefore: 1, activeMs: 1000 * (seconds ?? 0), file: run, jobs: whole.map((job) => this.stateOf(job)) });
    this.clear();
    this.keptReport = report;
    const grid = new Grid(this.task, run, whole, this.kept, '', {
      onJob: (number, change) => this.changeJob(number, change),
      onEvent: () => {},
      onRow: (row) => mine === this.begun && this.addRow(row),
      onPart: (number, part) => this.takePart(number, part),
    });
    grid.keys = keys;
    this.grid = grid;
    await grid.takeUp(true);
    if (mine !== this.begun) return;
    if (!alive) grid.trained.fill(false);
    const there = new Set(grid.parts.flatMap((part, number) => (part ? this.task.rows(part).map((row) => grid.first[number] + row.index) : [])));
    for (const row of rows) if (!there.has(row.index)) this.addRow(row);
    this.patch({ done: 1 });
    this.completed();
  }

  async pause() {
    this.freeze('paused');
    this.note('stage', 'Paused');
    this.grid?.pause();
    await this.lanes.tell('pause');
  }

  async resume() {
    this.patch({ phase: 'running', since: ticks(), lastEvent: ticks() });
    this.note('stage', 'Resumed');
    this.grid?.resume();
    await this.lanes.tell('resume');
  }

  /** Ends the run; the parts that are finished stay, and are not done again by the same run. */
  async cancel() {
    this.freeze('cancelled');
    this.note('stage', 'Cancelled');
    this.begun += 1;
    this.grid?.end();
    const told = this.lanes.tell('cancel');
    this.lanes.close();
    await told;
    this.patch({ jobs: this.now.jobs.map((job) => (job.phase === 'running' ? { ...job, phase: 'waiting', done: 0 } : job)) });
    this.listEnd('cancelled');
  }

  /** Stops the clock. @param {import('./store.js').RunPhase} phase */
  freeze(phase) {
    this.patch({ phase, ...stopped(this.now) });
  }

  /** @param {import('./protocol.js').ErrorInfo} error */
  fail(error) {
    this.end();
    this.freeze('failed');
    this.patch({ error });
    this.note('error', error.message);
    this.listEnd('failed');
  }

  /** @param {string} kind @param {string} text */
  note(kind, text) {
    const { log } = this.store.state;
    this.store.set({ log: [...log, { at: Date.now(), task: this.task.name, kind, text }].slice(-LOG_LINES) });
  }

  /** @param {number} number @param {Partial<PartState>} change */
  changeJob(number, change) {
    if (!this.now.jobs[number]) return;
    const jobs = this.now.jobs.map((job, i) => (i === number ? { ...job, ...change } : job));
    const total = jobs.reduce((sum, { weight }) => sum + weight, 0);
    const done = jobs.reduce((sum, { weight, done: part }) => sum + weight * part, 0) / total;
    this.patch({ jobs, done, lastEvent: ticks() });
  }

  /** @param {number} number  of the part @param {WorkerEvent} event */
  handle(number, event) {
    const job = this.now.jobs[number];
    if (!job) return;
    switch (event.kind) {
      case 'stage':
        this.patch({ stage: event.text, lastEvent: ticks() });
        this.note('stage', event.text);
        break;
      case 'progress':
        this.ahead.set(number, { done: Math.min(event.done, 0.99), text: event.text });
        this.showProgress();
        break;
      case 'failed':
      case 'crashed':
        this.note('error', `${job.name}: ${event.error.message}`);
        break;
      default:
        this.hear(number, event);
    }
  }

  /** The report of what is done, as JSON text. @returns {Promise<string>} */
  async report() {
    if (this.keptReport !== null) return this.keptReport;
    if (!this.grid) throw { code: 'no_run', message: 'There is no run to report.', hint: 'Train first.' };
    return this.engines.engine.send('merge', [this.grid.file, /** @type {any[]} */ (this.grid.finishedParts())]);
  }
}
