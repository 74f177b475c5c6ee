// Trade-off: the run, what can be trained with the open data, and what is looked at.
import { errorInfo } from './failure.js';
import { PartsRun } from './parts_run.js';
import { flatten, tradeOffFile } from './run_file.js';
import { noFronts } from './store.js';
import { frontId, frontName } from './words_fronts.js';

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./store.js').FrontJobState} FrontJobState */
/** @typedef {import('./protocol.js').FrontJob} FrontJob */
/** @typedef {import('./protocol.js').FrontPart} FrontPart */
/** @typedef {import('./protocol.js').CandidateRow} CandidateRow */
/** @typedef {import('./protocol.js').CandidateLatent} CandidateLatent */
/** @typedef {import('./protocol.js').WorkerEvent} WorkerEvent */

/** A change of the data or the plan is looked at when no other follows. */
const CHECK_MS = 150;
/** Parts of the task whose settings the form shows. */
const TUNED = ['schedule', 'scvi', 'train_fraction', 'evaluation'];

/** @type {import('./grid.js').PartsTask<FrontJob, FrontPart, CandidateRow, CandidateLatent>} */
const TRADE_OFF = {
  name: 'trade_off',
  count: ({ places }) => places.length,
  rows: ({ candidates }) => candidates,
  rowOf: (event) => (event.kind === 'candidate' ? { row: event.row, detail: event.detail } : null),
  belongs: (job, { candidates }) => candidates.every((row) => row.method === job.method && row.split === job.split && job.places.includes(row.place)),
  failure: ({ candidates, failures }) => (candidates.length === 0 ? failures[0] ?? null : null),
  words: () => '',
  // Its network is asked for any place along the front afterwards.
  own: ({ method }) => method === 'one_run',
};

/** @extends {PartsRun<FrontJob, FrontPart, CandidateRow, CandidateLatent>} */
export class FrontActions extends PartsRun {
  /**
   * @param {Store} store @param {import('./engine_actions.js').EngineActions} engines @param {import('./data_actions.js').DataActions} data
   * @param {import('./kept.js').Kept} kept
   */
  constructor(store, engines, data, kept) {
    super(store, engines, data, kept, TRADE_OFF, 'frontRun');
    this.checkTimer = 0;
    this.asked = 0;
    this.picked = false;
    /** The candidate that a link wants to be shown when it comes. @type {number | null} */
    this.wished = null;
    /** Latent spaces that came with stored results, which no run has left. @type {Map<number, CandidateLatent>} */
    this.stored = new Map();
    /** Points in training that have not been shown. @type {Map<number, import('./protocol.js').FrontEvent>} */
    this.liveAhead = new Map();
    store.subscribe(['data', 'roles', 'engine', 'frontPlan', 'design'], () => this.follow());
  }

  // Whether it can be trained.

  /** Asks the engine about the data and the plan when either has changed. */
  follow() {
    const { state } = this.store;
    if (state.engine.phase !== 'ready' || state.data.phase !== 'ready' || state.design.busy) return;
    const { defaults: _, ...plan } = state.frontPlan;
    const key = JSON.stringify([state.data.summary?.name, state.data.summary?.source, state.roles, plan]);
    if (key === state.fronts.check.key) return;
    clearTimeout(this.checkTimer);
    this.checkTimer = setTimeout(() => void this.check(key), CHECK_MS);
  }

  /** @param {string} key  of what is checked */
  async check(key) {
    const mine = (this.asked += 1);
    const put = (/** @type {Partial<import('./store.js').FrontCheck>} */ found) => mine === this.asked && this.store.patch('fronts', { check: { key, parts: 0, error: null, ...found } });
    try {
      const engine = this.engines.engine;
      const run = await engine.send('check_run', [tradeOffFile(this.store.state)]);
      if (mine === this.asked) await this.loadDefaults();
      const jobs = await engine.send('jobs', [run]);
      put({ parts: jobs.length });
    } catch (thrown) {
      put({ error: errorInfo(thrown) });
    }
  }

  /** The engine's own values of the settings, for the chosen preset. */
  async loadDefaults() {
    const { state } = this.store;
    const plain = tradeOffFile({ ...state, frontPlan: { ...state.frontPlan, overrides: {} } });
    const run = await this.engines.engine.send('check_run', [plain]);
    const task = /** @type {Record<string, any>} */ (run.task.trade_off ?? {});
    const defaults = Object.fromEntries(TUNED.filter((name) => name in task).flatMap((name) => flatten({ [name]: task[name] })).map(({ path, value }) => [path, value]));
    const { frontPlan } = this.store.state;
    if (JSON.stringify(defaults) !== JSON.stringify(frontPlan.defaults)) this.store.patch('frontPlan', { defaults });
  }

  // The run.

  train() {
    return this.begin(() => tradeOffFile(this.store.state));
  }

  /** Trains the network of a kept front again, so that it can be asked for any place. @param {number} number  of the part */
  async revive(number) {
    const { grid } = this;
    if (!grid) return;
    await this.kept.dropPart(grid.keys[number]);
    await this.begin(() => grid.file);
  }

  /** @override @param {FrontJob} job @returns {FrontJobState} */
  stateOf({ method, measure, split, places }) {
    return { name: `${frontName(method, measure)}, split ${split}`, method, measure, split, places, weight: places.length, phase: 'waiting', done: 0, text: '', error: null };
  }

  /** @override @param {string} code */
  isTyping(code) {
    return code === 'bad_splits';
  }

  /** @override */
  clear() {
    this.picked = false;
    this.liveAhead.clear();
    this.store.patch('fronts', noFronts());
  }

  /** @override @param {CandidateRow} row */
  addRow(row) {
    const { rows } = this.store.state.fronts;
    this.store.patch('fronts', { rows: [...rows.filter(({ index }) => index !== row.index), row].sort((a, b) => a.index - b.index) });
    if (row.index === this.wished) this.wish(row.index);
    if (row.remarks.length > 0) this.note('stage', `${frontName(row.method, row.measure)}, split ${row.split}, candidate ${row.place + 1}: ${row.remarks.join('; ')}`);
  }

  /** @override @param {number} number @param {FrontPart} part */
  takePart(number, { failures }) {
    if (failures[0]) this.changeJob(number, { error: failures[0] });
  }

  /** @override @param {number} number @param {WorkerEvent} event */
  hear(number, event) {
    if (event.kind === 'front') {
      this.liveAhead.set(number, event);
      this.showProgress();
    } else if (event.kind === 'front_left_out') {
      this.note('error', `${this.now.jobs[number].name} is left out: ${event.failure.message}. ${event.failure.hint}`);
      this.patch({ error: event.failure });
      this.changeJob(number, { error: event.failure });
    }
  }

  /** The engine says `pareto_mtl with mine, split 1: ...`; people read the names of the method and the measure, once. @override @param {number} number @param {WorkerEvent} event */
  handle(number, event) {
    const job = this.now.jobs[number];
    if (job && (event.kind === 'stage' || event.kind === 'progress')) {
      const { method, measure, split } = this.store.state.frontRun.jobs[number];
      const title = measure ? `${method} with ${measure}, split ${split}` : `${method}, split ${split}`;
      super.handle(number, { ...event, text: event.text.replace(`${title}: `, '').replace(title, job.name) });
    } else {
      super.handle(number, event);
    }
  }

  /** @override */
  showAhead() {
    if (this.liveAhead.size === 0) return;
    this.store.patch('fronts', { live: { ...this.store.state.fronts.live, ...Object.fromEntries(this.liveAhead) } });
    this.liveAhead.clear();
  }

  /** A part that has ended has no points in training. @override @param {number} number @param {Partial<import('./store.js').PartState>} change */
  changeJob(number, change) {
    super.changeJob(number, change);
    if (change.phase === undefined) return;
    this.liveAhead.delete(number);
    const { [number]: _gone, ...live } = this.store.state.fronts.live;
    this.store.patch('fronts', { live });
    const job = this.store.state.frontRun.jobs[number];
    // What the page's own engine did last is what it can be asked about.
    if (change.phase === 'done' && job.method === 'one_run') this.store.patch('fronts', { alive: frontId(job) });
    else if (change.phase === 'running' && job.method === 'one_run') this.store.patch('fronts', { alive: null, cursor: null });
  }

  /** Shows a candidate from the middle of a front, unless the person has chosen one. @override */
  completed() {
    const { rows, chosen } = this.store.state.fronts;
    if (chosen !== null) return;
    const between = rows.filter(({ kind }) => kind === 'preference');
    const first = (between[0] ?? rows[0]) && (between.length > 0 ? between : rows).filter(({ method, split }) => method === (between[0] ?? rows[0]).method && split === (between[0] ?? rows[0]).split);
    const middle = first?.[Math.floor(first.length / 2)];
    if (middle) this.store.patch('fronts', { chosen: middle.index });
  }

  // What is looked at.

  /** @param {Partial<import('./store.js').FrontsState>} change */
  look(change) {
    this.store.patch('fronts', change);
  }

  /** Shows a candidate, now or when it is there. @param {number} index */
  wish(index) {
    const there = this.store.state.fronts.rows.some((row) => row.index === index);
    this.wished = there ? null : index;
    if (!there) return;
    this.picked = true;
    this.look({ chosen: index });
  }

  /** The latent space of a candidate; undefined where the browser has not kept it. @param {number} index */
  latentOf(index) {
    return this.grid?.detail(index) ?? Promise.resolve(this.stored.get(index));
  }
}
