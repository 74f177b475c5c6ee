// The worker: loads one engine, answers calls one at a time, and steps a run between them.
import { errorInfo } from './failure.js';

/** @typedef {import('./protocol.js').Engine} Engine */
/** @typedef {import('./protocol.js').WorkerEvent} WorkerEvent */

// Long enough that the hand-over costs nothing, short enough that Pause answers at once.
const STEP_MS = 80;
// While somebody asks for answers, e.g. by dragging the dose, steps are short: an answer waits for the one in progress.
const ASKED_STEP_MS = 16;
const ASKED_FOR_MS = 1000;
let askedAt = -Infinity;

/** @typedef {import('./protocol.js').TaskName} TaskName */

/** @type {Engine | null} */
let engine = null;
/** Address of the module of saved runs, and the module once somebody has asked for it. */
let savedAddress = '';
/** @type {Promise<import('./protocol.js').SavedModule> | null} */
let savedModule = null;
/**
 * The run of each task. A run that was replaced or cancelled must not go on stepping the next one, so each has a number; `wake` ends
 * the wait of a paused loop.
 * @type {Record<TaskName, {phase: "none" | "running" | "paused", generation: number, wake: () => void}>}
 */
const runs = {
  explore: { phase: 'none', generation: 0, wake: () => {} },
  predict: { phase: 'none', generation: 0, wake: () => {} },
  trade_off: { phase: 'none', generation: 0, wake: () => {} },
  mutual_information: { phase: 'none', generation: 0, wake: () => {} },
};
let panic = '';

// The engine's panic hook writes here before the trap; the words of a crash come from it.
const original = console.error;
console.error = (/** @type {any[]} */ ...args) => {
  panic = args.map(String).join(' ');
  original.apply(console, args);
};

/** @param {import('./protocol.js').FromWorker} message @param {Transferable[]} [transfer] */
const post = (message, transfer = []) => globalThis.postMessage(message, { transfer });
/** @param {WorkerEvent} event @param {TaskName | null} task whose event it is; null where it concerns the engine */
const tell = (event, task = null) => post({ event, task });

function stopAll() {
  for (const run of Object.values(runs)) run.phase = 'none';
}

/** @param {TaskName} task */
function stop(task) {
  const run = runs[task];
  run.generation += 1;
  run.phase = 'none';
  run.wake();
}

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
  stopAll();
  tell({ kind: 'crashed', error: crash(event.error ?? event.message) });
});
globalThis.addEventListener('unhandledrejection', (event) => {
  event.preventDefault();
  stopAll();
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
      stopAll();
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

/** What the figures of a result need goes along, so that it can still be looked at when this run is over. @param {import('./protocol.js').EngineEvent} event */
function withDetail(event) {
  if (event.kind === 'result') return { ...event, detail: engine?.detail(event.result.index) };
  if (event.kind === 'candidate') return { ...event, detail: latentOf(event.row.index) };
  return event;
}

/** Its values as they are kept: a tenth of the size of a list. @param {number} index */
function latentOf(index) {
  const latent = ready().latent(index);
  return { ...latent, values: Float32Array.from(latent.values) };
}

/** @param {TaskName} task */
async function stepLoop(task) {
  const run = runs[task];
  const mine = run.generation;
  try {
    while (run.phase !== 'none' && mine === run.generation) {
      if (run.phase === 'paused') {
        await new Promise((resolve) => (run.wake = () => resolve(undefined)));
        continue;
      }
      const events = await inTurn(() => (engine && mine === run.generation && run.phase === 'running' ? engine.step(task, performance.now() - askedAt < ASKED_FOR_MS ? ASKED_STEP_MS : STEP_MS) : []));
      if (mine !== run.generation) return;
      for (const event of events) {
        tell(withDetail(event), task);
      }
      if (events.some((event) => event.kind === 'finished')) run.phase = 'none';
      await breathe();
    }
  } catch (thrown) {
    // A trap ends the engine, whoever stepped it.
    if (mine !== run.generation && !isTrap(thrown)) return;
    run.phase = 'none';
    if (isTrap(thrown)) tell({ kind: 'crashed', error: crash(thrown) });
    else tell({ kind: 'failed', error: errorInfo(thrown) }, task);
  }
}

function ready() {
  if (!engine) throw { code: 'engine_not_ready', message: 'The engine has not started yet.', hint: 'Wait until the badge at the top names it.' };
  return engine;
}

/** Loads one of our wasm modules. @param {string} url  of its script @param {string} what it is @returns {Promise<any>} */
async function load(url, what) {
  const module = await import(url).catch((thrown) => {
    throw {
      code: 'engine_not_loaded',
      message: `The ${what} could not be loaded (${thrown instanceof Error ? thrown.message : thrown}).`,
      hint: 'Check the connection and try again. If you serve the page yourself, see that the build has ended.',
    };
  });
  // The same query as the script, so that the browser never pairs a new script with an old module.
  await module.default({ module_or_path: url.replace(/\.js(?=$|\?)/, '_bg.wasm') });
  return module;
}

/** The module of saved runs, fetched when it is first asked for; an answer that failed is asked for again. */
function saved() {
  savedModule ??= load(savedAddress, 'module of saved runs').catch((thrown) => {
    savedModule = null;
    throw thrown;
  });
  return savedModule;
}

/** New data end the runs; data that could not be opened do not. @template T @param {T | Promise<T>} opening */
async function opened(opening) {
  const summary = await opening;
  for (const task of /** @type {TaskName[]} */ (Object.keys(runs))) stop(task);
  return summary;
}

/** A network that failed leaves none. @param {number} fit */
function weightsOf(fit) {
  try {
    return ready().weights(fit);
  } catch (thrown) {
    if (isTrap(thrown)) throw thrown;
    return null;
  }
}

/** @type {Record<string, (...args: any[]) => any>} */
const calls = {
  /** @param {import('./protocol.js').Device} device @param {string | null} adapter @param {boolean} software @param {string} url @param {string} [savedUrl] */
  async init(device, adapter, software, url, savedUrl = '') {
    savedAddress = savedUrl;
    /** @type {import('./protocol.js').EngineModule} */
    const module = await load(url, device === 'cpu' ? 'CPU engine' : 'WebGPU engine');
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
  /** @param {import('./protocol.js').RunFile} file */
  async start(file) {
    const [task] = /** @type {TaskName[]} */ (Object.keys(file.task));
    stop(task);
    const started = await ready().start(file);
    runs[task].phase = 'running';
    void stepLoop(task);
    return started;
  },
  /** @param {TaskName} task */
  pause(task) {
    if (runs[task].phase === 'running') runs[task].phase = 'paused';
  },
  /** @param {TaskName} task */
  resume(task) {
    const run = runs[task];
    if (run.phase !== 'paused') return;
    run.phase = 'running';
    run.wake();
  },
  /** @param {TaskName} task */
  cancel(task) {
    // Once more, since a start may have been queued before it.
    stop(task);
    ready().cancel(task);
  },
  jobs: (file) => ready().jobs(file),
  estimate: (file, budgetMs) => ready().estimate(file, budgetMs),
  /** @param {TaskName} task */
  part(task) {
    const part = ready().part(task);
    const fits = 'fits' in part ? part.fits : [];
    return { part, weights: fits.map((_, fit) => weightsOf(fit)).filter((bytes) => bytes !== null) };
  },
  picture_open: (values, width, method) => ready().picture_open(values, width, method),
  picture_step: (budgetMs) => ready().picture_step(budgetMs),
  front_track: () => ready().front_track(),
  front_at: (position) => ready().front_at(position),
  front_polish: (position, steps) => ready().front_polish(position, steps),
  front_polish_step: (budgetMs) => ready().front_polish_step(budgetMs),
  playground_points: () => ready().playground_points(),
  replay_open: (file, cellType, model, weights) => ready().replay_open(file, cellType, model, weights),
  results_h5ad: (file, rows, weights, real) => ready().results_h5ad(file, rows, weights, real),
  replay_dose: (dose, seed, condition) => ready().replay_dose(dose, seed, condition),
  merge: (file, parts) => ready().merge(file, parts),
  overview: () => ready().overview(),
  figure: (query) => ready().figure(query),
  table: (name) => ready().table(name),
  report: (task) => ready().report(task),
  // What was saved: web/saved.
  shorten: async (file) => (await saved()).shorten(file),
  open_saved: async (text) => (await saved()).open_saved(text),
  compare_reports: async (before, after) => (await saved()).compare_reports(before, after),
  /** @param {import('./protocol.js').BundleFile[]} files */
  bundle_write: async (files) => (await saved()).bundle_write(files.map(({ name }) => name), files.map(({ bytes }) => bytes)),
  bundle_read: async (bytes) => (await saved()).bundle_read(bytes),
  methods: async (file) => (await saved()).methods(file),
  report_html: async (report, figures) => (await saved()).report_html(report, figures),
};

/** Those that only set a flag need not wait for the step in progress. */
const IMMEDIATE = new Set(['pause', 'resume']);

globalThis.addEventListener('message', async (event) => {
  const { id, call, args } = /** @type {import('./protocol.js').ToWorker} */ (event.data);
  askedAt = performance.now();
  // Taken out of line first, so that a step that is queued behind it does nothing.
  if (call === 'cancel') stop(args[0]);
  try {
    const work = () => calls[call](...args);
    post({ id, ok: await (IMMEDIATE.has(call) ? work() : inTurn(work)) });
  } catch (thrown) {
    post({ id, error: isTrap(thrown) ? crash(thrown) : errorInfo(thrown) });
  }
});
