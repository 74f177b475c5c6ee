// The distances of an exploration in Chromium, and the same work in pertpy beside it where PYTHON names an interpreter that has it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { driveInChromium } from '../lib/engines.mjs';
import { doseCsv } from '../lib/toy.mjs';

const DOSES = [0, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30];
// 334 cells at each dose, about 3,000 in all.
const SIZES = [56, 56, 56, 56, 55, 55];
const GENES = 300;
const METRICS = ['edistance', 'euclidean', 'mean_pairwise', 'mmd_linear', 'wasserstein'];
const PERTPY = fileURLToPath(new URL('pertpy_distances.py', import.meta.url));

/** @param {object} distances  settings of the part */
const run = (distances) => ({
  dosefront: 1,
  dataset: { file: { name: 'doses.csv', sha256: '' } },
  roles: { cell_type: 'cell_type', condition: null, control: null, dose: 'dose', batch: null },
  preprocess: { max_cells: 0, genes: 'all' },
  task: { explore: { n_pcs: 50, distances: { metrics: METRICS, max_cells: 0, ...distances }, deg: null, doses: null, embedding: null } },
  device: 'cpu',
});

const VALUES = { permutations: 0, bootstraps: 0, transport_resamples: 0, floor_splits: 0 };

export async function bench() {
  const csv = doseCsv(SIZES, DOSES, GENES);
  const files = [{ name: 'doses.csv', bytes: [...Buffer.from(csv)] }];
  console.log(`Distances in headless Chromium on ${cpus()[0]?.model ?? 'an unknown processor'} (one core used): 3,006 cells, 6 types and all cells together,
8 doses against the control, 50 principal components, ${METRICS.join(', ')}. Seconds of the engine's own clock.
`);
  const seconds = async (distances) => {
    const { report } = await driveInChromium({ run: run(distances), device: 'cpu', files });
    const { timings, distances: rows } = JSON.parse(report);
    if (rows.length !== 56 * METRICS.length) throw new Error(`${rows.length} distances instead of ${56 * METRICS.length}`);
    return { timings, rows };
  };
  const values = await seconds(VALUES);
  const whole = await seconds({});
  const print = (name, time) => console.log(`${name.padEnd(64)} ${time.toFixed(2).padStart(8)} s`);
  print('preparing: normalisation, principal components', values.timings.prepare);
  print(`${values.rows.length} distances`, values.timings.distances);
  print('with noise floors', whole.timings.distances);
  print('intervals and p-values (100, Wasserstein 39 resamples each)', whole.timings.resample);
  if (!process.env.PYTHON) {
    console.log('pertpy: name an interpreter that has scanpy, pertpy (or PERTPY, the folder of its wheel) and ott-jax in PYTHON to time it here');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'dosefront-'));
  try {
    const file = join(folder, 'doses.csv');
    writeFileSync(file, csv);
    const child = spawnSync(process.env.PYTHON, [PERTPY, file, ...METRICS], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    if (child.status !== 0) throw new Error('pertpy could not be timed');
    const theirs = JSON.parse(child.stdout.trim().split('\n').at(-1));
    print('pertpy: normalisation, principal components', theirs.prepare);
    print(`pertpy: ${theirs.values.length} distances, first run`, theirs.first);
    print(`pertpy: ${theirs.values.length} distances, compiled before`, theirs.second);
    const worst = Math.max(...theirs.values.map(({ cell_type, dose, metric, value }) => {
      const own = values.rows.find((row) => row.cell_type === cell_type && row.dose === dose && row.metric === metric);
      return Math.abs(own.value - value) / Math.max(Math.abs(value), 1e-3);
    }));
    console.log(`largest relative difference between the two: ${worst.toExponential(1)}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
