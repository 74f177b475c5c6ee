// What a visitor does on the page, in terms of its data-testid names.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename } from 'node:path';

/** @typedef {import('playwright-core').Page} Page */

/** scGen among the models; its quick preset is the one that is chosen at first. */
export const SCGEN_DEMO = /^scgen$/i;

/** Throws with `message` unless `condition` holds. */
export function expect(condition, message) {
  if (!condition) throw new Error(message);
}

/** The element with this data-testid. */
export const at = (/** @type {Page} */ page, id) => page.getByTestId(id);

/** The message the page shows, or null when it shows none. */
export async function shownError(page) {
  const messages = await at(page, 'error').filter({ visible: true }).allInnerTexts();
  const text = messages.join(' ').trim();
  return text === '' ? null : text;
}

/**
 * Waits until `holds` is true, asking several times a second; a message on the page ends the wait. What follows from a click is drawn a
 * moment later, on a busy machine a long moment: nothing but what happens within the click's own listener may be read without this.
 */
export async function until(page, what, holds, { limitS = 180, errorEnds = true } = {}) {
  const end = Date.now() + limitS * 1000;
  for (;;) {
    if (await holds()) return;
    const message = errorEnds ? await shownError(page) : null;
    if (message) throw new Error(`while waiting for ${what}, the page said: ${message}`);
    if (Date.now() > end) throw new Error(`waited ${limitS} s for ${what}`);
    await page.waitForTimeout(150);
  }
}

/**
 * Waits until the page has drawn twice: by then whatever it does once a frame in answer to a key or the pointer is done, and what the
 * answer is can be read before the next key.
 */
export const frames = (page) => page.evaluate(() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(() => done(null)));
}));

/**
 * Writes down every value that an attribute of an element has from now on, so that one that soon gives way to the next is not missed.
 * Returns a function that gives them in order, the present one first.
 */
export async function history(locator, attribute) {
  const values = await locator.evaluateHandle((element, name) => {
    const all = [element.getAttribute(name)];
    new MutationObserver((changes) => {
      // Each change has the value before it; the last one is what there is now.
      for (const { oldValue } of changes) if (oldValue !== all.at(-1)) all.push(oldValue);
      if (element.getAttribute(name) !== all.at(-1)) all.push(element.getAttribute(name));
    }).observe(element, { attributes: true, attributeOldValue: true, attributeFilter: [name] });
    return all;
  }, attribute);
  return () => values.jsonValue();
}

export const isUsable = async (locator) => (await locator.isVisible()) && (await locator.isEnabled());

/** Waits until a data set is loaded and can be trained on; returns the summary's text. */
export async function loaded(page, { limitS = 180 } = {}) {
  await until(page, 'a data set to be loaded', async () =>
    (await at(page, 'dataset-summary').isVisible()) && (await isUsable(at(page, 'train'))), { limitS });
  return at(page, 'dataset-summary').innerText();
}

/**
 * Chooses `wanted` (an option's value, or what its text begins with) in a select, or among the radio buttons, checkboxes and buttons
 * of a group.
 */
export async function choose(page, id, wanted) {
  const control = at(page, id);
  await control.waitFor({ state: 'visible' });
  const fits = (text) => (wanted instanceof RegExp ? wanted.test(text) : text === wanted);
  if ((await control.evaluate((element) => element.tagName)) === 'SELECT') {
    // The options may follow from a choice made just before.
    let options = [];
    let found;
    await until(page, `${id} to offer ${wanted}`, async () => {
      options = await control.locator('option').evaluateAll((all) => all.map(({ value, label }) => ({ value, label: label.trim() })));
      found = options.find(({ value, label }) => fits(value) || fits(label))
        ?? options.find(({ label }) => typeof wanted === 'string' && label.startsWith(wanted));
      return found !== undefined;
    }).catch((error) => {
      throw new Error(`${error.message}; it offers ${options.map(({ label }) => label).join(', ')}`);
    });
    await control.selectOption(found.value);
    return;
  }
  const boxes = control.locator('input[type=checkbox], input[type=radio]');
  const names = await boxes.evaluateAll((all) => all.map((box) => ({ value: box.value, label: box.labels?.[0]?.innerText.trim() ?? '' })));
  const index = names.findIndex(({ value, label }) => fits(value) || fits(label) || (typeof wanted === 'string' && label.startsWith(wanted)));
  if (index < 0) {
    await control.getByRole('button', { name: wanted, exact: typeof wanted === 'string' }).first().click();
    return;
  }
  // Of several checkboxes only the wanted one is to stay on; it comes first, since the last one does not go off.
  await boxes.nth(index).check();
  for (let i = 0; i < names.length; i++) {
    const box = boxes.nth(i);
    if (i !== index && (await box.getAttribute('type')) === 'checkbox') await box.uncheck();
  }
}

/** Drops files on the page as a visitor would from a folder. `files`: paths, or {name, content} with text or bytes. */
export async function drop(page, files) {
  const given = await Promise.all(files.map(async (file) => {
    const name = typeof file === 'string' ? basename(file) : file.name;
    const content = typeof file === 'string' ? await readFile(file) : Buffer.from(file.content);
    return { name, base64: content.toString('base64') };
  }));
  const transfer = await page.evaluateHandle((all) => {
    const data = new DataTransfer();
    for (const { name, base64 } of all) {
      const text = atob(base64);
      data.items.add(new File([Uint8Array.from(text, (c) => c.charCodeAt(0))], name));
    }
    return data;
  }, given);
  const zone = at(page, 'drop-zone');
  for (const type of ['dragenter', 'dragover', 'drop']) await zone.dispatchEvent(type, { dataTransfer: transfer });
  await transfer.dispose();
}

/** Waits for the summary to name `name`, i.e. for a dropped or chosen data set to have replaced the one before. */
export async function opened(page, name, { limitS = 180 } = {}) {
  await until(page, `${name} to be opened`, async () =>
    (await at(page, 'dataset-summary').innerText()).includes(name) && (await isUsable(at(page, 'train'))), { limitS });
}

/** Presses Train and waits for the end of the run. Returns its seconds. */
export async function train(page, { limitS = 240 } = {}) {
  const started = performance.now();
  await until(page, 'Train to be usable', () => isUsable(at(page, 'train')));
  const phases = await history(at(page, 'progress'), 'data-phase');
  await at(page, 'train').click();
  // The results of an earlier run may still be there: wait until this one has begun.
  await until(page, 'the run to begin', async () => (await phases()).includes('starting'));
  await finished(page, { limitS });
  return (performance.now() - started) / 1000;
}

/** Waits until a run has ended with a result. */
export async function finished(page, { limitS }) {
  await until(page, 'the result', async () =>
    (await at(page, 'result-headline').isVisible()) && (await isUsable(at(page, 'train'))), { limitS });
}

/** The number that the page shows under this name. */
export async function metric(page, name) {
  const text = await at(page, `metric-${name}`).first().getAttribute('data-value');
  expect(text !== null && text !== '' && Number.isFinite(Number(text)), `metric-${name} has the data-value ${text}`);
  return Number(text);
}

/** The ids of the figures that are visible. */
export async function figures(page) {
  return page.locator('[data-testid^="figure-"]').filter({ visible: true })
    .evaluateAll((all) => all.map((figure) => figure.dataset.testid));
}

/** What each tab of the exploration shows once everything is known; of data without doses less. */
export const EXPLORED = {
  distances: ['distances_along_doses', 'distances_per_type'],
  cells: ['embedding', 'embedding_by'],
  genes: ['volcano', 'gene_expression', 'response_overlap'],
  doses: ['genes_along_doses', 'ec50'],
};

/** Waits until the exploration, which begins by itself, has ended and its figures are drawn. */
export async function explored(page, { limitS = 240 } = {}) {
  await until(page, 'the exploration to end', async () => (await at(page, 'explore-progress').getAttribute('data-phase')) === 'finished', { limitS });
  // What came last is still asked for when it has ended.
  await until(page, 'a figure of the exploration', () => page.locator('#explore [data-testid^="figure-"]').filter({ visible: true }).first().isVisible());
  await drawn(page);
}

/** Waits until these figures are on the page and drawn. */
export async function shows(page, names) {
  for (const name of names) await until(page, `the figure ${name}`, () => at(page, `figure-${name}`).isVisible());
  await drawn(page);
}

/** Opens a tab of the exploration, and waits for its figures, which are asked for only then. */
export async function look(page, tab) {
  await at(page, `explore-tab-${tab}`).click();
  await shows(page, EXPLORED[tab]);
}

/** Waits until each visible figure says what it shows, i.e. is drawn. */
export async function drawn(page) {
  await until(page, 'the figures to be drawn', async () => {
    const canvases = page.locator('[data-testid^="figure-"] canvas').filter({ visible: true });
    const words = await canvases.evaluateAll((all) => all.map((canvas) => canvas.getAttribute('aria-label')));
    return words.every(Boolean);
  });
}

/** Asks for light or dark, and waits until the page has followed: parts of both at once are hard to read. */
export async function inScheme(page, colorScheme) {
  await page.emulateMedia({ colorScheme });
  await until(page, `the ${colorScheme} theme`, () => page.evaluate((wanted) => document.documentElement.dataset.theme === wanted, colorScheme));
}

/** The serious and critical violations that axe-core finds, in words: on the page, or within what this selector finds. */
export async function graveViolations(page, within = null) {
  const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // As an expression, not as a script element: the page's Content-Security-Policy would refuse that.
  await page.evaluate(`${source}; void 0`);
  const violations = await page.evaluate(async (selector) => {
    const { violations: found } = await globalThis.axe.run(selector ?? document, { resultTypes: ['violations'] });
    return found.map(({ id, impact, help, nodes }) => ({ id, impact, help, where: nodes.slice(0, 3).map((node) => node.target.join(' ')) }));
  }, within);
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, help, where }) => `${id}: ${help}: ${where.join(' | ')}`);
}
