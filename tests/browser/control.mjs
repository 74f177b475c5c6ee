// A run can be held, continued and thrown away.
import { withSite } from '../lib/site.mjs';
import { test } from '../lib/runner.mjs';
import { at, expect, isUsable, loaded, shownError, train, until } from './page.mjs';

const ENDLESS = '5000';
const STILL_MS = 4000;

/** All that the progress says, in numbers and in words. */
const progress = (page) => at(page, 'progress').evaluate((element) =>
  [element, ...element.querySelectorAll('*')].map((one) => `${one.getAttribute('value') ?? ''}${one.textContent}`).join('|'));
/** How much of the run is done. */
const done = async (page) => Number(await at(page, 'progress').getAttribute('data-done'));

test('a run pauses, goes on, and is cancelled without losing the data', () => withSite({}, async ({ page }) => {
  const summary = await loaded(page);
  // A run that does not end by itself before a slow test has pressed its buttons.
  await at(page, 'advanced').locator('summary').click();
  await at(page, 'setting-epochs').fill(ENDLESS);
  await at(page, 'setting-epochs').blur();
  await at(page, 'train').click();
  await until(page, 'Pause', () => isUsable(at(page, 'pause')));
  await until(page, 'some progress', async () => (await done(page)) > 0);
  await at(page, 'pause').click();
  // The step under way when Pause was pressed still ends, and is drawn a moment later.
  let held = '';
  await until(page, 'the run to stand still', async () => {
    const last = held;
    held = await progress(page);
    if (held === last) return true;
    await page.waitForTimeout(STILL_MS);
    return false;
  });
  await page.waitForTimeout(STILL_MS);
  expect((await progress(page)) === held, 'the run went on while it was paused');
  const doneBefore = await done(page);
  await at(page, 'pause').click();
  await until(page, 'the run to go on', async () => (await done(page)) > doneBefore);
  await at(page, 'cancel').click();
  await until(page, 'Train after a cancelled run', () => isUsable(at(page, 'train')));
  expect((await shownError(page)) === null, 'cancelling is not an error');
  expect((await at(page, 'dataset-summary').innerText()) === summary, 'the data set is still there');
  await page.getByRole('button', { name: 'Back to the preset' }).click();
  await train(page);
}), 600);

test('a run that is cancelled while it begins does not come back beside the next one', () => withSite({}, async ({ page }) => {
  await loaded(page);
  // In the page itself: before a test has found the second button, the run may have begun or even ended.
  await page.evaluate(async () => {
    const press = (id) => /** @type {HTMLElement} */ (document.querySelector(`[data-testid=${id}]`)).click();
    press('train');
    await new Promise((next) => setTimeout(next));
    press('cancel');
  });
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
}));

test('a number that is being typed stays when the engine answers meanwhile', () => withSite({}, async ({ page }) => {
  await loaded(page);
  await at(page, 'advanced').locator('summary').click();
  await at(page, 'genes').fill('321');
  // Whatever changes the plan draws the settings anew; a click of the page's own leaves the focus where it is.
  await at(page, 'model').locator('input[value=mtae]').evaluate((box) => /** @type {HTMLElement} */ (box).click());
  await until(page, 'the settings of the other model', async () => (await at(page, 'tuned').inputValue()) === 'mtae');
  expect((await at(page, 'genes').inputValue()) === '321', 'what was typed is gone');
  await at(page, 'genes').blur();
  await at(page, 'model').locator('input[value=mtae]').uncheck();
  expect((await at(page, 'genes').inputValue()) === '321', 'what was typed is not taken');
}));
