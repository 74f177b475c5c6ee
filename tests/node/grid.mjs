// A prediction run in parts, as the page's workers do it, and trained models that answer afterwards.
import assert from 'node:assert/strict';
import { withoutTimes } from '../lib/drive.mjs';
import { newEngine } from '../lib/node_engine.mjs';
import { tell, test } from '../lib/runner.mjs';
import { DOSES, EVERYTHING } from '../lib/runs.mjs';

async function openEngine(run) {
  const engine = await newEngine();
  const { preset, seed } = run.dataset.simulated;
  await engine.open_simulated(preset, seed);
  return engine;
}

async function finish(engine, run) {
  await engine.start(run);
  for (;;) if ((await engine.step('predict', 100)).some(({ kind }) => kind === 'finished')) return;
}

test('grid: parts done by two engines, the last one first, join to the report of the run in one go', async () => {
  const engines = [await openEngine(EVERYTHING), await openEngine(EVERYTHING)];
  const run = await engines[0].check_run({ ...EVERYTHING, task: { predict: { ...EVERYTHING.task.predict, held_out: ['CD4T', 'B'] } } });
  const jobs = engines[0].jobs(run);
  assert.equal(jobs.length, 4);
  const parts = [];
  for (const [i, job] of [...jobs.entries()].reverse()) {
    const engine = engines[i % 2];
    await finish(engine, job.run);
    parts[i] = structuredClone(engine.part('predict'));
  }
  const joined = engines[0].merge(run, parts);
  await finish(engines[1], run);
  assert.equal(withoutTimes(joined), withoutTimes(await engines[1].report('predict')));
  tell(`${JSON.parse(joined).results.length} results in ${jobs.length} parts`);
}, 600);

test('grid: an estimate knows every part', async () => {
  const engine = await openEngine(EVERYTHING);
  const { jobs, seconds, worker_bytes } = await engine.estimate(EVERYTHING, 100);
  assert.equal(seconds.length, jobs.length);
  assert.ok(seconds.every((each) => each > 0) && worker_bytes > 1e4, JSON.stringify({ seconds, worker_bytes }));
});

test('grid: a trained model that is restored from its weights answers any dose at once', async () => {
  const engine = await openEngine(DOSES);
  const run = await engine.check_run(DOSES);
  await finish(engine, run);
  const { results } = engine.part('predict');
  const [cellType] = run.task.predict.held_out;
  const kept = run.task.predict.models.map((_, fit) => engine.weights(fit).slice());
  for (const [model, weights] of kept.entries()) {
    const scene = engine.replay_open(run, cellType, model, weights);
    assert.ok(scene.continuous && scene.x.length > 0);
    await engine.replay_dose(3, undefined);
    const times = [];
    for (const dose of [0.02, 0.5, 2, 7, 20, 40]) {
      const begun = performance.now();
      const view = await engine.replay_dose(dose, 1);
      times.push(performance.now() - begun);
      assert.equal(view.mean_predicted.length, scene.genes.length);
      assert.ok(view.x.every(Number.isFinite));
    }
    const measured = await engine.replay_dose(10, 1);
    const row = results.find((each) => each.model === scene.model && each.dose === 10 && each.seed === 1);
    assert.equal(measured.nearest.r2_all, row.metrics.r2_all);
    tell(`${scene.model}: ${scene.genes.length} genes, ${measured.x.length} predicted cells, slowest answer ${Math.max(...times).toFixed(0)} ms`);
  }
  // Of the count model: the other one predicts values below 0 as well, which the reader refuses as scaled data.
  const bytes = await engine.results_h5ad(run, results.filter(({ model }) => model === 'film_nb').slice(0, 3), kept, true);
  assert.equal(String.fromCharCode(...bytes.slice(1, 4)), 'HDF');
  const again = await openEngine(DOSES);
  const summary = await again.open_files(['predicted.h5ad'], [bytes]);
  assert.ok(['predicted', 'model', 'seed'].every((name) => summary.obs.some((column) => column.name === name)), JSON.stringify(summary.obs.map(({ name }) => name)));
  tell(`${summary.n_cells} cells x ${summary.n_genes} genes in ${(bytes.length / 1024).toFixed(0)} KiB`);
}, 600);
