// Writes dist/build.json (what the page reads to find its engines) and prints the sizes beside their budgets.
//
//   node web/build/site.mjs DIST [--building webgpu] [--offline] [--check]
//
// --building: an engine that is still being built, so that the page knows to look again; --offline: the service worker keeps the page's files (without it, an
// edited page shows on reload); --check: fail when something is missing or over its budget.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { writePrecache } from './precache.mjs';

const MB = 1e6;
// Budgets in bytes after gzip, script and wasm together: what a visitor's first load costs.
const PARTS = [
  { key: 'cpu', title: 'CPU engine', path: 'engine-cpu/engine.js', budget: 2.0 * MB },
  { key: 'view', title: 'view', path: 'view/view.js', budget: 0.5 * MB },
  { key: 'saved', title: 'saved runs', path: 'saved/saved.js', budget: 0.8 * MB },
  { key: 'webgpu', title: 'WebGPU engine', path: 'engine-webgpu/engine.js', budget: 4.5 * MB },
];

const [dist, ...flags] = process.argv.slice(2);
const check = flags.includes('--check');
const offline = flags.includes('--offline');
const building = flags.includes('--building') ? [flags[flags.indexOf('--building') + 1]] : [];

function measure({ path }) {
  const files = [path, path.replace(/\.js$/, '_bg.wasm')].map((name) => join(dist, name));
  if (!files.every((file) => existsSync(file))) return null;
  const contents = files.map((file) => readFileSync(file));
  const hash = createHash('sha256');
  for (const content of contents) hash.update(content);
  return {
    path,
    bytes: contents.reduce((sum, content) => sum + content.length, 0),
    gzip: contents.reduce((sum, content) => sum + gzipSync(content, { level: 9 }).length, 0),
    hash: hash.digest('hex').slice(0, 16),
  };
}

const version = /\[workspace\.package\][^[]*?\nversion = "([^"]+)"/.exec(readFileSync('Cargo.toml', 'utf8'))[1];
const sizes = Object.fromEntries(PARTS.map((part) => [part.key, measure(part)]));
const build = { version, engines: { cpu: sizes.cpu, webgpu: sizes.webgpu }, view: sizes.view, saved: sizes.saved, building, offline };
// Renamed into place: the page may be reading the file while the background build ends.
writeFileSync(join(dist, 'build.json.new'), `${JSON.stringify(build, null, 2)}\n`);
renameSync(join(dist, 'build.json.new'), join(dist, 'build.json'));
// Last, because build.json is one of the files that it lists.
writePrecache(dist, offline);

const mb = (bytes) => `${(bytes / MB).toFixed(3)} MB`;
const row = (...cells) => console.log(`    ${cells[0].padEnd(15)}${cells.slice(1).map((cell) => cell.padStart(12)).join('')}`);
let wrong = 0;
row('', 'raw', 'gzip', 'budget', '');
for (const { key, title, budget } of PARTS) {
  const size = sizes[key];
  const state = !size ? (building.includes(key) ? 'building' : 'missing') : size.gzip > budget ? 'OVER' : 'ok';
  if (state === 'OVER' || state === 'missing') wrong += 1;
  row(title, size ? mb(size.bytes) : '-', size ? mb(size.gzip) : '-', mb(budget), state);
}
if (check && wrong > 0) {
  console.error('error: a part of the page is missing or over its budget (gzip, script + wasm; 1 MB = 1,000,000 bytes)');
  process.exit(1);
}
