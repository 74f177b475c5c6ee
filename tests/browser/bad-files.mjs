// Files that cannot be read: the page names the file and says what is wrong, and what was loaded stays.
import { readFile } from 'node:fs/promises';
import { realData } from '../lib/paths.mjs';
import { withSite } from '../lib/site.mjs';
import { tell, test } from '../lib/runner.mjs';
import { at, drop, expect, isUsable, loaded, shownError, until } from './page.mjs';

const HDF5_SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');

/** The beginning of a real file where there is one, else of nothing but the format's signature. */
async function truncated() {
  const real = realData('kang_ifnb_pbmc.h5ad');
  return real ? (await readFile(real)).subarray(0, 200_000) : Buffer.concat([HDF5_SIGNATURE, Buffer.alloc(4096)]);
}

test('bad files: each gives a message that names it, and the loaded data set stays', () => withSite({}, async ({ page }) => {
  const before = await loaded(page);
  const bad = [
    { name: 'empty.h5ad', content: '' },
    { name: 'truncated.h5ad', content: await truncated() },
    { name: 'words.h5ad', content: 'this is not an HDF5 file\n'.repeat(50) },
    { name: 'ragged.csv', content: 'cell,cell_type,condition,GENE1,GENE2\nc1,T,control,1,2\nc2,T,control,1\nc3,T,treated,1,2,3\n' },
    { name: 'empty.csv', content: '' },
    { name: 'picture.png', content: Buffer.from('\x89PNG\r\n\x1a\n0000', 'latin1') },
  ];
  for (const file of bad) {
    await drop(page, [file]);
    await until(page, `a message about ${file.name}`, async () => ((await shownError(page)) ?? '').includes(file.name),
      { errorEnds: false });
    const message = (await shownError(page)).replace(/\s+/g, ' ');
    tell(`${file.name}: ${message.slice(0, 150)}`);
    expect(!/panick|unreachable|undefined|\[object/i.test(message), `not words for a visitor: ${message}`);
    expect((await at(page, 'dataset-summary').innerText()) === before, `${file.name} has changed the loaded data set`);
  }
  await until(page, 'Train', () => isUsable(at(page, 'train')), { errorEnds: false });
  // The same through the file chooser.
  await at(page, 'file-input').setInputFiles({ name: 'nothing.tsv', mimeType: 'text/plain', buffer: Buffer.alloc(0) });
  await until(page, 'a message about nothing.tsv', async () => ((await shownError(page)) ?? '').includes('nothing.tsv'), { errorEnds: false });
}));
