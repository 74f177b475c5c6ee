// Runs a run file in an engine of the built page: here in Node, in Chromium, or in another browser.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { serve } from '../../web/serve.mjs';
import { openSite } from './site.mjs';
import { drive } from './drive.mjs';
import { DIST } from './paths.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const DRIVE = join(HERE, 'drive.mjs');

/** The CPU engine under Node. `job` as for `drive`, without script and wasm. */
export function driveInNode(job) {
  const script = pathToFileURL(join(DIST, 'engine-cpu', 'engine.js')).href;
  return drive({ script, wasm: readFileSync(join(DIST, 'engine-cpu', 'engine_bg.wasm')), device: 'cpu', ...job });
}

/** Runs in a page: what `drive` gives, or why not, in words. */
const driveThere = async ({ at, ...rest }) => {
  try {
    const { drive: run } = await import(at);
    return { ok: await run(rest) };
  } catch (error) {
    // The engine throws plain objects, which would arrive as "[object Object]".
    return { error: error instanceof Error ? String(error.stack ?? error) : JSON.stringify(error) };
  }
};

/**
 * An engine in Chromium.
 * @param {object} job  as for `drive`, without script and wasm
 * @param {'none' | 'software' | 'any'} webgpu
 */
export async function driveInChromium(job, webgpu = 'none') {
  // Not the page itself, which would start an engine of its own beside ours.
  const site = await openSite({ webgpu, path: 'build.json' });
  try {
    await site.page.route('**/drive.mjs', async (route) =>
      route.fulfill({ contentType: 'text/javascript', body: await readFile(DRIVE, 'utf8') }));
    const script = new URL(`engine-${job.device}/engine.js`, site.url).href;
    const result = await site.page.evaluate(driveThere, { at: new URL('drive.mjs', site.url).href, script, ...job });
    if (result.error) throw new Error(`in Chromium: ${result.error}\n${site.problems().join('\n')}`);
    return result.ok;
  } finally {
    await site.close();
  }
}

/**
 * The CPU engine in another browser, for several jobs one after the other.
 * @param {import('./browsers.mjs').Visitor} visitor
 * @param {object[]} jobs  as for `drive`, without script and wasm
 */
export async function driveInVisitor(visitor, jobs) {
  const server = await serve({ roots: [DIST, HERE], base: '/engines/', port: 0 });
  try {
    await visitor.go(`${server.url}blank.html`);
    const results = [];
    for (const job of jobs) {
      const { ok, error } = await visitor.ask(driveThere, { at: `${server.url}drive.mjs`, script: `${server.url}engine-cpu/engine.js`, device: 'cpu', ...job });
      if (error) throw new Error(`in ${visitor.version}: ${error}`);
      results.push(ok);
    }
    return results;
  } finally {
    await server.close();
  }
}
