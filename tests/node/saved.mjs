// A run that reruns to the same result, outside a browser: the program verify.mjs, on what the engine saves.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withoutTimes } from '../lib/drive.mjs';
import { finishRun, newEngine, savedModule } from '../lib/node_engine.mjs';
import { EVERYTHING } from '../lib/runs.mjs';
import { tell, test } from '../lib/runner.mjs';
import { toyCsv } from '../lib/toy.mjs';

const PROGRAM = fileURLToPath(new URL('verify.mjs', import.meta.url));
const bytesOf = (text) => new TextEncoder().encode(text);

/** What the program says, and the code it ends with. */
const program = (...args) => new Promise((done) => {
  const child = spawn(process.execPath, [PROGRAM, ...args]);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => { said += part; });
  child.on('close', (code) => done({ code, said }));
});

/** Runs the test in a folder of its own. */
async function inFolder(body) {
  const folder = await mkdtemp(join(tmpdir(), 'dosefront-'));
  try {
    return await body((name, content) => writeFile(join(folder, name), content).then(() => join(folder, name)));
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('saved: a run on built-in data reruns to the identical report in another process, and a change in it is found', () => inFolder(async (file) => {
  const engine = await newEngine();
  await engine.open_simulated('pbmc-two-condition', 1);
  const text = await finishRun(engine, EVERYTHING);
  const same = await program(await file('run.dosefront.json', text));
  assert.equal(same.code, 0, same.said);
  assert.match(same.said, /Identical: all \d+ numbers/);
  tell(/Identical.*/.exec(same.said)[0]);

  const report = JSON.parse(text);
  const row = report.results.find(({ model }) => model === 'scgen');
  row.metrics.r2_all += 2 ** -52;
  const changed = await program(await file('changed.dosefront.json', JSON.stringify(report)));
  assert.equal(changed.code, 1, changed.said);
  assert.match(changed.said, /Different: 1 of/);
  assert.match(changed.said, /r2_all.*scgen, CD4T/);
}), 600);

test('saved: a file is found in the bundle or beside it, and another file is refused with both hashes', () => inFolder(async (file) => {
  const engine = await newEngine();
  const { source, roles } = await engine.open_files(['toy.csv'], [bytesOf(toyCsv())]);
  const run = { dosefront: 1, dataset: source, roles, preprocess: { genes: 'all' }, task: { predict: { models: ['mean_shift', 'pca_shift'], held_out: ['B'] } } };
  const text = await finishRun(engine, run);
  const saved = await savedModule();
  const bundle = saved.bundle_write(['run.dosefront.json', 'data/toy.csv'], [bytesOf(text), bytesOf(toyCsv())]);
  assert.deepEqual(saved.bundle_read(bundle).map(({ name }) => name), ['data/toy.csv', 'run.dosefront.json']);
  assert.equal((await program(await file('run.dosefront.zip', bundle))).code, 0);

  const path = await file('run.dosefront.json', text);
  const missing = await program(path);
  assert.equal(missing.code, 2);
  assert.match(missing.said, /toy\.csv/);
  assert.equal((await program(path, await file('renamed.csv', toyCsv()))).code, 0);
  const other = await program(path, await file('toy.csv', toyCsv(21)));
  assert.equal(other.code, 2);
  assert.equal(other.said.match(/SHA-256 [0-9a-f]{64}/g)?.length, 2, other.said);
}), 600);

test('saved: a run file gets short and stays the same; what is no run is refused in words', async () => {
  const [engine, saved] = [await newEngine(), await savedModule()];
  const full = engine.check_run(EVERYTHING);
  const short = saved.shorten(full);
  assert.deepEqual(engine.check_run(short), full);
  assert.ok(JSON.stringify(short).length < JSON.stringify(full).length / 2);
  const started = performance.now();
  for (let i = 0; i < 20; i++) saved.shorten(full);
  const each = (performance.now() - started) / 20;
  tell(`${JSON.stringify(full).length} -> ${JSON.stringify(short).length} characters in ${each.toFixed(1)} ms`);
  assert.ok(each < 20, `${each} ms`);
  const { run, report, remarks } = saved.open_saved(JSON.stringify({ ...short, colour: 'red' }));
  assert.deepEqual([run, report, remarks.length], [full, null, 1]);
  for (const [text, code] of [['{', 'not_json'], ['{"a": 1}', 'not_a_run'], [JSON.stringify({ ...short, dosefront: 9 }), 'newer_version'], [JSON.stringify({ run: full, results: [{}] }), 'results_do_not_belong'],
    [JSON.stringify({ ...short, dataset: { simulated: { preset: 'pbmc-two-condition', seed: 2 ** 53 } } }), 'number_too_large']]) {
    assert.throws(() => saved.open_saved(text), (thrown) => thrown.code === code && thrown.hint.length > 10, code);
  }
  // A file keeps its name, whatever it is stored as.
  const odd = saved.bundle_write(['data/a:b.csv', 'data/a:b.csv'], [bytesOf('1'), bytesOf('2')]);
  assert.deepEqual(saved.bundle_read(odd).map(({ name }) => name), ['data/a:b.csv', 'data/a:b.csv']);
  assert.throws(() => saved.bundle_read(bytesOf('nothing')), ({ code }) => code === 'not_a_bundle');
  // JSON as JavaScript reads it: the report that the page shows holds the numbers of the text.
  const text = await inNumbers(engine);
  assert.equal(withoutTimes(JSON.stringify({ ...saved.open_saved(text).report, run: null })), withoutTimes(JSON.stringify({ ...JSON.parse(text), run: null })));
});

async function inNumbers(engine) {
  await engine.open_simulated('pbmc-two-condition', 1);
  return finishRun(engine, { ...EVERYTHING, task: { predict: { models: ['mean_shift'], held_out: ['B'] } } });
}
