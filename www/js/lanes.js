// Workers that do parts of a run side by side: the page's own engine first, and further ones with the same data for as long as the run lasts.
import { EngineClient } from './engine_client.js';
import { engineUrl } from './device.js';

/** @typedef {import('./protocol.js').WorkerEvent} WorkerEvent */
/** @typedef {import('./engine_actions.js').EngineActions} EngineActions */

/** More than this gain little, and each holds a copy of the data. */
const MOST = 6;

/** How many workers a run uses unless the person says otherwise. */
export function usualWorkers() {
  return Math.max(1, Math.min(MOST, (navigator.hardwareConcurrency || 2) - 1));
}

/** One worker, which does one part at a time. */
export class Lane {
  /** @param {EngineClient} client @param {boolean} own  whether it ends with the run */
  constructor(client, own) {
    this.client = client;
    this.own = own;
    /** Hears the events of the part being done. @type {((event: WorkerEvent) => void) | null} */
    this.onEvent = null;
    /** Ends the wait for the part being done. */
    this.abort = () => {};
  }

  /** @param {WorkerEvent} event */
  handle(event) {
    this.onEvent?.(event);
  }
}

export class Lanes {
  /**
   * @param {EngineActions} engines @param {(client: EngineClient) => Promise<any>} openData  opens the page's data in another worker
   * @param {import('./protocol.js').TaskName} task  that they work on
   */
  constructor(engines, openData, task) {
    this.engines = engines;
    this.openData = openData;
    this.task = task;
    /** @type {Lane[]} */
    this.all = [];
    engines.listeners[task] = (event) => this.all[0]?.handle(event);
  }

  /** The page's own engine, ready at once. @returns {Lane} */
  first() {
    this.close();
    const lane = new Lane(this.engines.engine, false);
    this.all = [lane];
    return lane;
  }

  /** Another worker with the same data; null if it could not be had or is not wanted any more. @returns {Promise<Lane | null>} */
  async another() {
    const { engines } = this;
    const mine = this.all;
    /** @type {Lane | null} */
    let lane = null;
    const client = new EngineClient((event, task) => {
      if (event.kind === 'crashed' || task === this.task) lane?.handle(event);
    });
    lane = new Lane(client, true);
    mine.push(lane);
    try {
      await client.send('init', [engines.device, engines.adapter.name, engines.adapter.software, engineUrl(engines.build, engines.device)]);
      await this.openData(client);
      return mine === this.all ? lane : null;
    } catch {
      // The run goes on with those there are; what is wrong with the data was said when they were opened.
      client.stop();
      return null;
    }
  }

  /** Asks every worker. @param {"pause" | "resume" | "cancel"} call */
  async tell(call) {
    await Promise.all(this.all.map(({ client }) => client.send(call, [this.task]).catch(() => {})));
  }

  /** Ends the further workers, and what anybody waits for. */
  close() {
    for (const { client, own, abort } of this.all) {
      if (own) client.stop();
      abort();
    }
    this.all = [];
  }
}
