// A trade-off in parts, as the page's workers do it, and what can be asked of its candidates afterwards.
import assert from 'node:assert/strict';
import { withoutTimes } from '../lib/drive.mjs';
import { newEngine } from '../lib/node_engine.mjs';
import { tell, test } from '../lib/runner.mjs';
import { FRONTS } from '../lib/runs.mjs';

async function openEngine(preset = 'marrow-two-batches') {
  const engine = await newEngine();
  await engine.open_simulated(preset, 1);
  return engine;
}

/** Does a run and returns its events. */
async function finish(engine, run) {
  await engine.start(run);
  const events = [];
  while (events.at(-1)?.kind !== 'finished') events.push(...(await engine.step('trade_off', 100)));
  return events;
}

test('trade-off: parts done by two engines, the last one first, join to the report of the run in one go', async () => {
  const engines = [await openEngine(), await openEngine()];
  const run = await engines[0].check_run(FRONTS);
  const jobs = engines[0].jobs(run);
  assert.deepEqual(jobs.map(({ method, places }) => [method, places.length]), [['pareto_mtl', 6], ['pareto_mtl', 1], ['scalarisation', 6], ['scalarisation', 1]]);
  const parts = [];
  for (const [i, job] of [...jobs.entries()].reverse()) {
    const engine = engines[i % 2];
    const events = await finish(engine, job.run);
    parts[i] = structuredClone(engine.part('trade_off'));
    assert.deepEqual(parts[i].candidates.map(({ place }) => place), job.places);
    assert.equal(events.filter(({ kind }) => kind === 'candidate').length, job.places.length);
    assert.ok(events.some(({ kind }) => kind === 'front'), 'candidates are told while they train');
  }
  const joined = engines[0].merge(run, parts);
  await finish(engines[1], run);
  assert.equal(withoutTimes(joined), withoutTimes(await engines[1].report('trade_off')));
  const report = JSON.parse(joined);
  assert.equal(report.candidates.length, 14);
  assert.ok(report.candidates.every(({ index, test: metrics }, i) => index === i && Number.isFinite(metrics.be_exact)));
  tell(`${report.candidates.length} candidates and ${report.fronts.length} qualities of fronts in ${jobs.length} parts`);
}, 300);

test('trade-off: the latent space of a candidate becomes a picture in steps', async () => {
  const engine = await openEngine();
  const run = await engine.check_run(FRONTS);
  await finish(engine, engine.jobs(run)[1].run);
  const latent = engine.latent(0);
  assert.equal(latent.values.length, latent.width * latent.batch.length);
  assert.equal(latent.cell_type.length, latent.batch.length);
  for (const method of ['pca', 'umap', 'tsne']) {
    let picture = engine.picture_open(Float32Array.from(latent.values), latent.width, method);
    let steps = 0;
    for (; picture.progress < 1; steps++) picture = engine.picture_step(50);
    assert.equal(picture.positions.length, latent.batch.length);
    assert.ok(picture.positions.flat().every(Number.isFinite));
    tell(`${method}: ${steps} steps of 50 ms`);
  }
}, 120);

test('trade-off: what cannot be trained is refused with a name and a hint', async () => {
  const engine = await openEngine();
  const refused = async (summary, roles, code) => {
    const run = await engine.check_run({ ...FRONTS, dataset: summary.source, roles: { ...FRONTS.roles, ...roles } });
    assert.throws(() => engine.jobs(run), (thrown) => thrown.code === code && thrown.hint.length > 20, code);
  };
  await refused(await engine.open_simulated('liver-dose-response', 1), { batch: null }, 'no_batch_role');
  const open = (name, text) => engine.open_files([name], [new TextEncoder().encode(text)]);
  await refused(await open('one.csv', csvOf(() => 'only', (count) => count)), { cell_type: null }, 'one_batch');
  await refused(await open('log.csv', csvOf((cell) => cell % 2, (count) => Math.log1p(count).toFixed(4))), { cell_type: null }, 'needs_counts');
});

/** A table of 60 cells and 20 genes. @param {(cell: number) => any} batch @param {(count: number) => any} value */
function csvOf(batch, value) {
  const genes = Array.from({ length: 20 }, (_, gene) => gene);
  const rows = Array.from({ length: 60 }, (_, cell) => [`c${cell}`, `b${batch(cell)}`, ...genes.map((gene) => value((7 * cell + 3 * gene * gene) % 5))].join(','));
  return [`cell,batch,${genes.map((gene) => `G${gene}`).join(',')}`, ...rows].join('\n');
}
