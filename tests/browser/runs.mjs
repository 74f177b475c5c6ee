// The list of runs: what differs, what comes back after a reload, two side by side, and what happens where storage, tabs or the clock misbehave.
import { readFile } from 'node:fs/promises';
import { withSite } from '../lib/site.mjs';
import { tell, test } from '../lib/runner.mjs';
import { toyCsv } from '../lib/toy.mjs';
import { SCGEN_DEMO, at, choose, drop, expect, explored, figures, graveViolations, isUsable, loaded, opened, shows, train, until } from './page.mjs';
import { small, twoBatches } from './tradeoff.mjs';

const LIMIT_S = 300;
/** A page of the site without an engine, for a test that changes the browser before the page is there: starting an engine takes seconds. */
const BEFORE = { path: 'methods.html' };
const entries = (page, step = 'Predict') => at(page, 'run').filter({ has: page.getByTestId('run-about').filter({ hasText: step }) });
const entry = (page, number) => page.locator(`[data-testid="run"][data-number="${number}"]`);
const within = (page, number, id) => entry(page, number).getByTestId(id);
const text = async (locator) => (await locator.innerText()).replace(/\s+/g, ' ');
const ended = (page, number) => until(page, `run ${number} to be listed`, async () => (await entry(page, number).count()) === 1 && (await entry(page, number).getAttribute('data-phase')) === 'finished');
const numbers = (page, step) => entries(page, step).evaluateAll((all) => all.map((one) => Number(one.dataset.number)));
/** The number of the newest prediction: explorations are listed between them, whenever they end. */
const newest = async (page, step) => Math.max(...(await numbers(page, step)));

/** Opens the small built-in set, and makes the plan one of a second. */
async function smallPlan(page) {
  await until(page, 'the built-in sets', () => isUsable(at(page, 'preset-pbmc-two-condition')));
  await at(page, 'preset-pbmc-two-condition').click();
  await opened(page, 'pbmc');
  await choose(page, 'model', SCGEN_DEMO);
  const advanced = at(page, 'advanced');
  if (!(await advanced.getAttribute('open'))) await advanced.locator('summary').click();
  for (const [id, value] of [['max-cells', 240], ['genes', 60], ['workers', 1]]) await set(page, id, value);
}
async function set(page, id, value) {
  await at(page, id).fill(String(value));
  await at(page, id).blur();
}
/** Trains with so many epochs; returns the number of the run in the list. */
async function trained(page, epochs) {
  const before = await numbers(page);
  await set(page, 'setting-epochs', epochs);
  await train(page);
  await until(page, 'the run to be listed', async () => (await numbers(page)).length > before.length);
  const number = await newest(page);
  await ended(page, number);
  return number;
}
/** How many values each store of the database has. */
const kept = (page) => page.evaluate(() => new Promise((resolve, reject) => {
  const request = indexedDB.open('dosefront');
  request.onerror = () => reject(request.error);
  request.onsuccess = () => {
    const db = request.result;
    const names = [...db.objectStoreNames];
    const transaction = db.transaction(names);
    const counts = {};
    for (const name of names) transaction.objectStore(name).count().onsuccess = (event) => (counts[name] = event.target.result);
    transaction.oncomplete = () => {
      db.close();
      resolve(counts);
    };
  };
}));
/** Behind the page's back: the first prediction becomes one of another version, and two entries are damaged. */
const meddle = (page) => page.evaluate(() => new Promise((resolve, reject) => {
  const request = indexedDB.open('dosefront');
  request.onsuccess = () => {
    const db = request.result;
    const transaction = db.transaction(['runs', 'parts', 'details'], 'readwrite');
    const store = transaction.objectStore('runs');
    const older = (key) => key.replace(/^cpu \S+/, 'cpu of-last-year');
    store.getAll().onsuccess = (event) => {
      const first = event.target.result.filter(({ task }) => task === 'predict').sort((a, b) => a.number - b.number)[0];
      store.put({ ...first, version: older(first.version), keys: first.keys.map(older) }, first.id);
      for (const name of ['parts', 'details']) {
        transaction.objectStore(name).openCursor().onsuccess = ({ target: { result: cursor } }) => {
          if (!cursor) return;
          if (older(cursor.key) !== cursor.key && first.keys.some((key) => cursor.key.startsWith(key))) transaction.objectStore(name).put(cursor.value, older(cursor.key));
          cursor.continue();
        };
      }
      store.put({ id: 'broken', number: 'x' }, 'broken');
      store.put('nonsense', 'more');
    };
    transaction.oncomplete = () => {
      db.close();
      resolve(null);
    };
    transaction.onabort = () => reject(transaction.error);
  };
}));
/** Behind the page's back: what is kept of a run that has ended when its page was closed after its last part. */
const unended = (page, number) => page.evaluate((wanted) => new Promise((resolve, reject) => {
  const request = indexedDB.open('dosefront');
  request.onsuccess = () => {
    const db = request.result;
    const transaction = db.transaction(['runs', 'reports'], 'readwrite');
    transaction.objectStore('runs').getAll().onsuccess = (event) => {
      const run = event.target.result.find((one) => one.number === wanted);
      transaction.objectStore('runs').put({ ...run, phase: 'running', facts: [], seconds: null }, run.id);
      transaction.objectStore('reports').delete(run.id);
    };
    transaction.oncomplete = () => {
      db.close();
      resolve(null);
    };
    transaction.onabort = () => reject(transaction.error);
  };
}), number);
async function answer(page, say) {
  await at(page, `runs-confirm-${say}`).click();
}
const remark = (page) => text(at(page, 'runs-remark'));

test('runs: what differs is said, names stay, and after a reload results come back without training', () => withSite({}, async ({ page }) => {
  await smallPlan(page);
  const one = await trained(page, 2);
  const headline = await text(at(page, 'result-headline'));
  const two = await trained(page, 3);
  const news = await text(within(page, two, 'run-news'));
  tell(news);
  expect(news === `Against run ${one}: epochs 2 → 3.`, `run ${two} says ${news}`);
  expect(/Predictions 6/.test(await text(within(page, two, 'run-facts'))), await text(within(page, two, 'run-facts')));
  expect((await within(page, two, 'run-name').getAttribute('placeholder')) === 'scGen, CD4T held out, epochs 3', 'the usual name has what differs');
  expect(/shown above/.test(await text(within(page, two, 'run-about'))) && !/shown/.test(await text(within(page, one, 'run-about'))), 'the last run is the shown one');
  await within(page, one, 'run-name').fill('Before lunch');
  await within(page, one, 'run-name').press('Enter');
  await until(page, 'the new name', async () => /Before lunch/.test((await within(page, one, 'run-name').getAttribute('aria-label')) ?? ''));

  await page.reload();
  await loaded(page);
  await until(page, 'the list', async () => (await numbers(page)).length === 2);
  expect((await within(page, one, 'run-name').inputValue()) === 'Before lunch', 'the name has stayed');
  await until(page, 'the kept run to be offered', () => at(page, 'earlier').isVisible());
  // Its results do not need its data: others are open.
  await at(page, 'preset-liver-dose-response').click();
  await opened(page, 'liver');
  await within(page, one, 'run-show').click();
  await until(page, `its headline: ${headline}`, async () => (await at(page, 'result-headline').isVisible()) && (await text(at(page, 'result-headline'))) === headline);
  await until(page, 'its genes', async () => (await figures(page)).includes('figure-r2_scatter'));
  await until(page, 'a word on whose results they are', () => at(page, 'shown-predict').isVisible());
  const whose = await text(at(page, 'shown-predict'));
  expect(/Before lunch/.test(whose) && /pbmc-two-condition/.test(whose), whose);
  expect(!(await at(page, 'earlier').isVisible()), 'nothing else is offered over them');
  expect((await at(page, 'progress').getAttribute('data-phase')) === 'finished', 'nothing is trained');
  // With its data the run is whole again.
  await at(page, 'shown-predict').getByRole('button').click();
  await until(page, 'its data', async () => (await at(page, 'dataset-summary').innerText()).includes('pbmc') && (await at(page, 'result-headline').isVisible()) && !/other data/.test(await text(at(page, 'shown-predict'))), { limitS: 60 });
  await until(page, 'the same headline with its data', async () => (await text(at(page, 'result-headline'))) === headline);

  const [download] = await Promise.all([page.waitForEvent('download'), within(page, one, 'run-save').click()]);
  expect(/^dosefront-before-lunch\.dosefront\.json$/.test(download.suggestedFilename()), download.suggestedFilename());
  const saved = JSON.parse(await readFile(await download.path(), 'utf8'));
  expect(saved.results.length === 6 && saved.run.task.predict.models.some((model) => model.scgen?.epochs === 2), 'the saved file has the run and its results');

  // Opened, it is a run of the list beside the one that it was saved from.
  await drop(page, [{ name: 'from-a-friend.dosefront.json', content: await readFile(await download.path(), 'utf8') }]);
  await until(page, 'the opened run', async () => (await numbers(page)).length === 3);
  const friend = await newest(page);
  expect((await within(page, friend, 'run-name').inputValue()) === 'from-a-friend' && /from a file/.test(await text(within(page, friend, 'run-about'))), await text(within(page, friend, 'run-about')));
  for (const number of [one, friend]) await within(page, number, 'run-compare').check();
  await until(page, 'the verdict', async () => (await at(page, 'compare-verdict').getAttribute('data-verdict')) === 'identical');
  await within(page, friend, 'run-show').click();
  await until(page, 'its results', async () => /from-a-friend/.test(await text(at(page, 'shown-predict'))) && (await text(at(page, 'result-headline'))) === headline, { errorEnds: false });
}), LIMIT_S);

test('runs: two side by side, and a deleted one takes only its own with it', () => withSite({}, async ({ page }) => {
  await smallPlan(page);
  const one = await trained(page, 2);
  const two = await trained(page, 3);
  for (const number of [one, two]) await within(page, number, 'run-compare').check();
  await until(page, 'both side by side', async () => (await at(page, 'compare-results').locator('tbody tr').count()) === 6);
  const settings = await at(page, 'compare-settings').locator('tbody tr').allInnerTexts();
  expect(settings.length === 1 && /Epochs\s+2\s+3/.test(settings[0]), settings.join(' | '));
  const scgen = await at(page, 'compare-results').locator('tbody tr', { hasText: 'scGen' }).locator('td').allInnerTexts();
  const value = (cell) => Number.parseFloat(cell.replace('−', '-'));
  tell(scgen.join(' | '));
  expect(Math.abs(value(scgen[2]) - value(scgen[1]) - value(scgen[3])) < 0.0025 && value(scgen[3]) !== 0, scgen.join(' | '));
  await shows(page, ['compared_runs']);
  await at(page, 'figure-compared_runs').getByRole('button', { name: /show as a table/ }).click();
  await until(page, 'the figure as a table', async () => (await at(page, 'figure-compared_runs').locator('tbody tr').count()) > 0);
  const figure = await text(at(page, 'figure-compared_runs').locator('tbody'));
  expect([one, two].every((number) => figure.includes(`${number} · scGen`)) && figure.split('Mean shift').length === 2, figure);
  const grave = await graveViolations(page);
  expect(grave.length === 0, grave.join('\n'));

  // The baselines are shared; the network of the first is its own.
  const before = await kept(page);
  await within(page, one, 'run-delete').click();
  await answer(page, 'no');
  expect((await numbers(page)).includes(one), 'nothing is deleted without a yes');
  await within(page, one, 'run-delete').click();
  await answer(page, 'yes');
  await until(page, 'the run to be gone', async () => !(await numbers(page)).includes(one));
  const after = await kept(page);
  tell(`${JSON.stringify(before)} -> ${JSON.stringify(after)}`);
  expect(before.parts === 3 && after.parts === 2 && before.weights === 2 && after.weights === 1, `parts ${before.parts} -> ${after.parts}, weights ${before.weights} -> ${after.weights}`);
  expect(!(await at(page, 'runs-compare').isVisible()), 'there is nothing to compare any more');
  expect(/^The first prediction/.test(await text(within(page, two, 'run-news'))), 'the run before is gone');
  await page.reload();
  await loaded(page);
  await within(page, two, 'run-show').click();
  await until(page, 'the genes of the run that stayed', async () => (await figures(page)).includes('figure-r2_scatter'));

  // An exploration that ends later would be a new run.
  await until(page, 'the exploration to be over', async () => {
    if (await isUsable(at(page, 'explore-cancel'))) await at(page, 'explore-cancel').click();
    return ['cancelled', 'finished'].includes(await at(page, 'explore-progress').getAttribute('data-phase'));
  });
  await page.evaluate(() => localStorage.setItem('other page', 'mine'));
  await at(page, 'clear-everything').click();
  await answer(page, 'yes');
  await until(page, 'the empty list', () => at(page, 'runs-empty').isVisible());
  tell(await remark(page));
  expect(/Removed: \d+ runs? with 2 finished parts/.test(await remark(page)), await remark(page));
  expect(Object.values(await kept(page)).every((count) => count === 0), JSON.stringify(await kept(page)));
  expect((await page.evaluate(() => localStorage.getItem('other page'))) === 'mine', 'what another page has left is not ours to clear');
  await page.reload();
  await loaded(page);
  expect(!(await at(page, 'earlier').isVisible()) && (await numbers(page)).length === 0, 'nothing comes back');
}), LIMIT_S);

test('runs: in two tabs each keeps what it has, and the lists follow each other', () => withSite({}, async ({ page, url }) => {
  await smallPlan(page);
  const one = await trained(page, 2);
  const other = await page.context().newPage();
  await other.goto(url);
  await smallPlan(other);
  await until(other, 'the run of the first tab', async () => (await numbers(other)).includes(one));
  const two = await trained(other, 3);
  await until(page, 'the run of the second tab', async () => (await numbers(page)).includes(two));
  // One is added here while the other tab deletes.
  await set(page, 'setting-epochs', 4);
  const [, ] = await Promise.all([train(page), (async () => {
    await within(other, one, 'run-delete').click();
    await answer(other, 'yes');
  })()]);
  await until(page, 'both lists to agree', async () => {
    const [here, there] = [await numbers(page), await numbers(other)];
    return here.length === 2 && !here.includes(one) && here.join() === there.join();
  });
  const three = await newest(page);
  await ended(page, three);
  await ended(other, three);
  expect(new Set(await numbers(page)).size === 2, 'every run has a number of its own');
  // What the other tab trained has all it needs here, and the other way round.
  await within(page, two, 'run-show').click();
  await until(page, 'the genes of the other tab’s run', async () => (await figures(page)).includes('figure-r2_scatter') && (await at(page, 'shown-predict').isVisible()));
  await within(other, three, 'run-show').click();
  await until(other, 'the genes of the first tab’s run', async () => (await figures(other)).includes('figure-r2_scatter') && (await at(other, 'shown-predict').isVisible()));
  // A run under way in one tab cannot be deleted in the other.
  await set(page, 'setting-epochs', 4000);
  await at(page, 'train').click();
  await until(other, 'the run that is under way', async () => (await numbers(other)).length === 3 && /under way in another tab/.test(await text(within(other, await newest(other), 'run-about'))));
  const four = await newest(other);
  expect(await within(other, four, 'run-delete').isDisabled(), 'it can be deleted in the other tab');
  // Everything is cleared there: the run in progress stays here, and in the list.
  await at(other, 'clear-everything').click();
  await answer(other, 'yes');
  await until(page, 'the run in progress alone', async () => (await numbers(page)).join() === String(four));
  tell(await remark(other));
  expect(/in another tab/.test(await remark(other)), await remark(other));
  // So do its finished parts: the baselines need not be done again.
  const left = await kept(page);
  expect(left.runs === 1 && left.parts === 1 && left.details >= 5 && left.weights === 0 && left.reports === 0, JSON.stringify(left));
  await at(page, 'cancel').click();
  await until(other, 'its end', async () => (await entry(other, four).getAttribute('data-phase')) === 'cancelled');
}), LIMIT_S);

test('runs: without storage everything works until the page is closed', () => withSite(BEFORE, async ({ page, url }) => {
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('not here', 'SecurityError');
    };
  });
  await page.goto(url);
  await until(page, 'a word on it', () => at(page, 'storage-notice').isVisible());
  expect((await at(page, 'storage-notice').getAttribute('data-trouble')) === 'forbidden', 'which trouble');
  expect(!(await at(page, 'make-room').isVisible()), 'there is no room to make');
  await at(page, 'storage-notice-away').click();
  await smallPlan(page);
  const one = await trained(page, 2);
  const two = await trained(page, 3);
  await within(page, one, 'run-show').click();
  await until(page, 'the first run again', async () => /shown again/.test(await text(within(page, one, 'run-about'))));
  await until(page, 'its genes', async () => (await figures(page)).includes('figure-r2_scatter'));
  for (const number of [one, two]) await within(page, number, 'run-compare').check();
  await until(page, 'both side by side', async () => (await at(page, 'compare-results').locator('tbody tr').count()) === 6);
  await within(page, one, 'run-delete').click();
  await answer(page, 'yes');
  await until(page, 'one run', async () => (await numbers(page)).join() === String(two));
  expect(!(await at(page, 'storage-notice').isVisible()), 'it is said once');
}), LIMIT_S);

test('runs: full storage is said, room can be made, and what had none is kept then', () => withSite({}, async ({ page }) => {
  await smallPlan(page);
  const one = await trained(page, 2);
  // From now on networks find no room, until some have gone.
  await page.evaluate(() => {
    const { put } = IDBObjectStore.prototype;
    const gone = IDBObjectStore.prototype.delete;
    window.room = false;
    IDBObjectStore.prototype.put = function full(...args) {
      if (this.name === 'weights' && !window.room) throw new DOMException('no room', 'QuotaExceededError');
      return put.apply(this, args);
    };
    IDBObjectStore.prototype.delete = function freed(...args) {
      if (this.name === 'weights') window.room = true;
      return gone.apply(this, args);
    };
  });
  const two = await trained(page, 3);
  await until(page, 'a word on it', () => at(page, 'storage-notice').isVisible());
  expect((await at(page, 'storage-notice').getAttribute('data-trouble')) === 'full', 'which trouble');
  expect((await kept(page)).weights === 1, 'the second network is in memory');
  await at(page, 'make-room').click();
  await until(page, 'room', async () => !(await at(page, 'storage-notice').isVisible()));
  tell(await remark(page));
  expect(new RegExp(`run ${one} `).test(await remark(page)) && /kept again/.test(await remark(page)), await remark(page));
  await until(page, 'the second network to be kept', async () => (await kept(page)).weights === 1);
  expect(/dropped to make room/.test(await text(within(page, one, 'run-remark'))), 'the first run says that it is lighter');
  expect(await within(page, one, 'run-rerun').isVisible(), 'and can be trained again');
  // Its results are whole, its genes are gone.
  await within(page, one, 'run-show').click();
  await until(page, 'its results', async () => /shown again/.test(await text(within(page, one, 'run-about'))) && (await at(page, 'result-headline').isVisible()), { errorEnds: false });
  await page.reload();
  await loaded(page);
  await within(page, two, 'run-show').click();
  await until(page, 'the genes of the second', async () => (await figures(page)).includes('figure-r2_scatter'));
}), LIMIT_S);

test('runs: with the clock set back the order stays, and no time is nonsense', () => withSite(BEFORE, async ({ page, url }) => {
  await page.addInitScript(() => {
    const now = Date.now;
    Date.now = () => now() + Number(sessionStorage.getItem('shift') ?? 0);
  });
  await page.goto(url);
  await smallPlan(page);
  const one = await trained(page, 2);
  await page.evaluate(() => sessionStorage.setItem('shift', String(-3 * 86_400_000)));
  const two = await trained(page, 3);
  expect(two > one && (await numbers(page)).join() === `${two},${one}`, 'the order is that of the runs');
  expect(/Against run/.test(await text(within(page, two, 'run-news'))), 'the later one is compared with the earlier one');
  const about = [await text(within(page, one, 'run-about')), await text(within(page, two, 'run-about'))];
  tell(about.join(' | '));
  expect(/clock that was ahead/.test(about[0]) && /just now/.test(about[1]), about.join(' | '));
  expect(about.every((words) => !/[-−]\d|NaN|Invalid/.test(words.replace('pbmc-two', ''))), about.join(' | '));
  // In the middle of a run.
  await set(page, 'setting-epochs', 400);
  await at(page, 'train').click();
  await until(page, 'the run to be under way', async () => (await at(page, 'progress').getAttribute('data-phase')) === 'running');
  await page.evaluate(() => sessionStorage.setItem('shift', String(-9 * 86_400_000)));
  await at(page, 'cancel').click();
  const three = await newest(page);
  await until(page, 'its end', async () => (await entry(page, three).getAttribute('data-phase')) === 'cancelled');
  const words = await text(within(page, three, 'run-about'));
  expect(!/[-−]\d/.test(words.replace('pbmc-two', '')), words);
}), LIMIT_S);

test('runs: what an older page, another engine or an accident has left', () => withSite({}, async ({ page }) => {
  await smallPlan(page);
  const one = await trained(page, 2);
  const two = await trained(page, 3);
  await meddle(page);
  await page.reload();
  await loaded(page);
  await until(page, 'a remark on the damaged ones', () => at(page, 'runs-damaged').isVisible());
  expect(/2 entries/.test(await text(at(page, 'runs-damaged'))) && (await numbers(page)).length === 2, await text(at(page, 'runs-damaged')));
  const old = one;
  expect(two > old && /another version/.test(await text(within(page, old, 'run-about'))) && (await within(page, old, 'run-rerun').isVisible()), 'the older run is marked and can be run again');
  await within(page, old, 'run-show').click();
  await until(page, 'its results', () => at(page, 'result-headline').isVisible());
  await until(page, 'its genes', async () => (await figures(page)).includes('figure-r2_scatter'));
  // Run again by the engine of now: a run of its own, of the same settings.
  await within(page, old, 'run-rerun').click();
  await until(page, 'the same by this engine', async () => (await numbers(page)).length === 3, { limitS: 120 });
  const again = await newest(page);
  await ended(page, again);
  expect((await at(page, 'setting-epochs').inputValue()) === '2', 'the form is that of the run');
  expect((await text(within(page, again, 'run-news'))) === `Against run ${two}: epochs 3 → 2.`, await text(within(page, again, 'run-news')));
  for (const number of [old, again]) await within(page, number, 'run-compare').check();
  await until(page, 'the verdict on the same run file', async () => (await at(page, 'compare-verdict').getAttribute('data-verdict')) !== null);
  tell(await text(at(page, 'compare-verdict')));
  expect((await at(page, 'compare-verdict').getAttribute('data-verdict')) === 'identical', await text(at(page, 'compare-verdict')));
  await page.getByRole('button', { name: 'Remove what cannot be read' }).click();
  await until(page, 'the damaged ones to be gone', async () => !(await at(page, 'runs-damaged').isVisible()));
  expect((await numbers(page)).length === 3, 'and nothing else');

  // The database as the page before the list had it: one run of a task under a name.
  await page.evaluate(() => new Promise((resolve, reject) => {
    const request = indexedDB.open('dosefront');
    request.onsuccess = () => {
      const db = request.result;
      const transaction = db.transaction(['runs', 'parts', 'details', 'weights']);
      const found = {};
      for (const name of ['parts', 'details', 'weights']) {
        transaction.objectStore(name).getAllKeys().onsuccess = (event) => {
          const keys = event.target.result;
          transaction.objectStore(name).getAll().onsuccess = (values) => (found[name] = keys.map((key, i) => [key, values.target.result[i]]));
        };
      }
      transaction.objectStore('runs').getAll().onsuccess = (event) => {
        const { run, keys, version, source, at: begun } = event.target.result.filter(({ task }) => task === 'predict').sort((a, b) => a.number - b.number).at(-1);
        found.runs = [['last', { run, keys, version, name: source, at: begun }], ['last trade_off', { run: null }]];
      };
      transaction.oncomplete = () => {
        db.close();
        indexedDB.deleteDatabase('dosefront').onsuccess = () => {
          const older = indexedDB.open('dosefront', 1);
          older.onupgradeneeded = () => Object.keys(found).forEach((name) => older.result.createObjectStore(name));
          older.onsuccess = () => {
            const writing = older.result.transaction(Object.keys(found), 'readwrite');
            for (const [name, all] of Object.entries(found)) for (const [key, value] of all) writing.objectStore(name).put(value, key);
            writing.oncomplete = () => {
              older.result.close();
              resolve(null);
            };
            writing.onerror = () => reject(writing.error);
          };
        };
      };
    };
  }));
  // The page has let go of it when it was to be deleted, and says so.
  expect((await at(page, 'storage-notice').getAttribute('data-trouble')) === 'blocked', 'the page has noticed');
  await page.reload();
  await loaded(page);
  await until(page, 'the run of the older page', () => at(page, 'earlier').isVisible());
  expect((await numbers(page)).join() === '1', `the list has ${await numbers(page)}`);
  // Without knowing its parts, the engine is asked, which has its data open for that.
  await within(page, 1, 'run-show').click();
  await until(page, 'its results', async () => (await at(page, 'result-headline').isVisible()) && (await at(page, 'dataset-summary').innerText()).includes('pbmc'), { limitS: 60 });
  await ended(page, 1);
  expect((await numbers(page)).length === 1, 'it is still one run');
}), LIMIT_S);

test('runs: an exploration comes back as numbers, and two of them side by side', () => withSite({}, async ({ page }) => {
  await loaded(page);
  await drop(page, [{ name: 'toy.csv', content: toyCsv() }]);
  await opened(page, 'toy.csv');
  await explored(page);
  await until(page, 'the exploration in the list', async () => (await numbers(page, 'toy.csv')).length === 1);
  const one = await newest(page, 'toy.csv');
  await drop(page, [{ name: 'more.csv', content: toyCsv(30) }]);
  await opened(page, 'more.csv');
  await explored(page);
  await until(page, 'the second exploration', async () => (await numbers(page, 'more.csv')).length === 1);
  const two = await newest(page, 'more.csv');
  const news = await text(within(page, two, 'run-news'));
  expect(new RegExp(`^Against run ${one}: file toy\\.csv → more\\.csv`).test(news), news);
  await within(page, one, 'run-show').click();
  await shows(page, ['kept_distances']);
  expect((await at(page, 'kept-distances').locator('tbody tr').count()) === 4, 'three types and all cells');
  for (const number of [one, two]) await within(page, number, 'run-compare').check();
  await until(page, 'both side by side', async () => (await at(page, 'compare-results').locator('tbody tr').count()) === 4);
  await shows(page, ['compared_runs']);
  await page.reload();
  await loaded(page);
  await within(page, one, 'run-show').click();
  await until(page, 'its numbers after a reload', async () => (await at(page, 'kept-distances').locator('tbody tr').count()) === 4);
}), LIMIT_S);

test('runs: two fronts in one plot, and one that comes back after a reload', () => withSite({}, async ({ page }) => {
  await twoBatches(page);
  await small(page);
  const trainedFront = async () => {
    const before = (await numbers(page, 'Trade-off')).length;
    await at(page, 'front-train').click();
    await until(page, 'the front in the list', async () => (await numbers(page, 'Trade-off')).length === before + 1);
    const number = await newest(page, 'Trade-off');
    await ended(page, number);
    return number;
  };
  const one = await trainedFront();
  await set(page, 'front-candidates', 2);
  await until(page, 'the second front to be trainable', () => isUsable(at(page, 'front-train')));
  const two = await trainedFront();
  const news = await text(within(page, two, 'run-news'));
  expect(news === `Against run ${one}: candidates K 3 → 2.`, news);
  tell(await text(within(page, two, 'run-facts')));
  for (const number of [one, two]) await within(page, number, 'run-compare').check();
  await shows(page, ['compared_runs']);
  const figure = await at(page, 'figure-compared_runs').locator('canvas').getAttribute('aria-label');
  expect(figure.includes(`${one} · Pareto MTL`) && figure.includes(`${two} · Pareto MTL`), figure);
  const row = await at(page, 'compare-results').locator('tbody tr').allInnerTexts();
  expect(row.length === 1 && /Pareto MTL, MINE/.test(row[0]) && !row[0].includes('–'), row.join(' | '));
  await unended(page, two);
  await page.reload();
  await until(page, 'the front to be offered', () => at(page, 'front-earlier').isVisible());
  await until(page, 'the list to say that it is finished', async () => (await entry(page, two).getAttribute('data-phase')) === 'finished');
  expect(/A finished run is kept here/.test(await text(at(page, 'front-earlier'))), await text(at(page, 'front-earlier')));
  expect(!(await within(page, two, 'run-rerun').isVisible()) && !/not finished/.test(await text(within(page, two, 'run-about'))), await text(within(page, two, 'run-about')));
  // Whatever data are open then: these cannot be trained on in Predict.
  await until(page, 'the list', () => isUsable(within(page, one, 'run-show')));
  await within(page, one, 'run-show').click();
  await until(page, 'its candidates', async () => (await at(page, 'candidate-table').locator('tbody tr').count()) === 5);
  await until(page, 'the cells of one of them', async () => (await figures(page)).includes('figure-candidate_cells'), { limitS: 60 });
  // With its data the other one is summed up, as it would have been.
  await until(page, 'the results of the front whose page was closed', async () => /hypervolume/.test(await text(within(page, two, 'run-facts'))), { limitS: 60 });
  expect(!/closed/.test(await text(within(page, two, 'run-remark')).catch(() => '')), 'and nothing is missing any more');
}), LIMIT_S);
