// The CPU engine under Node: what it answers and how it refuses.
import assert from 'node:assert/strict';
import { newEngine } from '../lib/node_engine.mjs';
import { test } from '../lib/runner.mjs';
import { EVERYTHING } from '../lib/runs.mjs';
import { toyCsv } from '../lib/toy.mjs';

/** Runs `call`, which has to be refused with {code, message, hint}; returns that. */
async function refusal(call) {
  try {
    await call();
  } catch (error) {
    for (const part of ['code', 'message', 'hint']) assert.ok(typeof error[part] === 'string' && error[part].length > 3, `no ${part} in ${JSON.stringify(error)}`);
    return error;
  }
  throw new Error('this was not refused');
}

test('engine: lists the built-in sets and says that they are simulated', async () => {
  const engine = await newEngine();
  const presets = await engine.presets();
  const names = presets.map(({ name }) => name);
  for (const name of ['liver-dose-response', 'pbmc-two-condition', 'marrow-two-batches']) assert.ok(names.includes(name), `${name} among ${names}`);
  const summary = await engine.open_simulated('pbmc-two-condition', 1);
  assert.equal(summary.simulated, true);
  assert.equal(summary.kind, 'counts');
});

test('engine: the device info names the CPU and the versions', async () => {
  const info = await (await newEngine()).device_info();
  assert.equal(info.engine, 'cpu');
  assert.match(info.versions.dosefront, /^\d+\.\d+/);
  assert.match(info.versions.burn, /^0\.22/);
});

test('engine: reads a table and guesses its columns', async () => {
  const engine = await newEngine();
  const summary = await engine.open_files(['toy.csv'], [new TextEncoder().encode(toyCsv())]);
  assert.deepEqual([summary.n_cells, summary.n_genes], [120, 60]);
  assert.equal(summary.roles.cell_type, 'cell_type');
  assert.equal(summary.roles.condition, 'condition');
  assert.equal(summary.roles.control, 'control');
  const design = await engine.design(summary.roles);
  assert.deepEqual(design.counts, [[20, 20], [20, 20], [20, 20]]);
  assert.equal(design.arms[0].control, true);
});

test('engine: fills in every default of a run file, and leaves a full one alone', async () => {
  const engine = await newEngine();
  await engine.open_simulated('pbmc-two-condition', 1);
  const full = await engine.check_run(EVERYTHING);
  assert.equal(full.preprocess.target_sum, 1e4);
  assert.deepEqual(await engine.check_run(full), full);
});

test('engine: refuses a run file with an unknown field, a later version, a missing cell type', async () => {
  const engine = await newEngine();
  await engine.open_simulated('pbmc-two-condition', 1);
  assert.match((await refusal(() => engine.check_run({ ...EVERYTHING, colour: 'red' }))).message, /colour/);
  assert.match((await refusal(() => engine.check_run({ ...EVERYTHING, dosefront: 99 }))).message, /99/);
  const task = { predict: { ...EVERYTHING.task.predict, held_out: ['no such type'] } };
  assert.match((await refusal(async () => {
    await engine.start(await engine.check_run({ ...EVERYTHING, task }));
    await engine.step('predict', 50);
  })).message, /no such type/);
});

test('engine: a file that cannot be read leaves the loaded one alone', async () => {
  const engine = await newEngine();
  const { roles } = await engine.open_simulated('pbmc-two-condition', 1);
  const before = await engine.design(roles);
  assert.match((await refusal(() => engine.open_files(['empty.h5ad'], [new Uint8Array()]))).message, /empty\.h5ad/);
  assert.deepEqual(await engine.design(roles), before);
});
