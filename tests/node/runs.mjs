// The list of runs without a browser: differences in words, names, main results, and which parts a run takes with it.
import assert from 'node:assert/strict';
import { tell, test } from '../lib/runner.mjs';
import { uniform } from '../lib/toy.mjs';
import { Kept } from '../../www/js/kept.js';
import { checked, MOST_RUNS, overdue } from '../../www/js/kept_runs.js';
import { packed, unpacked } from '../../www/js/kept_reports.js';
import { differences, same, sentence, usualName } from '../../www/js/run_differences.js';
import { factsOf } from '../../www/js/run_facts.js';
import { joinedResults, pairs } from '../../www/js/run_pairs.js';
import { whenWords } from '../../www/js/words_runs.js';

const ROUNDS = 400;

/** A filled-in run file of a task; `next` draws its values. */
function randomRun(next) {
  const one = (...values) => values[Math.floor(next() * values.length)];
  const some = (...values) => values.filter(() => next() < 0.5);
  const model = (name) => ({ [name]: { preset: one('demo', 'paper'), epochs: one(15, 30), learning_rate: one(1e-3, 5e-5), layers: one([64, 32], [128]), balance: one('expected', 'sampled') } });
  const measure = (name) => ({ measure: name, preset: one('demo', 'paper'), width: one(16, 64), standardise: one(true, false) });
  const tasks = {
    predict: {
      models: ['no_change', 'mean_shift', ...some('scgen', 'scvidr_single').map(model), ...some('mtae', 'mtvae').map((variant) => ({ mtae: { variant, epochs: one(5, 9) } })), ...some({ as_counts: model('scgen') })],
      held_out: one(['CD4T'], ['B'], ['B', 'CD4T']), doses: one('all', ['30']), seeds: one([1], [1, 2]), evaluation: { n_pcs: one(50, 20), joint_pca: one(true, false) },
    },
    trade_off: {
      methods: one(['pareto_mtl'], ['one_run', 'desc']), measures: some('mine', 'mmd').map(measure), candidates: one(10, 12), splits: one([1], [1, 2]), train_fraction: one(0.8, 0.9),
      scvi: { preset: 'demo', n_hidden: one(64, 128), likelihood: one('zinb', 'nb') }, schedule: { epochs: one(6, 60), smoothing: one(1, 10) }, evaluation: { de_novo: { epochs: one(1, 2) } },
    },
    explore: { cell_types: one('all', ['B']), n_pcs: one(20, 50), distances: one(null, { permutations: one(9, 99) }), embedding: { methods: one(['umap'], ['umap', 'tsne']), umap: { epochs: one(60, 200) } } },
    mutual_information: { case: one('gaussians', 'mixtures'), separation: one(3, 4), n_samples: one(500, 1000) },
  };
  const task = one(...Object.keys(tasks));
  return {
    dosefront: 1, dataset: one({ simulated: { preset: one('pbmc', 'liver'), seed: one(1, 2) } }, { file: { name: one('a.h5ad', 'b.h5ad'), sha256: one('0'.repeat(64), `${'0'.repeat(63)}1`) } }),
    roles: { cell_type: 'cell_type', batch: one(null, 'batch') }, preprocess: { max_cells: one(0, 240), genes: one('all', { hvg_seurat: one(60, 80) }), log1p: one(true, false) }, task: { [task]: tasks[task] }, device: one('cpu', 'webgpu'),
  };
}

/** Every leaf of a JSON value with its path; lists of plain values are leaves, but for that of the models. */
function leaves(value, path = '') {
  const plain = Array.isArray(value) ? path !== 'task.predict.models' && !value.some((each) => each && typeof each === 'object') : value === null || typeof value !== 'object';
  return plain ? [[path, value]] : Object.entries(value).flatMap(([key, each]) => leaves(each, path ? `${path}.${key}` : key));
}

/** Where the list names a leaf: models and measures by their names rather than their places. */
function named(path, run) {
  return path.replace(/^task\.predict\.models\.(\d+)(.*)$/, (_, i, rest) => {
    let spec = run.task.predict.models[i];
    if (typeof spec === 'string') return `task.predict.models.${spec}`;
    let end = '';
    if (spec.as_counts) [spec, end, rest] = [spec.as_counts, '_counts', rest.replace('.as_counts', '')];
    const [name] = Object.keys(spec);
    return `task.predict.models.${spec[name].variant ?? name}${end}${rest.replace(`.${name}`, '')}`;
  }).replace(/^task\.trade_off\.measures\.(\d+)/, (_, i) => `task.trade_off.measures.${run.task.trade_off.measures[i].measure}`);
}

test('runs: what differs between two run files is named, and nothing else', () => {
  const next = uniform(5);
  let told = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const [a, b] = [randomRun(next), round % 4 === 0 ? null : randomRun(next)];
    const after = b ?? structuredClone(a);
    const found = differences(a, after);
    assert.equal(found.length === 0, same(a, after), JSON.stringify([a, after]));
    told += found.length;
    for (const { words, label, before, after: now } of found) {
      assert.ok(words.length > 0 && label.length > 0 && !/undefined|NaN|\[object/.test(words + before + now), words);
      assert.notEqual(before, now, `${label} reads ${before} both times`);
    }
    // Every leaf that one has, and the other has not so, lies at or below something that is named.
    const [here, there] = [a, after].map((run) => new Map(leaves(run).map(([path, value]) => [named(path, run), JSON.stringify(value)])));
    for (const path of new Set([...here.keys(), ...there.keys()])) {
      if (here.get(path) === there.get(path)) continue;
      const by = found.some((one) => path === one.path || path.startsWith(`${one.path}.`) || one.path.startsWith(`${path}.`) || (/\.variant$/.test(path) && one.path.startsWith('task.predict.models')));
      assert.ok(by, `${path} differs and is not named: ${sentence(found, 99)}`);
    }
  }
  tell(`${told} differences in ${ROUNDS} pairs`);
});

test('runs: differences read as people speak', () => {
  const scgen = { preset: 'demo', epochs: 15, balance: 'expected' };
  const run = { dosefront: 1, dataset: { simulated: { preset: 'pbmc', seed: 1 } }, roles: {}, preprocess: { genes: { hvg_seurat: 60 } }, task: { predict: { models: ['no_change', { scgen }], held_out: ['CD4T'], doses: 'all', seeds: [1] } }, device: 'cpu' };
  const changed = (change) => {
    const other = structuredClone(run);
    change(other, other.task.predict);
    return sentence(differences(run, other), 9);
  };
  assert.equal(changed((_, task) => { task.models[1].scgen.epochs = 30; task.held_out = ['B']; }), 'epochs 15 → 30; held out CD4T → B');
  assert.equal(changed((_, task) => task.models.push({ mtae: { variant: 'mtae', epochs: 5 } })), 'with MTAE');
  assert.equal(changed((other) => { other.preprocess.genes = 'all'; other.device = 'webgpu'; }), 'genes 60 variable → all; engine CPU → WebGPU');
  assert.equal(changed((other) => { other.dataset = { file: { name: 'kang.h5ad', sha256: 'f' } }; }), 'data pbmc → kang.h5ad');
  assert.equal(changed((_, task) => { task.models[1].scgen.balance = 'sampled'; }), 'balance of types all alike → resampled');
  assert.equal(changed((_, task) => task.models.reverse()), 'order of the models No change, scGen → scGen, No change');
  // Another way of writing the same model is no other setting, and is not passed over either.
  assert.equal(differences({ ...run, task: { predict: { models: ['scgen_counts'] } } }, { ...run, task: { predict: { models: [{ as_counts: 'scgen' }] } } }).length, 1);
  const later = structuredClone(run);
  later.task.predict.models[1].scgen.epochs = 30;
  assert.equal(usualName(run, null), 'scGen, CD4T held out');
  assert.equal(usualName(later, run), 'scGen, CD4T held out, epochs 30');
});

const RUN = { dosefront: 1, dataset: { simulated: { preset: 'pbmc', seed: 1 } }, roles: {}, preprocess: {}, task: { predict: { models: [], held_out: ['B'], doses: 'all', seeds: [1] } }, device: 'cpu' };
const draft = (keys, more = {}) => ({ task: 'predict', run: RUN, keys, jobs: keys.map(() => ({})), version: 'cpu 1', phase: 'finished', name: '', source: 'pbmc', at: 5, seconds: 1, facts: [], opened: false, light: false, usual: () => 'usual', ...more });

test('runs: a deleted run takes with it what no other run needs, and numbers go on', async () => {
  const kept = new Kept();
  await kept.opened;
  assert.equal(kept.trouble, 'forbidden', 'there is no storage here, so memory is used');
  for (const key of ['a', 'b', 'c']) {
    await kept.put('parts', key, { part: key });
    await kept.put('weights', key, key);
    await kept.put('details', `${key}#0`, key);
  }
  const first = await kept.runs.add(draft(['a', 'b']));
  const second = await kept.runs.add(draft(['b', 'c'], { at: 1 }));
  assert.deepEqual([first.number, second.number], [1, 2], 'by a counter, though the clock was set back');
  const again = await kept.runs.add(draft(['a', 'b'], { seconds: 9 }));
  assert.deepEqual([again.id, again.number], [first.id, 1], 'the same parts by the same engine are the same run');
  assert.equal((await kept.runs.last('predict')).id, first.id);
  await kept.runs.drop([first.id]);
  assert.deepEqual(['a', 'b', 'c'].map((key) => kept.memory.parts.has(key)), [false, true, true]);
  assert.deepEqual(['a#0', 'b#0', 'c#0'].map((key) => kept.memory.details.has(key)), [false, true, true]);
  assert.deepEqual((await kept.runs.all()).runs.map(({ id }) => id), [second.id]);
  assert.equal(await kept.runs.last('predict'), null, 'a forgotten run is not offered, nor an older one in its place');
  assert.equal((await kept.runs.add(draft(['d']))).number, 3);
  await kept.put('parts', 'd', { part: 'd' });
  const some = await kept.clear([second.id]);
  assert.deepEqual([some.runs, some.parts, (await kept.runs.all()).runs.map(({ id }) => id), kept.memory.details.size], [1, 1, [second.id], 2], 'what a run in progress has stays');
  const found = await kept.clear();
  assert.deepEqual([found.runs, found.parts, (await kept.runs.all()).runs.length, await kept.has('parts', 'b')], [1, 2, 0, false]);
});

test('runs: damaged entries are passed over one by one, odd values are mended', async () => {
  const kept = new Kept();
  await kept.opened;
  const good = await kept.runs.add(draft(['a']));
  const broken = [null, 7, 'text', {}, { ...good, id: 'other' }, { ...good, run: null }, { ...good, keys: 'a' }, { ...good, number: NaN }, { ...good, task: 'nonsense' }];
  broken.forEach((value, i) => kept.memory.runs.set(`broken ${i}`, value && typeof value === 'object' && value.id === good.id ? { ...value, id: `broken ${i}` } : value));
  const { runs, damaged } = await kept.runs.all();
  assert.deepEqual(runs.map(({ id }) => id), [good.id]);
  assert.equal(damaged.length, broken.length);
  const mended = checked({ ...good, colour: -4, facts: [{ label: 1 }, { label: 'a', text: 'b' }], seconds: -3, at: 'soon', phase: 'lost', jobs: 'none' }, good.id);
  assert.deepEqual([mended.colour, mended.facts.length, mended.seconds, mended.at, mended.phase, mended.jobs.length], [0, 1, 0, 0, 'unfinished', 0]);
});

test('runs: of too many the oldest without a name go first, and never those in use', () => {
  const all = Array.from({ length: MOST_RUNS + 3 }, (_, i) => ({ id: String(i), number: i + 1, name: i < 2 ? 'mine' : '' }));
  assert.deepEqual(overdue(all, ({ id }) => id === '2').map(({ number }) => number), [4, 5, 6]);
  assert.equal(overdue(all.slice(3), () => false).length, 0);
  assert.deepEqual(overdue(all.map((run) => ({ ...run, name: 'mine' })), () => false).map(({ number }) => number), [1, 2, 3]);
});

test('runs: times are told without nonsense, whatever the clock says', () => {
  const now = Date.UTC(2026, 4, 5, 12);
  assert.equal(whenWords(now - 5_000, now), 'just now');
  assert.equal(whenWords(now - 5 * 60_000, now), '5 min ago');
  assert.match(whenWords(now + 3_600_000, now), /2026.*clock that was ahead/);
  assert.match(whenWords(now - 90 * 86_400_000, now), /Feb 2026/);
  for (const odd of [0, NaN, -5, Infinity, 1e300]) assert.equal(whenWords(odd, now), 'at an unknown time');
});

test('runs: reports come out of their packing as they went in, and one that is cut is none', async () => {
  const text = JSON.stringify({ results: Array.from({ length: 500 }, (_, i) => ({ index: i, name: 'µ → scGen' })) });
  const small = await packed(text);
  assert.ok(small.length < text.length / 5);
  assert.equal(await unpacked(small), text);
  assert.equal(await unpacked(small.slice(0, small.length / 2)), null);
  assert.equal(await unpacked(undefined), null);
});

test('runs: main results, and two lists of results side by side', () => {
  const row = (model, r2, more = {}) => ({ index: 0, model, cell_type: 'B', arm: 'x', condition: null, seed: 1, metrics: { r2_all: r2 }, ...more });
  const results = [row('scgen', 0.8), row('scgen', 0.6, { seed: 2 }), row('no_change', 0.5), row('mean_shift', 0.65)];
  assert.deepEqual(factsOf('predict', { results }).map(({ label, text }) => `${label}: ${text}`), ['Best: scGen, R² 0.700', 'No change: R² 0.500', 'Predictions: 4']);
  assert.deepEqual(factsOf('predict', {}), [{ label: 'Predictions', text: '0' }]);
  const other = [row('scgen', 0.9), row('no_change', 0.5), row('mean_shift', 0.7)];
  const { rows, names } = joinedResults([results, other], [3, 4]);
  assert.deepEqual([...new Set(rows.map(({ model }) => model))], ['3 · scgen', '4 · scgen', 'no_change', '3 · mean_shift', '4 · mean_shift'].sort((a, b) => rows.findIndex((r) => r.model === a) - rows.findIndex((r) => r.model === b)));
  assert.equal(rows.filter(({ model }) => model === 'no_change').length, 1, 'what both say alike stands there once');
  assert.equal(names['4 · scgen'], '4 · scGen');
  assert.deepEqual(pairs([[1, 2], [2, 5]], String, String, (each) => each), [{ key: '1', label: '1', before: 1, after: null }, { key: '2', label: '2', before: 2, after: 2 }, { key: '5', label: '5', before: null, after: 5 }]);
});
