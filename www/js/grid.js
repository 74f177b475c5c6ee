// A run of several parts: which worker does which, what each has brought, and what of it is kept.
import { errorInfo } from './failure.js';
import { detailKey, partKey } from './kept.js';

/** @typedef {import('./protocol.js').GridJob} GridJob */
/** @typedef {import('./protocol.js').GridPart} GridPart */
/** @typedef {import('./protocol.js').ResultRow} ResultRow */
/** @typedef {import('./protocol.js').WorkerEvent} WorkerEvent */
/** @typedef {import('./lanes.js').Lane} Lane */
/** @typedef {import('./store.js').JobState} JobState */

/**
 * What the run is told while it goes on. `number` is that of a part.
 * @typedef {object} GridListener
 * @property {(number: number, change: Partial<JobState>) => void} onJob
 * @property {(number: number, event: WorkerEvent) => void} onEvent
 * @property {(row: ResultRow) => void} onRow
 * @property {(number: number, fits: GridPart["fits"]) => void} onFits  loss curves of a part that was done before
 */

export class Grid {
  /**
   * @param {import('./protocol.js').RunFile} file @param {GridJob[]} jobs  its parts @param {import('./kept.js').Kept} kept
   * @param {string} version of the engine @param {GridListener} listener
   */
  constructor(file, jobs, kept, version, listener) {
    this.file = file;
    this.jobs = jobs;
    this.kept = kept;
    this.listener = listener;
    this.keys = jobs.map(({ run }) => partKey(run, version));
    /** Number of each part's first prediction among those of the run. @type {number[]} */
    this.first = [];
    let first = 0;
    for (const job of jobs) {
      this.first.push(first);
      first += job.predictions;
    }
    /** @type {(GridPart | null)[]} */
    this.parts = jobs.map(() => null);
    /** Whether the trained networks of a part are kept. */
    this.trained = jobs.map(() => false);
    /** @type {number[]} */
    this.waiting = [];
    /** Whether nothing that still comes counts. */
    this.over = false;
    /** Settled while parts may be begun. @type {Promise<void>} */
    this.open = Promise.resolve();
    this.letOn = () => {};
  }

  /** Begins no further part until `resume`. */
  pause() {
    this.open = new Promise((resolve) => (this.letOn = resolve));
  }

  resume() {
    this.letOn();
  }

  /** Ends the run; what is finished stays. */
  end() {
    this.over = true;
    this.letOn();
  }

  /** Takes up what an earlier run of the same parts has left; says how many there are. */
  async takeUp() {
    let found = 0;
    for (let number = 0; number < this.jobs.length; number++) {
      /** @type {import('./kept.js').KeptPart | undefined} */
      const before = await this.kept.get('parts', this.keys[number]);
      const last = before?.part.results.at(-1);
      // A part whose genes the browser has dropped is done again.
      if (before && (!last || (await this.kept.has('details', detailKey(this.keys[number], last.index))))) {
        found += 1;
        this.parts[number] = before.part;
        this.trained[number] = before.hasWeights;
        this.listener.onJob(number, { phase: 'kept', done: 1, text: noCells(before.part) });
        this.listener.onFits(number, before.part.fits);
        for (const row of before.part.results) this.listener.onRow(this.numbered(number, row));
      } else {
        this.waiting.push(number);
      }
    }
    return found;
  }

  /** The row with its number in the whole run. @param {number} number @param {ResultRow} row @returns {ResultRow} */
  numbered(number, row) {
    return { ...row, index: this.first[number] + row.index };
  }

  /** What the figures of a prediction of the run need. @param {number} index @returns {Promise<import('./protocol.js').PredictionDetail | undefined>} */
  async detail(index) {
    const number = this.jobOf(index);
    const detail = await this.kept.get('details', detailKey(this.keys[number], index - this.first[number]));
    return detail && { ...detail, index };
  }

  /** The part that makes a prediction. @param {number} index */
  jobOf(index) {
    return this.first.findLastIndex((first) => first <= index);
  }

  /**
   * Lets a worker do parts until none is waiting. A part that fails does not end the run; a worker that crashes does no more, and gives
   * its part back.
   * @param {Lane} lane
   */
  async work(lane) {
    for (;;) {
      await this.open;
      const number = this.over ? undefined : this.waiting.shift();
      if (number === undefined) return;
      this.listener.onJob(number, { phase: 'running', done: 0, error: null });
      try {
        const part = await this.doJob(lane, number);
        this.listener.onJob(number, failed(part) ? { phase: 'failed', done: 1, error: part.failures[0] } : { phase: 'done', done: 1, text: noCells(part) });
      } catch (thrown) {
        if (this.over) return;
        const error = errorInfo(thrown);
        if (lane.client.dead) {
          this.waiting.unshift(number);
          this.listener.onJob(number, { phase: 'waiting', done: 0, error });
          throw error;
        }
        this.listener.onJob(number, { phase: 'failed', error });
      }
    }
  }

  /** @param {Lane} lane @param {number} number @returns {Promise<GridPart>} */
  async doJob(lane, number) {
    const { client } = lane;
    /** @type {Promise<void>} */
    const ended = new Promise((resolve, reject) => {
      lane.abort = () => reject({ code: 'cancelled', message: 'The run was ended.', hint: '' });
      lane.onEvent = (event) => {
        if (this.over) return;
        if (event.kind === 'result') {
          const row = this.numbered(number, event.result);
          if (event.detail) void this.kept.put('details', detailKey(this.keys[number], event.result.index), event.detail);
          this.listener.onRow(row);
        }
        this.listener.onEvent(number, event);
        if (event.kind === 'finished') resolve();
        if (event.kind === 'failed' || event.kind === 'crashed') reject(event.error);
      };
    });
    // Until the start is answered nobody waits for the end.
    ended.catch(() => {});
    await client.send('start', [this.jobs[number].run]);
    await ended;
    const { part, weights } = await client.send('part', []);
    if (this.over) throw { code: 'cancelled', message: 'The run was ended.', hint: '' };
    const job = this.jobs[number];
    if (part.results.some((row) => row.cell_type !== job.cell_type || !job.models.includes(row.model))) {
      throw { code: 'other_part', message: 'The engine answered for another part of the run.', hint: 'Train again; if it happens again, please report this text.' };
    }
    this.parts[number] = part;
    this.trained[number] = weights.length > 0;
    // What failed altogether is tried again by the next run.
    if (!failed(part)) {
      if (weights.length > 0) await this.kept.put('weights', this.keys[number], weights);
      await this.kept.put('parts', this.keys[number], { part, hasWeights: weights.length > 0, at: Date.now() });
    }
    return part;
  }

  /** The trained networks of a part, as safetensors files. @param {number} number @returns {Promise<Uint8Array[]>} */
  async weightsOf(number) {
    return this.trained[number] ? (await this.kept.get('weights', this.keys[number])) ?? [] : [];
  }

  /** Parts that are done, in order. @returns {GridPart[]} */
  finishedParts() {
    return this.parts.filter((part) => part !== null);
  }
}

/** @param {GridPart} part */
const failed = (part) => part.results.length === 0 && part.failures.length > 0;
/** @param {GridPart} part */
const noCells = (part) => (part.results.length === 0 ? 'The held-out type has no cells to compare with there.' : '');
