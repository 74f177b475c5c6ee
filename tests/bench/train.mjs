// Training steps per second in Chromium.
import { cpus } from 'node:os';
import { driveInChromium } from '../lib/engines.mjs';
import { launch } from '../lib/chromium.mjs';
import { BENCH } from '../lib/runs.mjs';

const STEPS = 300;

/** Steps per second between the first and the last loss report: start-up and the first, slower steps are left out. */
function rate(losses) {
  const [first, last] = [losses[0], losses.at(-1)];
  if (!first || last.step === first.step) throw new Error('fewer than two loss reports: nothing to time');
  return { steps: last.step - first.step, perSecond: ((last.step - first.step) / (last.at - first.at)) * 1000 };
}

async function hasHardwareAdapter() {
  const browser = await launch('any');
  try {
    const page = await browser.newPage();
    // WebGPU needs a secure context; a page of this machine counts as one, an empty page does not.
    await page.route('http://127.0.0.1/', (route) => route.fulfill({ body: '<!doctype html>', contentType: 'text/html' }));
    await page.goto('http://127.0.0.1/');
    return await page.evaluate(async () => {
      const adapter = await navigator.gpu?.requestAdapter();
      return Boolean(adapter) && !adapter.info.isFallbackAdapter && adapter.info.architecture !== 'swiftshader';
    });
  } finally {
    await browser.close();
  }
}

export async function bench() {
  console.log(`scGen training in headless Chromium on ${cpus()[0]?.model ?? 'an unknown processor'} (${cpus().length} cores seen, one used by the CPU engine).
A step is one mini-batch of one replica: forward, backward, Adam. Data: pbmc-two-condition (simulated), CD4T held out, all of its 1,000 genes.
Timed from the first loss report to the last, so without start-up; with whatever the engine does between steps (shuffles, noise, validation).
`);
  const devices = ['cpu'];
  if (await hasHardwareAdapter()) devices.push('webgpu');
  for (const device of devices) {
    for (const preset of ['demo', 'paper']) {
      const { losses, device: info } = await driveInChromium({ run: BENCH(preset, device), device, stopAfterSteps: STEPS }, device === 'cpu' ? 'none' : 'any');
      const { steps, perSecond } = rate(losses);
      const on = info.adapter ? `${device} (${info.adapter})` : device;
      console.log(`${on.padEnd(24)} ${preset.padEnd(6)} ${perSecond.toFixed(1).padStart(8)} steps/s   (${steps} steps)`);
    }
  }
  if (devices.length === 1) console.log('webgpu: no hardware adapter answers here; a software one says nothing about WebGPU and is not timed');
}
