// The worker: loads one engine, answers calls one at a time, and steps a run between them.
import { errorInfo } from './failure.js';

/** @typedef {import('./protocol.js').Engine} Engine */
/** @typedef {import('./protocol.js').WorkerEvent} WorkerEvent */

// Long enough that the hand-over costs nothing, short enough that Pause answers at once.
const STEP_MS = 80;

/** @type {Engine | null} */
let engine = null;
/** @type {"none" | "running" | "paused"} */
let run = 'none';
// A run that was replaced or cancelled must not go on stepping the next one.
let generation = 0;
/** Ends the wait of a paused loop. */
let wake = () => {};
let panic = '';

// The engine's panic hook writes here before the trap; the words of a crash come from it.
const original = console.error;
console.error = (/** @type {any[]} */ ...args) => {
  panic = args.map(String).join(' ');
  original.apply(console, args);
};

/** @param {import('./protocol.js').FromWorker} message @param {Transferable[]} [transfer] */
const post = (message, transfer = []) => globalThis.postMessage(message, { transfer });
/** @param {WorkerEvent} event */
const tell = (event) => post({ event });

/** @param {any} thrown */
const isTrap = (thrown) => thrown instanceof WebAssembly.RuntimeError || (thrown instanceof RangeError && /memory|stack/i.test(thrown.message));

/** @param {any} thrown @returns {import('./protocol.js').ErrorInfo} */
function crash(thrown) {
  const words = /panicked at[^\n]*\n?([^\n]*)/.exec(panic)?.[1] || (thrown instanceof Error ? thrown.message : String(thrown));
  const memory = /memory|alloc/i.test(words);
  return {
    code: memory ? 'engine_out_of_memory' : 'engine_crash',
    message: memory ? `The engine ran out of memory (${words}).` : `The engine stopped unexpectedly: ${words}`,
    hint: memory
      ? 'Restart it and use fewer cells or genes, or a smaller batch. The data stays chosen and is opened again.'
      : 'Restart it: the data stays chosen and is opened again. If it happens again, please report this text.',
  };
}

// wasm futures that panic never settle, so the trap is seen here and not where the call is awaited.
globalThis.addEventListener('error', (event) => {
  event.preventDefault();
  run = 'none';
  tell({ kind: 'crashed', error: crash(event.error ?? event.message) });
});
globalThis.addEventListener('unhandledrejection', (event) => {
  event.preventDefault();
  run = 'none';
  tell({ kind: 'crashed', error: crash(event.reason) });
});

/**
 * Listens to the device that the engine is about to open: when the graphics processor goes away, what was queued never answers and
 * no step would end, so this is the only sign.
 */
function watchGpu() {
  const Adapter = /** @type {any} */ (globalThis).GPUAdapter;
  const open = Adapter.prototype.requestDevice;
  Adapter.prototype.requestDevice = async function (/** @type {any[]} */ ...args) {
    const device = await open.apply(this, args);
    void device.lost.then((/** @type {{reason: string, message: string}} */ { reason, message }) => {
      if (reason === 'destroyed') return;
      run = 'none';
      tell({ kind: 'crashed', error: {
        code: 'gpu_lost',
        message: `The graphics processor stopped answering${message ? ` (${message.replace(/\.$/, '')})` : ''}, and the run with it.`,
        hint: 'Restart the engine: the data stays chosen and is opened again. If it happens again, add engine=cpu to the address of the page.',
      } });
    });
    return device;
  };
}

/** Calls and steps share one engine object, which must not be entered twice. @type {Promise<any>} */
let queue = Promise.resolve();
/** @template T @param {() => T | Promise<T>} work @returns {Promise<T>} */
function inTurn(work) {
  const result = queue.then(work);
  queue = result.catch(() => {});
  return result;
}

// A macrotask, so that messages of the page come in between two steps.
const breathe = () => new Promise((resolve) => setTimeout(resolve, 0));

async function stepLoop() {
  const mine = generation;
  try {
    while (run !== 'none' && mine === generation) {
      if (run === 'paused') {
        await new Promise((resolve) => (wake = () => resolve(undefined)));
        continue;
      }
      const events = await inTurn(() => (engine && mine === generation && run === 'running' ? engine.step(STEP_MS) : []));
      if (mine !== generation) return;
      for (const event of events) tell(event);
      if (events.some((event) => event.kind === 'finished')) run = 'none';
      await breathe();
    }
  } catch (thrown) {
    if (mine !== generation) return;
    run = 'none';
    tell(isTrap(thrown) ? { kind: 'crashed', error: crash(thrown) } : { kind: 'failed', error: errorInfo(thrown) });
  }
}

function ready() {
  if (!engine) throw { code: 'engine_not_ready', message: 'The engine has not started yet.', hint: 'Wait until the badge at the top names it.' };
  return engine;
}

/** New data end the run; data that could not be opened do not. @template T @param {T | Promise<T>} opening */
async function opened(opening) {
  const summary = await opening;
  generation += 1;
  run = 'none';
  wake();
  return summary;
}

/** @type {Record<string, (...args: any[]) => any>} */
const calls = {
  /** @param {import('./protocol.js').Device} device @param {string | null} adapter @param {boolean} software @param {string} url */
  async init(device, adapter, software, url) {
    /** @type {import('./protocol.js').EngineModule} */
    const module = await import(url).catch((thrown) => {
      throw {
        code: 'engine_not_loaded',
        message: `The ${device === 'cpu' ? 'CPU' : 'WebGPU'} engine could not be loaded (${thrown instanceof Error ? thrown.message : thrown}).`,
        hint: 'Check the connection and restart the engine. If you serve the page yourself, see that the build has ended.',
      };
    });
    // The same query as the script, so that the browser never pairs a new script with an old module.
    await module.default({ module_or_path: url.replace(/\.js(?=$|\?)/, '_bg.wasm') });
    if (device === 'webgpu') watchGpu();
    engine = await module.Engine.create(device, adapter ?? undefined, software);
    return engine.device_info();
  },
  presets: () => ready().presets(),
  /** @param {import('./protocol.js').OpenFile[]} files */
  open_files: (files) => opened(ready().open_files(files.map((file) => file.name), files.map((file) => new Uint8Array(file.bytes)))),
  open_simulated: (preset, seed) => opened(ready().open_simulated(preset, seed)),
  design: (roles) => ready().design(roles),
  check_run: (file) => ready().check_run(file),
  async start(file) {
    generation += 1;
    const started = await ready().start(file);
    run = 'running';
    void stepLoop();
    return started;
  },
  pause() {
    if (run === 'running') run = 'paused';
  },
  resume() {
    if (run !== 'paused') return;
    run = 'running';
    wake();
  },
  cancel() {
    // Once more, since a start may have been queued before it.
    generation += 1;
    run = 'none';
    wake();
    ready().cancel();
  },
  detail: (index) => ready().detail(index),
  report: () => ready().report(),
};

/** Those that only set a flag need not wait for the step in progress. */
const IMMEDIATE = new Set(['pause', 'resume']);

globalThis.addEventListener('message', async (event) => {
  const { id, call, args } = /** @type {import('./protocol.js').ToWorker} */ (event.data);
  // Taken out of line first, so that a step that is queued behind it does nothing.
  if (call === 'cancel') {
    generation += 1;
    run = 'none';
  }
  try {
    const work = () => calls[call](...args);
    post({ id, ok: await (IMMEDIATE.has(call) ? work() : inTurn(work)) });
  } catch (thrown) {
    post({ id, error: isTrap(thrown) ? crash(thrown) : errorInfo(thrown) });
  }
});
