// A benchmark of several models on several held-out types: chosen by clicks, done by workers, kept by the browser.
import { readFile } from 'node:fs/promises';
import { openSite, withSite } from '../lib/site.mjs';
import { afterAll, tell, test } from '../lib/runner.mjs';
import { SCGEN_DEMO, at, choose, expect, explored, figures, graveViolations, isUsable, loaded, shows, train, until } from './page.mjs';

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
  const [download] = await Promise.all([page.waitForEvent('download'), element.click()]);
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
    const seconds = await train(page, { limitS: 480 });
    await until(page, 'the score table', () => complete(page));
    // It gave way to the training; while it goes on, what is about to be replaced is faint.
    await explored(page);
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
}, 900);

test('grid: the figures of the comparison are drawn, say what they show and follow the choices', async () => {
  const { page } = await visited();
  await shows(page, ['model_front', 'score_heat_map', 'score_bars']);
  const words = () => at(page, 'figure-score_bars').locator('canvas').getAttribute('aria-label');
  const before = await words();
  tell(before.slice(0, 160));
  await choose(page, 'compare-metric', 'common_degs');
  await until(page, 'the bars to follow', async () => (await words()) !== before);
  const front = await at(page, 'figure-model_front').locator('canvas').getAttribute('aria-label');
  tell(front.slice(0, 200));
  const grave = await graveViolations(page);
  expect(grave.length === 0, grave.join('\n'));
});

test('grid: the report holds every part, and a part shows its loss', async () => {
  const { page } = await visited();
  const report = JSON.parse(await saved(page, at(page, 'save-run')));
  expect(report.results.length === 16, `${report.results.length} results`);
  expect(report.fits.length === 6, `${report.fits.length} fits`);
  expect(report.results.every(({ index }, i) => index === i), 'results are numbered in order');
  expect(new Set(await parts(page)).size === 1 && (await parts(page)).length === 8, `parts: ${await parts(page)}`);
  const part = at(page, 'parts').locator('button:enabled').first();
  // "scGen, B cells held out: done"
  const [name] = (await part.getAttribute('aria-label')).split(':');
  await part.click();
  await until(page, `the loss of ${name}`, async () => (await at(page, 'figure-loss').locator('h3').innerText()) === `Loss: ${name}`);
});

test('grid: after a reload the finished run is there again', async () => {
  const { page } = await visited();
  const before = await scoresCsv(page);
  await page.reload();
  await loaded(page);
  await until(page, 'the kept run', () => at(page, 'earlier').isVisible());
  tell((await at(page, 'earlier').innerText()).replace(/\s+/g, ' '));
  await at(page, 'earlier-continue').click();
  await until(page, 'its scores', () => complete(page));
  expect((await scoresCsv(page)) === before, 'the scores are those of before');
  await until(page, 'a prediction to be shown', async () => (await figures(page)).includes('figure-r2_scatter'));
});

test('grid: two workers give the same scores as one, and a cancelled run goes on where it was', async () => {
  const { page: before } = await visited();
  const expected = await scoresCsv(before);
  await withSite({}, async ({ page }) => {
    await smallGrid(page, { workers: 2 });
    await at(page, 'train').click();
    // By the page itself, the moment that two parts are done: a test that looks now and then might come after the end of the run.
    await at(page, 'parts').evaluate((element) => new Promise((done) => {
      const look = () => {
        if (element.querySelectorAll('[data-phase=done]').length < 2) return;
        observer.disconnect();
        /** @type {HTMLElement} */ (document.querySelector('[data-testid=cancel]')).click();
        done(null);
      };
      const observer = new MutationObserver(look);
      observer.observe(element, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-phase'] });
      look();
    }));
    await until(page, 'Train after a cancelled run', () => isUsable(at(page, 'train')));
    await page.reload();
    await loaded(page);
    await until(page, 'the kept run', () => at(page, 'earlier').isVisible());
    const kept = Number(/(\d+) of 8 parts/.exec(await at(page, 'earlier').innerText())?.[1]);
    expect(kept >= 2 && kept < 8, `${kept} parts were kept`);
    await at(page, 'earlier-continue').click();
    await until(page, 'the end of the run', async () => (await parts(page)).length === 8 && (await parts(page)).every((phase) => phase === 'done' || phase === 'kept'), { limitS: 480 });
    await until(page, 'the scores', () => complete(page));
    tell(`${kept} of 8 parts were kept`);
    expect((await scoresCsv(page)) === expected, 'the scores are not those of one worker');
  });
}, 900);

test('grid: the time is estimated before the run', () => withSite({}, async ({ page }) => {
  await smallGrid(page, { seeds: '1, 2' });
  await at(page, 'estimate').click();
  await until(page, 'an estimate', async () => /About/.test(await at(page, 'estimated').innerText()));
  tell(await at(page, 'estimated').innerText());
}));
