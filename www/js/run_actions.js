// Training: start, pause, cancel, and what the workers' events mean for the store.
import { calmly } from './calm.js';
import { stopped } from './clock.js';
import { errorInfo } from './failure.js';
import { Grid } from './grid.js';
import { Lanes } from './lanes.js';
import { predictFile } from './run_file.js';
import { noResults, noRun } from './store.js';
import { isBaseline, modelWords, settingsOf } from './words_models.js';
import { plural } from './numbers.js';

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./store.js').JobState} JobState */
/** @typedef {import('./protocol.js').WorkerEvent} WorkerEvent */
/** @typedef {import('./protocol.js').RunFile} RunFile */

const LOG_LINES = 500;
/** How often progress is shown, at most. */
const PROGRESS_MS = 200;
/** How much more work a trained model is than closed-form ones, while nothing was timed. */
const TRAINED_WEIGHT = 8;
/** How long each model is timed for an estimate. */
const TIMING_MS = 300;

export class RunActions {
  /**
   * @param {Store} store @param {import('./engine_actions.js').EngineActions} engines @param {import('./data_actions.js').DataActions} data
   * @param {import('./kept.js').Kept} kept
   */
  constructor(store, engines, data, kept) {
    this.store = store;
    this.engines = engines;
    this.kept = kept;
    this.lanes = new Lanes(engines, (client) => data.readAgain(client));
    /** The run in progress, or the last one. @type {Grid | null} */
    this.grid = null;
    this.askedDefaults = 0;
    this.askedDetail = 0;
    this.askedEstimate = 0;
    /** Counts the runs begun: what an older one still has to say is void. */
    this.begun = 0;
    // Whether the person has chosen what the figures show.
    this.picked = false;
    /** How far parts are that have not been shown so: every worker tells many times a second. @type {Map<number, {done: number, text: string}>} */
    this.ahead = new Map();
    /** Losses that have not been shown, with their parts. @type {[number, import('./protocol.js').LossEvent][]} */
    this.lossesAhead = [];
    this.showProgress = calmly(() => {
      for (const [number, event] of this.lossesAhead) this.addLoss(number, event);
      this.lossesAhead = [];
      for (const [number, { done, text }] of this.ahead) {
        if (this.store.state.run.jobs[number]?.phase !== 'running') continue;
        this.changeJob(number, { done, text });
        this.store.patch('run', { text });
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

  /** Nothing that the workers still say counts. */
  end() {
    this.grid?.end();
    this.lanes.close();
  }

  /** Asks the engine for its own values of a model's settings. @param {string} [model] */
  async loadDefaults(model = this.store.state.plan.tuned) {
    const mine = (this.askedDefaults += 1);
    const { state } = this.store;
    const { plan } = state;
    if (!state.design.summary || plan.heldOut.length === 0) return;
    try {
      const plain = predictFile({ ...state, plan: { ...plan, overrides: {}, seeds: '1', models: [model] } });
      const run = await this.engines.engine.send('check_run', [plain]);
      const settings = settingsOf(run.task.predict?.models[0] ?? '');
      if (mine === this.askedDefaults && settings) this.store.patch('plan', { defaults: { ...this.store.state.plan.defaults, [model]: settings } });
    } catch {
      // The same check runs before training, and says there what is wrong.
    }
  }

  /** Times the models for a moment, to say how long the run will take. */
  async estimate() {
    const mine = (this.askedEstimate += 1);
    const { store } = this;
    const { workers } = store.state.plan;
    /** @param {Partial<NonNullable<import('./store.js').Plan["estimate"]>>} found */
    const put = (found) => mine === this.askedEstimate && store.patch('plan', { estimate: { key, seconds: 0, bytes: 0, busy: false, error: '', ...found } });
    let key = '';
    try {
      const file = predictFile(store.state);
      key = JSON.stringify([file, workers]);
      put({ busy: true });
      const { seconds, worker_bytes } = await this.engines.engine.send('estimate', [file, TIMING_MS]);
      put({ seconds: spread(seconds, this.workersFor(seconds.length)), bytes: worker_bytes });
    } catch (thrown) {
      const { message, hint } = errorInfo(thrown);
      put({ error: `${message}. ${hint}` });
    }
  }

  /** WebGPU has one processor for all workers. @param {number} parts */
  workersFor(parts) {
    return this.engines.device === 'webgpu' ? 1 : Math.max(1, Math.min(this.store.state.plan.workers, parts));
  }

  /** What the parts of a run are done by: another build has other numbers. */
  version() {
    return `${this.engines.device} ${this.engines.build?.engines[this.engines.device]?.hash ?? ''}`;
  }

  /** Looks for a run that was begun before the page was loaded. */
  async findEarlier() {
    const run = await this.kept.lastRun();
    if (!run) return;
    const there = await Promise.all(run.keys.map((key) => this.kept.has('parts', key)));
    const done = there.filter(Boolean).length;
    if (done === 0 || this.store.state.run.phase !== 'idle') return;
    this.store.set({ earlier: { run: run.run, name: run.name, at: run.at, done, parts: run.keys.length, same: run.version === this.version() } });
  }

  /** Shows what the earlier run has found, and does the rest of it. */
  async takeEarlier() {
    const { earlier } = this.store.state;
    if (!earlier) return;
    this.store.set({ earlier: null });
    await this.begin(() => earlier.run);
  }

  dropEarlier() {
    this.store.set({ earlier: null });
    return this.kept.forget();
  }

  /** Trains what is chosen. */
  train() {
    return this.begin(() => predictFile(this.store.state));
  }

  /** Does a run; parts that an earlier run has finished are taken from it. @param {() => RunFile} file */
  async begin(file) {
    const { store } = this;
    const mine = (this.begun += 1);
    const wanted = () => mine === this.begun && (store.state.run.phase === 'starting' || store.state.run.phase === 'running');
    const before = store.state.run;
    try {
      // What cannot be read leaves the last run as it is.
      const asked = file();
      this.picked = false;
      this.end();
      this.ahead.clear();
      this.lossesAhead = [];
      store.set({ earlier: null, run: { ...noRun(), phase: 'starting', stage: 'Checking the settings', since: Date.now(), lastEvent: Date.now() }, log: [] });
      const client = this.engines.engine;
      const run = await client.send('check_run', [asked]);
      const jobs = await client.send('jobs', [run]);
      // Cancelled while it was being checked.
      if (!wanted()) return;
      const grid = new Grid(run, jobs, this.kept, this.version(), {
        onJob: (number, change) => this.changeJob(number, change),
        onEvent: (number, event) => this.handle(number, event),
        onRow: (row) => this.addRow(row),
        onFits: (number, fits) => this.addFits(number, fits),
      });
      this.grid = grid;
      store.patch('run', { file: run, jobs: jobs.map(jobState) });
      store.patch('results', noResults());
      const found = await grid.takeUp();
      if (!wanted()) return;
      void this.kept.beginRun({ run, name: store.state.data.summary?.name ?? '', version: this.version(), keys: grid.keys, at: Date.now() });
      store.patch('run', { phase: 'running', doneBefore: store.state.run.done });
      this.note('stage', `Started: ${plural(jobs.length, 'part')}${found > 0 ? `, of which ${found} are there from an earlier run` : ''}`);
      await this.work(grid);
    } catch (thrown) {
      if (mine !== this.begun) return;
      const error = errorInfo(thrown);
      if (error.code === 'bad_seed') store.set({ run: { ...before, error } });
      else this.fail(error);
    }
  }

  /** Lets the workers do all parts. @param {Grid} grid */
  async work(grid) {
    const wanted = this.workersFor(grid.waiting.length);
    this.store.patch('run', { workers: 1 });
    /** @type {any[]} */
    const troubles = [];
    const work = async (/** @type {import('./lanes.js').Lane | null} */ lane) => {
      try {
        if (lane) await grid.work(lane);
      } catch (thrown) {
        troubles.push(thrown);
        this.store.patch('run', { workers: this.store.state.run.workers - 1 });
      }
    };
    const first = work(this.lanes.first());
    const others = Array.from({ length: wanted - 1 }, async () => {
      const lane = await this.lanes.another();
      if (lane && !grid.over) this.store.patch('run', { workers: this.store.state.run.workers + 1 });
      if (lane && this.store.state.run.phase === 'paused') await lane.client.send('pause', ['predict']);
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
    const failed = this.store.state.run.jobs.find(({ phase }) => phase === 'failed');
    this.freeze('finished');
    this.store.patch('run', { done: 1, error: failed?.error ?? this.store.state.run.error });
    this.note('stage', 'Finished');
    this.showStrongest();
  }

  async pause() {
    this.freeze('paused');
    this.note('stage', 'Paused');
    this.grid?.pause();
    await this.lanes.tell('pause');
  }

  async resume() {
    this.store.patch('run', { phase: 'running', since: Date.now(), lastEvent: Date.now() });
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
    this.store.patch('run', { jobs: this.store.state.run.jobs.map((job) => (job.phase === 'running' ? { ...job, phase: 'waiting', done: 0 } : job)) });
  }

  /** Stops the clock. @param {import('./store.js').RunState["phase"]} phase */
  freeze(phase) {
    this.store.patch('run', { phase, ...stopped(this.store.state.run) });
  }

  /** @param {import('./protocol.js').ErrorInfo} error */
  fail(error) {
    this.end();
    this.freeze('failed');
    this.store.patch('run', { error });
    this.note('error', error.message);
  }

  /** @param {string} kind @param {string} text */
  note(kind, text) {
    const { log } = this.store.state;
    this.store.set({ log: [...log, { at: Date.now(), kind, text }].slice(-LOG_LINES) });
  }

  /** @param {number} number @param {Partial<JobState>} change */
  changeJob(number, change) {
    if (!this.store.state.run.jobs[number]) return;
    // A part that is done again begins a new curve.
    const { [number]: _old, ...losses } = this.store.state.run.losses;
    if (change.phase === 'running') this.store.patch('run', { losses });
    const jobs = this.store.state.run.jobs.map((job, i) => (i === number ? { ...job, ...change } : job));
    const total = jobs.reduce((sum, { weight }) => sum + weight, 0);
    const done = jobs.reduce((sum, { weight, done: part }) => sum + weight * part, 0) / total;
    this.store.patch('run', { jobs, done, lastEvent: Date.now() });
  }

  /** @param {number} number  of the part @param {WorkerEvent} event */
  handle(number, event) {
    const job = this.store.state.run.jobs[number];
    if (!job) return;
    switch (event.kind) {
      case 'stage':
        this.store.patch('run', { stage: event.text, lastEvent: Date.now() });
        this.note('stage', event.text);
        break;
      case 'progress':
        this.ahead.set(number, { done: Math.min(event.done, 0.99), text: event.text });
        this.showProgress();
        break;
      case 'loss':
        this.lossesAhead.push([number, event]);
        this.showProgress();
        break;
      case 'left_out':
        this.note('error', `${leftOut(event.failure)} is left out with ${event.failure.cell_type} held out: ${event.failure.message}. ${event.failure.hint}`);
        if (!isBaseline(event.failure.model)) this.store.patch('run', { error: event.failure });
        this.changeJob(number, { error: event.failure });
        break;
      case 'failed':
      case 'crashed':
        this.note('error', `${job.models.map((model) => modelWords(model).name).join(', ')} with ${job.cellType} held out: ${event.error.message}`);
        break;
    }
  }

  /** @param {number} number @param {import('./protocol.js').LossEvent} event */
  addLoss(number, event) {
    const { run } = this.store.state;
    const seeds = run.file?.task.predict?.seeds ?? [];
    const before = run.losses[number] ?? [];
    const losses = event.train.map((train, i) => {
      const seed = seeds[i] ?? i + 1;
      const old = before.find((series) => series.seed === seed);
      const checked = event.validation?.[i] ?? null;
      return {
        model: event.model, cellType: event.cell_type, seed, unit: event.unit,
        train: with_(old?.train ?? [], event.epoch, train),
        validation: checked === null ? old?.validation ?? [] : with_(old?.validation ?? [], event.epoch, checked),
      };
    });
    this.store.patch('run', { losses: { ...run.losses, [number]: losses } });
  }

  /** The curves of a part that was done before. @param {number} number @param {import('./protocol.js').GridPart["fits"]} fits */
  addFits(number, fits) {
    for (const { model, cell_type, unit, losses } of fits) {
      for (const { epoch, step, train, validation } of losses) this.addLoss(number, { kind: 'loss', model, cell_type, unit: unit ?? 'epoch', epoch, epochs: losses.length, step, train, validation });
    }
  }

  /** @param {import('./protocol.js').ResultRow} row */
  addRow(row) {
    const { results } = this.store.state;
    const rows = [...results.rows.filter((other) => other.index !== row.index), row].sort((a, b) => a.index - b.index);
    this.store.patch('results', { rows });
    const shown = rows.find((other) => other.index === results.shown);
    // The first prediction of a trained model takes the place of a baseline.
    if (!shown || (isBaseline(shown.model) && !isBaseline(row.model) && !this.picked)) void this.show(row.index);
  }

  /** At the end of a run over several doses the last one says most: the weakest are close to no change. */
  showStrongest() {
    const { rows, shown } = this.store.state.results;
    const own = rows.filter((row) => !isBaseline(row.model));
    const best = own.filter((row) => row.seed === own[0]?.seed && row.model === own[0]?.model && row.cell_type === own[0]?.cell_type).at(-1);
    if (best && !this.picked && best.index !== shown) void this.show(best.index);
  }

  /** The person chose a prediction. @param {number} index */
  pick(index) {
    this.picked = true;
    return this.show(index);
  }

  /** Shows one prediction in the figures. @param {number} index */
  async show(index) {
    const mine = (this.askedDetail += 1);
    this.store.patch('results', { shown: index, error: null });
    const detail = await this.grid?.detail(index);
    if (mine !== this.askedDetail) return;
    const error = { code: 'details_gone', message: 'The browser has not kept the genes of this prediction.', hint: 'Train again to see them; the numbers in the table are still right.' };
    this.store.patch('results', detail ? { detail } : { detail: null, error });
  }

  /** The cells of these results as an .h5ad file, with the real ones of their types. @param {import('./protocol.js').ResultRow[]} rows */
  async predictedCells(rows) {
    const { grid } = this;
    if (!grid) throw { code: 'no_run', message: 'There is no run', hint: 'Train a model first.' };
    const parts = [...new Set(rows.map((row) => grid.jobOf(row.index)))];
    const weights = await Promise.all(parts.map((part) => grid.weightsOf(part)));
    return this.engines.engine.send('results_h5ad', [grid.file, rows, weights.flat(), true]);
  }

  /** Whether there is a trained network behind a result. @param {import('./protocol.js').ResultRow} row */
  isTrained(row) {
    return Boolean(this.grid?.trained[this.grid.jobOf(row.index)]);
  }

  /** The network behind a result, as a safetensors file; one, or none for a baseline. @param {import('./protocol.js').ResultRow} row */
  async weightsOf(row) {
    return (await this.grid?.weightsOf(this.grid.jobOf(row.index))) ?? [];
  }

  /** The report of what is done, as JSON text. @returns {Promise<string>} */
  async report() {
    if (!this.grid) throw { code: 'no_run', message: 'There is no run to report.', hint: 'Train a model first.' };
    return this.engines.engine.send('merge', [this.grid.file, this.grid.finishedParts()]);
  }
}

/** @param {import('./protocol.js').GridJob} job @returns {JobState} */
const jobState = (job) => ({
  cellType: job.cell_type, models: job.models, trained: job.trained, weight: job.trained ? TRAINED_WEIGHT : 1, phase: 'waiting', done: 0, text: '', error: null,
});

/** How long workers that take the next part when they are free need for all. @param {number[]} seconds @param {number} workers */
function spread(seconds, workers) {
  const busy = Array.from({ length: workers }, () => 0);
  for (const each of seconds) busy[busy.indexOf(Math.min(...busy))] += each;
  return Math.max(...busy);
}

/** @param {import('./protocol.js').LeftOutEvent["failure"]} failure */
const leftOut = ({ model, seed }) => modelWords(model).name + (seed === null ? '' : `, seed ${seed},`);

/** The points with one more, or with the last one replaced where several steps fall into one epoch. @param {[number, number][]} points @param {number} x @param {number} y @returns {[number, number][]} */
function with_(points, x, y) {
  return points.at(-1)?.[0] === x ? [...points.slice(0, -1), [x, y]] : [...points, [x, y]];
}
