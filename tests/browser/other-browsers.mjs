// The page in Firefox and WebKit: it opens, trains, and makes of a link and a file from Chromium the very same numbers.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OTHERS, withBrowser } from '../lib/browsers.mjs';
import { ROOT } from '../lib/paths.mjs';
import { afterAll, tell, test } from '../lib/runner.mjs';
import { openSite } from '../lib/site.mjs';
import { at, expect, loaded, metric, opened, train } from './page.mjs';
import { copiedLink, saves, tiny, tinySettings } from './sharing.mjs';

const PRESET = 'preset-pbmc-two-condition';
const LIMIT_S = 240;

/** A tiny run made by clicks in Chromium: its score, the link to it and its file. */
let made;
function madeInChromium() {
  made ??= (async () => {
    const site = await openSite();
    const { page } = site;
    await loaded(page);
    await at(page, PRESET).click();
    await opened(page, 'pbmc');
    await tiny(page);
    await train(page);
    return { site, r2: await metric(page, 'r2_all'), link: await copiedLink(page), file: await saves(page, 'share-run') };
  })();
  return made;
}
afterAll(async () => {
  const all = await made?.catch(() => null);
  await all?.site.close();
});

/** What the page shows under a test name; all are null when it is not visible. */
const look = (visitor, id) => visitor.ask((name) => {
  const element = [...document.querySelectorAll(`[data-testid="${name}"]`)].find((one) => one.checkVisibility());
  return { text: element?.innerText ?? null, value: element?.value ?? null, data: element ? { ...element.dataset } : null, enabled: element ? !element.disabled : null };
}, id);

/** Waits until what the page shows under a test name is as `holds` wants it; gives it. A message of the page ends the wait. */
async function until(visitor, id, holds) {
  for (const end = Date.now() + LIMIT_S * 1000; ; ) {
    const seen = await look(visitor, id);
    if (seen.text !== null && holds(seen)) return seen;
    const { text: error } = await look(visitor, 'error');
    if (error) throw new Error(`while waiting for ${id}, the page said: ${error}`);
    if (Date.now() > end) throw new Error(`waited ${LIMIT_S} s for ${id}: ${JSON.stringify(seen)}`);
    await new Promise((resume) => setTimeout(resume, 300));
  }
}

const usable = ({ enabled }) => enabled;

const showSettings = (visitor) => visitor.ask(() => document.querySelector('[data-testid="advanced"]').setAttribute('open', ''));

/** Writes into a field and leaves it, with the events that a keyboard would make. */
const fill = (visitor, id, value) => visitor.ask((name, text) => {
  const field = document.querySelector(`[data-testid="${name}"]`);
  field.focus();
  field.value = text;
  for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, { bubbles: true }));
  field.blur();
}, id, value);

/** Drops a file on the page. */
const drop = (visitor, name, bytes) => visitor.ask((called, text) => {
  const data = new DataTransfer();
  data.items.add(new File([text], called));
  const zone = document.querySelector('[data-testid="drop-zone"]');
  for (const type of ['dragenter', 'dragover', 'drop']) zone.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }));
}, name, bytes.toString());

async function shoot(visitor, name) {
  if (!process.env.SCREENSHOTS) return;
  const folder = join(ROOT, 'tests', 'browser', 'screenshots');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.png`), await visitor.picture());
}

for (const browser of OTHERS) {
  test(`other browsers: in ${browser.name} the page trains, and a link and a file from Chromium come out identical`, () => withBrowser(browser, async (visitor) => {
    const { site, r2, link, file } = await madeInChromium();
    await visitor.go(site.url);
    await until(visitor, 'train', usable);
    await visitor.click(PRESET);
    await until(visitor, 'dataset-summary', ({ text }) => text.includes('pbmc'));
    await until(visitor, 'train', usable);
    await showSettings(visitor);
    for (const [id, value] of tinySettings()) await fill(visitor, id, value);
    await visitor.click('train');
    const shown = await until(visitor, 'metric-r2_all', ({ data }) => data.value !== undefined);
    expect(Number(shown.data.value) === r2, `R2 is ${shown.data.value} in ${visitor.version} and ${r2} in Chromium`);
    await until(visitor, 'train', usable);
    await shoot(visitor, `${browser.name}-trained`);

    // Not from the same address: that would only change what is behind the #.
    await visitor.go('about:blank');
    await visitor.go(link);
    await until(visitor, 'rerun', usable);
    await showSettings(visitor);
    const epochs = await until(visitor, 'setting-epochs', ({ value }) => value !== '');
    expect(epochs.value === '3', `the link says 3 epochs, the form ${epochs.value}`);
    await visitor.click('rerun');
    await until(visitor, 'result-headline', ({ text }) => text !== '');
    expect(Number((await until(visitor, 'metric-r2_all', ({ data }) => data.value !== undefined)).data.value) === r2, 'the score of the link is the same');

    await drop(visitor, 'sent.dosefront.json', file.bytes);
    await until(visitor, 'shared-run', ({ text }) => text.includes('sent.dosefront.json'));
    await until(visitor, 'rerun', usable);
    await visitor.click('rerun');
    const { data } = await until(visitor, 'verdict', () => true);
    await shoot(visitor, `${browser.name}-verdict`);
    expect(data.verdict === 'identical', (await look(visitor, 'verdict')).text);
    tell(`${visitor.version}: ${(await look(visitor, 'verdict-head')).text}`);
    expect(visitor.problems().length === 0, visitor.problems().join('\n'));
  }), 900);
}
