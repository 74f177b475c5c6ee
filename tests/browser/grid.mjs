// A benchmark of several models on several held-out types: chosen by clicks, done by workers, kept by the browser.
import { readFile } from 'node:fs/promises';
import { openSite, withSite } from '../lib/site.mjs';
import { afterAll, tell, test } from '../lib/runner.mjs';
import { SCGEN_DEMO, at, choose, drawn, expect, figures, graveViolations, isUsable, loaded, train, until } from './page.mjs';

const MODELS = ['scgen', 'scvidr_single', 'mtae'];
const BASELINES = 5;

/** Chooses a small grid: three models, two types, one dose, few cells and genes. */
export async function smallGrid(page, { workers = 1, seeds = '1' } = {}) {
  await loaded(page);
  await choose(page, 'model', SCGEN_DEMO);
  for (const model of MODELS.slice(1)) await at(page, 'model').locator(`input[value=${model}]`).check();
  const types = at(page, 'held-out').locator('input:not(:checked):enabled');
  await types.first().check();
  expect((await at(page, 'held-out').locator('input:checked').count()) === 2, 'two types are held out');
  await at(page, 'seed').fill(seeds);
  const advanced = at(page, 'advanced');
  if (!(await advanced.getAttribute('open'))) await advanced.locator('summary').click();
  for (const [id, value] of [['max-cells', '600'], ['genes', '200'], ['workers', String(workers)]]) {
    await at(page, id).fill(value);
    await at(page, id).blur();
  }
}

/** What a click on this element saves. */
async function saved(page, element) {
  const [download] = await Promise.all([page.waitForEvent('download', { timeout: 20_000 }), element.click()]);
  return readFile(await download.path(), 'utf8');
}

const scoresCsv = (page) => saved(page, page.getByRole('button', { name: 'Scores of the models: save as CSV' }));
/** Whether every model has its results of both types in the table. */
const complete = async (page) => {
  const results = await at(page, 'score-table').locator('tbody tr').evaluateAll((all) => all.map((row) => row.cells[row.cells.length - 1].innerText));
  return results.length === MODELS.length + BASELINES && results.every((text) => text === '2');
};
const parts = (page) => at(page, 'parts').locator('button').evaluateAll((all) => all.map((one) => one.dataset.phase));

let visit;
function visited() {
  visit ??= (async () => {
    const site = await openSite();
    const { page } = site;
    await smallGrid(page);
    const work = await at(page, 'work').innerText();
    const seconds = await train(page, { limitS: 240 });
    await until(page, 'the score table', () => complete(page), { limitS: 10 });
    return { site, page, work, seconds };
  })();
  return visit;
}
afterAll(async () => {
  const opened = await visit?.catch(() => null);
  await opened?.site.close();
});

test('grid: three models on two types by clicks, and the table of their scores', async () => {
  const { page, work, seconds } = await visited();
  tell(`${work.replace(/\s+/g, ' ')}; done in ${seconds.toFixed(1)} s`);
  expect(/6 trainings/.test(work) && /16 predictions/.test(work), `the plan says: ${work}`);
  const rows = await at(page, 'score-table').locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText)));
  for (const row of rows) {
    const r2 = Number.parseFloat(row[1]);
    expect(r2 > 0 && r2 <= 1, `R² of ${row[0]} is ${row[1]}`);
    expect(row.at(-1) === '2', `${row[0]} has ${row.at(-1)} results, not 2`);
  }
  const stars = rows.flat().filter((cell) => cell.includes('★')).length;
  expect(stars >= 3, `only ${stars} scores are marked as the best`);
  tell(rows.map((row) => row.slice(0, 5).join(' | ')).join('\n        '));
  tell(await at(page, 'compare-headline').innerText());
}, 300);

test('grid: the figures of the comparison are drawn, say what they show and follow the choices', async () => {
  const { page } = await visited();
  await drawn(page);
  const shown = await figures(page);
  for (const figure of ['figure-model_front', 'figure-score_heat_map', 'figure-score_bars']) expect(shown.includes(figure), `${figure} is not among ${shown.join(', ')}`);
  const words = () => at(page, 'figure-score_bars').locator('canvas').getAttribute('aria-label');
  const before = await words();
  tell(before.slice(0, 160));
  await choose(page, 'compare-metric', 'common_degs');
  await until(page, 'the bars to follow', async () => (await words()) !== before, { limitS: 10 });
  const front = await at(page, 'figure-model_front').locator('canvas').getAttribute('aria-label');
  tell(front.slice(0, 200));
  const grave = await graveViolations(page);
  expect(grave.length === 0, grave.join('\n'));
});

test('grid: the report holds every part, and a part shows its loss', async () => {
  const { page } = await visited();
  const report = JSON.parse(await saved(page, at(page, 'save-report')));
  expect(report.results.length === 16, `${report.results.length} results`);
  expect(report.fits.length === 6, `${report.fits.length} fits`);
  expect(report.results.every(({ index }, i) => index === i), 'results are numbered in order');
  expect(new Set(await parts(page)).size === 1 && (await parts(page)).length === 8, `parts: ${await parts(page)}`);
  const title = () => at(page, 'figure-loss').locator('h3').innerText();
  const before = await title();
  await at(page, 'parts').locator('button:enabled').first().click();
  await until(page, 'another loss', async () => (await title()) !== before || /scGen/.test(before), { limitS: 5 });
});

test('grid: after a reload the finished run is there again', async () => {
  const { page } = await visited();
  const before = await scoresCsv(page);
  await page.reload();
  await loaded(page);
  await until(page, 'the kept run', () => at(page, 'earlier').isVisible(), { limitS: 20 });
  tell((await at(page, 'earlier').innerText()).replace(/\s+/g, ' '));
  await at(page, 'earlier-continue').click();
  await until(page, 'its scores', () => complete(page), { limitS: 30 });
  expect((await scoresCsv(page)) === before, 'the scores are those of before');
  await until(page, 'a prediction to be shown', async () => (await figures(page)).includes('figure-r2_scatter'), { limitS: 10 });
});

test('grid: two workers give the same scores as one, and a cancelled run goes on where it was', async () => {
  const { page: before } = await visited();
  const expected = await scoresCsv(before);
  await withSite({}, async ({ page }) => {
    await smallGrid(page, { workers: 2 });
    await at(page, 'train').click();
    await until(page, 'two parts to be done', async () => (await parts(page)).filter((phase) => phase === 'done').length >= 2, { limitS: 120 });
    await at(page, 'cancel').click();
    await until(page, 'Train after a cancelled run', () => isUsable(at(page, 'train')));
    await page.reload();
    await loaded(page);
    await until(page, 'the kept run', () => at(page, 'earlier').isVisible(), { limitS: 20 });
    const kept = Number(/(\d+) of 8 parts/.exec(await at(page, 'earlier').innerText())?.[1]);
    expect(kept >= 2 && kept < 8, `${kept} parts were kept`);
    await at(page, 'earlier-continue').click();
    await until(page, 'the end of the run', async () => (await parts(page)).length === 8 && (await parts(page)).every((phase) => phase === 'done' || phase === 'kept'), { limitS: 240 });
    await until(page, 'the scores', () => complete(page), { limitS: 20 });
    tell(`${kept} of 8 parts were kept`);
    expect((await scoresCsv(page)) === expected, 'the scores are not those of one worker');
  });
}, 420);

test('grid: the time is estimated before the run', () => withSite({}, async ({ page }) => {
  await smallGrid(page, { seeds: '1, 2' });
  await at(page, 'estimate').click();
  await until(page, 'an estimate', async () => /About/.test(await at(page, 'estimated').innerText()), { limitS: 120 });
  tell(await at(page, 'estimated').innerText());
}), 180);
