// What was saved and is opened again: nothing of it is lost when it is saved once more, and what a rerun says is seen.
import { drop, at, expect, isUsable, loaded, metric, opened, train, until } from './page.mjs';
import { withSite } from '../lib/site.mjs';
import { tell, test } from '../lib/runner.mjs';
import { toyCsv } from '../lib/toy.mjs';
import { openMenu, saves, tiny, verdict } from './sharing.mjs';

/** The files of a zip that compresses nothing, by their names. @param {Buffer} bytes */
function filesOf(bytes) {
  const files = new Map();
  const end = bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [size, name, extra, comment, offset] = [bytes.readUInt32LE(at + 24), bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32), bytes.readUInt32LE(at + 42)];
    const begin = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
    files.set(bytes.subarray(at + 46, at + 46 + name).toString(), bytes.subarray(begin, begin + size));
    at += 46 + name + extra + comment;
  }
  return files;
}
const lacks = (page) => at(page, 'share-bundle-lacks');

test('runs: a bundle that is opened and saved again is whole; what a file lacks is said before; a rerun says how it came out where people look', () => withSite({}, async ({ page, url }) => {
  await loaded(page);
  await drop(page, [{ name: 'mine.csv', content: toyCsv() }]);
  await opened(page, 'mine.csv');
  await tiny(page, '2');
  await train(page);
  const r2 = await metric(page, 'r2_all');
  const run = await saves(page, 'share-run');
  const report = await saves(page, 'share-report');
  await openMenu(page);
  expect(!(await lacks(page).isVisible()), 'a run of this page lacks nothing');
  await at(page, 'share-data').check();
  const first = await saves(page, 'share-bundle');
  const before = filesOf(first.bytes);
  tell([...before.keys()].join(', '));
  expect(['weights/', 'predictions.h5ad', 'details.json', 'data/mine.csv'].every((name) => [...before.keys()].some((file) => file.startsWith(name))), 'the first bundle is whole');

  // In another profile: nothing of it is kept there.
  const context = await page.context().browser().newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: 'block' });
  const other = await context.newPage();
  const problems = [];
  other.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await other.goto(url);
  await loaded(other);
  const stored = async (name, content) => {
    await drop(other, [{ name, content }]);
    await until(other, `${name} to be open`, async () => (await at(other, 'shared-run').isVisible()) && (await at(other, 'shared-run').innerText()).includes(name) && (await isUsable(at(other, 'show-stored'))));
    await at(other, 'show-stored').click();
    await until(other, 'the stored results', async () => /stored results/.test(await at(other, 'shared-words').innerText()) && (await metric(other, 'r2_all')) === r2, { limitS: 30 });
  };
  await stored('sent.dosefront.zip', first.bytes);
  expect(!/Saved/.test(await at(other, 'shared-run').locator('dl').innerText()), 'no date that the file does not have');
  await openMenu(other);
  await at(other, 'share-data').check();
  expect(!(await lacks(other).isVisible()), 'the bundle lacks nothing');
  const again = filesOf((await saves(other, 'share-bundle')).bytes);
  const names = (files) => [...files.keys()].sort().join();
  expect(names(again) === names(before), `${names(before)} became ${names(again)}`);
  for (const [name, bytes] of before) expect(name === 'manifest.json' || bytes.equals(again.get(name)), `${name} is another file`);
  await openMenu(other);
  expect(!(await at(other, 'share-data').isChecked()), 'the data go along only where that is said anew');
  const without = filesOf((await saves(other, 'share-bundle')).bytes);
  expect(![...without.keys()].some((name) => name.startsWith('data/')) && without.has('details.json'), names(without));

  await stored('sent.dosefront.json', run.bytes);
  await openMenu(other);
  await until(other, 'what it lacks', () => lacks(other).isVisible());
  const said = await lacks(other).innerText();
  tell(said);
  expect(/trained networks/.test(said) && /predicted cells/.test(said) && /genes/.test(said), said);
  await other.keyboard.press('Escape');

  // A report is read without asking for its styles.
  await stored('report.html', report.bytes);
  expect(problems.length === 0, problems.join('\n'));

  await drop(other, [{ name: 'mine.csv', content: toyCsv() }]);
  await until(other, 'to be allowed to rerun', () => isUsable(at(other, 'rerun')));
  const heard = await other.locator('#status').evaluateHandle((status) => {
    const all = [];
    new MutationObserver(() => all.push(status.textContent)).observe(status, { childList: true, characterData: true, subtree: true });
    return all;
  });
  await at(other, 'rerun').focus();
  await other.keyboard.press('Enter');
  expect((await verdict(other)) === 'identical', await at(other, 'verdict').innerText());
  const inSight = () => at(other, 'verdict-head').evaluate((head) => {
    const { top, bottom } = head.getBoundingClientRect();
    const hit = document.elementFromPoint(innerWidth / 2, (top + bottom) / 2);
    return top >= 0 && bottom <= innerHeight && (hit === head || head.contains(hit) || Boolean(hit?.contains(head)));
  });
  await until(other, 'the verdict to be in sight', inSight, { limitS: 20 });
  await until(other, 'the verdict to be said', async () => (await heard.jsonValue()).some((words) => /^Identical/.test(words)), { limitS: 20 });
  // It stays there: nothing that is drawn later scrolls away from it.
  await until(other, 'the figures of the rerun', () => at(other, 'figure-r2_scatter').isVisible());
  expect(await inSight(), 'it has gone out of sight');
  expect((await other.evaluate(() => document.activeElement?.getAttribute('data-testid'))) !== 'verdict', 'the focus is not taken');
  await context.close();
}), 300);
