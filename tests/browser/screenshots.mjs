// Pictures of every panel for a person to look at:  SCREENSHOTS=1 node tests/browser/run.mjs screenshots
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.mjs';
import { withSite } from '../lib/site.mjs';
import { skip, tell, test } from '../lib/runner.mjs';
import { small, twoBatches } from './tradeoff.mjs';
import { at, drop, expect, explored, loaded, look, shownError, train, until } from './page.mjs';

const FOLDER = join(ROOT, 'tests', 'browser', 'screenshots');
const WIDTHS = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

for (const [width, viewport] of Object.entries(WIDTHS)) {
  for (const colorScheme of ['light', 'dark']) {
    test(`screenshots: ${width}, ${colorScheme}`, async () => {
      if (!process.env.SCREENSHOTS) skip('only made when SCREENSHOTS=1');
      await mkdir(FOLDER, { recursive: true });
      await withSite({ context: { viewport, colorScheme } }, async ({ page }) => {
        const shoot = (name, target = page, options = {}) =>
          target.screenshot({ path: join(FOLDER, `${width}-${colorScheme}-${name}.png`), animations: 'disabled', ...options });
        await loaded(page);
        await shoot('1-first-view');
        await shoot('2-loaded', page, { fullPage: true });
        await explored(page);
        for (const tab of ['distances', 'cells', 'genes', 'doses']) {
          await look(page, tab);
          // Drawn once more at its own height.
          await page.waitForTimeout(500);
          await shoot(`2-explore-${tab}`, page.locator('#explore'));
        }
        await at(page, 'train').click();
        await until(page, 'a running model', () => at(page, 'progress').isVisible());
        await page.waitForTimeout(1200);
        await shoot('3-training', page, { fullPage: true });
        // It may have ended meanwhile.
        await at(page, 'cancel').click({ timeout: 2000 }).catch(() => {});
        await train(page);
        await shoot('4-trained', page, { fullPage: true });
        const panels = page.locator('main section').filter({ visible: true });
        for (let i = 0; i < (await panels.count()); i++) {
          const name = await panels.nth(i).evaluate((panel, at) => panel.id || panel.dataset.testid || `section-${at + 1}`, i);
          await shoot(`5-panel-${name}`, panels.nth(i));
        }
        await twoBatches(page);
        await small(page);
        const front = page.locator('#trade-off');
        await at(page, 'front-train').click();
        await until(page, 'points in training', () => at(page, 'figure-candidate_front').isVisible());
        await page.waitForTimeout(1500);
        await shoot('6-front-training', front);
        await until(page, 'the front', async () => (await at(page, 'front-progress').getAttribute('data-phase')) === 'finished', { limitS: 240 });
        await until(page, 'the cells of a candidate', async () => (await at(page, 'candidate').getAttribute('data-progress')) === '1');
        await page.waitForTimeout(500);
        await shoot('6-front', front);
        await drop(page, [{ name: 'broken.h5ad', content: 'not HDF5' }]);
        await until(page, 'a message', async () => (await shownError(page)) !== null, { errorEnds: false });
        await shoot('7-error', page, { fullPage: true });
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(overflow <= 0, `the page is ${overflow} px wider than the window`);
      });
      tell(`in ${FOLDER}`);
    }, 600);
  }
}
