// Training: start, pause, cancel, and what the engine's events mean for the store.
import { stopped } from './clock.js';
import { errorInfo } from './failure.js';
import { modelSettings, runFile } from './run_file.js';
import { noRun } from './store.js';
import { isBaseline } from './words_metrics.js';

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./protocol.js').WorkerEvent} WorkerEvent */

const LOG_LINES = 500;

export class RunActions {
  /** @param {Store} store @param {import('./engine_actions.js').EngineActions} engines */
  constructor(store, engines) {
    this.store = store;
    this.engines = engines;
    this.askedDefaults = 0;
    this.askedDetail = 0;
    // Whether the person has chosen what the figures show.
    this.picked = false;
    engines.listeners.predict = (event) => this.handle(event);
  }

  /** Asks the engine for its own values of the chosen preset's settings. */
  async loadDefaults() {
    const mine = (this.askedDefaults += 1);
    const { state } = this.store;
    if (!state.design.summary || !state.plan.heldOut) return;
    try {
      const plain = { ...state, plan: { ...state.plan, overrides: {}, seeds: '1' } };
      const run = await this.engines.engine.send('check_run', [runFile(plain)]);
      if (mine === this.askedDefaults) this.store.patch('plan', { defaults: modelSettings(run) });
    } catch {
      // The same check runs before training, and says there what is wrong.
      if (mine === this.askedDefaults) this.store.patch('plan', { defaults: null });
    }
  }

  async train() {
    const { store } = this;
    this.picked = false;
    store.set({ run: { ...noRun(), phase: 'starting', stage: 'Checking the settings', since: Date.now(), lastEvent: Date.now() }, log: [] });
    try {
      const run = await this.engines.engine.send('check_run', [runFile(store.state)]);
      // Cancelled while it was being checked.
      if (store.state.run.phase !== 'starting') return;
      store.patch('run', { file: run });
      store.patch('results', { rows: [], shown: null, detail: null, error: null, lost: false });
      await this.engines.engine.send('start', [run]);
      if (store.state.run.phase === 'starting') store.patch('run', { phase: 'running' });
      this.note('stage', 'Started');
    } catch (thrown) {
      this.fail(errorInfo(thrown));
    }
  }

  async pause() {
    this.freeze('paused');
    this.note('stage', 'Paused');
    await this.engines.engine.send('pause', ['predict']);
  }

  async resume() {
    this.store.patch('run', { phase: 'running', since: Date.now(), lastEvent: Date.now() });
    this.note('stage', 'Resumed');
    await this.engines.engine.send('resume', ['predict']);
  }

  async cancel() {
    this.freeze('cancelled');
    // The engine drops a cancelled run with all it has computed.
    this.store.patch('results', { lost: this.store.state.results.rows.length > 0 });
    this.note('stage', 'Cancelled');
    await this.engines.engine.send('cancel', ['predict']).catch(() => {});
  }

  /** Stops the clock. @param {import('./store.js').RunState["phase"]} phase */
  freeze(phase) {
    this.store.patch('run', { phase, ...stopped(this.store.state.run) });
  }

  /** @param {import('./protocol.js').ErrorInfo} error */
  fail(error) {
    this.freeze('failed');
    this.store.patch('run', { error });
    this.note('error', error.message);
  }

  /** @param {string} kind @param {string} text */
  note(kind, text) {
    const { log } = this.store.state;
    this.store.set({ log: [...log, { at: Date.now(), kind, text }].slice(-LOG_LINES) });
  }

  /** @param {WorkerEvent} event */
  handle(event) {
    const { run } = this.store.state;
    const active = run.phase === 'running' || run.phase === 'paused' || run.phase === 'starting';
    if (event.kind === 'crashed') {
      if (active) this.fail(event.error);
      else this.note('error', event.error.message);
      return;
    }
    if (!active) return;
    this.store.patch('run', { lastEvent: Date.now() });
    switch (event.kind) {
      case 'stage':
        this.store.patch('run', { stage: event.text });
        this.note('stage', event.text);
        break;
      case 'progress':
        this.store.patch('run', { done: event.done, text: event.text });
        break;
      case 'loss':
        this.addLoss(event);
        break;
      case 'result':
        this.addResult(event.result);
        break;
      case 'finished':
        this.freeze('finished');
        this.store.patch('run', { done: 1 });
        this.note('stage', 'Finished');
        this.showStrongest();
        break;
      case 'left_out':
        this.note('error', `${event.failure.model} is left out: ${event.failure.message}. ${event.failure.hint}`);
        if (!isBaseline(event.failure.model)) this.store.patch('run', { error: event.failure });
        break;
      case 'failed':
        this.fail(event.error);
        break;
    }
  }

  /** @param {import('./protocol.js').LossEvent} event */
  addLoss(event) {
    const { run } = this.store.state;
    const seeds = run.file?.task.predict?.seeds ?? [];
    // Another held-out type is another training: its curve replaces the last one.
    const kept = run.losses.filter((series) => series.cellType === event.cell_type && series.model === event.model);
    const losses = event.train.map((train, i) => {
      const seed = seeds[i] ?? i + 1;
      const old = kept.find((series) => series.seed === seed);
      const checked = event.validation?.[i] ?? null;
      return {
        model: event.model, cellType: event.cell_type, seed,
        train: with_(old?.train ?? [], event.epoch, train),
        validation: checked === null ? old?.validation ?? [] : with_(old?.validation ?? [], event.epoch, checked),
      };
    });
    this.store.patch('run', { losses });
  }

  /** @param {import('./protocol.js').ResultRow} row */
  addResult(row) {
    const { results } = this.store.state;
    this.store.patch('results', { rows: [...results.rows, row] });
    const shown = results.rows.find((other) => other.index === results.shown);
    // The first prediction of the model itself takes the place of a baseline.
    if (!shown || (isBaseline(shown.model) && !isBaseline(row.model))) void this.show(row.index);
  }

  /** At the end of a run over several doses the last one says most: the weakest are close to no change. */
  showStrongest() {
    const { rows, shown } = this.store.state.results;
    const own = rows.filter((row) => !isBaseline(row.model));
    const best = own.filter((row) => row.seed === own[0]?.seed).at(-1);
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
    if (this.store.state.results.lost && this.store.state.results.detail?.index !== index) {
      this.store.patch('results', { error: { code: 'details_gone', message: 'The genes of this prediction went with the run that was cancelled or the engine that was restarted.', hint: 'Train again to see them; the numbers in the table are still right.' } });
      return;
    }
    if (this.store.state.results.lost) return;
    try {
      const detail = await this.engines.engine.send('detail', [index]);
      if (mine === this.askedDetail) this.store.patch('results', { detail });
    } catch (thrown) {
      if (mine === this.askedDetail) this.store.patch('results', { detail: null, error: errorInfo(thrown) });
    }
  }
}

/** The points with one more, or with the last one replaced where several steps fall into one epoch. @param {[number, number][]} points @param {number} x @param {number} y @returns {[number, number][]} */
function with_(points, x, y) {
  return points.at(-1)?.[0] === x ? [...points.slice(0, -1), [x, y]] : [...points, [x, y]];
}
