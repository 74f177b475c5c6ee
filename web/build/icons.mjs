// Draws the PNG icons of the installed page from www/icon.svg:  node web/build/icons.mjs   (needs the tests' packages and Chromium; the results are checked in)
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { launch } from '../../tests/lib/chromium.mjs';
import { ROOT } from '../../tests/lib/paths.mjs';

const svg = await readFile(join(ROOT, 'www', 'icon.svg'), 'utf8');
const ground = /<rect[^>]*fill="([^"]+)"/.exec(svg)[1];
// Systems cut a maskable icon to a shape of their own; what matters has to lie within a circle of 80 % of its width.
const ICONS = [{ name: 'icon-192', px: 192, share: 1 }, { name: 'icon-512', px: 512, share: 1 }, { name: 'maskable-512', px: 512, share: 0.72, ground }];

const browser = await launch('none');
for (const { name, px, share, ground: colour } of ICONS) {
  const page = await browser.newPage({ viewport: { width: px, height: px } });
  const inner = Math.round(px * share);
  const at = Math.round((px - inner) / 2);
  await page.setContent(`<style>body{margin:0;background:${colour ?? 'transparent'}}svg{position:absolute;left:${at}px;top:${at}px;width:${inner}px;height:${inner}px}</style>${svg}`);
  await writeFile(join(ROOT, 'www', 'icons', `${name}.png`), await page.screenshot({ omitBackground: !colour }));
  await page.close();
}
await browser.close();
