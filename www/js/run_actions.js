// Predicting: the run of Predict, and what the workers' events mean for the store.
import { errorInfo } from './failure.js';
import { PartsRun } from './parts_run.js';
import { predictFile } from './run_file.js';
import { noResults } from './store.js';
import { isBaseline, modelWords, settingsOf } from './words_models.js';

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./store.js').JobState} JobState */
/** @typedef {import('./protocol.js').GridJob} GridJob */
/** @typedef {import('./protocol.js').GridPart} GridPart */
/** @typedef {import('./protocol.js').ResultRow} ResultRow */
/** @typedef {import('./protocol.js').PredictionDetail} PredictionDetail */
/** @typedef {import('./protocol.js').WorkerEvent} WorkerEvent */

/** How much more work a trained model is than closed-form ones, while nothing was timed. */
const TRAINED_WEIGHT = 8;
/** How long each model is timed for an estimate. */
const TIMING_MS = 300;

/** @type {import('./grid.js').PartsTask<GridJob, GridPart, ResultRow, PredictionDetail>} */
const PREDICT = {
  name: 'predict',
  count: ({ predictions }) => predictions,
  rows: ({ results }) => results,
  rowOf: (event) => (event.kind === 'result' ? { row: event.result, detail: event.detail } : null),
  belongs: (job, { results }) => results.every((row) => row.cell_type === job.cell_type && job.models.includes(row.model)),
  failure: ({ results, failures }) => (results.length === 0 ? failures[0] ?? null : null),
  words: ({ results }) => (results.length === 0 ? 'The held-out type has no cells to compare with there.' : ''),
  own: () => false,
};

/** @extends {PartsRun<GridJob, GridPart, ResultRow, PredictionDetail>} */
export class RunActions extends PartsRun {
  /**
   * @param {Store} store @param {import('./engine_actions.js').EngineActions} engines @param {import('./data_actions.js').DataActions} data
   * @param {import('./kept.js').Kept} kept
   */
  constructor(store, engines, data, kept) {
    super(store, engines, data, kept, PREDICT, 'run');
    this.askedDefaults = 0;
    this.askedDetail = 0;
    this.askedEstimate = 0;
    // Whether the person has chosen what the figures show.
    this.picked = false;
    /** The prediction that a link wants to be shown when it comes. @type {number | null} */
    this.wished = null;
    /** Details that came with stored results, which no run has left. @type {Map<number, PredictionDetail>} */
    this.stored = new Map();
    /** Losses that have not been shown, with their parts. @type {[number, import('./protocol.js').LossEvent][]} */
    this.lossesAhead = [];
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

  /** Trains what is chosen. */
  train() {
    return this.begin(() => predictFile(this.store.state));
  }

  /** @override @param {GridJob} job @returns {JobState} */
  stateOf(job) {
    return {
      name: `${job.models.map((model) => modelWords(model).name).join(', ')} with ${job.cell_type} held out`,
      cellType: job.cell_type, models: job.models, trained: job.trained, weight: job.trained ? TRAINED_WEIGHT : 1, phase: 'waiting', done: 0, text: '', error: null,
    };
  }

  /** @override @param {string} code */
  isTyping(code) {
    return code === 'bad_seed';
  }

  /** @override */
  clear() {
    this.picked = false;
    this.lossesAhead = [];
    this.store.patch('run', { losses: {}, watched: null });
    this.store.patch('results', noResults());
  }

  /** @override */
  showAhead() {
    for (const [number, event] of this.lossesAhead) this.addLoss(number, event);
    this.lossesAhead = [];
  }

  /** @override @param {number} number @param {Partial<import('./store.js').PartState>} change */
  changeJob(number, change) {
    // A part that is done again begins a new curve.
    if (change.phase === 'running') {
      const { [number]: _old, ...losses } = this.store.state.run.losses;
      this.store.patch('run', { losses });
    }
    super.changeJob(number, change);
  }

  /** @override @param {number} number @param {WorkerEvent} event */
  hear(number, event) {
    if (event.kind === 'loss') {
      this.lossesAhead.push([number, event]);
      this.showProgress();
    } else if (event.kind === 'left_out') {
      this.note('error', `${leftOut(event.failure)} is left out with ${event.failure.cell_type} held out: ${event.failure.message}. ${event.failure.hint}`);
      if (!isBaseline(event.failure.model)) this.store.patch('run', { error: event.failure });
      this.changeJob(number, { error: event.failure });
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

  /** The curves of a part that was done before. @override @param {number} number @param {GridPart} part */
  takePart(number, { fits }) {
    for (const { model, cell_type, unit, losses } of fits) {
      for (const { epoch, step, train, validation } of losses) this.addLoss(number, { kind: 'loss', model, cell_type, unit: unit ?? 'epoch', epoch, epochs: losses.length, step, train, validation });
    }
  }

  /** @override @param {ResultRow} row */
  addRow(row) {
    const { results } = this.store.state;
    const rows = [...results.rows.filter((other) => other.index !== row.index), row].sort((a, b) => a.index - b.index);
    this.store.patch('results', { rows });
    if (row.index === this.wished) {
      this.wished = null;
      void this.pick(row.index);
      return;
    }
    const shown = rows.find((other) => other.index === results.shown);
    // The first prediction of a trained model takes the place of a baseline.
    if (!shown || (isBaseline(shown.model) && !isBaseline(row.model) && !this.picked)) void this.show(row.index);
  }

  /** At the end of a run over several doses the last one says most: the weakest are close to no change. @override */
  completed() {
    const { rows, shown } = this.store.state.results;
    const own = rows.filter((row) => !isBaseline(row.model));
    const best = own.filter((row) => row.seed === own[0]?.seed && row.model === own[0]?.model && row.cell_type === own[0]?.cell_type).at(-1);
    if (best && !this.picked && best.index !== shown) void this.show(best.index);
  }

  /** Shows a prediction, now or when it is there. @param {number} index */
  wish(index) {
    const there = this.store.state.results.rows.some((row) => row.index === index);
    this.wished = there ? null : index;
    if (there && index !== this.store.state.results.shown) void this.pick(index);
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
    const detail = this.grid ? await this.grid.detail(index) : this.stored.get(index);
    if (mine !== this.askedDetail) return;
    const error = !this.grid ? { code: 'stored_results', message: 'The genes of this prediction are not in the saved file: rerun to see this.', hint: 'The numbers are those of the file.' }
      : { code: 'details_gone', message: 'The browser has not kept the genes of this prediction.', hint: 'Train again to see them; the numbers in the table are still right.' };
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
}

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
