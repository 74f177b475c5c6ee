// Firefox without a window, driven by WebDriver BiDi, which puppeteer speaks. See browsers.mjs for what a visitor is.
import { findProgram } from './programs.mjs';

const NAMES = ['firefox-esr', 'firefox'];
const ELSEWHERE = ['/Applications/Firefox.app/Contents/MacOS/firefox'];
// A machine that builds something else at the same time needs a while.
const START_MS = 120_000;
const ANSWER_MS = 280_000;

/** The program to start: FIREFOX if it is set, else what the search path offers. */
export const findFirefox = () => findProgram(process.env.FIREFOX, NAMES, ELSEWHERE);

/** @returns {Promise<import('./browsers.mjs').Visitor>} */
export async function openFirefox() {
  const { default: puppeteer } = await import('puppeteer-core');
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: findFirefox(),
    headless: true,
    timeout: START_MS,
    protocolTimeout: ANSWER_MS,
    defaultViewport: { width: 1280, height: 900 },
  });
  const page = await browser.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.stack ?? error}`));
  page.on('console', (message) => message.type() === 'error' && problems.push(`console error: ${message.text()}`));
  return {
    version: (await browser.version()).replace('/', ' '),
    go: async (address) => void (await page.goto(address, { timeout: START_MS })),
    ask: (fn, ...args) => page.evaluate(fn, ...args),
    click: async (id) => {
      const found = await page.waitForSelector(`[data-testid="${id}"]`, { visible: true, timeout: START_MS });
      await found.click();
    },
    picture: () => page.screenshot(),
    problems: () => problems,
    close: () => browser.close(),
  };
}
