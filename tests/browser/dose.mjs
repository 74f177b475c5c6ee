// A trained model that is a function of the dose: the slider, and what can be saved of its predictions.
import { readFile } from 'node:fs/promises';
import { openSite } from '../lib/site.mjs';
import { afterAll, tell, test } from '../lib/runner.mjs';
import { at, expect, explored, graveViolations, loaded, shows, train, until } from './page.mjs';

let visit;
function visited() {
  visit ??= (async () => {
    const site = await openSite();
    const { page } = site;
    await loaded(page);
    await at(page, 'model').locator('input[value=film_nb]').check();
    await at(page, 'model').locator('input[value=scgen]').uncheck();
    await at(page, 'arm').selectOption('all');
    await train(page, { limitS: 480 });
    // The exploration began by itself, and shares the page's own worker.
    await explored(page);
    await until(page, 'the slider', () => at(page, 'dose').isVisible());
    return { site, page };
  })();
  return visit;
}
afterAll(async () => {
  const opened = await visit?.catch(() => null);
  await opened?.site.close();
});

const words = (page) => at(page, 'dose-words').innerText();
const canvas = (page, figure) => at(page, `figure-${figure}`).locator('canvas');

test('dose: the slider moves the predicted cells and the gene means, by keyboard too', async () => {
  const { page } = await visited();
  await until(page, 'an answer', async () => /R²/.test(await words(page)));
  expect((await at(page, 'dose-value').innerText()) === '30', `it begins at the highest dose: ${await at(page, 'dose-value').innerText()}`);
  expect(/observed at this dose/.test(await words(page)), `the words at a measured dose: ${await words(page)}`);
  // The gene means come after the words: those that were observed are read from what the browser keeps.
  await shows(page, ['dose_cells', 'dose_scatter']);
  const before = await canvas(page, 'dose_cells').evaluate((element) => element.toDataURL());
  await at(page, 'dose').focus();
  for (let i = 0; i < 12; i++) await page.keyboard.press('ArrowLeft');
  await until(page, 'another answer', async () => /next lower/.test(await words(page)));
  await until(page, 'another picture', async () => (await canvas(page, 'dose_cells').evaluate((element) => element.toDataURL())) !== before);
  const times = [];
  for (let i = 0; i < 5; i++) {
    await page.waitForTimeout(400);
    await page.keyboard.press('ArrowLeft');
    await page.waitForTimeout(400);
    times.push(Number(await at(page, 'dose-slider').getAttribute('data-ms')));
  }
  tell(`${await at(page, 'dose-value').innerText()}: ${await words(page)}; one move is answered in ${times.join(', ')} ms`);
  const grave = await graveViolations(page);
  expect(grave.length === 0, grave.join('\n'));
}, 900);

test('dose: predicted cells and weights are saved', async () => {
  const { page } = await visited();
  for (const [button, ending, begins] of [['save-cells', '.h5ad', '\x89HDF'], ['save-weights', '.safetensors', null]]) {
    const [download] = await Promise.all([page.waitForEvent('download'), at(page, button).click()]);
    const bytes = await readFile(await download.path());
    expect(download.suggestedFilename().endsWith(ending), download.suggestedFilename());
    expect(begins === null || bytes.subarray(0, 4).toString('latin1') === begins, `${ending} begins with ${bytes.subarray(0, 8).toString('hex')}`);
    // A safetensors file begins with the length of its JSON header.
    if (begins === null) JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString('utf8'));
    tell(`${download.suggestedFilename()}: ${(bytes.length / 1024).toFixed(0)} KiB`);
  }
}, 900);

test('dose: nothing went wrong behind the scenes', async () => {
  const { site } = await visited();
  expect(site.problems().length === 0, site.problems().join('\n'));
});
