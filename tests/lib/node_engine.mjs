// The built CPU engine and the module of saved runs, in this process.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DIST } from './paths.mjs';

/** @type {Record<string, Promise<any>>} */
const loaded = {};

/** A wasm package of the built page, loaded once. */
function load(folder, name) {
  loaded[name] ??= (async () => {
    const module = await import(pathToFileURL(join(DIST, folder, `${name}.js`)).href);
    await module.default({ module_or_path: readFileSync(join(DIST, folder, `${name}_bg.wasm`)) });
    return module;
  })();
  return loaded[name];
}

/** A new engine. */
export const newEngine = async () => (await load('engine-cpu', 'engine')).Engine.create('cpu', undefined, false);

/** What opens, compares and packs saved runs. */
export const savedModule = () => load('saved', 'saved');

/** Does a run on the engine's open data and returns its report, as text. @param {(event: any) => void} [tell] */
export async function finishRun(engine, run, tell = () => {}, stepMs = 200) {
  const full = await engine.check_run(run);
  await engine.start(full);
  const [task] = Object.keys(full.task);
  for (;;) {
    const events = await engine.step(task, stepMs);
    events.forEach(tell);
    if (events.some(({ kind }) => kind === 'finished')) return engine.report(task);
  }
}
