// Starting, switching and restarting the engine. Keeps the client; everything that calls the engine asks here for it.
import { chooseDevice, addressOptions, engineUrl, savedUrl, readBuild, waitForWebgpu } from './device.js';
import { EngineClient } from './engine_client.js';
import { errorInfo } from './failure.js';
import { bytes } from './numbers.js';

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./protocol.js').Device} Device */

export class EngineActions {
  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    /** @type {EngineClient | null} */
    this.client = null;
    /** @type {import('./protocol.js').BuildInfo | null} */
    this.build = null;
    /** @type {Device} */
    this.device = 'cpu';
    /** The adapter's name and whether it is software, for the report. */
    this.adapter = /** @type {{name: string | null, software: boolean}} */ ({ name: null, software: false });
    /** Settled when the first start has ended, well or not. @type {Promise<void>} */
    this.booted = new Promise((resolve) => (this.bootEnded = resolve));
    /** Who hears of a task's events; a crash concerns all. @type {Partial<Record<import('./protocol.js').TaskName, (event: import('./protocol.js').WorkerEvent) => void>>} */
    this.listeners = {};
    /** Opens the data again in a fresh worker. @type {() => Promise<void>} */
    this.onFresh = async () => {};
  }

  /** The running engine. @returns {EngineClient} */
  get engine() {
    if (!this.client || this.client.dead) throw { code: 'engine_stopped', message: 'The engine is not running.', hint: 'Restart it.' };
    return this.client;
  }

  /** What computes now, device and build: another one has other numbers. @param {Device} [device] */
  version(device = this.device) {
    return `${device} ${this.build?.engines[device]?.hash ?? ''}`;
  }

  /** First start: decides the device, starts it, and watches for an engine that is still being built. */
  async boot() {
    this.build = await readBuild();
    const choice = await chooseDevice(this.build, addressOptions());
    this.adapter = choice.adapter;
    if (choice.waiting) {
      waitForWebgpu((build) => {
        this.build = build;
        const size = build.engines.webgpu ? ` (${bytes(build.engines.webgpu.gzip)})` : '';
        this.store.patch('engine', { offer: `The WebGPU engine${size} is ready.` });
      });
    }
    await this.start(choice.device, choice.why);
    this.bootEnded?.();
  }

  /**
   * Starts a fresh worker; where WebGPU does not start, the CPU engine takes over and the reason is kept.
   * @param {Device} device @param {string} why
   */
  async start(device, why) {
    this.client?.stop();
    this.device = device;
    this.store.patch('engine', { phase: 'starting', info: null, why, error: null });
    const client = new EngineClient((event, task) => {
      if (client === this.client) this.handle(event, task);
    });
    this.client = client;
    try {
      const info = await client.send('init', [device, this.adapter.name, this.adapter.software, engineUrl(this.build, device), savedUrl(this.build)]);
      const presets = await client.send('presets', []);
      // Not before: Train waits for the engine, and who restarts it has to open the data in the same turn.
      this.store.patch('engine', { phase: 'ready', info, why, offer: device === 'webgpu' ? '' : this.store.state.engine.offer });
      this.store.set({ presets });
    } catch (thrown) {
      if (client !== this.client) return;
      const error = errorInfo(thrown);
      if (device === 'webgpu') {
        await this.start('cpu', `WebGPU could not be started (${error.message.replace(/\.$/, '')}), so the models train on the processor.`);
        return;
      }
      client.stop();
      this.store.patch('engine', { phase: 'crashed', error });
    }
  }

  /** @param {import('./protocol.js').WorkerEvent} event @param {import('./protocol.js').TaskName | null} task */
  handle(event, task) {
    if (event.kind === 'crashed') this.store.patch('engine', { phase: 'crashed', error: event.error });
    if (task) this.listeners[task]?.(event);
    else for (const listener of Object.values(this.listeners)) listener(event);
  }

  /** A fresh worker with the same data. @param {Device} [device] @param {string} [why] */
  async restart(device = this.device, why = this.store.state.engine.why) {
    await this.start(device, why);
    if (this.store.state.engine.phase !== 'ready') return;
    // What stopped the last run is over with its engine.
    this.store.patch('run', { error: null });
    this.store.patch('frontRun', { error: null });
    await this.onFresh();
  }

  switchToWebgpu() {
    return this.restart('webgpu', 'WebGPU, as you chose when its engine was ready.');
  }
}
