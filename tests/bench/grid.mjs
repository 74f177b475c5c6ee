// A benchmark grid on the page with one worker and with two: how much time the second one saves.
import { cpus } from 'node:os';
import { withSite } from '../lib/site.mjs';
import { at, choose, loaded, train } from '../browser/page.mjs';

/** Seconds of a grid of two models on four types with so many workers, in a browser that keeps nothing from before. */
async function seconds(workers) {
  let took = 0;
  await withSite({}, async ({ page }) => {
    await loaded(page);
    await choose(page, 'model', /^scgen$/i);
    await at(page, 'model').locator('input[value=scvidr_single]').check();
    for (let i = 0; i < 3; i++) await at(page, 'held-out').locator('input:not(:checked):enabled').first().check();
    await at(page, 'advanced').locator('summary').click();
    await at(page, 'workers').fill(String(workers));
    await at(page, 'workers').blur();
    // The exploration begins by itself and would take a part of the processor.
    await page.waitForFunction(() => document.querySelector('[data-testid=explore-progress] [data-phase], [data-testid=explore-progress][data-phase]')?.getAttribute('data-phase') === 'finished', null, { timeout: 180_000 });
    took = await train(page, { limitS: 600 });
  });
  return took;
}

export async function bench() {
  console.log(`A grid of scGen and scVIDR (demo size) on 4 types of liver-dose-response, dose 30, with baselines: 8 trainings in 12 parts.
Headless Chromium on ${cpus()[0]?.model ?? 'an unknown processor'}, ${cpus().length} cores.
`);
  const one = await seconds(1);
  const two = await seconds(2);
  console.log(`one worker    ${one.toFixed(1)} s\ntwo workers   ${two.toFixed(1)} s   ${(two / one).toFixed(2)} of the time`);
}
