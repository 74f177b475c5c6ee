// Single training steps of small networks in Chromium, on both engines: steps per second, the share of what the processor could do,
// and what a step asks of WebGPU.
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from '../../web/serve.mjs';
import { launch } from '../lib/chromium.mjs';
import { ROOT } from '../lib/paths.mjs';
import { WORKLOADS, products } from './steps/workloads.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const BUILT = join(ROOT, '.build', 'wasm');
const SITE = join(ROOT, '.build', 'bench');
const SECONDS = { cpu: 5, webgpu: 5 };

/** Puts the pages and the built modules into one folder, which a harness that times libraries beside each other can take as well. */
function assemble() {
  rmSync(SITE, { recursive: true, force: true });
  mkdirSync(SITE, { recursive: true });
  cpSync(join(HERE, 'steps'), SITE, { recursive: true });
  cpSync(join(HERE, '..', 'lib', 'blank.html'), join(SITE, 'blank.html'));
  const engines = ['cpu', 'webgpu'].filter((engine) => existsSync(join(BUILT, `bench-${engine}`, 'bench.js')));
  for (const engine of engines) cpSync(join(BUILT, `bench-${engine}`), join(SITE, engine), { recursive: true });
  return engines;
}

/** Calls a function of `page.js` in a fresh browser. */
async function inPage(url, call, job) {
  const browser = await launch('any');
  try {
    const page = await browser.newPage();
    await page.goto(`${url}blank.html`);
    return await page.evaluate(async ({ at, name, given }) => (await import(at))[name](given), { at: `${url}page.js`, name: call, given: job });
  } finally {
    await browser.close();
  }
}

export async function bench() {
  const engines = assemble();
  const server = await serve({ roots: [SITE], base: '/', port: 0 });
  try {
    const most = await inPage(server.url, 'peak');
    const gpu = await inPage(server.url, 'adapter');
    console.log(`Training steps in headless Chromium. WebGPU adapter: ${gpu ?? 'none'}. The processor does at most ${most.toFixed(1)} thousand million
multiplications and additions a second with 128-bit vectors in a page; "share" is how much of that the matrix products of the steps are.
A launch is one dispatch of a kernel; "MB" are the buffers that the launches of a step are given.
`);
    console.log('network  engine  R   steps/s   replica-steps/s  share  launches  submissions     MB  loss before, at the end');
    for (const [name, { label, config }] of Object.entries(WORKLOADS)) {
      console.log(`${name}: ${label}`);
      for (const engine of engines) {
        if (engine === 'webgpu' && !gpu) continue;
        for (const replicas of [1, 12]) {
          const found = await inPage(server.url, 'time', { engine, workload: name, replicas, seconds: SECONDS[engine] });
          const share = engine === 'cpu' ? `${Math.round((100 * found.perSecond * replicas * products(config)) / 1e9 / most)} %` : '';
          const webgpu = engine === 'webgpu' ? [found.launches.toFixed(0), found.submissions.toFixed(1), (found.bytes / 1e6).toFixed(1)] : ['', '', ''];
          console.log([
            ''.padEnd(8), engine.padEnd(7), String(replicas).padStart(2), found.perSecond.toFixed(1).padStart(9),
            (found.perSecond * replicas).toFixed(1).padStart(17), share.padStart(6), webgpu[0].padStart(9), webgpu[1].padStart(12),
            webgpu[2].padStart(6), ` ${found.first.toFixed(2)}, ${found.last.toFixed(2)}`,
          ].join(' '));
        }
      }
    }
  } finally {
    server.close();
  }
}
