// The page for everybody: every step and everything that opens, in both themes, enlarged, narrow, without motion, by keyboard alone.
import { openSite } from '../lib/site.mjs';
import { afterAll, test } from '../lib/runner.mjs';
import { at, drawn, drop, expect, explored, graveViolations, inScheme, isUsable, loaded, opened, train, until } from './page.mjs';
import { whatDoesNotFit } from './fits.mjs';
import { saves, tiny, verdict } from './sharing.mjs';
import { small, twoBatches } from './tradeoff.mjs';

const SIZES = { 'as it is': { width: 1440, height: 900 }, '390 px': { width: 390, height: 844 }, 'at 200 %': { width: 720, height: 450 } };

/** Trains; returns once the run is in the list. */
async function trained(page, epochs) {
  const before = await at(page, 'run').count();
  await tiny(page, epochs);
  await train(page);
  await until(page, 'the run in the list', async () => (await at(page, 'run').count()) > before);
}

const sites = [];
async function still() {
  const site = await openSite({ context: { reducedMotion: 'reduce' } });
  sites.push(site);
  return site;
}
afterAll(() => Promise.all(sites.map((site) => site.close())));

/** Two small runs side by side, and a saved one that was run again: the page with about everything on it. */
let predicted;
export function withPredictions() {
  predicted ??= (async () => {
    const site = await still();
    const { page } = site;
    await loaded(page);
    await at(page, 'preset-pbmc-two-condition').click();
    await opened(page, 'pbmc');
    await explored(page);
    await trained(page, '2');
    await trained(page, '3');
    const file = await saves(page, 'share-run');
    await drop(page, [{ name: file.name, content: file.bytes }]);
    await until(page, 'the saved run', async () => (await isUsable(at(page, 'rerun'))) && (await at(page, 'shared-run').innerText()).includes(file.name));
    await at(page, 'rerun').click();
    expect((await verdict(page)) === 'identical', await at(page, 'verdict').innerText());
    const boxes = at(page, 'run-compare').filter({ visible: true });
    await until(page, 'two runs to compare', async () => (await boxes.count()) >= 2);
    const predictions = at(page, 'run').filter({ has: page.getByTestId('run-about').filter({ hasText: 'Predict' }) });
    for (const i of [0, 1]) await predictions.nth(i).getByTestId('run-compare').check();
    await until(page, 'both side by side', () => at(page, 'figure-compared_runs').isVisible());
    await drawn(page);
    return site;
  })();
  return predicted;
}

/** A small front with a chosen candidate. */
let fronted;
export function withFront() {
  fronted ??= (async () => {
    const site = await still();
    const { page } = site;
    await loaded(page);
    await twoBatches(page);
    await small(page);
    await at(page, 'front-train').click();
    await until(page, 'the front', async () => (await at(page, 'front-progress').getAttribute('data-phase')) === 'finished', { limitS: 240 });
    await until(page, 'the cells of a candidate', async () => (await at(page, 'candidate').getAttribute('data-progress')) === '1', { limitS: 60 });
    await drawn(page);
    return site;
  })();
  return fronted;
}

const details = (id) => ({
  open: async (page) => (await at(page, id).getAttribute('open')) === null && at(page, id).locator('summary').first().click(),
  close: async (page) => (await at(page, id).getAttribute('open')) !== null && at(page, id).locator('summary').first().click(),
});
const dialog = (button, id) => ({
  open: async (page) => {
    await at(page, button).click();
    await at(page, id).waitFor();
  },
  close: (page) => page.keyboard.press('Escape'),
});
/** What opens, over the page or in it; `within` is what is new on the page then. */
const OPENS = {
  nothing: { open: async () => {}, close: async () => {} },
  'the share menu': { ...details('share'), within: '.share' },
  'the engine badge': { ...details('device-badge'), within: '.badge' },
  'the lessons': { ...dialog('lessons', 'lessons-dialog'), within: 'dialog[open]' },
  'how to cite': { ...dialog('cite', 'cite-list'), within: 'dialog[open]' },
  'everything that folds': {
    open: (page) => page.evaluate(() => document.querySelectorAll('main details, #shared-run details').forEach((one) => { one.open = true; })),
    close: (page) => page.evaluate(() => document.querySelectorAll('main details, #shared-run details').forEach((one) => { one.open = false; })),
  },
};

async function eachOpening(page, body) {
  for (const [name, { open, close, within }] of Object.entries(OPENS)) {
    await open(page);
    await drawn(page);
    await body(name, within);
    await close(page);
  }
}

const STATES = { 'predictions, compared runs and a verdict': withPredictions, 'a front': withFront };

for (const [state, make] of Object.entries(STATES)) {
  test(`access: ${state}: axe-core finds nothing serious, whatever is open, light and dark`, async () => {
    const { page } = await make();
    for (const colorScheme of ['light', 'dark']) {
      await inScheme(page, colorScheme);
      await eachOpening(page, async (name, within) => {
        // With everything unfolded there is all of the page.
        if (name === 'nothing') return;
        const grave = await graveViolations(page, within);
        expect(grave.length === 0, `${name}, ${colorScheme}: ${grave.join('\n')}`);
      });
    }
    await inScheme(page, 'light');
  }, 900);

  test(`access: ${state}: at 200 % and in 390 px everything fits and no text is cut`, async () => {
    const { page } = await make();
    const where = new Map();
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport);
      await eachOpening(page, async (name) => {
        for (const words of await whatDoesNotFit(page)) where.set(words, [...(where.get(words) ?? []), `${size} with ${name} open`]);
      });
    }
    await page.setViewportSize(SIZES['as it is']);
    expect(where.size === 0, [...where].map(([words, sizes]) => `${words}: ${sizes.slice(0, 3).join(', ')}${sizes.length > 3 ? ' …' : ''}`).join('\n'));
  }, 600);
}
