// The Methods page, and the explanations that lead to it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.mjs';
import { tell, test } from '../lib/runner.mjs';
import { withSite } from '../lib/site.mjs';
import { at, expect, explored, graveViolations, inScheme, loaded, until } from './page.mjs';

const SCHEMES = ['light', 'dark'];
const VIEWPORTS = [{ width: 1440, height: 900 }, { width: 390, height: 844 }];

/** What sticks out of the window to the right. */
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

for (const viewport of VIEWPORTS) {
  test(`methods: the page reads in light and dark, ${viewport.width} px wide, and axe-core finds nothing serious`, async () => {
    await withSite({ path: 'methods.html', context: { viewport } }, async ({ page }) => {
      await at(page, 'methods-filter').waitFor();
      for (const scheme of SCHEMES) {
        await inScheme(page, scheme);
        const violations = await graveViolations(page);
        expect(violations.length === 0, `${scheme}: ${violations.join('; ')}`);
      }
      expect((await overflow(page)) <= 0, `${await overflow(page)} px stick out`);
      const heights = await page.locator('.formula math').evaluateAll((all) => all.map((math) => math.getBoundingClientRect().height));
      expect(heights.length > 70 && heights.every((height) => height > 10), 'formulas are drawn');
      const wide = await page.locator('.formula').evaluateAll((all) => all.filter((box) => box.scrollWidth > box.clientWidth && box.tabIndex !== 0).length);
      expect(wide === 0, `${wide} formulas scroll and cannot be reached by keyboard`);
    });
  });
}

test('methods: an address leads to its entry, the filter finds and forgets, without script all is there', async () => {
  await withSite({ path: 'methods.html#edistance_squared' }, async ({ page, url }) => {
    const entry = page.locator('article.method:has(#edistance_squared)');
    await until(page, 'the entry in sight', () => entry.evaluate((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return top >= 0 && top < innerHeight && bottom > 0;
    }), { limitS: 10 });
    const all = await page.locator('article.method').count();
    const shown = () => page.locator('article.method:visible').count();
    await at(page, 'methods-filter').fill('szekely energy');
    await until(page, 'none with both words', async () => (await shown()) === 0 && (await at(page, 'methods-found').innerText()) === 'Nothing has these words.', { limitS: 10 });
    await at(page, 'methods-filter').fill('scib-metrics bras');
    await until(page, 'few entries', async () => (await shown()) > 0 && (await shown()) < 5, { limitS: 10 });
    expect(await page.locator('article.method:has(#bras)').isVisible(), 'BRAS is found');
    expect((await page.locator('.contents a[href="#scgen"]').count()) === 1 && !(await page.locator('.contents a[href="#scgen"]').isVisible()), 'the contents are filtered too');
    // A link within a hidden entry's neighbour brings back what it leads to.
    await page.evaluate(() => { location.hash = 'scgen'; });
    await until(page, 'everything again', async () => (await shown()) === all, { limitS: 10 });
    tell(`${all} entries of ${url}methods.html`);
  });
  await withSite({ path: 'methods.html', context: { javaScriptEnabled: false } }, async ({ page }) => {
    expect((await page.locator('article.method').count()) > 60 && (await page.locator('.formula').first().isVisible()), 'entries and formulas without script');
    expect(!(await page.locator('#filter').isVisible()), 'no box that does nothing');
  });
});

test('methods: an explanation opens by keyboard, is told, closes with Escape, and leads to an entry that exists', async () => {
  const methodsHtml = readFileSync(join(ROOT, 'www', 'methods.html'), 'utf8');
  await withSite({}, async ({ page }) => {
    await loaded(page);
    await explored(page);
    const figure = at(page, 'figure-distances_along_doses');
    const button = figure.getByTestId('help-button').first();
    await button.focus();
    await page.keyboard.press('Enter');
    const panel = page.locator('[data-testid="help"]:popover-open');
    await panel.waitFor();
    expect(/Distances along the doses/.test(await panel.innerText()), await panel.innerText());
    expect((await panel.getAttribute('role')) === 'dialog' && (await panel.evaluate((element) => element === document.activeElement)), 'the explanation has the focus, and so is read out');
    for (const scheme of SCHEMES) {
      await inScheme(page, scheme);
      const violations = await graveViolations(page);
      expect(violations.length === 0, `open, ${scheme}: ${violations.join('; ')}`);
    }
    await page.keyboard.press('Tab');
    const href = await page.evaluate(() => document.activeElement?.getAttribute('href'));
    expect(/^methods\.html#/.test(href ?? ''), `Tab leads to the Methods page: ${href}`);
    await page.keyboard.press('Escape');
    await until(page, 'a closed explanation', async () => (await panel.count()) === 0, { limitS: 10 });
    expect(await button.evaluate((element) => element === document.activeElement), 'the focus is back on the button');

    // The chosen distance is explained, whichever it is.
    await at(page, 'explore-metric').selectOption('euclidean');
    const chosen = page.getByRole('button', { name: 'About: the chosen distance' });
    await chosen.click();
    expect(/Euclidean distance of means/.test(await panel.innerText()), await panel.innerText());
    expect((await panel.getByRole('link').getAttribute('href')) === 'methods.html#euclidean', 'its own entry');
    await page.keyboard.press('Escape');

    // All of them: opened, within the window, with words, and links that lead somewhere.
    const buttons = at(page, 'help-button').filter({ visible: true });
    const names = [];
    for (let i = 0; i < (await buttons.count()); i++) {
      const one = buttons.nth(i);
      await one.scrollIntoViewIfNeeded();
      await one.click();
      await panel.waitFor();
      const told = await panel.evaluate((element) => {
        const { left, right, top, bottom } = element.getBoundingClientRect();
        return { words: element.innerText, inside: left >= 0 && right <= innerWidth && top >= -1 && bottom <= innerHeight + 1, links: [...element.querySelectorAll('a')].map((a) => a.getAttribute('href')) };
      });
      expect(told.words.length > 40 && told.inside, `${await one.getAttribute('aria-label')}: ${JSON.stringify(told)}`);
      for (const link of told.links) expect(methodsHtml.includes(`id="${link?.replace('methods.html#', '')}"`), `${link} leads nowhere`);
      names.push(await one.getAttribute('aria-label'));
      await page.keyboard.press('Escape');
    }
    expect(names.length > 15, `${names.length} explanations`);
    tell(`${names.length} explanations opened`);
    const [tab] = await Promise.all([page.context().waitForEvent('page'), page.locator('#colophon a[href="methods.html"]').click()]);
    await tab.waitForLoadState();
    expect((await tab.title()).startsWith('Methods'), await tab.title());
  });
});

test('methods: explanations fit a telephone and open by touch', async () => {
  await withSite({ context: { viewport: VIEWPORTS[1], hasTouch: true } }, async ({ page }) => {
    await loaded(page);
    const button = at(page, 'figure-cell_counts').getByTestId('help-button');
    await button.tap();
    const panel = page.locator('[data-testid="help"]:popover-open');
    await panel.waitFor();
    const box = await panel.boundingBox();
    expect(box !== null && box.x >= 0 && box.x + box.width <= VIEWPORTS[1].width, JSON.stringify(box));
    expect((await overflow(page)) <= 0, 'nothing sticks out');
    await page.touchscreen.tap(5, 5);
    await until(page, 'a closed explanation', async () => (await panel.count()) === 0, { limitS: 10 });
  });
});

test('methods: the page says how to cite it and the methods that were used', async () => {
  await withSite({}, async ({ page }) => {
    await loaded(page);
    await at(page, 'cite-footer').click();
    const list = await at(page, 'cite-list').innerText();
    expect(/Dosefront: single-cell perturbation models trained in the browser\. Version \d/.test(list), list);
    expect((await at(page, 'cite-list').locator('a[href^="methods.html"]').count()) > 0, 'a way to the methods');
  });
});

// A title is not shown on touch or to who uses the keyboard.
test('methods: no control is explained by a title alone', () => {
  const folder = join(ROOT, 'www', 'js', 'panels');
  const bare = readdirSync(folder).flatMap((name) => {
    const source = readFileSync(join(folder, name), 'utf8');
    return [...source.matchAll(/field\('([^']+)', \w+, ''\)/g)].map(([, label]) => `${name}: ${label}`);
  });
  // The second of a pair, explained at the first; and lines of text that need no explanation.
  const explained = ['comparison.js: Up', 'front_plot.js: Batch effect (up)', 'playground.js: Dimensions', 'dose_slider.js: Seed', 'dose_slider.js: Treatment', 'lesson_maker.js: Title of the lesson', 'lesson_maker.js: Heading'];
  expect(JSON.stringify(bare.sort()) === JSON.stringify(explained.sort()), `without an explanation: ${bare.filter((each) => !explained.includes(each)).join(', ') || 'none, but the list of exceptions is out of date'}`);
});
