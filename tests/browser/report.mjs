// The report of a run to read and print, and what the page says of its results in words.
import { afterAll, tell, test } from '../lib/runner.mjs';
import { openSite } from '../lib/site.mjs';
import { at, expect, loaded, opened, train } from './page.mjs';
import { saves, tiny } from './sharing.mjs';

/** What can be done on the page, and not on paper. */
const CONTROLS = /\b(choose|chosen|click|press|slider?|drag|hover|point at|tick (it|the box)|button|above|below)\b/i;

/** A tiny run with fewer genes than a list of responding genes has otherwise, and its report. */
let made;
function madeReport() {
  made ??= (async () => {
    const site = await openSite();
    const { page } = site;
    await loaded(page);
    await at(page, 'preset-pbmc-two-condition').click();
    await opened(page, 'pbmc');
    await tiny(page);
    await train(page);
    await at(page, 'figure-r2_scatter').waitFor();
    const html = (await saves(page, 'share-report')).bytes.toString();
    const paper = await page.context().newPage();
    await paper.setContent(html);
    return { site, page, paper };
  })();
  return made;
}
afterAll(async () => (await made?.catch(() => null))?.site.close());

test('report: nothing sticks out of a narrow window, and wide tables scroll in a box that the keyboard reaches', async () => {
  const { paper } = await madeReport();
  for (const width of [390, 320]) {
    await paper.setViewportSize({ width, height: 844 });
    const wide = await paper.evaluate(() => document.documentElement.scrollWidth);
    expect(wide <= width, `${wide} px in a window of ${width}`);
  }
  const tables = await paper.locator('.table').evaluateAll((all) => all.map(({ scrollWidth, clientWidth, tabIndex }) => ({ scrolls: scrollWidth > clientWidth, tabIndex })));
  expect(tables.some(({ scrolls }) => scrolls) && tables.every(({ tabIndex }) => tabIndex === 0), JSON.stringify(tables));
});

test('report: captions say what is seen, and nothing of controls that paper has not', async () => {
  const { page, paper } = await madeReport();
  const captions = await paper.locator('figcaption').allInnerTexts();
  captions.forEach((caption) => tell(caption.slice(0, 160)));
  expect(captions.length >= 4, `${captions.length} captions`);
  for (const caption of captions) expect(!CONTROLS.test(caption), caption);
  expect(/Choose a cell of the map/.test(await at(page, 'figure-cell_counts').innerText()), 'on the page it is said what the map can do');
});

test('report: lists of responding genes are as long as there are genes, and R² is called what it is', async () => {
  const { page, paper } = await madeReport();
  const genes = Number(await at(page, 'genes').inputValue());
  const number = await page.locator('.key-number', { has: at(page, 'metric-common_degs') }).innerText();
  expect(genes < 100 && number.includes(`of ${genes}`), `${genes} genes: ${number}`);
  for (const name of ['r2_scatter', 'deg_overlap']) {
    const words = await at(page, `figure-${name}`).locator('.hint').first().innerText();
    expect(words.includes(` ${genes} genes`) && !words.includes('100'), words);
  }
  expect(!(await paper.locator('body').innerText()).includes('of 100)'), 'no axis of the report says 100');
  const headline = await at(page, 'result-headline').innerText();
  expect(/squared correlation/.test(headline) && !/explains|%/.test(headline), headline);
});
