// A front of 12 candidates on the page with two workers: when the first points appear, and when all are judged.
import { cpus } from 'node:os';
import { withSite } from '../lib/site.mjs';
import { realData } from '../lib/paths.mjs';
import { at, drop, isUsable, until } from '../browser/page.mjs';
import { twoBatches } from '../browser/tradeoff.mjs';

const FILE = 'pbmc_3chem_symphony.h5ad';

export async function bench() {
  const file = realData(FILE);
  console.log(`Pareto multi-task learning with MINE, K = 10, the default schedule, ${file ? `${FILE} (1,200 cells, 3 batches)` : 'marrow-two-batches, 1,200 cells'}, 1,000 genes, two workers.
Headless Chromium on ${cpus()[0]?.model ?? 'an unknown processor'}, ${cpus().length} cores.
`);
  await withSite({}, async ({ page }) => {
    if (file) await drop(page, [file]);
    else await twoBatches(page);
    await until(page, 'the front to be trainable', () => isUsable(at(page, 'front-train')), { limitS: 120 });
    const advanced = at(page, 'front-advanced');
    if ((await advanced.getAttribute('open')) === null) await advanced.locator('summary').click();
    for (const [id, value] of [['front-workers', 2], ['front-max-cells', 1200], ['front-genes', 1000]]) {
      await at(page, id).fill(String(value));
      await at(page, id).blur();
    }
    await until(page, 'the front to be trainable', () => isUsable(at(page, 'front-train')), { limitS: 120 });
    const started = performance.now();
    const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
    await at(page, 'front-train').click();
    const figure = at(page, 'figure-candidate_front').locator('canvas');
    await until(page, 'points', async () => (await figure.count()) > 0 && /still training/.test((await figure.getAttribute('aria-label')) ?? ''), { limitS: 300 });
    console.log(`first points on the plot   ${seconds()} s`);
    await until(page, 'the front', async () => (await at(page, 'front-progress').getAttribute('data-phase')) === 'finished', { limitS: 1800 });
    console.log(`all candidates judged      ${seconds()} s`);
  });
}
