// Opens the built page in Chromium under a sub-path and watches what it does.
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { serve } from '../../web/serve.mjs';
import { launch } from './chromium.mjs';
import { DIST } from './paths.mjs';

// Any absolute URL in the page would miss under this path.
const SUB_PATH = '/some/sub/path/';

// Chromium's own errands (updates, account checks) go here whatever its switches say. Only the proxy leaves them out: the page's and the
// workers' requests are watched by name as well, so the page cannot hide behind these.
const BROWSERS_OWN = /^(.+\.)?(google\.com|googleapis\.com|gvt1\.com)$/;

// How long a click or a download may take: far longer than it should, since the machines of CI are slow and shared.
const PATIENCE_MS = 60_000;

// For finding tests that read the page before it has drawn: the page's own thread, not its workers, is slowed so many times.
const SLOW = Number(process.env.DOSEFRONT_SLOW ?? 1);

/**
 * Stands in as the browser's proxy for every address but this machine's and writes down what was asked for. Unlike listening to the
 * page's requests this also sees those of workers, which a page's Content-Security-Policy does not govern.
 */
async function startListener() {
  const asked = [];
  const note = (host) => BROWSERS_OWN.test(host.replace(/:\d+$/, '')) || asked.push(host);
  const server = createServer((request, response) => {
    note(request.headers.host ?? request.url);
    response.writeHead(502).end();
  });
  server.on('connect', (request, socket) => {
    note(request.url);
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const close = () => new Promise((done) => {
    server.close(done);
    server.closeAllConnections();
  });
  return { asked, address: `http://127.0.0.1:${server.address().port}`, close };
}

/**
 * @typedef {object} Site
 * @property {import('playwright-core').Page} page
 * @property {number} started  performance.now() of the moment when the page was asked for
 * @property {string} url  where the page is, with a slash at the end
 * @property {() => string[]} problems  what went wrong behind the scenes up to now, in words; empty when all is well
 * @property {() => Promise<void>} endServer  from now on the page's address answers nothing
 * @property {() => Promise<void>} close
 */

/**
 * @param {object} [options]
 * @param {'none' | 'software' | 'any'} [options.webgpu]
 * @param {string} [options.dist]  another built page than dist/
 * @param {string} [options.path]  what to open below the sub-path: '' is the page
 * @param {boolean} [options.mayComplain]  for a test that breaks something on purpose: messages in the console are no failure
 * @param {object} [options.context]  Playwright context options: viewport, colorScheme, ...
 * @returns {Promise<Site>}
 */
export async function openSite({ webgpu = 'none', dist = DIST, path = '', context: settings = {} } = {}) {
  if (!existsSync(join(dist, 'build.json'))) throw new Error('there is no built page in dist/: run ./build.sh build first');
  const server = await serve({ roots: [dist], base: SUB_PATH, port: 0 });
  const listener = await startListener();
  const browser = await launch(webgpu, [`--proxy-server=${listener.address}`]);
  // Tests that break a file on purpose or count requests want the server's answers, not those that a service worker has kept.
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: 'block', ...settings });
  const page = await context.newPage();
  const problems = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console error: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.stack ?? error}`));
  page.on('crash', () => problems.push('the page crashed'));
  const origin = new URL(server.url).origin;
  context.on('request', (request) => {
    const { protocol, origin: asked } = new URL(request.url());
    if (asked !== origin && protocol !== 'blob:' && protocol !== 'data:') problems.push(`request to ${request.url()}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()} for ${response.url()}`);
  });
  context.setDefaultTimeout(PATIENCE_MS);
  if (SLOW > 1) await (await context.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: SLOW });
  const started = performance.now();
  await page.goto(server.url + path);
  return {
    page,
    started,
    url: server.url,
    problems: () => [...problems, ...listener.asked.map((host) => `asked the network for ${host}`)],
    endServer: () => server.close(),
    close: async () => {
      await browser.close();
      await server.close();
      await listener.close();
    },
  };
}

/** Opens the site, lets `use` work with it, closes it, and fails if anything went wrong behind the scenes. */
export async function withSite(options, use) {
  const site = await openSite(options);
  try {
    await use(site);
    const problems = site.problems();
    if (problems.length > 0 && !options.mayComplain) throw new Error(`behind the scenes:\n${problems.join('\n')}`);
  } finally {
    await site.close();
  }
}
