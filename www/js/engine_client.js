// Promises over the worker. One client is one worker; after a crash a new one is made.
import { errorInfo } from './failure.js';

/** @typedef {import('./protocol.js').Calls} Calls */
/** @typedef {import('./protocol.js').FromWorker} FromWorker */
/** @typedef {import('./protocol.js').WorkerEvent} WorkerEvent */
/** @typedef {import('./protocol.js').TaskName} TaskName */

const CRASHES = new Set(['engine_crash', 'engine_out_of_memory']);

export class EngineClient {
  /** @param {(event: WorkerEvent, task: TaskName | null) => void} onEvent */
  constructor(onEvent) {
    this.onEvent = onEvent;
    this.nextId = 1;
    this.dead = false;
    /** @type {Map<number, {resolve: (value: any) => void, reject: (reason: any) => void}>} */
    this.waiting = new Map();
    this.worker = new Worker(new URL('./engine_worker.js', import.meta.url), { type: 'module', name: 'dosefront-engine' });
    this.worker.addEventListener('message', (event) => this.receive(event.data));
    this.worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.crash({
        code: 'engine_crash',
        message: `The engine stopped unexpectedly${event.message ? `: ${event.message}` : ' (its script could not be loaded)'}.`,
        hint: 'Restart it: the data stays chosen and is opened again.',
      });
    });
  }

  /**
   * @template {keyof Calls} K
   * @param {K} call @param {Parameters<Calls[K]>} args @param {Transferable[]} [transfer]
   * @returns {Promise<ReturnType<Calls[K]>>}
   */
  send(call, args, transfer = []) {
    if (this.dead) return Promise.reject({ code: 'engine_stopped', message: 'The engine is not running.', hint: 'Restart it.' });
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, call, args }, transfer);
    });
  }

  /** @param {FromWorker} message */
  receive(message) {
    if (this.dead) return;
    if ('event' in message) {
      if (message.event.kind === 'crashed') this.crash(message.event.error);
      else this.onEvent(message.event, message.task);
      return;
    }
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if ('ok' in message) {
      waiting?.resolve(message.ok);
    } else {
      waiting?.reject(message.error);
      // A wasm instance that has trapped is not to be called again.
      if (CRASHES.has(message.error.code)) this.crash(message.error);
    }
  }

  /** @param {any} reason */
  crash(reason) {
    if (this.dead) return;
    const error = errorInfo(reason);
    this.stop(error);
    this.onEvent({ kind: 'crashed', error }, null);
  }

  /** Ends the worker; calls that wait are refused with `reason`. @param {any} [reason] */
  stop(reason = { code: 'engine_stopped', message: 'The engine was stopped.', hint: '' }) {
    this.dead = true;
    this.worker.terminate();
    for (const { reject } of this.waiting.values()) reject(reason);
    this.waiting.clear();
  }
}
