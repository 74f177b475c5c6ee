// Finds Chromium and starts it the way the tests need it.  `node tests/lib/chromium.mjs` prints where it is.
import { pathToFileURL } from 'node:url';
import { findProgram } from './programs.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const ELSEWHERE = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** The program to start: CHROMIUM if it is set, else what the search path offers. Null when there is none. */
export const findChromium = () => findProgram(process.env.CHROMIUM, NAMES, ELSEWHERE);

// The browser's own errands (updates, translation lists, account checks) would show up among the requests that the tests count.
const QUIET = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

// A machine that builds something else at the same time needs a while.
const START_MS = 120_000;

// Without a flag headless Chromium has `navigator.gpu` but no adapter, which is what many visitors have.
const WEBGPU = {
  none: [],
  software: ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  any: ['--enable-unsafe-webgpu'],
};

/**
 * Starts Chromium without a window.
 * @param {'none' | 'software' | 'any'} webgpu  no adapter, SwiftShader, or whatever the machine has
 * @param {string[]} extra  more command-line switches
 */
export async function launch(webgpu, extra = []) {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('no Chromium found: install it, or set CHROMIUM to its program');
  const { chromium } = await import('playwright-core');
  return chromium.launch({ executablePath, headless: true, timeout: START_MS, args: [...QUIET, ...WEBGPU[webgpu], ...extra] });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const found = findChromium();
  if (found) console.log(found);
  else process.exitCode = 1;
}
