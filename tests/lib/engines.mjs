// Runs a run file in an engine of the built page: here in Node, or in Chromium.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openSite } from './site.mjs';
import { drive } from './drive.mjs';
import { DIST } from './paths.mjs';

const DRIVE = fileURLToPath(new URL('drive.mjs', import.meta.url));

/** The CPU engine under Node. `job` as for `drive`, without script and wasm. */
export function driveInNode(job) {
  const script = pathToFileURL(join(DIST, 'engine-cpu', 'engine.js')).href;
  return drive({ script, wasm: readFileSync(join(DIST, 'engine-cpu', 'engine_bg.wasm')), device: 'cpu', ...job });
}

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
    const result = await site.page.evaluate(async ({ at, ...rest }) => {
      try {
        const { drive: run } = await import(at);
        return { ok: await run(rest) };
      } catch (error) {
        // The engine throws plain objects, which would arrive as "[object Object]".
        return { error: error instanceof Error ? String(error.stack ?? error) : JSON.stringify(error) };
      }
    }, { at: new URL('drive.mjs', site.url).href, script, ...job });
    if (result.error) throw new Error(`in Chromium: ${result.error}\n${site.problems().join('\n')}`);
    return result.ok;
  } finally {
    await site.close();
  }
}
