// What a visitor does with the share menu and with a shared run.
import { readFile } from 'node:fs/promises';
import { at, until } from './page.mjs';

/** The settings of a run of seconds: fields by their test names. */
export const tinySettings = (epochs = '3') => [['max-cells', '240'], ['genes', '60'], ['setting-epochs', epochs]];

/** Opens the advanced settings and makes a run of seconds. */
export async function tiny(page, epochs) {
  if ((await at(page, 'advanced').getAttribute('open')) === null) await at(page, 'advanced').locator('summary').click();
  for (const [id, value] of tinySettings(epochs)) {
    await at(page, id).fill(value);
    await at(page, id).blur();
  }
}

/** Opens the menu, for the prediction: without a word it is about the step that is read. */
export async function openMenu(page) {
  if ((await at(page, 'share').getAttribute('open')) === null) await at(page, 'share-open').click();
  await at(page, 'share-what').selectOption('predict');
}

/** What a choice of the menu saves. */
export async function saves(page, id) {
  await openMenu(page);
  await until(page, `${id} to be usable`, () => at(page, id).isEnabled());
  const [download] = await Promise.all([page.waitForEvent('download'), at(page, id).click()]);
  await page.keyboard.press('Escape');
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** The link that the menu copies. */
export async function copiedLink(page) {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await openMenu(page);
  await at(page, 'share-link').click();
  await until(page, 'the link to be copied', async () => /copied/.test(await at(page, 'share-said').innerText()));
  await page.keyboard.press('Escape');
  return page.evaluate(() => navigator.clipboard.readText());
}

/** What the page says of a rerun, once it says it. */
export async function verdict(page) {
  await until(page, 'the verdict', () => at(page, 'verdict').isVisible(), { limitS: 240 });
  return at(page, 'verdict').getAttribute('data-verdict');
}
