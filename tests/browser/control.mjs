// A run can be held, continued and thrown away.
import { withSite } from '../lib/site.mjs';
import { test } from '../lib/runner.mjs';
import { at, expect, isUsable, loaded, shownError, train, until } from './page.mjs';

const progress = (page) => at(page, 'progress').evaluate((element) =>
  [element, ...element.querySelectorAll('*')].map((one) => `${one.getAttribute('value') ?? ''}${one.textContent}`).join('|'));

test('a run pauses, goes on, and is cancelled without losing the data', () => withSite({}, async ({ page }) => {
  const before = await loaded(page);
  await at(page, 'train').click();
  await until(page, 'Pause', () => isUsable(at(page, 'pause')));
  await page.waitForTimeout(300);
  await at(page, 'pause').click();
  // The step under way when Pause was pressed still ends.
  await page.waitForTimeout(1000);
  const held = await progress(page);
  await page.waitForTimeout(1500);
  expect((await progress(page)) === held, 'the run went on while it was paused');
  await at(page, 'pause').click();
  await until(page, 'the run to go on', async () => (await progress(page)) !== held || !(await at(page, 'pause').isVisible()));
  if (await isUsable(at(page, 'cancel'))) await at(page, 'cancel').click();
  await until(page, 'Train after a cancelled run', () => isUsable(at(page, 'train')));
  expect((await shownError(page)) === null, 'cancelling is not an error');
  expect((await at(page, 'dataset-summary').innerText()) === before, 'the data set is still there');
  await train(page);
}), 180);

test('a run that is cancelled while it begins does not come back beside the next one', () => withSite({}, async ({ page }) => {
  await loaded(page);
  await at(page, 'train').click();
  await at(page, 'cancel').click();
  await until(page, 'Train after a cancelled run', () => isUsable(at(page, 'train')));
  await train(page);
  await at(page, 'log').locator('summary').click();
  // The lines are drawn once the log is open, which the browser says a moment later.
  let lines = [];
  await until(page, 'the lines of the log', async () => {
    lines = await at(page, 'log').locator('li').allInnerTexts();
    return lines.length > 0;
  });
  const begun = lines.filter((line) => /Started/.test(line)).length;
  expect(begun === 1, `${begun} runs began: ${lines.join(' | ')}`);
}), 120);
