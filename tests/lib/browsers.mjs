// Browsers other than Chromium, for what has to be the same in all of them. They are used where they are installed, and never installed.
import { skip } from './runner.mjs';
import { findFirefox, openFirefox } from './firefox.mjs';
import { findWebKit, openWebKit } from './webkit.mjs';

/**
 * A browser with one page open, and the few things that every driver can do.
 * @typedef {object} Visitor
 * @property {string} version
 * @property {(address: string) => Promise<void>} go  opens an address and waits until it is loaded
 * @property {(fn: Function, ...args: any[]) => Promise<any>} ask  runs a function in the page (it sees nothing of here) and gives what it resolves to
 * @property {(id: string) => Promise<void>} click  clicks on what has this data-testid, as a hand would
 * @property {() => Promise<Uint8Array>} picture  what the window shows, as a PNG
 * @property {() => string[]} problems  errors of the page up to now, where the driver tells them
 * @property {() => Promise<void>} close
 */

export const OTHERS = [
  { name: 'Firefox', find: findFirefox, open: openFirefox, missing: 'no Firefox found (Debian: apt-get install firefox-esr)' },
  { name: 'WebKit', find: findWebKit, open: openWebKit, missing: 'no WebKit found (Debian: apt-get install webkit2gtk-driver xvfb)' },
];

/** Opens one of OTHERS, lets `use` work with it and closes it; skips the running test where it is not installed. */
export async function withBrowser({ find, open, missing }, use) {
  if (!find()) skip(missing);
  const visitor = await open();
  try {
    return await use(visitor);
  } finally {
    await visitor.close();
  }
}
