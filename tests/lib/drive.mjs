// Takes a run file through an engine from beginning to end. The same file is imported by Node and by the browser, so it names neither.

// One call of `step` may work this long before it hands back; the result must not depend on it.
const STEP_MS = 50;
// Where a report and the events hold times.
const TIMES = new Set(['timings']);

/**
 * @param {object} job
 * @param {string} job.script  address of engine.js
 * @param {BufferSource | string} [job.wasm]  bytes of the module where it cannot be fetched (Node), or an address
 * @param {'cpu' | 'webgpu'} job.device
 * @param {boolean} [job.software]  the adapter is a software one; goes into the report
 * @param {object} job.run  run file; its data set has to be a simulated one unless `files` are given
 * @param {{name: string, bytes: Uint8Array | number[]}[]} [job.files]
 * @param {number} [job.stepMs]
 * @param {number} [job.stopAfterSteps]  give up after so many optimiser steps: for timing
 * @returns {Promise<{report: string | null, losses: object[], device: object}>}
 *   `losses` are the loss events with `at`, milliseconds since the start of the run
 * @throws what the engine throws, and the failure of a model that the run would go on without
 */
export async function drive({ script, wasm, device, software = false, run, files, stepMs = STEP_MS, stopAfterSteps = Infinity }) {
  const module = await import(script);
  await module.default(wasm === undefined ? undefined : { module_or_path: wasm });
  const engine = await module.Engine.create(device, undefined, software);
  if (files) {
    await engine.open_files(files.map(({ name }) => name), files.map(({ bytes }) => Uint8Array.from(bytes)));
  } else {
    const { preset, seed } = run.dataset.simulated;
    await engine.open_simulated(preset, seed);
  }
  const full = await engine.check_run(run);
  await engine.start(full);
  const [task] = Object.keys(run.task);
  const losses = [];
  const started = performance.now();
  for (let open = true; open; ) {
    for (const event of await engine.step(task, stepMs)) {
      if (event.kind === 'loss') losses.push({ ...event, at: performance.now() - started });
      if (event.kind === 'left_out') throw event.failure;
      if (event.kind === 'finished') open = false;
    }
    if ((losses.at(-1)?.step ?? 0) >= stopAfterSteps) return { report: null, losses, device: await engine.device_info() };
    // Lets the page paint, and the test's time limit strike.
    await new Promise((resume) => setTimeout(resume, 0));
  }
  return { report: await engine.report(task), losses, device: await engine.device_info() };
}

/** The report's text without anything that says when or how long. */
export function withoutTimes(report) {
  return JSON.stringify(JSON.parse(report, (key, value) => (TIMES.has(key) ? undefined : value)), null, 1);
}
