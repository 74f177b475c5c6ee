// Exploring: begins by itself when the data are understood, gives way to training, and keeps what is pointed at and chosen.
import { elapsed, stopped, ticks } from './clock.js';
import { errorInfo } from './failure.js';
import { exploreFile } from './run_file.js';
import { freshExploration, nothingKnown, nothingPointed } from './store.js';

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./store.js').State} State */
/** @typedef {import('./protocol.js').ExploredPart} ExploredPart */
/** @typedef {import('./protocol.js').EmbeddingMethod} EmbeddingMethod */

// Intervals come one by one; the figures follow them in steps that can be read.
const RESAMPLED_GAP_MS = 3000;
// The first step is the longest, and cannot be held: who presses Train at once is not to wait for it.
const HEAD_START_MS = 400;

/** @param {State} state */
const trains = ({ run, frontRun }) => [run, frontRun].some(({ phase }) => phase === 'starting' || phase === 'running');
const GONE = new Set(['engine_stopped', 'engine_crash', 'engine_out_of_memory', 'no_run']);
/** Whether a question failed because its run or engine is no more, which is told elsewhere. @param {any} thrown */
export const isGone = (thrown) => GONE.has(errorInfo(thrown).code);
const still = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

export class ExploreActions {
  /** @param {Store} store @param {import('./engine_actions.js').EngineActions} engines */
  constructor(store, engines) {
    this.store = store;
    this.engines = engines;
    /** The design that is explored, or why there is none. @type {State["design"]["summary"] | State["design"]["error"]} */
    this.design = null;
    this.asked = 0;
    /** The run file that was asked for to the letter, where it was not left to the choices. @type {import('./protocol.js').RunFile | null} */
    this.exact = null;
    /** Parts that have come and are not in the store yet. @type {Set<ExploredPart>} */
    this.come = new Set();
    this.looking = false;
    this.resampledAt = 0;
    this.frame = 0;
    /** Where runs are listed. @type {import('./runs_list.js').RunsList | null} */
    this.list = null;
    engines.listeners.explore = (event) => this.handle(event);
    store.subscribe(['design', 'run', 'frontRun'], (state) => this.follow(state));
  }

  get now() {
    return this.store.state.explore;
  }

  /** Another meaning of the data is another exploration; training goes first. @param {State} state */
  follow(state) {
    const { summary, error, busy } = state.design;
    if (!busy && (summary ?? error) !== this.design) {
      this.design = summary ?? error;
      void this.afresh();
    }
    if (trains(state) && this.now.phase === 'running') this.hold('waiting');
    if (!trains(state) && this.now.phase === 'waiting') this.resume();
  }

  /** Begins with a new design, or drops the exploration of one that is no more. */
  async afresh() {
    const mine = (this.asked += 1);
    this.store.set({ explore: freshExploration(this.now), pointed: nothingPointed() });
    if (!this.store.state.design.summary) {
      await this.send('cancel');
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, HEAD_START_MS));
    if (mine === this.asked) await this.begin();
  }

  /** Explores, or waits to do so; what is shown stays until there is something new. @param {import('./protocol.js').RunFile | null} [exact]  instead of what is chosen */
  async begin(exact = null) {
    const mine = (this.asked += 1);
    this.exact = exact;
    if (trains(this.store.state)) {
      this.store.patch('explore', { phase: 'waiting', done: 0, file: null, error: null });
      return;
    }
    this.come.clear();
    this.store.patch('explore', {
      phase: 'starting', step: '', stage: 'Starting', text: '', done: 0, activeMs: 0, since: ticks(), lastEvent: ticks(), started: this.now.started + 1,
      file: null, error: null,
    });
    try {
      const file = await this.engines.engine.send('start', [exact ?? exploreFile(this.store.state)]);
      if (mine !== this.asked) return;
      const cancelled = this.now.phase !== 'starting';
      this.store.patch('explore', { file, known: nothingKnown(), phase: cancelled ? this.now.phase : 'running' });
      if (cancelled) await this.send('pause');
      else this.follow(this.store.state);
    } catch (thrown) {
      if (mine === this.asked) this.fail(errorInfo(thrown));
    }
  }

  pause() {
    this.hold('paused');
  }

  resume() {
    // It has not begun.
    if (!this.now.file) {
      void this.begin(this.exact);
      return;
    }
    this.store.patch('explore', { phase: 'running', since: ticks(), lastEvent: ticks() });
    if (trains(this.store.state)) this.hold('waiting');
    else void this.send('resume');
  }

  /** Ends the work and not the run: what was found stays in the engine, so that its figures can still be asked for. */
  cancel() {
    this.hold('cancelled');
  }

  /** @param {"paused" | "waiting" | "cancelled"} phase */
  hold(phase) {
    this.store.patch('explore', { phase, ...stopped(this.now) });
    void this.send('pause');
  }

  /** @param {"pause" | "resume" | "cancel"} call */
  async send(call) {
    // A dead engine has nothing to hold.
    try {
      await this.engines.engine.send(call, ['explore']);
    } catch {}
  }

  /** @param {import('./protocol.js').ErrorInfo} error */
  fail(error) {
    this.store.patch('explore', { phase: 'failed', error, ...stopped(this.now) });
  }

  /** @param {import('./protocol.js').WorkerEvent} event */
  handle(event) {
    const { phase } = this.now;
    // Until the start is answered, events are those of the run before.
    const active = phase === 'running' || phase === 'paused' || phase === 'waiting';
    if (event.kind === 'crashed' && (active || phase === 'starting')) this.fail(event.error);
    if (!active) return;
    this.store.patch('explore', { lastEvent: ticks() });
    switch (event.kind) {
      case 'stage':
        this.store.patch('explore', { step: event.stage, stage: event.text });
        if (event.stage !== 'embedding') void this.look();
        break;
      case 'progress':
        this.store.patch('explore', { done: event.done, text: event.text });
        if (this.now.step === 'resample' && ticks() - this.resampledAt > RESAMPLED_GAP_MS) this.found('distances');
        break;
      case 'explored':
        this.found(event.part);
        break;
      case 'finished':
        this.store.patch('explore', { phase: 'finished', done: 1, ...stopped(this.now) });
        void this.look();
        if (this.now.file) void this.list?.done('explore', this.now.file, elapsed(this.now) / 1000);
        break;
      case 'failed':
        this.fail(event.error);
        break;
    }
  }

  /** @param {ExploredPart} part */
  found(part) {
    this.come.add(part);
    if (part === 'distances') this.resampledAt = ticks();
    // Who wants no motion sees the cells when they have arrived.
    if (part !== 'embedding' || !still()) void this.look();
  }

  /** Asks what there is, one question at a time, until everything that has come is in the store. */
  async look() {
    if (this.looking) return;
    this.looking = true;
    while (this.come.size > 0) {
      const [mine, parts] = [this.asked, [...this.come]];
      this.come.clear();
      try {
        const overview = await this.engines.engine.send('overview', []);
        if (mine !== this.asked) continue;
        const known = { ...this.now.known };
        for (const part of parts) known[part] += 1;
        this.store.patch('explore', { overview, known });
      } catch (thrown) {
        if (mine === this.asked && !isGone(thrown)) this.fail(errorInfo(thrown));
      }
    }
    this.looking = false;
  }

  /** @param {Partial<import('./store.js').ExploreChoices>} patch */
  choose(patch) {
    this.store.patch('explore', { choices: { ...this.now.choices, ...patch } });
  }

  /** Shows one cell type alone; the same again, or null: all of them. @param {string | null} type */
  only(type) {
    const all = type === null || type === this.now.choices.cell_type || !this.store.state.design.summary?.cell_types.includes(type);
    this.choose({ cell_type: all ? null : type });
  }

  /** Shows an embedding; one that is not there is computed with the others. @param {EmbeddingMethod} method */
  lay(method) {
    this.choose({ method });
    const { methods } = this.now;
    if (method === 'pca' || methods.includes(method)) return;
    this.store.patch('explore', { methods: [...methods, method] });
    void this.begin();
  }

  useAllCells() {
    this.store.patch('explore', { allCells: true });
    void this.begin();
  }

  /** Once a frame at most: a pointer crosses many marks. @param {import('./store.js').Pointed} pointed */
  point(pointed) {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      const before = this.store.state.pointed;
      if (before.cell_type !== pointed.cell_type || before.gene !== pointed.gene || before.from !== pointed.from) this.store.set({ pointed });
    });
  }
}
