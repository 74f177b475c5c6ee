// Fronts between biology kept and batch effect removed: trained by clicks, looked at, saved, and there again after a reload.
import { readFile } from 'node:fs/promises';
import { openSite, withSite } from '../lib/site.mjs';
import { afterAll, skip, tell, test } from '../lib/runner.mjs';
import { at, choose, drop, expect, figures, graveViolations, isUsable, until } from './page.mjs';

const K = 3;
/** Seconds instead of minutes. */
const SMALL = {
  'front-max-cells': 320, 'front-genes': 100, 'front-workers': 1, 'front-candidates': K,
  'front-setting-schedule.pretrain_epochs': 3, 'front-setting-schedule.critic_warm_up': 10, 'front-setting-schedule.range_epochs': 2,
  'front-setting-schedule.epochs': 6, 'front-setting-schedule.refit_epochs': 1, 'front-setting-schedule.one_run_pretrain_epochs': 2,
  'front-setting-schedule.one_run_epochs': 2, 'front-setting-scvi.n_hidden': 24, 'front-setting-evaluation.de_novo.epochs': 2,
};

const phase = (page) => at(page, 'front-progress').getAttribute('data-phase');
const words = (page, figure) => at(page, figure).locator('canvas').getAttribute('aria-label');
const candidates = (page) => at(page, 'candidate-table').locator('tbody tr').count();
const canTrain = (page) => until(page, 'the front to be trainable', () => isUsable(at(page, 'front-train')), { limitS: 60 });

/** Opens the built-in set with two batches. */
export async function twoBatches(page) {
  await until(page, 'a data set', () => at(page, 'preset-marrow-two-batches').isEnabled(), { limitS: 60 });
  await at(page, 'preset-marrow-two-batches').click();
  await until(page, 'the two batches', async () => (await at(page, 'dataset-summary').innerText()).includes('marrow'), { limitS: 30 });
  await canTrain(page);
}

/** Makes the plan small; a setting that the engine does not have is left out. */
export async function small(page) {
  const advanced = at(page, 'front-advanced');
  if ((await advanced.getAttribute('open')) === null) await advanced.locator('summary').click();
  await at(page, 'front-setting-schedule.epochs').waitFor();
  for (const [id, value] of Object.entries(SMALL)) {
    if ((await at(page, id).count()) === 0) continue;
    await at(page, id).fill(String(value));
    await at(page, id).blur();
  }
  await canTrain(page);
}

/** Trains the front to its end; returns the seconds. */
async function trainFront(page, { limitS = 240 } = {}) {
  const started = performance.now();
  await canTrain(page);
  await at(page, 'front-train').click();
  await until(page, 'the run to begin', async () => !(await at(page, 'front-train').isVisible()), { limitS: 20 });
  await until(page, 'the front', async () => (await phase(page)) === 'finished', { limitS });
  return (performance.now() - started) / 1000;
}

/** What a click on this element saves. */
async function saved(page, id) {
  const [download] = await Promise.all([page.waitForEvent('download', { timeout: 20_000 }), at(page, id).click()]);
  return readFile(await download.path(), 'utf8');
}

const pictured = (page) => until(page, 'the picture of the candidate', async () =>
  (await at(page, 'candidate').getAttribute('data-progress')) === '1' && (await figures(page)).includes('figure-candidate_cells') && Boolean(await words(page, 'figure-candidate_cells')), { limitS: 60 });

let visit;
function visited() {
  visit ??= (async () => {
    const site = await openSite();
    const { page } = site;
    await twoBatches(page);
    const work = await at(page, 'front-work').innerText();
    await small(page);
    await at(page, 'front-train').click();
    await until(page, 'points in training', async () => /still training/.test((await at(page, 'figure-candidate_front').isVisible()) ? (await words(page, 'figure-candidate_front')) ?? '' : ''), { limitS: 120 });
    const live = await words(page, 'figure-candidate_front');
    await until(page, 'the front', async () => (await phase(page)) === 'finished', { limitS: 240 });
    await until(page, 'all candidates in the table', async () => (await candidates(page)) === K + 2, { limitS: 20 });
    return { site, page, work, live };
  })();
  return visit;
}
afterAll(async () => {
  const opened = await visit?.catch(() => null);
  await opened?.site.close();
});

test('trade-off: a front by clicks; its points appear while it trains', async () => {
  const { page, work, live } = await visited();
  tell(`${work}; in training: ${live.slice(0, 160)}`);
  expect(/1 front of 10 \+ 2 candidates/.test(work), `the plan says: ${work}`);
  await until(page, 'the finished front to be drawn', async () => !/still training/.test((await words(page, 'figure-candidate_front')) ?? ''), { limitS: 20 });
  tell(await words(page, 'figure-candidate_front'));
  const headline = await at(page, 'front-headline').innerText();
  expect(/of 5 candidates of Pareto MTL, MINE/.test(headline), `the headline says: ${headline}`);
  const grave = await graveViolations(page);
  expect(grave.length === 0, grave.join('\n'));
}, 420);

test('trade-off: a chosen candidate shows its cells by batch and by type, and its metrics', async () => {
  const { page } = await visited();
  const rows = at(page, 'candidate-table').locator('tbody tr');
  await rows.first().locator('button').click();
  await until(page, 'the first candidate', async () => /batch effect only/.test(await at(page, 'candidate-title').innerText()), { limitS: 10 });
  await pictured(page);
  const shown = await words(page, 'figure-candidate_cells');
  tell(shown.slice(0, 240));
  expect(/batch/.test(shown) && /cell type/.test(shown), 'the picture is coloured by batch and by type');
  const u = () => at(page, 'candidate-u').getAttribute('data-value');
  const before = await u();
  expect(Number(before) > 0, `U is ${before}`);
  // By keyboard in the figure: along its marks, and Enter chooses.
  await at(page, 'figure-candidate_front').locator('canvas').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await until(page, 'another candidate', async () => (await u()) !== before, { limitS: 10 });
  await rows.nth(2).locator('button').click();
  await until(page, 'the third candidate', async () => /candidate 3 of 5/.test(await at(page, 'candidate-title').innerText()), { limitS: 10 });
  await choose(page, 'front-picture', 'pca');
  await pictured(page);
  await until(page, 'its principal components', async () => /candidate 3 of 5/.test(await words(page, 'figure-candidate_cells')), { limitS: 10 });
});

test('trade-off: any metric of biology against any of batches', async () => {
  const { page } = await visited();
  await choose(page, 'front-x', 'asw');
  await choose(page, 'front-y', 'be_pooled');
  await until(page, 'the other axes', async () => /Entropy of batch mixing.*against.*Silhouette/.test((await at(page, 'figure-candidate_front').locator('h3').innerText())), { limitS: 10 });
  const meaning = await at(page, 'front-meaning').innerText();
  expect(/Higher is better/.test(meaning), meaning);
  await choose(page, 'front-cells', 'train');
  await until(page, 'training cells', async () => /training cells/.test(await at(page, 'figure-candidate_front').locator('h3').innerText()), { limitS: 10 });
  const standing = await at(page, 'candidate-table').locator('tbody tr').evaluateAll((all) => all.map((row) => row.cells[1].innerText));
  expect(standing.every((text) => ['on the front', 'dominated'].includes(text)) && standing.includes('on the front'), standing.join(', '));
  await choose(page, 'front-x', 'u');
  await choose(page, 'front-y', 'v');
  await choose(page, 'front-cells', 'test');
});

test('trade-off: the tables are saved as CSV, the run as a report', async () => {
  const { page } = await visited();
  const lines = (await saved(page, 'candidates-csv')).trim().split('\n');
  expect(lines.length === K + 3 && lines[0].includes('test_be_pooled') && lines[0].includes('train_asw'), lines[0]);
  const fronts = (await saved(page, 'paper-csv')).trim().split('\n');
  expect(fronts.length === 7 && fronts[0].startsWith('method,measure,cells'), `${fronts.length} lines, ${fronts[0]}`);
  expect((await at(page, 'paper-table').locator('tbody tr').count()) === 9, 'three qualities in three pairs of metrics');
  const report = JSON.parse(await saved(page, 'front-save-run'));
  expect(report.candidates.length === K + 2 && report.fronts.length > 0 && report.run.task.trade_off.candidates === K, 'the report has its candidates');
});

test('trade-off: after a reload the candidates and their cells are there again', async () => {
  const { page } = await visited();
  const before = await saved(page, 'candidates-csv');
  await page.reload();
  await until(page, 'the kept front', () => at(page, 'front-earlier').isVisible(), { limitS: 60 });
  tell((await at(page, 'front-earlier').innerText()).replace(/\s+/g, ' '));
  await twoBatches(page);
  await at(page, 'front-earlier-continue').click();
  await until(page, 'its candidates', async () => (await phase(page)) === 'finished' && (await candidates(page)) === K + 2, { limitS: 30 });
  expect((await saved(page, 'candidates-csv')) === before, 'the numbers are those of before');
  await at(page, 'candidate-table').locator('tbody tr').last().locator('button').click();
  await pictured(page);
}, 180);

test('trade-off: two methods over each other on two workers; cancelled and gone on with', () => withSite({}, async ({ page }) => {
  await twoBatches(page);
  await small(page);
  await at(page, 'front-methods').locator('input[value=scalarisation]').check();
  await at(page, 'front-workers').fill('2');
  await at(page, 'front-workers').blur();
  const parts = () => at(page, 'front-parts').locator('button').evaluateAll((all) => all.map((one) => one.dataset.phase));
  await canTrain(page);
  await at(page, 'front-train').click();
  await until(page, 'one part to be done', async () => (await parts()).includes('done') || (await phase(page)) === 'finished', { limitS: 200 });
  if ((await phase(page)) !== 'finished') {
    await at(page, 'front-cancel').click();
    await canTrain(page);
    await trainFront(page);
    expect((await parts()).includes('kept'), `parts: ${await parts()}`);
  }
  await until(page, 'both fronts', async () => (await candidates(page)) === 2 * (K + 2), { limitS: 20 });
  const boxes = at(page, 'front-shown').locator('input');
  expect((await boxes.count()) === 2, 'two fronts can be shown');
  await boxes.first().uncheck();
  await until(page, 'one front alone', async () => !/Pareto/.test((await words(page, 'figure-candidate_front')) ?? 'Pareto'), { limitS: 10 });
}), 420);

test('trade-off: without known types the metrics that need them are greyed out', () => withSite({}, async ({ page }) => {
  await twoBatches(page);
  await choose(page, 'front-cell_type', '– none –');
  await until(page, 'the remark', () => at(page, 'front-no-labels').isVisible(), { limitS: 20 });
  await small(page);
  await trainFront(page);
  const off = await at(page, 'front-x').locator('option:disabled').allInnerTexts();
  tell(off.join('; '));
  expect(off.length > 3 && off.every((text) => /needs cell types/.test(text)), `greyed out: ${off.join('; ')}`);
  await pictured(page);
}), 300);

test('trade-off: one batch, or values that are no counts: said in words, with what helps', () => withSite({}, async ({ page }) => {
  const table = (batch, value) => [
    `cell,batch,condition,${Array.from({ length: 20 }, (_, gene) => `G${gene}`).join(',')}`,
    ...Array.from({ length: 80 }, (_, cell) => [`c${cell}`, batch(cell), cell % 4 < 2 ? 'control' : 'treated', ...Array.from({ length: 20 }, (_, gene) => value((7 * cell + 3 * gene * gene) % 5))].join(',')),
  ].join('\n');
  const trouble = async (code) => {
    await until(page, code, async () => (await at(page, 'front-trouble').isVisible()) && (await at(page, 'front-trouble').getAttribute('data-code')) === code, { limitS: 30, errorEnds: false });
    const text = (await at(page, 'front-trouble').innerText()).replace(/\s+/g, ' ');
    tell(text);
    expect(!(await at(page, 'front-train').isEnabled()), 'nothing can be trained');
    return text;
  };
  await until(page, 'a data set', () => at(page, 'preset-marrow-two-batches').isEnabled(), { limitS: 60 });
  await trouble('no_batch_role');
  await drop(page, [{ name: 'one.csv', content: table(() => 'only', (count) => count) }]);
  await until(page, 'one.csv', async () => (await at(page, 'dataset-summary').innerText()).includes('one'), { limitS: 30, errorEnds: false });
  await choose(page, 'front-batch', /^batch/);
  await trouble('one_batch');
  await drop(page, [{ name: 'log.csv', content: table((cell) => `b${cell % 2}`, (count) => Math.log1p(count).toFixed(4)) }]);
  await until(page, 'log.csv', async () => (await at(page, 'dataset-summary').innerText()).includes('log'), { limitS: 30, errorEnds: false });
  expect(/counts/.test(await trouble('needs_counts')), 'it says that counts are needed');
  await at(page, 'open-two-batches').click();
  await until(page, 'the built-in set', async () => (await at(page, 'dataset-summary').innerText()).includes('marrow'), { limitS: 30, errorEnds: false });
  await canTrain(page);
}), 180);

test('trade-off: a slider moves along the front of one network', () => withSite({}, async ({ page }) => {
  await twoBatches(page);
  await small(page);
  // One method at least stays chosen.
  await at(page, 'front-methods').locator('input[value=one_run]').check();
  await at(page, 'front-methods').locator('input[value=pareto_mtl]').uncheck();
  await trainFront(page);
  if (!(await at(page, 'front-slider').isVisible({ timeout: 5000 }))) {
    await page.waitForTimeout(2000);
    if (!(await at(page, 'front-slider').isVisible())) skip('this engine has no slider along the front');
  }
  const place = () => at(page, 'front-place').innerText();
  const cells = () => words(page, 'figure-front_cells');
  await until(page, 'the cells at its place', async () => Boolean(await cells()), { limitS: 20 });
  const [from, seen] = [await place(), await cells()];
  await at(page, 'front-slider').focus();
  for (let i = 0; i < 40; i++) await page.keyboard.press('ArrowRight');
  await until(page, 'the cells to follow', async () => (await place()) !== from && (await cells()) !== seen, { limitS: 10 });
  tell(`${from} to ${await place()}, answered in ${await at(page, 'front-slider-panel').getAttribute('data-ms')} ms`);
  await at(page, 'polish').click();
  await until(page, 'the polished candidate', async () => /Done/.test(await at(page, 'polishing').innerText()), { limitS: 120 });
}), 300);
