// Without a network after the first visit; new versions that announce themselves; and that a whole session asks nothing of anybody else.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writePrecache } from '../../web/build/precache.mjs';
import { DIST } from '../lib/paths.mjs';
import { openSite, withSite } from '../lib/site.mjs';
import { skip, tell, test as always } from '../lib/runner.mjs';
import { at, expect, explored, finished, graveViolations, loaded, look, metric, shownError, train, until } from './page.mjs';
import { small, twoBatches } from './tradeoff.mjs';

const KEEPS = { context: { serviceWorkers: 'allow' } };

const ready = (page) => until(page, 'the page to be ready offline', () => at(page, 'offline-ready').isVisible(), { limitS: 60 });
/** Paths below the page of everything that the service worker keeps, by cache. */
const kept = (page) => page.evaluate(async () => Object.fromEntries(await Promise.all((await caches.keys()).map(async (name) =>
  [name, (await (await caches.open(name)).keys()).map(({ url }) => url.slice(document.baseURI.replace(/[^/]*$/, '').length)).sort()]))));
const list = (dist = DIST) => JSON.parse(/self\.PRECACHE = ([^]*);/.exec(readFileSync(join(dist, 'precache.js'), 'utf8'))[1]);
/** Waits for the page with this title, which comes by a reload. */
const titled = (page, title) => until(page, title, async () => (await page.title().catch(() => '')) === title, { limitS: 60, errorEnds: false });
/** What the page's own timer does every now and then. */
const lookForNew = (page) => page.evaluate(async () => {
  const registration = await navigator.serviceWorker.getRegistration();
  await registration?.update().catch(() => {});
});

/** A test of what only a page that was built to be published does. */
const test = (name, body, limitS) => always(name, async () => {
  if (list() === null) skip('dist/ was last made by ./build.sh serve, which keeps nothing: run ./build.sh build');
  await body();
}, limitS);

/** A copy of the built page that a test may change. */
async function copied(use) {
  const dist = mkdtempSync(join(tmpdir(), 'dosefront-'));
  cpSync(DIST, dist, { recursive: true });
  try {
    await use({
      dist,
      /** A new version, told apart by the title of the page. */
      publish(title, offline = true) {
        const html = readFileSync(join(dist, 'index.html'), 'utf8');
        writeFileSync(join(dist, 'index.html'), html.replace(/<title>[^<]*/, `<title>${title}`));
        const build = JSON.parse(readFileSync(join(dist, 'build.json'), 'utf8'));
        writeFileSync(join(dist, 'build.json'), JSON.stringify({ ...build, offline }));
        writePrecache(dist, offline);
      },
    });
  } finally {
    rmSync(dist, { recursive: true });
  }
}

test('offline: the first visit keeps the page and the CPU engine; without a network it opens again and trains', async () => {
  await withSite(KEEPS, async ({ page, url, endServer }) => {
    await loaded(page);
    await ready(page);
    const caches = await kept(page);
    expect(Object.keys(caches).length === 1, `caches: ${Object.keys(caches).join(', ')}`);
    const [files] = Object.values(caches);
    expect(JSON.stringify(files) === JSON.stringify(list().files.map(({ path }) => path).sort()), `kept: ${files.join(', ')}`);
    tell(`${files.length} files kept`);
    // Neither the browser's emulation alone nor the server alone: both are gone.
    await page.context().setOffline(true);
    await endServer();
    for (const address of [url, `${url}index.html?engine=cpu`, `${url}#predict`]) {
      await page.goto('about:blank');
      await page.goto(address);
      await loaded(page);
    }
    const seconds = await train(page);
    expect((await metric(page, 'r2_all')) > 0, 'no result');
    tell(`trained without a network in ${seconds.toFixed(1)} s`);
    await explored(page);
    await look(page, 'cells');
  });
}, 400);

test('offline: the WebGPU engine is kept where it is used', () => withSite({ ...KEEPS, webgpu: 'software', path: '?engine=webgpu&software=1' }, async ({ page, endServer }) => {
  await loaded(page);
  await ready(page);
  await until(page, 'the engine to be kept', async () => Object.values(await kept(page))[0].filter((path) => path.startsWith('engine-webgpu/')).length === 2, { limitS: 60 });
  await page.context().setOffline(true);
  await endServer();
  await page.reload();
  await loaded(page);
  expect((await at(page, 'device-badge').getAttribute('data-engine')) === 'webgpu', await at(page, 'device-badge').innerText());
}), 400);

test('offline: where nothing may be kept, the page works as before', () => withSite({}, async ({ page }) => {
  await loaded(page);
  expect(!(await at(page, 'offline-ready').isVisible()), 'it is not ready offline');
  expect(!(await at(page, 'update').isVisible()), 'there is nothing new');
}));

test('offline: a new version is offered after the run, in no tab before; then all of it is new', () => copied(async ({ dist, publish }) => {
  publish('First version');
  await withSite({ ...KEEPS, dist }, async ({ page }) => {
    await loaded(page);
    await ready(page);
    const other = await page.context().newPage();
    await other.goto(page.url());
    await loaded(other);
    // A run that lasts: paused, so that nothing depends on the machine's speed.
    await at(page, 'train').click();
    await at(page, 'pause').click();
    publish('Second version');
    await lookForNew(page);
    await until(page, 'the notice', () => at(page, 'update').isVisible());
    expect(/after your run/.test(await at(page, 'update-text').innerText()), await at(page, 'update-text').innerText());
    expect(!(await at(page, 'update-reload').isVisible()), 'no button that would end the run');
    // The other tab trains nothing, but it shares the service worker.
    await until(other, 'the notice in the other tab', () => at(other, 'update').isVisible());
    await at(other, 'update-reload').click();
    await until(other, 'a word about the other tab', async () => /another tab is training/.test(await at(other, 'update-text').innerText()));
    expect((await other.title()) === 'First version', 'the other tab has stayed');
    await at(page, 'pause').click();
    await finished(page, { limitS: 400 });
    await until(page, 'the button', () => at(page, 'update-reload').isVisible());
    const grave = await graveViolations(page);
    expect(grave.length === 0, grave.join('\n'));
    await at(page, 'update-reload').click();
    await titled(page, 'Second version');
    await loaded(page);
    await ready(page);
    const caches = await kept(page);
    expect(Object.keys(caches).length === 1 && Object.keys(caches)[0].endsWith(list(dist).name), `old caches are left: ${Object.keys(caches).join(', ')}`);
    expect(!(await at(page, 'update').isVisible()), 'there is nothing new any more');
    await until(other, 'the word to the other tab', async () => /Another tab has changed/.test(await at(other, 'update-text').innerText()));
    await at(other, 'update-reload').click();
    await titled(other, 'Second version');
  });
}), 900);

test('offline: a version that is published by halves is not taken, and Later is later', () => copied(async ({ dist, publish }) => {
  publish('First version');
  await withSite({ ...KEEPS, dist, mayComplain: true }, async ({ page }) => {
    await loaded(page);
    await ready(page);
    publish('Second version');
    // The list has come, the page not yet. (A file that is the same in both versions is taken from the old one.)
    const whole = readFileSync(join(dist, 'index.html'), 'utf8');
    writeFileSync(join(dist, 'index.html'), whole.replace('Second', 'Third'));
    await lookForNew(page);
    // The browser tells when the attempt has ended.
    await until(page, 'the attempt to end', () => page.evaluate(async () => !(await navigator.serviceWorker.getRegistration())?.installing));
    expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).waiting === null), 'half a version is none');
    expect(!(await at(page, 'update').isVisible()), 'nothing is announced');
    expect(Object.keys(await kept(page)).length === 1, 'nothing is left of it');
    await page.reload();
    await loaded(page);
    expect((await page.title()) === 'First version', await page.title());
    writeFileSync(join(dist, 'index.html'), whole);
    await lookForNew(page);
    await until(page, 'the notice', () => at(page, 'update').isVisible());
    await at(page, 'update-later').click();
    await until(page, 'the notice to go', async () => !(await at(page, 'update').isVisible()));
    expect((await page.title()) === 'First version', 'nothing was reloaded');
  });
}), 400);

test('offline: on a developer’s server a worker left from a build takes itself away', () => copied(async ({ dist, publish }) => {
  publish('Built');
  await withSite({ ...KEEPS, dist }, async ({ page }) => {
    await loaded(page);
    await ready(page);
    publish('Edited', false);
    await page.reload();
    await until(page, 'the worker to go', () => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length === 0 && (await caches.keys()).length === 0), { limitS: 60 });
    await page.reload();
    await loaded(page);
    expect((await page.title()) === 'Edited', await page.title());
    expect((await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)) === 0, 'it stays away');
  });
}), 400);

test('offline: a whole session asks nothing of any other address', async () => {
  // openSite notes the page's and the workers' requests, and its proxy whatever else the browser would ask for.
  const site = await openSite(KEEPS);
  try {
    const { page, url } = site;
    const asked = new Set();
    page.context().on('request', (request) => asked.add(request.url()));
    await loaded(page);
    await ready(page);
    await explored(page);
    for (const tab of ['cells', 'genes', 'doses']) await look(page, tab);
    await at(page, 'catalogue').locator('summary').first().click();
    await train(page);
    for (const id of ['save-run', 'save-report']) await Promise.all([page.waitForEvent('download'), at(page, id).click()]);
    await twoBatches(page);
    await small(page);
    await at(page, 'front-train').click();
    await until(page, 'the front', async () => (await at(page, 'front-progress').getAttribute('data-phase')) === 'finished', { limitS: 240 });
    await page.reload();
    // The data of the front are back; no model that predicts can be trained on them, so `loaded` would wait for ever.
    await until(page, 'the data to be back', () => at(page, 'dataset-summary').isVisible());
    expect((await shownError(page)) === null, await shownError(page));
    tell(`${asked.size} addresses were asked for, all below ${new URL(url).pathname}`);
    const elsewhere = [...asked].filter((address) => !address.startsWith(url) && !/^(blob|data):/.test(address));
    expect(elsewhere.length === 0, elsewhere.join('\n'));
    expect(site.problems().length === 0, site.problems().join('\n'));
  } finally {
    await site.close();
  }
}, 900);
