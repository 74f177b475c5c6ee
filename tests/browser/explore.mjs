// Explore: comes by itself, tells what the data say, and can be walked through without a mouse.
import { openSite, withSite } from '../lib/site.mjs';
import { afterAll, tell, test } from '../lib/runner.mjs';
import { doseCsv } from '../lib/toy.mjs';
import { EXPLORED, at, choose, drop, expect, explored, figures, frames, graveViolations, history, inScheme, loaded, look, opened, shownError, shows, train, until } from './page.mjs';

const TABS = Object.keys(EXPLORED);
const phase = (page) => at(page, 'explore-progress').getAttribute('data-phase');
const canvas = (page, figure) => at(page, `figure-${figure}`).locator('canvas');
const lit = (page, figure) => canvas(page, figure).getAttribute('data-lit');
const says = async (page, figure) => (await canvas(page, figure).getAttribute('aria-label')) ?? '';
const pick = (page, tab) => at(page, `explore-tab-${tab}`).click();

/** The numbers of a figure's table, row by row, as the page writes them. */
async function tableOf(page, figure) {
  const toggle = at(page, `figure-${figure}`).getByRole('button', { name: /as a table/ });
  await toggle.click();
  await at(page, `figure-${figure}`).locator('tbody tr').first().waitFor({ state: 'visible' });
  const rows = await at(page, `figure-${figure}`).locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText)));
  await toggle.click();
  return rows;
}
const asNumber = (text) => Number(text.replaceAll(',', '').replaceAll('−', '-'));

// One explored page for the tests that only look at it.
let visit;
function visited() {
  visit ??= (async () => {
    const site = await openSite();
    await loaded(site.page);
    await explored(site.page);
    return { site, page: site.page, seconds: (performance.now() - site.started) / 1000 };
  })();
  return visit;
}
afterAll(async () => {
  const opened = await visit?.catch(() => null);
  await opened?.site.close();
});

test('explore: comes by itself and shows distances, with finite numbers in the tables', async () => {
  const { page, seconds } = await visited();
  tell(`explored ${seconds.toFixed(1)} s after the page was asked for; ${(await at(page, 'explore-progress').innerText()).replace(/\s+/g, ' ')}`);
  await shows(page, EXPLORED.distances);
  for (const figure of EXPLORED.distances) {
    const rows = await tableOf(page, figure);
    const values = rows.map((row) => row.map(asNumber).filter(Number.isFinite));
    expect(rows.length >= 6 && values.every((row) => row.length > 0), `${figure}: a row without a number: ${JSON.stringify(rows.slice(0, 4))}`);
    tell(`${figure}: ${rows.length} rows, the last ${rows.at(-1).join(' | ')}`);
  }
  // The last intervals are asked for when the exploration has ended.
  let without = [];
  await until(page, 'an interval in every row', async () => {
    without = (await tableOf(page, 'distances_per_type')).filter((row) => row.map(asNumber).filter(Number.isFinite).length < 3);
    return without.length === 0;
  }, { limitS: 30 }).catch((error) => {
    throw new Error(`${error.message}; without: ${JSON.stringify(without)}`);
  });
});

test('explore: another metric, all of them, curves and plots per type change the figure', async () => {
  const { page } = await visited();
  await pick(page, 'distances');
  const choices = [['explore-metric', 'wasserstein', /^Wasserstein.*, \d+ lines/], ['explore-panels', 'cell_types', /^Wasserstein.*: Hepatocytes - portal, 1 line\b/], ['explore-metric', 'all', /^Distances from control: E-distance/]];
  for (const [control, value, words] of choices) {
    await choose(page, control, value);
    await until(page, `${control} to take effect`, async () => words.test(await says(page, 'distances_along_doses')));
    tell(`${value}: ${(await says(page, 'distances_along_doses')).slice(0, 120)}`);
  }
  await at(page, 'explore-fits').check();
  await choose(page, 'explore-metric', 'edistance');
  await choose(page, 'explore-panels', 'metrics');
  expect(/mean|shift/i.test(await at(page, 'explore-sees').innerText()), 'what the distance sees is not said');
  await at(page, 'explore-fits').uncheck();
});

test('explore: pointing at a type makes it stand out in the other figure, and not afterwards', async () => {
  const { page } = await visited();
  await look(page, 'distances');
  // What was chosen before may still be on its way, and would move the figures.
  for (const figure of EXPLORED.distances) await until(page, `${figure} of the E-distance`, async () => /^E-distance/.test(await says(page, figure)));
  const other = canvas(page, 'distances_along_doses');
  const picture = () => other.evaluate((element) => element.toDataURL());
  const from = canvas(page, 'distances_per_type');
  await from.scrollIntoViewIfNeeded();
  await frames(page);
  const before = await picture();
  const box = await from.boundingBox();
  let key = '';
  for (let y = 8; y < box.height && !key; y += 9) {
    for (let x = box.width * 0.2; x < box.width && !key; x += 8) {
      await page.mouse.move(box.x + x, box.y + y);
      // Not on to the next place before this one has been answered: what is lit later would be that of a place left behind.
      await frames(page);
      key = (await lit(page, 'distances_along_doses')) ?? '';
    }
  }
  expect(key !== '', 'no mark of the one figure lights anything in the other');
  tell(`pointed at ${key}`);
  await until(page, 'the other figure to look different', async () => (await picture()) !== before);
  expect((await lit(page, 'distances_along_doses')) === key, `${key} does not stay lit while it is pointed at`);
  await page.mouse.move(2, 2);
  await until(page, 'the light to go', async () => !(await lit(page, 'distances_along_doses')));
  await until(page, 'the picture of before', async () => (await picture()) === before);
});

test('explore: a gene that is pointed at stands out in the figure and in the table', async () => {
  const { page } = await visited();
  await look(page, 'genes');
  const rows = at(page, 'explore-table-response_genes').locator('tbody tr');
  const gene = await rows.nth(2).locator('button').innerText();
  await rows.nth(2).hover();
  await until(page, `${gene} to stand out among the points`, async () => (await lit(page, 'volcano')) === gene);
  // Away from the table: focusing the figure scrolls, and a row that came to lie under the mouse would stand out as well.
  await page.mouse.move(2, 2);
  await until(page, 'the light to go', async () => !(await lit(page, 'volcano')));
  await canvas(page, 'volcano').focus();
  const rowAlight = () => page.evaluate(() => /** @type {HTMLElement | null} */ (document.querySelector('tr.lit button'))?.innerText ?? '');
  let other = '';
  for (let i = 0; i < 400 && !other; i++) {
    await page.keyboard.press('ArrowRight');
    await frames(page);
    other = await rowAlight();
  }
  expect(other, 'no point of the figure lights a row of the table');
  await page.keyboard.press('Enter');
  await until(page, `${other} to be chosen`, async () => (await at(page, 'explore-gene').inputValue()) === other);
  tell(`pointed at ${gene} in the table; chosen among the points: ${other}`);
  await until(page, 'the chosen gene to be drawn', async () => (await at(page, 'figure-gene_expression').locator('h3').innerText()) === other);
});

test('explore: a walk through everything by keyboard alone', async () => {
  const { page } = await visited();
  const press = (key) => page.keyboard.press(key);
  const focused = () => page.evaluate(() => ({ test: document.activeElement?.dataset.testid ?? '', tag: document.activeElement?.tagName ?? '', role: document.activeElement?.getAttribute('role') ?? '' }));
  const tabTo = async (what, holds) => {
    for (let i = 0; i < 60; i++) {
      if (await holds(await focused())) return;
      await press('Tab');
    }
    throw new Error(`Tab does not reach ${what}`);
  };
  await at(page, 'nav-explore').focus();
  await press('Enter');
  await until(page, 'the link to Explore', () => page.evaluate(() => /(^#|step=)explore/.test(location.hash)));
  await tabTo('the tabs', ({ role }) => role === 'tab');
  await press('Home');
  for (const [key, wanted] of [['ArrowRight', 'cells'], ['ArrowRight', 'genes'], ['End', 'doses'], ['ArrowRight', 'distances'], ['ArrowLeft', 'doses'], ['Home', 'distances']]) {
    await press(key);
    const now = await focused();
    expect(now.test === `explore-tab-${wanted}`, `${key} leads to ${now.test} and not to ${wanted}`);
    expect((await at(page, `explore-tab-${wanted}`).getAttribute('aria-selected')) === 'true', `${wanted} is not selected`);
    expect(await at(page, `explore-panel-${wanted}`).isVisible(), `${wanted} is not shown`);
    expect((await page.locator('[role=tab][tabindex="0"]').count()) === 1, 'exactly one tab is in the tab order');
  }
  await press('Tab');
  expect((await focused()).role === 'tabpanel', 'after the tabs comes their panel');
  await tabTo('the choice of a distance', ({ test }) => test === 'explore-metric');
  await press('ArrowDown');
  expect((await at(page, 'explore-metric').inputValue()) !== 'edistance', 'an arrow key chooses another distance');
  await press('ArrowUp');
  await tabTo('a figure', ({ tag }) => tag === 'CANVAS');
  await press('ArrowRight');
  let type = '';
  await until(page, 'the other figure to follow the arrow key', async () => {
    type = (await lit(page, 'distances_per_type')) ?? '';
    return type !== '';
  });
  await until(page, 'the mark to be read out', async () => (await page.locator('#status').innerText()).includes(type));
  await press('Enter');
  await until(page, 'the type alone', () => at(page, 'explore-only').isVisible());
  tell(`chosen by Enter: ${await at(page, 'explore-only').innerText()}`);
  await until(page, 'the table to have this type alone', async () => (await tableOf(page, 'distances_per_type')).length === 1);
  await canvas(page, 'distances_along_doses').focus();
  await press('Escape');
  await until(page, 'all types again', async () => !(await at(page, 'explore-only').isVisible()));
  for (const tab of TABS.slice(1)) {
    await at(page, `explore-tab-${tab}`).focus();
    await press('Enter');
    // They are asked for only when the tab is opened, and cannot have the focus before they are there.
    await shows(page, EXPLORED[tab]);
    await tabTo(`a figure of ${tab}`, ({ tag }) => tag === 'CANVAS');
    expect(await at(page, `explore-panel-${tab}`).evaluate((panel) => panel.contains(document.activeElement)), `Tab leads past the figures of ${tab}`);
  }
  await at(page, 'explore-tab-genes').focus();
  await press('Enter');
  await shows(page, EXPLORED.genes);
  await tabTo('a row of the table', () => page.evaluate(() => Boolean(document.activeElement?.closest('tbody'))));
  await press('ArrowDown');
  await press('ArrowDown');
  const gene = await page.evaluate(() => document.activeElement?.textContent);
  await press('Enter');
  await until(page, `${gene} to be shown`, async () => (await at(page, 'explore-gene').inputValue()) === gene && (await at(page, 'figure-gene_expression').locator('h3').innerText()) === gene);
  await tabTo('the files', ({ test }) => test === 'explore-save-run');
});

test('explore: no serious accessibility violation in any tab, light and dark', async () => {
  const { page } = await visited();
  for (const colorScheme of ['light', 'dark']) {
    await inScheme(page, colorScheme);
    for (const tab of TABS) {
      await look(page, tab);
      const grave = await graveViolations(page);
      expect(grave.length === 0, `${tab}, ${colorScheme}: ${grave.join('\n')}`);
    }
  }
  await page.emulateMedia({ colorScheme: null });
}, 900);

test('explore: every figure says what it shows, and has a table', async () => {
  const { page } = await visited();
  for (const tab of TABS) {
    await look(page, tab);
    const shown = (await figures(page)).filter((id) => !['figure-cell_counts', 'figure-loss'].includes(id));
    for (const id of shown) {
      const name = id.slice('figure-'.length);
      expect((await says(page, name)).length > 20, `${id} says nothing`);
      expect((await tableOf(page, name)).length > 0, `${id} has an empty table`);
    }
    tell(`${tab}: ${shown.join(', ')}`);
  }
});

test('explore: the run with its results can be saved', async () => {
  const { page } = await visited();
  const [download] = await Promise.all([page.waitForEvent('download'), at(page, 'explore-save-run').click()]);
  const report = JSON.parse(await (await import('node:fs/promises')).readFile(await download.path(), 'utf8'));
  expect(report.run.task.explore && report.distances.length > 0, `${download.suggestedFilename()} has no distances`);
  tell(`${download.suggestedFilename()}: ${report.distances.length} distances`);
});

test('explore: nothing went wrong behind the scenes', async () => {
  const { site } = await visited();
  expect(site.problems().length === 0, site.problems().join('\n'));
});

test('explore: cancelled, it keeps its figures; training goes first', () => withSite({}, async ({ page }) => {
  await loaded(page);
  await shows(page, ['distances_per_type']);
  await at(page, 'explore-pause').click();
  await until(page, 'a pause', async () => (await phase(page)) === 'paused');
  await at(page, 'explore-pause').click();
  await until(page, 'it to go on', async () => (await phase(page)) === 'running');
  const phases = await history(at(page, 'explore-progress'), 'data-phase');
  await train(page);
  await until(page, 'it to go on after the training', async () => (await phase(page)) === 'running');
  expect((await phases()).join(', ').startsWith('running, waiting, running'), `it did not give way: ${(await phases()).join(', ')}`);
  await at(page, 'explore-cancel').click();
  expect((await phase(page)) === 'cancelled', 'it is cancelled');
  await choose(page, 'explore-metric', 'euclidean');
  await until(page, 'another metric after the end', async () => /Euclidean/i.test(await says(page, 'distances_per_type')));
  expect((await shownError(page)) === null, 'cancelling is not an error');
  await at(page, 'explore-again').click();
  await until(page, 'it to begin again', async () => (await phase(page)) === 'running');
  expect((await figures(page)).includes('figure-distances_per_type'), 'the figures stay until there are new ones');
}));

test('explore: two conditions without doses show distances per type', () => withSite({}, async ({ page }) => {
  await loaded(page);
  await at(page, 'preset-pbmc-two-condition').click();
  await opened(page, 'pbmc-two-condition');
  await shows(page, ['distances_per_type']);
  expect(await at(page, 'explore-no-dose').isVisible(), 'it is not said that there are no doses');
  const shown = await figures(page);
  expect(!shown.includes('figure-distances_along_doses'), 'there is an empty figure along the doses');
  expect(!(await at(page, 'explore-tab-doses').isVisible()), 'there is a tab for doses');
  await pick(page, 'genes');
  await until(page, 'response genes', async () => (await at(page, 'explore-table-response_genes').locator('tbody tr').count()) > 5);
  tell((await at(page, 'explore-table-response_genes').locator('tbody tr').first().innerText()).replace(/\s+/g, ' '));
}));

test('explore: data without a treatment say so and break nothing', () => withSite({}, async ({ page }) => {
  await loaded(page);
  await at(page, 'preset-marrow-two-batches').click();
  await until(page, 'the data', async () => (await at(page, 'dataset-summary').innerText()).includes('marrow'), { errorEnds: false });
  await until(page, 'a sentence', () => at(page, 'explore-no-treatment').isVisible(), { errorEnds: false });
  expect(!(await at(page, 'explore-tab-distances').isVisible()), 'there is a tab for distances');
  await at(page, 'preset-pbmc-two-condition').click();
  await until(page, 'an exploration of the next data', async () => ['running', 'finished'].includes(await phase(page)), { errorEnds: false });
}));

test('explore: doses that are written as text are understood, and shown', () => withSite({}, async ({ page }) => {
  await loaded(page);
  await drop(page, [{ name: 'titration.csv', content: doseCsv([12, 12], ['vehicle', '0.01 ug/kg', '0.1 ug/kg', '1 ug/kg', '10 ug/kg']) }]);
  await opened(page, 'titration.csv');
  const notes = (await page.locator('#data .notes').innerText()).replace(/\s+/g, ' ');
  tell(`notes: ${notes}`);
  expect(/ug\/kg/.test(notes) && /vehicle/.test(notes), 'what was made of the doses is not said');
  await explored(page);
  await shows(page, EXPLORED.distances);
  const doses = await at(page, 'explore-distances-arm').locator('option').allInnerTexts();
  tell(`doses: ${doses.join(', ')}`);
  expect(doses.length === 4, `there are ${doses.length} treated doses`);
  expect(await at(page, 'explore-tab-doses').isVisible(), 'four doses have curves');
}));

test('explore: fewer cells than there are, then all of them; another layout is computed when asked for', () => withSite({}, async ({ page }) => {
  await loaded(page);
  await drop(page, [{ name: 'small.csv', content: doseCsv([30, 30], [0, 1, 10]) }]);
  await opened(page, 'small.csv');
  await explored(page);
  expect((await at(page, 'explore-cells').innerText()) === '', 'all cells are shown, which need not be said');
  await at(page, 'advanced').locator('summary').click();
  await at(page, 'max-cells').fill('60');
  await at(page, 'max-cells').blur();
  await at(page, 'explore-again').click();
  await until(page, 'the number of cells', async () => /60 of 180 cells are shown; .* s\./.test(await at(page, 'explore-cells').innerText()));
  tell(await at(page, 'explore-cells').innerText());
  await at(page, 'explore-all-cells').click();
  await until(page, 'all cells', async () => (await phase(page)) === 'finished' && (await at(page, 'explore-cells').innerText()) === '');
  await pick(page, 'cells');
  const offered = await at(page, 'explore-method').locator('option').allInnerTexts();
  expect(offered.some((text) => /compute t-SNE/.test(text)), `offered: ${offered.join(', ')}`);
  await choose(page, 'explore-method', 'tsne');
  await until(page, 't-SNE', async () => /t-SNE/.test(await says(page, 'embedding')));
  await choose(page, 'explore-colour', 'gene');
  await at(page, 'explore-colour-gene').fill('no such gene');
  await at(page, 'explore-colour-gene').press('Enter');
  await until(page, 'words about the gene', async () => /no such gene/.test(await at(page, 'figure-embedding_by').innerText()));
  tell((await at(page, 'figure-embedding_by').locator('.figure-trouble').innerText()).slice(0, 120));
  await at(page, 'explore-colour-gene').fill('GENE5');
  await at(page, 'explore-colour-gene').press('Enter');
  await until(page, 'the gene', async () => /GENE5/.test(await says(page, 'embedding_by')));
}));

for (const [what, sizes] of [['one cell type', [20]], ['forty cell types, one of them with a single cell per dose', [1, ...Array(39).fill(4)]]]) {
  test(`explore: ${what}`, () => withSite({}, async ({ page }) => {
    await loaded(page);
    await drop(page, [{ name: 'odd.csv', content: doseCsv(sizes, [0, 1, 3, 10, 30]) }]);
    // A column with one value is not taken for the cell type by itself, which the page says until one is chosen.
    await until(page, 'the data', async () => (await at(page, 'dataset-summary').innerText()).includes('odd.csv'), { errorEnds: false });
    if (sizes.length === 1) await choose(page, 'role-cell_type', 'cell_type');
    await until(page, 'the old exploration to go', async () => (await phase(page)) !== 'finished', { errorEnds: false });
    await until(page, 'the roles to be right', async () => (await shownError(page)) === null, { errorEnds: false });
    await explored(page);
    for (const tab of TABS) {
      await look(page, tab);
      tell(`${tab}: ${(await figures(page)).join(', ')}`);
    }
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow <= 0, `the page is ${overflow} px wider than the window`);
    expect((await page.locator('.figure-trouble').filter({ visible: true }).count()) === 0, 'a figure could not be made');
  }), 600);
}

test('explore: without motion the cells appear when they are laid out', () => withSite({ context: { reducedMotion: 'reduce' } }, async ({ page }) => {
  await loaded(page);
  await drop(page, [{ name: 'small.csv', content: doseCsv([40, 40], [0, 1, 10]) }]);
  await opened(page, 'small.csv');
  await explored(page);
  await pick(page, 'cells');
  await until(page, 'UMAP', async () => /UMAP/.test(await says(page, 'embedding')));
}));
