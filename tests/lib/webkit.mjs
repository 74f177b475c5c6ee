// WebKit as WebKitGTK has it, driven by plain W3C WebDriver requests. See browsers.mjs for what a visitor is.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { findProgram } from './programs.mjs';

const START_MS = 120_000;
// Below the five minutes after which fetch gives up waiting for an answer.
const ANSWER_MS = 280_000;
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** MiniBrowser, the small browser that comes with the library: it lies in a folder of the machine's architecture. */
function findMiniBrowser() {
  if (process.env.WEBKIT_BROWSER) return findProgram(process.env.WEBKIT_BROWSER, []);
  const roots = ['/usr/lib', '/usr/libexec'].filter((root) => existsSync(root));
  const folders = roots.flatMap((root) => [root, ...readdirSync(root).map((name) => join(root, name))]);
  return findProgram(undefined, [], folders.flatMap((folder) => ['4.1', '6.0'].map((api) => join(folder, `webkit2gtk-${api}`, 'MiniBrowser'))));
}

/** The driver and the browser, or null when one of them is missing. It has no mode without a window, so it needs a screen or xvfb-run. */
export function findWebKit() {
  const driver = findProgram(process.env.WEBKIT_DRIVER, ['WebKitWebDriver']);
  const browser = findMiniBrowser();
  const screen = findProgram(undefined, ['xvfb-run']);
  return driver && browser && (screen || process.env.DISPLAY) ? { driver, browser, screen } : null;
}

const freePort = () => new Promise((done, failed) => {
  const server = createServer();
  server.on('error', failed);
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

/** Starts the driver and waits until it answers. */
async function startDriver({ driver, screen }) {
  const port = await freePort();
  const command = [...(screen ? [screen, '-a'] : []), driver, `--port=${port}`, '--host=127.0.0.1'];
  // In a process group of its own, so that xvfb-run, its screen and the browser end together.
  const child = spawn(command[0], command.slice(1), { detached: true, stdio: 'ignore' });
  const end = () => {
    try {
      process.kill(-child.pid, 'SIGTERM');
    } catch {
      // It has ended.
    }
  };
  process.once('exit', end);
  const base = `http://127.0.0.1:${port}`;
  for (const until = Date.now() + START_MS; ; ) {
    const answer = await fetch(`${base}/status`).catch(() => null);
    if (answer?.ok) return { base, end };
    if (Date.now() > until || child.exitCode !== null) {
      end();
      throw new Error(`WebKitWebDriver did not start: ${command.join(' ')}`);
    }
    await new Promise((resume) => setTimeout(resume, 200));
  }
}

async function request(method, address, body) {
  const answer = await fetch(address, { method, body: body && JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`WebKit: ${value?.error ?? answer.status}: ${value?.message ?? ''}`);
  return value;
}

/** @returns {Promise<import('./browsers.mjs').Visitor>} */
export async function openWebKit() {
  const found = findWebKit();
  const { base, end } = await startDriver(found);
  try {
    const capabilities = { alwaysMatch: { browserName: 'MiniBrowser', 'webkitgtk:browserOptions': { binary: found.browser, args: ['--automation'] } } };
    const session = await request('POST', `${base}/session`, { capabilities });
    const send = (method, path, body) => request(method, `${base}/session/${session.sessionId}/${path}`, body);
    await send('POST', 'timeouts', { script: ANSWER_MS, pageLoad: START_MS, implicit: 0 });
    await send('POST', 'window/rect', { width: 1280, height: 900 }).catch(() => {});
    // A function travels as its text, its answer or its error as JSON.
    const ask = async (fn, ...args) => {
      const script = `const done = arguments[arguments.length - 1];
        Promise.resolve().then(() => (${fn})(...arguments[0])).then((ok) => done({ ok }), (error) => done({ error: String(error?.stack ?? error) + ' ' + error?.message }));`;
      const { ok, error } = await send('POST', 'execute/async', { script, args: [args] });
      if (error) throw new Error(`in WebKit: ${error}`);
      return ok;
    };
    return {
      version: `WebKit ${session.capabilities.browserVersion}`,
      go: async (address) => void (await send('POST', 'url', { url: address })),
      ask,
      click: async (id) => {
        const element = await send('POST', 'element', { using: 'css selector', value: `[data-testid="${id}"]` });
        await send('POST', `element/${element[ELEMENT]}/click`, {});
      },
      picture: async () => Buffer.from(await send('GET', 'screenshot'), 'base64'),
      // WebDriver tells nothing of what is written to the console.
      problems: () => [],
      close: async () => {
        await send('DELETE', '').catch(() => {});
        end();
      },
    };
  } catch (error) {
    end();
    throw error;
  }
}
