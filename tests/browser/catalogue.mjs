// Public data: what is said about each set, and loading one from a host that behaves well or badly.
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DIST } from '../lib/paths.mjs';
import { withSite } from '../lib/site.mjs';
import { test } from '../lib/runner.mjs';
import { toyCsv } from '../lib/toy.mjs';
import { at, expect, graveViolations, loaded, opened, shownError, until } from './page.mjs';

const HOST = 'https://exampledata.scverse.org';
const NAME = 'published.csv';
// Columns whose names say little: only the catalogue knows what they mean.
const DATA = Buffer.from(toyCsv(30, 60).replace('cell,cell_type,condition,', 'cell,group_a,group_b,').replaceAll(',control,', ',zero,').replaceAll(',treated,', ',one,'));
const ROLES = { cell_type: 'group_a', condition: 'group_b', control: 'zero', dose: null, batch: null };

/** A host of data that does what `behave` says; `release` ends a wait. */
async function startHost() {
  const host = { behave: /** @type {(request: any, response: any) => void} */ (() => {}), asked: /** @type {any[]} */ ([]), url: '', close: async () => {} };
  const server = createServer((request, response) => {
    host.asked.push(request);
    host.behave(request, response);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', () => done(null)));
  host.url = `http://127.0.0.1:${server.address().port}`;
  host.close = () => new Promise((done) => {
    server.close(done);
    server.closeAllConnections();
  });
  return host;
}

/** The built page with a catalogue whose file comes from another host on this machine, allowed as the real one is. */
async function withHost(use, { sha256 = createHash('sha256').update(DATA).digest('hex'), bytes = DATA.length } = {}) {
  const host = await startHost();
  const dist = mkdtempSync(join(tmpdir(), 'dosefront-'));
  try {
    cpSync(DIST, dist, { recursive: true });
    const page = readFileSync(join(dist, 'index.html'), 'utf8');
    expect(page.includes(`connect-src 'self' ${HOST};`), 'the policy allows the host');
    writeFileSync(join(dist, 'index.html'), page.replace(HOST, host.url));
    const file = join(dist, 'js', 'catalogue.js');
    const script = readFileSync(file, 'utf8').replace(/file: \{\n[^]*?\n {4}\},/, `file: ${JSON.stringify({ name: NAME, url: `${host.url}/${NAME}`, bytes, sha256, roles: ROLES })},`);
    writeFileSync(file, script);
    await withSite({ dist, mayComplain: true }, async (site) => {
      await loaded(site.page);
      await at(site.page, 'catalogue').locator('summary').first().click();
      await use({ ...site, host });
      // What the browser says of refused requests is part of the test; a request to anybody else is not.
      const elsewhere = site.problems().filter((problem) => /^(request to|asked the network)/.test(problem) && !problem.includes(host.url));
      expect(elsewhere.length === 0, elsewhere.join('\n'));
    });
  } finally {
    await host.close();
    rmSync(dist, { recursive: true });
  }
}

const GOOD = { 'access-control-allow-origin': '*', 'content-type': 'application/octet-stream' };
const load = (page) => at(page, 'catalogue-load-kang').click();
/** The message in the catalogue, once it has this code. */
async function says(page, code) {
  const box = at(page, 'catalogue-error');
  await until(page, `the message ${code}`, async () => (await box.isVisible()) && (await box.getAttribute('data-code')) === code, { limitS: 30, errorEnds: false });
  return (await box.innerText()).replace(/\s+/g, ' ');
}
const roleOf = (page, role) => at(page, `role-${role}`).inputValue();

test('catalogue: each set says what it is, where it comes from and how to load it; nothing is asked before a click', () => withSite({}, async ({ page }) => {
  const asked = [];
  page.context().on('request', (request) => asked.push(request.url()));
  await loaded(page);
  const panel = at(page, 'catalogue');
  await panel.locator('summary').first().focus();
  await page.keyboard.press('Enter');
  for (const id of ['kang', 'nault', 'marrow', 'retina']) {
    const entry = at(page, `catalogue-${id}`);
    await entry.locator('.how-to > summary').click();
    const words = await entry.innerText();
    for (const fact of ['Cells', 'Design', 'Good for', 'Size', 'Terms', 'Paper', 'From']) expect(words.includes(fact), `${id} does not say: ${fact}`);
    expect((await entry.locator('.how-to li').count()) > 0, `${id} does not say how to load it`);
    for (const link of await entry.locator('a').all()) {
      expect((await link.getAttribute('rel')) === 'noopener noreferrer' && (await link.getAttribute('target')) === '_blank', `${id}: a link that would replace the page`);
    }
  }
  const grave = await graveViolations(page);
  expect(grave.length === 0, grave.join('\n'));
  expect(asked.every((address) => new URL(address).hostname === '127.0.0.1' || address.startsWith('blob:')), asked.join('\n'));
}));

test('catalogue: the policy lets the real host through, and nobody else', () => withSite({ mayComplain: true }, async ({ page, problems }) => {
  await loaded(page);
  await at(page, 'catalogue').locator('summary').first().click();
  const asked = [];
  // Too short to be the file, and not HDF5 at first.
  let body = Buffer.from('<html>please sign in</html>');
  await page.route(`${HOST}/**`, (route) => {
    asked.push(route.request());
    return route.fulfill({ status: 200, headers: GOOD, body });
  });
  await load(page);
  expect(/something else than kang_2018\.h5ad/.test(await says(page, 'download_not_the_file')), 'names the file');
  body = Buffer.concat([Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'), Buffer.alloc(5000)]);
  await load(page);
  expect(/5 kB of the 38\.4 MB/.test(await says(page, 'download_cut')), await says(page, 'download_cut'));
  expect(asked.length === 2 && asked.every((request) => request.url() === `${HOST}/pertpy/kang_2018.h5ad` && request.method() === 'GET'), asked.map((request) => request.url()).join());
  for (const header of ['referer', 'cookie']) expect(asked.every((request) => !(header in request.headers())), `${header} goes along`);
  const before = problems().length;
  const answer = await page.evaluate(() => fetch('https://example.org/').then(() => 'let through', () => 'refused'));
  expect(answer === 'refused' && problems().slice(before).some((problem) => /Content Security Policy/i.test(problem)), `${answer}: ${problems().slice(before).join()}`);
}));

test('catalogue: a set is loaded with progress, opened, and its columns understood', () => withHost(async ({ page, host }) => {
  let release = () => {};
  host.behave = (_, response) => {
    response.writeHead(200, { ...GOOD, 'content-length': DATA.length });
    const half = Math.floor(DATA.length / 2);
    response.write(DATA.subarray(0, half));
    release = () => response.end(DATA.subarray(half));
  };
  await at(page, 'catalogue-load-kang').focus();
  await page.keyboard.press('Enter');
  const bar = at(page, 'catalogue-kang').locator('progress');
  await until(page, 'half of it', async () => Number(await bar.evaluate((element) => element.value)) === Math.floor(DATA.length / 2));
  expect(/\d+ kB of \d+ kB/.test(await at(page, 'catalogue-progress-kang').innerText()), await at(page, 'catalogue-progress-kang').innerText());
  expect((await at(page, 'catalogue-cancel-kang').isVisible()) && !(await at(page, 'catalogue-load-kang').isVisible()), 'it can be cancelled');
  expect(await at(page, 'catalogue-cancel-kang').evaluate((button) => button === document.activeElement), 'the keyboard is where the button was');
  release();
  await opened(page, NAME);
  await until(page, 'the roles', async () => (await roleOf(page, 'condition')) === 'group_b');
  expect((await roleOf(page, 'cell_type')) === 'group_a' && (await roleOf(page, 'control')) === 'zero', 'the roles are those of the catalogue');
  expect(host.asked.length === 1 && !host.asked[0].headers.referer && !host.asked[0].headers.cookie, 'one request, and nothing about the visitor in it');
}));

test('catalogue: a host that refuses, answers with a page, breaks off or goes offline is told in words, and what is open stays', () => withHost(async ({ page, host }) => {
  const before = await at(page, 'dataset-summary').innerText();
  const bad = {
    download_blocked: (_, response) => response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(DATA),
    download_not_the_file: (_, response) => response.writeHead(200, { ...GOOD, 'content-type': 'text/html; charset=utf-8' }).end('<!doctype html>Sign in'),
    download_refused: (_, response) => response.writeHead(404, GOOD).end(),
    download_cut: (_, response) => response.writeHead(200, GOOD).end(DATA.subarray(0, 3000)),
    file_too_large: (_, response) => {
      response.writeHead(200, { ...GOOD, 'content-length': 4e9 });
      response.flushHeaders();
    },
  };
  for (const [code, behave] of Object.entries(bad)) {
    host.behave = behave;
    await load(page);
    const words = await says(page, code);
    expect(words.includes(NAME) && !/undefined|\[object|TypeError|Failed to fetch/.test(words), `not words for a visitor: ${words}`);
    expect(await at(page, 'catalogue-by-hand-kang').getByRole('link').isVisible(), 'the link for doing it by hand');
  }
  // A connection that breaks in the middle.
  host.behave = (_, response) => {
    response.writeHead(200, { ...GOOD, 'content-length': DATA.length });
    response.write(DATA.subarray(0, 3000), () => setTimeout(() => response.destroy(), 300));
  };
  await load(page);
  expect(/Only 3 kB of the/.test(await says(page, 'download_cut')), 'how much there was');
  // The network goes while a download waits for more.
  host.behave = (_, response) => {
    response.writeHead(200, { ...GOOD, 'content-length': DATA.length });
    response.write(DATA.subarray(0, 3000));
  };
  await load(page);
  await until(page, 'a part of it', async () => /^3 kB of/.test(await at(page, 'catalogue-progress-kang').innerText()), { errorEnds: false });
  await page.context().setOffline(true);
  expect(/lost after 3 kB/.test(await says(page, 'download_offline')), 'that the network is gone');
  const asked = host.asked.length;
  await load(page);
  expect(/no network connection/.test(await says(page, 'download_offline')), 'at once, without asking');
  expect(host.asked.length === asked, 'nothing was asked');
  await page.context().setOffline(false);
  // Cancelling is no failure.
  await load(page);
  await until(page, 'a part of it', async () => /^3 kB of/.test(await at(page, 'catalogue-progress-kang').innerText()), { errorEnds: false });
  await at(page, 'catalogue-cancel-kang').click();
  await until(page, 'Load to be back', () => at(page, 'catalogue-load-kang').isEnabled());
  expect(!(await at(page, 'catalogue-error').isVisible()), 'no message');
  expect((await at(page, 'dataset-summary').innerText()) === before && (await shownError(page)) === null, 'the open data stay');
}));

test('catalogue: a file that has changed waits for a word', () => withHost(async ({ page, host }) => {
  host.behave = (_, response) => response.writeHead(200, GOOD).end(DATA);
  await load(page);
  await until(page, 'the question', () => at(page, 'catalogue-open-kang').isVisible());
  expect(/not the file that was described/.test(await at(page, 'catalogue-progress-kang').innerText()), 'says why');
  await at(page, 'catalogue-open-kang').click();
  await opened(page, NAME);
}, { sha256: '0'.repeat(64) }));

test('catalogue: what arrives during a run waits for its end', () => withHost(async ({ page, host }) => {
  let release = () => {};
  host.behave = (_, response) => {
    response.writeHead(200, GOOD);
    release = () => response.end(DATA);
  };
  await load(page);
  // A run that does not end by itself before a slow test has looked.
  await at(page, 'advanced').locator('summary').click();
  await at(page, 'setting-epochs').fill('5000');
  await at(page, 'setting-epochs').blur();
  await at(page, 'train').click();
  await until(page, 'the run to go', async () => (await at(page, 'progress').getAttribute('data-phase')) === 'running');
  release();
  await until(page, 'it to have arrived', () => at(page, 'catalogue-open-kang').isVisible());
  expect(/so it waits/.test(await at(page, 'catalogue-progress-kang').innerText()), 'says why');
  expect(await at(page, 'catalogue-open-kang').isDisabled(), 'not while something trains');
  expect((await at(page, 'progress').getAttribute('data-phase')) === 'running', 'the run goes on');
  await at(page, 'cancel').click();
  await until(page, 'Open', () => at(page, 'catalogue-open-kang').isEnabled());
  await at(page, 'catalogue-open-kang').click();
  await opened(page, NAME);
}));
