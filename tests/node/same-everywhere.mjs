// A run file gives the same report on every machine with the CPU engine, and nearly the same numbers with WebGPU.
import assert from 'node:assert/strict';
import { withoutTimes } from '../lib/drive.mjs';
import { OTHERS, withBrowser } from '../lib/browsers.mjs';
import { driveInChromium, driveInNode, driveInVisitor } from '../lib/engines.mjs';
import { EVERYTHING, EXPLORATION, FRONTS, TWENTY_STEPS } from '../lib/runs.mjs';
import { tell, test } from '../lib/runner.mjs';

const LOSS_TOLERANCE = 1e-3;

const made = new Map();
/** What Node makes of a run; once for all tests. */
function inNode(run) {
  if (!made.has(run)) made.set(run, driveInNode({ run }));
  return made.get(run);
}
const reportInNode = () => inNode(EVERYTHING);

/** Fails with the first line in which two texts differ. */
function sameText(a, b) {
  if (a === b) return;
  const [left, right] = [a.split('\n'), b.split('\n')];
  const at = left.findIndex((line, i) => line !== right[i]);
  throw new Error(`the reports differ in line ${at + 1}:\n${left[at]}\n${right[at]}`);
}

test('same everywhere: the report does not depend on how the work is cut into steps', async () => {
  const { report } = await reportInNode();
  const { report: again } = await driveInNode({ run: EVERYTHING, stepMs: 3 });
  sameText(withoutTimes(report), withoutTimes(again));
});

test('same everywhere: Node and Chromium give the same report, byte for byte', async () => {
  const { report } = await reportInNode();
  const { report: inBrowser } = await driveInChromium({ run: EVERYTHING, device: 'cpu' });
  const text = withoutTimes(report);
  tell(`${text.length} characters, ${JSON.parse(report).results.length} results`);
  sameText(text, withoutTimes(inBrowser));
}, 600);

test('same everywhere: an exploration is the same in Node and Chromium, and however it is cut', async () => {
  const { report } = await inNode(EXPLORATION);
  const text = withoutTimes(report);
  const { distances, dose_fits, embeddings } = JSON.parse(report);
  tell(`${text.length} characters: ${distances.length} distances, ${dose_fits.length} curves, ${embeddings.map(({ method }) => method).join(', ')}`);
  assert.ok(distances.length > 0 && dose_fits.length > 0 && embeddings.length === 3);
  sameText(text, withoutTimes((await driveInNode({ run: EXPLORATION, stepMs: 3 })).report));
  sameText(text, withoutTimes((await driveInChromium({ run: EXPLORATION, device: 'cpu' })).report));
}, 600);

test('same everywhere: fronts are the same in Node and Chromium', async () => {
  const text = withoutTimes((await inNode(FRONTS)).report);
  tell(`${text.length} characters, ${JSON.parse(text).candidates.length} candidates`);
  sameText(text, withoutTimes((await driveInChromium({ run: FRONTS, device: 'cpu' })).report));
}, 600);

for (const browser of OTHERS) {
  test(`same everywhere: ${browser.name} gives the same predictions, exploration and fronts, byte for byte`, () => withBrowser(browser, async (visitor) => {
    const runs = [EVERYTHING, EXPLORATION, FRONTS];
    const there = await driveInVisitor(visitor, runs.map((run) => ({ run })));
    for (const [i, run] of runs.entries()) {
      const text = withoutTimes((await inNode(run)).report);
      sameText(text, withoutTimes(there[i].report));
      tell(`${visitor.version}, ${Object.keys(run.task)[0]}: ${text.length} characters`);
    }
  }), 900);
}

test('same everywhere: the run file in a report makes that report again', async () => {
  const { report } = await reportInNode();
  const { report: again } = await driveInNode({ run: JSON.parse(report).run });
  sameText(withoutTimes(report), withoutTimes(again));
});

test('same everywhere: CPU and WebGPU losses agree over 20 steps', async () => {
  const cpu = await driveInNode({ run: TWENTY_STEPS('cpu') });
  const gpu = await driveInChromium({ run: TWENTY_STEPS('webgpu'), device: 'webgpu', software: true }, 'software');
  assert.equal(gpu.device.engine, 'webgpu');
  assert.deepEqual(gpu.losses.map(({ step }) => step), cpu.losses.map(({ step }) => step));
  const last = cpu.losses.at(-1).step;
  assert.ok(last >= 20, `only ${last} steps were made`);
  let worst = 0;
  cpu.losses.forEach(({ train }, i) => train.forEach((loss, replica) => {
    worst = Math.max(worst, Math.abs(gpu.losses[i].train[replica] - loss) / Math.abs(loss));
  }));
  tell(`${cpu.losses.length} loss points over ${last} steps on ${gpu.device.adapter}; largest relative difference ${worst.toExponential(2)}`);
  assert.ok(worst <= LOSS_TOLERANCE, `the losses differ by ${worst}, more than ${LOSS_TOLERANCE}`);
}, 1200);
