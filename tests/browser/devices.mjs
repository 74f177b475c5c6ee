// Which engine the page takes, and that it says why.
import { withSite } from '../lib/site.mjs';
import { tell, test } from '../lib/runner.mjs';
import { SCGEN_DEMO, at, choose, drop, expect, loaded, metric, opened, shownError, train, until } from './page.mjs';
import { toyCsv } from '../lib/toy.mjs';

/** All that the badge says: its text, its tooltip and what it is described by. */
const badge = (page) => at(page, 'device-badge').evaluate((element) => {
  const described = element.getAttribute('aria-describedby')?.split(/\s+/).map((id) => document.getElementById(id)?.textContent) ?? [];
  return [element.textContent, element.title, element.getAttribute('aria-label'), ...described].filter(Boolean).join(' ').replace(/\s+/g, ' ');
});

test('devices: without an adapter the CPU engine runs, and the badge says why', () => withSite({ webgpu: 'none' }, async ({ page }) => {
  await loaded(page);
  const text = await badge(page);
  tell(`badge: ${text}`);
  expect(/\bCPU\b/.test(text), 'the badge names the CPU');
  expect(/adapter|WebGPU|graphics/i.test(text), 'the badge says why it is not WebGPU');
}));

test('devices: a software adapter is not taken unless it is asked for', () => withSite({ webgpu: 'software' }, async ({ page }) => {
  await loaded(page);
  const text = await badge(page);
  tell(`badge: ${text}`);
  expect(/\bCPU\b/.test(text) && /software/i.test(text), 'the badge says that there is only a software adapter');
}));

test('devices: the WebGPU engine trains at toy size', () =>
  withSite({ webgpu: 'software', path: '?engine=webgpu&software=1' }, async ({ page }) => {
    await loaded(page);
    await until(page, 'the badge to name WebGPU', async () => /WebGPU/.test(await badge(page)) && !/\bCPU\b/.test(await at(page, 'device-badge').innerText()));
    tell(`badge: ${await badge(page)}`);
    await drop(page, [{ name: 'toy.csv', content: toyCsv() }]);
    await opened(page, 'toy.csv');
    await choose(page, 'model', SCGEN_DEMO);
    const seconds = await train(page, { limitS: 1000 });
    const r2 = await metric(page, 'r2_all');
    tell(`trained in ${seconds.toFixed(1)} s on a software adapter; R2 over all genes ${r2.toFixed(3)}`);
  }), 1200);

test('devices: when the graphics processor vanishes in the middle of a run, the page says so and keeps the data', () =>
  withSite({ webgpu: 'software', path: '?engine=webgpu&software=1', mayComplain: true }, async ({ page }) => {
    await loaded(page);
    await drop(page, [{ name: 'toy.csv', content: toyCsv() }]);
    await opened(page, 'toy.csv');
    await at(page, 'train').click();
    await at(page, 'cancel').waitFor({ state: 'visible' });
    await page.waitForTimeout(3000);
    const browser = await page.context().browser().newBrowserCDPSession();
    await browser.send('Browser.crashGpuProcess').catch(() => {});
    await until(page, 'the page to say it', async () => /graphics processor/i.test((await shownError(page)) ?? ''), { errorEnds: false });
    tell(`message: ${await shownError(page)}`);
    expect((await at(page, 'dataset-summary').innerText()).includes('toy.csv'), 'the data set is still there');
    await page.getByRole('button', { name: /CPU engine instead/i }).first().click();
    await until(page, 'the message to go', async () => (await shownError(page)) === null, { errorEnds: false });
    await opened(page, 'toy.csv');
    tell(`trained after it in ${(await train(page)).toFixed(1)} s; badge: ${await badge(page)}`);
  }), 600);
