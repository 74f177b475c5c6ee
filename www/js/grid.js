// A run of several parts: which worker does which, what each has brought, and what of it is kept.
import { errorInfo } from './failure.js';
import { detailKey, partKey } from './kept_keys.js';

/** @typedef {import('./protocol.js').WorkerEvent} WorkerEvent */
/** @typedef {import('./protocol.js').ErrorInfo} ErrorInfo */
/** @typedef {import('./lanes.js').Lane} Lane */
/** @typedef {import('./store.js').PartState} PartState */
/** @typedef {{run: import('./protocol.js').RunFile}} Job */

/**
 * What differs between the tasks that are done in parts: `J` is a part as the engine names it, `P` what it leaves, `R` one of its results,
 * `D` what the figures of a result need.
 * @template J @template P @template R @template D
 * @typedef {object} PartsTask
 * @property {"predict" | "trade_off"} name
 * @property {(job: J) => number} count         results of a part
 * @property {(part: P) => R[]} rows
 * @property {(event: WorkerEvent) => {row: R, detail?: D} | null} rowOf   the result in an event
 * @property {(job: J, part: P) => boolean} belongs   whether the part is the one that was asked for
 * @property {(part: P) => ErrorInfo | null} failure  why there is no result at all
 * @property {(part: P) => string} words        a remark on a part that is done
 * @property {(job: J) => boolean} own          whether only the page's own engine may do it, after all others, because it is asked about it afterwards
 */

/**
 * What the run is told while it goes on. `number` is that of a part.
 * @template P @template R
 * @typedef {object} GridListener
 * @property {(number: number, change: Partial<PartState>) => void} onJob
 * @property {(number: number, event: WorkerEvent) => void} onEvent
 * @property {(row: R) => void} onRow
 * @property {(number: number, part: P) => void} onPart  one that was done before
 */

/**
 * @template {Job} J
 * @template P
 * @template {{index: number}} R
 * @template {{index: number}} D
 */
export class Grid {
  /**
   * @param {PartsTask<J, P, R, D>} task @param {import('./protocol.js').RunFile} file @param {J[]} jobs  its parts
   * @param {import('./kept.js').Kept} kept @param {string} version of the engine @param {GridListener<P, R>} listener
   */
  constructor(task, file, jobs, kept, version, listener) {
    this.task = task;
    this.file = file;
    this.jobs = jobs;
    this.kept = kept;
    this.listener = listener;
    this.keys = jobs.map(({ run }) => partKey(run, version));
    /** Number of each part's first result among those of the run. @type {number[]} */
    this.first = [];
    let first = 0;
    for (const job of jobs) {
      this.first.push(first);
      first += task.count(job);
    }
    /** @type {(P | null)[]} */
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

  /** Takes up what an earlier run of the same parts has left; says how many there are. @param {boolean} [anyway]  also parts without details: only to be shown @param {boolean} [afresh]  nothing: all is to be done again */
  async takeUp(anyway = false, afresh = false) {
    let found = 0;
    for (let number = 0; number < this.jobs.length; number++) {
      /** @type {import('./kept.js').KeptPart<P> | undefined} */
      const before = afresh ? undefined : await this.kept.get('parts', this.keys[number]);
      const last = before && this.task.rows(before.part).at(-1);
      // A part whose details the browser has dropped is done again.
      if (before && (anyway || !last || (await this.kept.has('details', detailKey(this.keys[number], last.index))))) {
        found += 1;
        this.parts[number] = before.part;
        this.trained[number] = before.hasWeights;
        this.listener.onJob(number, { phase: 'kept', done: 1, text: this.task.words(before.part) });
        this.listener.onPart(number, before.part);
        for (const row of this.task.rows(before.part)) this.listener.onRow(this.numbered(number, row));
      } else {
        this.waiting.push(number);
      }
    }
    return found;
  }

  /** The row with its number in the whole run. @param {number} number @param {R} row @returns {R} */
  numbered(number, row) {
    return { ...row, index: this.first[number] + row.index };
  }

  /** What the figures of a result of the run need. @param {number} index @returns {Promise<D | undefined>} */
  async detail(index) {
    const number = this.jobOf(index);
    if (!this.keys[number]) return undefined;
    const detail = await this.kept.get('details', detailKey(this.keys[number], index - this.first[number]));
    return detail && { ...detail, index };
  }

  /** Whether that is kept. @param {number} index */
  async hasDetail(index) {
    const key = this.keys[this.jobOf(index)];
    return key !== undefined && this.kept.has('details', detailKey(key, index - this.first[this.jobOf(index)]));
  }

  /** The part that makes a result. @param {number} index */
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
      const number = this.over ? undefined : this.next(lane);
      if (number === undefined) return;
      this.listener.onJob(number, { phase: 'running', done: 0, error: null });
      try {
        const part = await this.doJob(lane, number);
        const failure = this.task.failure(part);
        this.listener.onJob(number, failure ? { phase: 'failed', done: 1, error: failure } : { phase: 'done', done: 1, text: this.task.words(part) });
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

  /** Takes the next part that a worker may do from those that wait. @param {Lane} lane */
  next(lane) {
    const free = this.waiting.findIndex((number) => !this.task.own(this.jobs[number]));
    const at = free >= 0 || lane.own ? free : 0;
    return at < 0 ? undefined : this.waiting.splice(at, 1)[0];
  }

  /** @param {Lane} lane @param {number} number @returns {Promise<P>} */
  async doJob(lane, number) {
    const { client } = lane;
    /** @type {Promise<void>} */
    const ended = new Promise((resolve, reject) => {
      lane.abort = () => reject({ code: 'cancelled', message: 'The run was ended.', hint: '' });
      lane.onEvent = (event) => {
        if (this.over) return;
        const found = this.task.rowOf(event);
        if (found) {
          if (found.detail) void this.kept.put('details', detailKey(this.keys[number], found.row.index), found.detail);
          this.listener.onRow(this.numbered(number, found.row));
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
    const { part, weights } = /** @type {{part: P, weights: Uint8Array[]}} */ (await client.send('part', [this.task.name]));
    if (this.over) throw { code: 'cancelled', message: 'The run was ended.', hint: '' };
    if (!this.task.belongs(this.jobs[number], part)) {
      throw { code: 'other_part', message: 'The engine answered for another part of the run.', hint: 'Train again; if it happens again, please report this text.' };
    }
    this.parts[number] = part;
    this.trained[number] = weights.length > 0;
    // What failed altogether is tried again by the next run.
    if (!this.task.failure(part)) {
      if (weights.length > 0) await this.kept.put('weights', this.keys[number], weights);
      await this.kept.put('parts', this.keys[number], { part, hasWeights: weights.length > 0, at: Date.now() });
    }
    return part;
  }

  /** The trained networks of a part, as safetensors files. @param {number} number @returns {Promise<Uint8Array[]>} */
  async weightsOf(number) {
    return this.trained[number] ? (await this.kept.get('weights', this.keys[number])) ?? [] : [];
  }

  /** Parts that are done, in order. @returns {P[]} */
  finishedParts() {
    return this.parts.filter((part) => part !== null);
  }
}
