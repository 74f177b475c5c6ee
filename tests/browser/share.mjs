// Links, saved runs and whether they come out the same: made by clicks, opened somewhere else.
import { driveInNode } from '../lib/engines.mjs';
import { savedModule } from '../lib/node_engine.mjs';
import { openSite, withSite } from '../lib/site.mjs';
import { afterAll, tell, test } from '../lib/runner.mjs';
import { EXPLORATION, FRONTS } from '../lib/runs.mjs';
import { toyCsv } from '../lib/toy.mjs';
import { at, drop, expect, explored, frames, graveViolations, isUsable, loaded, metric, opened, train, until } from './page.mjs';
import { copiedLink, openMenu, saves, tiny, verdict } from './sharing.mjs';

const hash = (page) => page.evaluate(() => location.hash);
const banner = (page) => at(page, 'shared-run');
const remarks = async (page) => (await at(page, 'shared-remarks').isVisible() ? at(page, 'shared-remarks').innerText() : '');

/** Another browser profile that opens an address of the same site: nothing kept, nothing remembered. */
async function fresh(site, address, settings = {}) {
  const context = await site.page.context().browser().newContext({ viewport: { width: 1440, height: 900 }, ...settings });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.stack ?? error}`));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(address);
  return { page, problems, close: () => context.close() };
}

/** A tiny run on a built-in set, made by clicks: its page, the link to it and its file. */
let made;
function madeRun() {
  made ??= (async () => {
    const site = await openSite();
    const { page } = site;
    await loaded(page);
    expect((await hash(page)) === '', `an untouched page has the address ${await hash(page)}`);
    await at(page, 'preset-pbmc-two-condition').click();
    await opened(page, 'pbmc');
    await tiny(page);
    await train(page);
    const r2 = await metric(page, 'r2_all');
    await at(page, 'bars-metric').selectOption('edistance');
    const link = await copiedLink(page);
    const file = await saves(page, 'share-run');
    return { site, page, r2, link, file };
  })();
  return made;
}
afterAll(async () => {
  const all = await made?.catch(() => null);
  await all?.site.close();
});

test('share: a run made by clicks, its link in a fresh profile, run there: identical to the saved file', async () => {
  const { site, r2, link, file } = await madeRun();
  tell(`${link.length} characters: ${decodeURIComponent(link.slice(link.indexOf('#'))).slice(0, 240)} …`);
  expect(link.length < 2048 && /step=/.test(link), 'a small run has a short link that can be read');
  expect(file.name.endsWith('.dosefront.json'), file.name);
  const { page, problems, close } = await fresh(site, link);
  await until(page, 'the banner', () => banner(page).isVisible());
  await until(page, 'the data of the link', async () => (await at(page, 'dataset-summary').innerText()).includes('pbmc'));
  await until(page, 'the settings of the link', async () => (await at(page, 'setting-epochs').inputValue()) === '3');
  expect((await at(page, 'max-cells').inputValue()) === '240' && (await at(page, 'genes').inputValue()) === '60', 'cells and genes are those of the link');
  expect((await remarks(page)) === '', await remarks(page));
  expect((await at(page, 'result-headline').isVisible()) === false, 'a link trains nothing by itself');
  await at(page, 'rerun').click();
  await until(page, 'the result', () => at(page, 'result-headline').isVisible());
  await until(page, 'the chosen metric', async () => (await at(page, 'bars-metric').inputValue()) === 'edistance');
  expect((await metric(page, 'r2_all')) === r2, 'the score is the same');

  await drop(page, [{ name: 'sent.dosefront.json', content: file.bytes }]);
  await until(page, 'the saved run', async () => (await banner(page).innerText()).includes('sent.dosefront.json'));
  await at(page, 'rerun').click();
  expect((await verdict(page)) === 'identical', await at(page, 'verdict').innerText());
  tell(await at(page, 'verdict-head').innerText());
  const grave = await graveViolations(page);
  expect(grave.length === 0, grave.join('\n'));
  expect(problems.length === 0, problems.join('\n'));
  await close();
}, 600);

test('share: a rerun does the work again, and tells a number that is not the same', async () => {
  const { site, file } = await madeRun();
  const report = JSON.parse(file.bytes.toString());
  const row = report.results.find(({ model }) => model === 'scgen');
  row.metrics.r2_all += 1e-6;
  const { page, close } = await fresh(site, site.url);
  await loaded(page);
  await drop(page, [{ name: 'touched.dosefront.json', content: JSON.stringify(report) }]);
  await until(page, 'the saved run', () => at(page, 'show-stored').isVisible());
  await at(page, 'show-stored').click();
  await until(page, 'the stored results', () => at(page, 'stored-note').isVisible());
  expect((await metric(page, 'r2_all')) === row.metrics.r2_all, 'the stored number is shown as it is stored');
  expect((await at(page, 'figure-r2_scatter').isVisible()) === false, 'what the file does not have is not drawn');
  await at(page, 'rerun').click();
  expect((await verdict(page)) === 'differs', await at(page, 'verdict').innerText());
  const table = await at(page, 'verdict-table').innerText();
  expect(/R², all genes/.test(table) && /beyond/.test(table), table);
  expect(/CPU/.test(await at(page, 'environments').innerText()), 'both environments are there');
  tell(table.replace(/\s+/g, ' '));
  await close();
});

test('share: back and forward, anchors and a reload', async () => {
  const { site } = await madeRun();
  const { page, problems, close } = await fresh(site, site.url);
  await loaded(page);
  await explored(page);
  const current = () => page.locator('#steps [aria-current]').getAttribute('data-testid');
  const reads = (step) => until(page, `step ${step}`, async () => (await current()) === `nav-${step}`);
  const says = (words) => until(page, `the address to say ${words}`, async () => new RegExp(words).test(decodeURIComponent(await hash(page))));
  await at(page, 'nav-explore').click();
  await reads('explore');
  await says('explore');
  await at(page, 'explore-tab-genes').click();
  await says('"tab":"genes"');
  await at(page, 'nav-trade-off').click();
  await reads('trade-off');
  await says('step=trade-off');
  await page.goBack();
  await reads('explore');
  expect((await at(page, 'explore-tab-genes').getAttribute('aria-selected')) === 'true', 'the tab of that entry');
  await page.goForward();
  await reads('trade-off');
  await page.goBack();
  await reads('explore');
  expect((await banner(page).isVisible()) === false, 'going back opens no banner');
  await at(page, 'explore-tab-cells').click();
  await says('"tab":"cells"');
  await page.reload();
  await loaded(page);
  await until(page, 'the tab of before the reload', async () => (await at(page, 'explore-tab-cells').getAttribute('aria-selected')) === 'true');
  expect((await banner(page).isVisible()) === false, 'a reload opens no banner');
  // An anchor that somebody types or has as a bookmark.
  await page.evaluate(() => { location.hash = '#predict'; });
  await reads('predict');
  expect(problems.length === 0, problems.join('\n'));
  await close();
});

/** Goes to another link in the same tab, as somebody does who pastes it into the address. */
const paste = (page, address) => page.evaluate((hash) => { location.hash = hash; }, address.slice(address.indexOf('#')));
const runIn = (link) => JSON.parse(decodeURIComponent(/run=([^&]*)/.exec(link)[1]));
const linkWith = (link, run) => `${link.slice(0, link.indexOf('#'))}#v=1&step=predict&run=${encodeURIComponent(JSON.stringify(run))}`;

test('share: back and forward between links offer the run of each again', async () => {
  const { site, link } = await madeRun();
  const whole = runIn(link);
  const other = linkWith(link, { ...whole, dataset: { simulated: { preset: 'pbmc-two-condition', seed: 2 } }, task: { predict: { ...whole.task.predict, seeds: [7] } } });
  const { page, problems, close } = await fresh(site, site.url);
  await loaded(page);
  const seed = () => at(page, 'seed').inputValue();
  const offers = (wanted) => until(page, `the run with seed ${wanted}`, async () => (await seed()) === wanted && (await isUsable(at(page, 'rerun'))) && (await at(page, 'shared-set-up').isHidden()));
  await paste(page, link);
  await offers('1');
  await at(page, 'nav-trade-off').click();
  await until(page, 'the address of that step', async () => (await hash(page)).includes('step=trade-off'));
  await paste(page, other);
  await offers('7');
  await page.goBack();
  await offers('1');
  expect((await remarks(page)) === '' && (await at(page, 'setting-epochs').inputValue()) === '3', await remarks(page));
  // A step of the same link is no other link.
  await at(page, 'shared-close').click();
  await page.goBack();
  await until(page, 'the step of before', async () => (await page.locator('#steps [aria-current]').getAttribute('data-testid')) !== 'nav-trade-off');
  expect(!(await banner(page).isVisible()), 'a step of the same link opens no banner');
  await page.goForward();
  await page.goForward();
  await offers('7');
  // While something is trained nothing of it is lost, and the offer waits.
  await tiny(page, '4000');
  await at(page, 'train').click();
  await until(page, 'the training', async () => (await at(page, 'progress').getAttribute('data-phase')) === 'running');
  await page.evaluate(() => history.go(-2));
  await until(page, 'words about the run in progress', async () => /in progress/.test(await remarks(page)));
  expect((await at(page, 'progress').getAttribute('data-phase')) === 'running' && (await seed()) === '7', 'what is being trained goes on');
  await at(page, 'cancel').click();
  await until(page, 'the offer to be usable', () => isUsable(at(page, 'shared-set-up')));
  await until(page, 'the address of the offer', async () => JSON.stringify(runIn(await hash(page)).dataset) === JSON.stringify(whole.dataset));
  await page.reload();
  await offers('1');
  // And the page as it was before any link.
  await page.goBack();
  await until(page, 'the data of before', async () => (await at(page, 'dataset-summary').innerText()).includes('liver') && !(await banner(page).isVisible()));
  expect(problems.length === 0, problems.join('\n'));
  await close();
}, 300);

test('share: links that were cut, edited, made by a newer page or by a stranger', async () => {
  const { site, link } = await madeRun();
  const bare = link.slice(0, link.indexOf('#'));
  const run = (change) => `${bare}#v=1&run=${encodeURIComponent(JSON.stringify(change))}`;
  const whole = runIn(link);
  const cases = [
    ['cut', link.slice(0, link.indexOf('run=') + 60), /cut off/],
    ['packed and broken', `${bare}#v=1&z=AAAA`, /cut off/],
    ['newer', `${link.replace('v=1', 'v=7')}&tour=1`, /newer version/],
    ['no version', `${bare}#step=predict&lesson=`, /does not say which version/],
    ['no link', `${bare}#run-3=yes`, /begin with “#v=1”/],
    ['no such part', `${bare}#trade_off`, /trade_off/],
    ['unknown settings', run({ ...whole, colour: 'red' }), /colour/],
    ['no such data', run({ ...whole, dataset: { simulated: { preset: '<img src=x onerror=alert(1)>', seed: 1 } } }), /built-in data set|preset/],
    ['a seed that is none', run({ ...whole, dataset: { simulated: { preset: 'pbmc-two-condition', seed: -3 } } }), /cannot be used/],
    ['no such column', run({ ...whole, roles: { ...whole.roles, cell_type: 'celltype' } }), /^[^.]*no column “celltype” for the role “Cell type”. Their columns are [^.]*cell_type/],
    ['no such control', run({ ...whole, roles: { ...whole.roles, control: 'nobody' } }), /nobody/],
    ['no such step', `${bare}#v=1&step=nowhere`, /nowhere/],
    ['no such parts', `${bare}#v=1&lesson=no-change.2&hide=${encodeURIComponent('["data","engine-room"]')}`, /“engine-room”/],
    ['values of the view', `${bare}#v=1&view=${encodeURIComponent(JSON.stringify({ explore: { tab: 'x', cell_type: 7 }, fronts: { x: '../..', hidden: [{}] }, results: { compare: 3 }, engine: { phase: 'crashed' } }))}`, /view.explore.tab/],
  ];
  // The first few are opened afresh, the others pasted one after the other.
  const AFRESH = ['cut', 'no link', 'no such column'];
  let shared = await fresh(site, site.url);
  await loaded(shared.page);
  for (const [name, address, words] of cases) {
    const own = AFRESH.includes(name) ? await fresh(site, address) : null;
    const { page, problems } = own ?? shared;
    if (own) await loaded(page);
    else await paste(page, address);
    await until(page, `words about the link: ${name}`, async () => words.test(await remarks(page)));
    tell(`${name}: ${(await remarks(page)).replace(/\s+/g, ' ').slice(0, 220)}`);
    await until(page, `${name}: the page to work`, () => isUsable(at(page, 'train')));
    await at(page, 'shared-close').click();
    await until(page, 'the banner to go', async () => !(await banner(page).isVisible()));
    expect(problems.length === 0, `${name}: ${problems.join('\n')}`);
    await own?.close();
  }
  // What leads somewhere needs no words.
  for (const anchor of ['#trade-off', '#front-results', '#top', '#engine=cpu']) {
    await paste(shared.page, anchor);
    await shared.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    expect(!(await banner(shared.page).isVisible()), `${anchor} opens a banner`);
  }
  await shared.close();
}, 600);

/** Goes on with Tab until something has the focus, as somebody without a mouse does. */
async function tabTo(page, id, most = 250) {
  const now = () => page.evaluate(() => /** @type {HTMLElement | null} */ (document.activeElement?.closest('[data-testid]'))?.dataset.testid ?? '');
  for (let i = 0; i < most; i++) {
    if ((await now()) === id) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${id} has not got the focus within ${most} presses of Tab; it is on ${await now()}`);
}
const focused = (page) => page.evaluate(() => document.activeElement !== document.body);

test('share: by keyboard alone: the link copied and opened, the run done again, the verdict read', async () => {
  const { site, page: mine, file } = await madeRun();
  await mine.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await mine.evaluate(() => { document.activeElement?.blur(); scrollTo(0, 0); });
  await tabTo(mine, 'share-open');
  await mine.keyboard.press('Enter');
  await until(mine, 'the menu', async () => (await at(mine, 'share').getAttribute('open')) !== null);
  await tabTo(mine, 'share-what');
  await mine.keyboard.type('Predict');
  await tabTo(mine, 'share-link');
  await mine.keyboard.press('Enter');
  await until(mine, 'the link to be copied', async () => /copied/.test(await at(mine, 'share-said').innerText()));
  await mine.keyboard.press('Escape');
  expect(await at(mine, 'share-open').evaluate((summary) => summary === document.activeElement), 'Escape closes the menu, and its button has the focus');
  const link = await mine.evaluate(() => navigator.clipboard.readText());

  const { page, problems, close } = await fresh(site, link);
  await until(page, 'the run to be on offer', () => isUsable(at(page, 'rerun')));
  await tabTo(page, 'rerun');
  await page.keyboard.press('Enter');
  await until(page, 'the result', () => at(page, 'result-headline').isVisible());
  expect(await focused(page), 'the focus is not lost while it runs');
  // The results that were sent along, from the same button that opens data.
  await page.evaluate(() => { document.activeElement?.blur(); scrollTo(0, 0); });
  await tabTo(page, 'file-input');
  const asked = page.waitForEvent('filechooser');
  // The browser has to know that the question is for the test before the key arrives.
  await frames(page);
  await page.keyboard.press('Enter');
  const chooser = await asked;
  await chooser.setFiles({ name: 'sent.dosefront.json', mimeType: 'application/json', buffer: file.bytes });
  await until(page, 'the saved run', async () => (await banner(page).innerText()).includes('sent.dosefront.json') && (await isUsable(at(page, 'rerun'))));
  await page.evaluate(() => { document.activeElement?.blur(); scrollTo(0, 0); });
  await tabTo(page, 'rerun');
  await page.keyboard.press('Enter');
  expect((await verdict(page)) === 'identical', await at(page, 'verdict').innerText());
  expect(await focused(page), 'the focus is not lost at the verdict');
  await tabTo(page, 'shared-close');
  await page.keyboard.press('Enter');
  await until(page, 'the banner to go', async () => !(await banner(page).isVisible()));
  expect(await focused(page), 'the focus goes on to the steps');
  expect(problems.length === 0, problems.join('\n'));
  await close();
}, 600);

test('share: what is too long for a link is offered as a file', () => withSite({}, async ({ page }) => {
  await loaded(page);
  await at(page, 'seed').fill(Array.from({ length: 1800 }, (_, i) => (i * 7919 * 104_729) % 1_000_000_007).join(', '));
  await openMenu(page);
  await at(page, 'share-link').click();
  await until(page, 'the words', async () => /too long for a link/.test(await at(page, 'share-said').innerText()));
}));

test('share: a run on a file asks for it, says when it is another one, and shows what was stored', async () => {
  const { site } = await madeRun();
  const csv = toyCsv();
  const other = csv.replace(/,(\d+)\n$/, (_, last) => `,${Number(last) + 1}\n`);
  const first = await fresh(site, site.url);
  await loaded(first.page);
  await drop(first.page, [{ name: 'mine.csv', content: csv }]);
  await opened(first.page, 'mine.csv');
  await tiny(first.page, '2');
  await train(first.page);
  const r2 = await metric(first.page, 'r2_all');
  const file = await saves(first.page, 'share-run');
  await openMenu(first.page);
  expect((await at(first.page, 'share-data').isChecked()) === false, 'the data go along only if the person ticks it');
  tell((await at(first.page, 'share-data').locator('xpath=..').innerText()).trim());
  const without = await saves(first.page, 'share-bundle');
  await openMenu(first.page);
  await at(first.page, 'share-data').check();
  const bundle = await saves(first.page, 'share-bundle');
  expect(!without.bytes.includes('data/mine.csv') && bundle.bytes.includes('data/mine.csv'), 'the data are in the second bundle only');
  expect(bundle.bytes.includes('predictions.h5ad') && bundle.bytes.includes('weights/') && bundle.bytes.includes('details.json'), 'the bundle has weights, predictions and details');
  const link = await copiedLink(first.page);
  expect(!link.includes(csv.slice(40, 80)) && link.length < 2048, 'a link never holds data');
  await first.close();

  const { page, problems, close } = await fresh(site, site.url);
  await loaded(page);
  await drop(page, [{ name: file.name, content: file.bytes }]);
  await until(page, 'to be asked for the file', async () => /Open mine\.csv/.test(await at(page, 'shared-open-data').innerText()));
  expect((await at(page, 'rerun').isVisible()) === false, 'nothing can be rerun without the data');
  await drop(page, [{ name: 'mine.csv', content: other }]);
  await until(page, 'to be told that it is another file', () => at(page, 'shared-other').isVisible());
  tell((await at(page, 'shared-other').innerText()).replace(/\s+/g, ' '));
  expect((await at(page, 'shared-other').locator('code').allInnerTexts()).every((text) => /^[0-9a-f]{8}…[0-9a-f]{4}$/.test(text)), 'both hashes are shown');
  await until(page, 'the stored results', () => at(page, 'stored-note').isVisible());
  expect((await metric(page, 'r2_all')) === r2 && !(await at(page, 'rerun').isVisible()), 'stored results are read-only');
  await drop(page, [{ name: 'renamed.csv', content: csv }]);
  await until(page, 'to be allowed to rerun', () => isUsable(at(page, 'rerun')));
  await at(page, 'rerun').click();
  expect((await verdict(page)) === 'identical', await at(page, 'verdict').innerText());
  expect(problems.length === 0, problems.join('\n'));
  await close();

  const third = await fresh(site, site.url);
  await loaded(third.page);
  await drop(third.page, [{ name: 'all.zip', content: bundle.bytes }]);
  await until(third.page, 'the bundle', () => at(third.page, 'show-stored').isVisible());
  await at(third.page, 'show-stored').click();
  await until(third.page, 'the details that came along', () => at(third.page, 'figure-r2_scatter').isVisible());
  await at(third.page, 'rerun').click();
  expect((await verdict(third.page)) === 'identical', await at(third.page, 'verdict').innerText());
  // Details that somebody has written by hand: the field is named, and the results are shown without them.
  const saved = await savedModule();
  const inside = saved.bundle_read(bundle.bytes);
  const details = JSON.parse(new TextDecoder().decode(inside.find((file) => file.name === 'details.json').bytes));
  for (const detail of Object.values(details)) detail.mean_predicted = detail.mean_predicted.slice(1);
  const edited = inside.map((file) => (file.name === 'details.json' ? new TextEncoder().encode(JSON.stringify(details)) : file.bytes));
  await drop(third.page, [{ name: 'edited.dosefront.zip', content: Buffer.from(saved.bundle_write(inside.map(({ name }) => name), edited)) }]);
  await until(third.page, 'the remark on the details', async () => /details\.json, mean_predicted of result \d+ is not one number for each gene/.test(await remarks(third.page)));
  tell((await remarks(third.page)).replace(/\s+/g, ' '));
  await at(third.page, 'show-stored').click();
  await until(third.page, 'the results without them', () => at(third.page, 'stored-note').isVisible());
  expect((await metric(third.page, 'r2_all')) === r2, 'the results are those of the file');
  // A byte of the data is another one: the bundle says so and nothing of it is used.
  const swapped = Buffer.from(bundle.bytes);
  swapped[swapped.indexOf('GENE1,GENE2')] ^= 1;
  await drop(third.page, [{ name: 'swapped.dosefront.zip', content: swapped }]);
  await until(third.page, 'the refusal', async () => (await at(third.page, 'shared-error').isVisible()) && /data\/mine\.csv/.test(await at(third.page, 'shared-error').innerText()), { errorEnds: false });
  tell((await at(third.page, 'shared-error').innerText()).replace(/\s+/g, ' '));
  await third.close();
}, 900);

test('share: results that do not belong to their run are refused, and the run is kept', async () => {
  const { site, file } = await madeRun();
  const report = JSON.parse(file.bytes.toString());
  const { page, close } = await fresh(site, site.url);
  await loaded(page);
  await drop(page, [{ name: 'mixed.dosefront.json', content: JSON.stringify({ ...report, results: report.results.map((row) => ({ ...row, cell_type: 'B' })) }) }]);
  await until(page, 'the refusal', async () => (await at(page, 'shared-error').isVisible()) && /belong/.test(await at(page, 'shared-error').innerText()), { errorEnds: false });
  tell((await at(page, 'shared-error').innerText()).replace(/\s+/g, ' '));
  expect((await at(page, 'show-stored').isVisible()) === false, 'the results are not offered');
  expect((await at(page, 'rerun').innerText()) === 'Run it', 'the run is');
  for (const [name, content, words] of [['words.json', 'this is no JSON', /JSON/], ['other.json', '{"a": 1}', /not a run/], ['page.html', '<p>hello</p>', /without a run/], ['cut.dosefront.zip', 'PK\x03\x04 and no more', /bundle/]]) {
    await drop(page, [{ name, content }]);
    await until(page, `words about ${name}`, async () => (await at(page, 'shared-error').isVisible()) && words.test(await at(page, 'shared-error').innerText()), { errorEnds: false });
    tell(`${name}: ${(await at(page, 'shared-error').innerText()).replace(/\s+/g, ' ').slice(0, 160)}`);
    expect(await isUsable(at(page, 'train')), 'the page works');
  }
  await close();
});

test('share: on paper the page is light, and there is nothing to click', async () => {
  const { site } = await madeRun();
  const { page, close } = await fresh(site, site.url, { colorScheme: 'dark' });
  await loaded(page);
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  await until(page, 'the dark theme', async () => (await theme()) === 'dark');
  await page.evaluate(() => addEventListener('beforeprint', () => { document.documentElement.dataset.printed = document.documentElement.dataset.theme; }));
  const pdf = await page.pdf({ format: 'A4' });
  expect(pdf.length > 10_000, `${pdf.length} bytes`);
  expect((await page.evaluate(() => document.documentElement.dataset.printed)) === 'light', 'the paper is light');
  await until(page, 'the theme of the screen again', async () => (await theme()) === 'dark');
  await page.emulateMedia({ media: 'print' });
  const controls = await page.locator('button, select, input, textarea').filter({ visible: true }).evaluateAll((all) => all.map((one) => one.dataset.testid ?? one.outerHTML.slice(0, 80)));
  expect(controls.length === 0, `on paper there are ${controls.join(', ')}`);
  await close();
});

test('share: the report can be read, holds the run, and opens again', async () => {
  const { site, page } = await madeRun();
  const { name, bytes } = await saves(page, 'share-report');
  const html = bytes.toString();
  const figures = html.match(/<svg/g)?.length ?? 0;
  expect(name.endsWith('.html') && figures >= 4, `${figures} figures in ${name}`);
  expect(!/<(script|link|img)[^>]+(src|href)="?https?:/i.test(html), 'nothing is loaded from elsewhere');
  tell(`${name}: ${(bytes.length / 1024).toFixed(0)} KiB, ${figures} figures`);
  const { page: other, close } = await fresh(site, site.url);
  await loaded(other);
  await drop(other, [{ name, content: bytes }]);
  await until(other, 'the run in the report', () => at(other, 'show-stored').isVisible());
  await at(other, 'rerun').click();
  expect((await verdict(other)) === 'identical', await at(other, 'verdict').innerText());
  await close();
});

test('share: the Methods text is copied', async () => {
  const { page } = await madeRun();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await openMenu(page);
  await at(page, 'share-methods').click();
  await until(page, 'the text to be copied', async () => /copied/.test(await at(page, 'share-said').innerText()));
  await page.keyboard.press('Escape');
  const text = await page.evaluate(() => navigator.clipboard.readText());
  expect(text.length > 100 && /References/.test(text), text.slice(0, 200));
  tell(text.slice(0, 300).replace(/\s+/g, ' '));
});

test('share: where nothing may be stored or copied, links and files still work', async () => {
  const { site, link, file } = await madeRun();
  const context = await site.page.context().browser().newContext({ viewport: { width: 390, height: 844 } });
  context.setDefaultTimeout(60_000);
  await context.addInitScript(() => {
    const refuse = () => { throw new DOMException('The operation is insecure.', 'SecurityError'); };
    Object.defineProperty(globalThis, 'indexedDB', { get: refuse });
    Object.defineProperty(globalThis, 'localStorage', { get: refuse });
    Object.defineProperty(navigator, 'clipboard', { value: { writeText: () => Promise.reject(new Error('denied')) } });
  });
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error.stack ?? error)));
  await page.goto(link);
  await until(page, 'the banner', () => isUsable(at(page, 'rerun')));
  await drop(page, [{ name: file.name, content: file.bytes }]);
  await until(page, 'the saved run', () => at(page, 'show-stored').isVisible());
  await at(page, 'rerun').click();
  expect((await verdict(page)) === 'identical', await at(page, 'verdict').innerText());
  await at(page, 'share-open').click();
  await at(page, 'share-link').click();
  await until(page, 'the link to copy by hand', () => at(page, 'share-text').isVisible());
  expect((await at(page, 'share-text').inputValue()).includes('#v=1'), 'the link is there');
  const grave = await graveViolations(page);
  expect(grave.length === 0, grave.join('\n'));
  expect(problems.length === 0, problems.join('\n'));
  await context.close();
});

test('share: an exploration, a front and a playground that were made under Node come out identical in the page', async () => {
  const { site } = await madeRun();
  const information = { ...FRONTS, task: { mutual_information: { case: 'gaussians', separation: 2, n_samples: 300, dims: 2, seed: 1, steps: 20 } } };
  const { page, problems, close } = await fresh(site, site.url);
  await loaded(page);
  for (const [name, run] of [['exploration', EXPLORATION], ['front', FRONTS], ['information', information]]) {
    const { report } = await driveInNode({ run });
    await drop(page, [{ name: `${name}.dosefront.json`, content: report }]);
    await until(page, `the saved ${name}`, async () => (await banner(page).innerText()).includes(`${name}.dosefront.json`) && (await isUsable(at(page, 'rerun'))));
    await at(page, 'show-stored').click();
    await until(page, 'the stored results', async () => (await at(page, 'shared-words').innerText()).includes('stored results'));
    await at(page, 'rerun').click();
    expect((await verdict(page)) === 'identical', `${name}: ${await at(page, 'verdict').innerText()}`);
    tell(`${name}: ${await at(page, 'verdict-head').innerText()}`);
  }
  expect(problems.length === 0, problems.join('\n'));
  await close();
}, 900);
