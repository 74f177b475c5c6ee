// What the build leaves for the service worker, and that the policy of the page and the catalogue of public data say the same.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { filesOf } from '../../web/build/precache.mjs';
import { DIST, ROOT } from '../lib/paths.mjs';
import { skip, test } from '../lib/runner.mjs';

const text = (...path) => readFileSync(join(ROOT, ...path), 'utf8');
/** The list that the service worker reads. */
const precache = () => JSON.parse(/self\.PRECACHE = ([^]*);/.exec(text('dist', 'precache.js'))[1]);
// A module without imports; the folder has no package.json that would say so.
const catalogue = () => import(`data:text/javascript,${encodeURIComponent(text('www', 'js', 'catalogue.js'))}`);

test('offline: the list has every file of the page as it is, the large engine apart', async () => {
  if (precache() === null) skip('dist/ was last made by ./build.sh serve, which keeps nothing: run ./build.sh build');
  const { name, files, whenUsed } = precache();
  assert.match(name, /^[0-9a-f]{16}$/);
  const built = filesOf(DIST);
  assert.deepEqual([...files, ...whenUsed].sort((a, b) => (a.path < b.path ? -1 : 1)), built, 'dist/ was changed after its list was made: node web/build/site.mjs dist --offline');
  const paths = files.map(({ path }) => path);
  for (const path of ['', 'build.json', 'manifest.webmanifest', 'js/main.js', 'js/engine_worker.js', 'engine-cpu/engine_bg.wasm', 'view/view_bg.wasm']) assert.ok(paths.includes(path), `${path} is not kept`);
  assert.deepEqual(whenUsed.map(({ path }) => path), ['engine-webgpu/engine.js', 'engine-webgpu/engine_bg.wasm']);
  assert.equal(JSON.parse(text('dist', 'build.json')).offline, true);
});

test('offline: every icon of the manifest is there, of the size it says', async () => {
  const { icons, start_url: start, scope } = JSON.parse(text('www', 'manifest.webmanifest'));
  // A sub-path, too, is a home.
  assert.deepEqual([start, scope], ['./', './']);
  assert.ok(icons.some(({ purpose }) => purpose === 'maskable'));
  for (const { src, sizes, type } of icons) {
    assert.ok(existsSync(join(DIST, src)), src);
    if (type !== 'image/png') continue;
    const png = readFileSync(join(DIST, src));
    assert.equal(`${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`, sizes, src);
  }
});

test('offline: the policy of every page allows its own origin and the hosts of the catalogue, no other', async () => {
  const { CATALOGUE, HOSTS } = await catalogue();
  assert.ok(HOSTS.length > 0 && HOSTS.every((host) => host.startsWith('https://')));
  const policies = readdirSync(join(ROOT, 'www'), { recursive: true }).map(String).filter((name) => name.endsWith('.html') && statSync(join(ROOT, 'www', name)).isFile())
    .map((name) => ({ name, policy: /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(text('www', name))?.[1] }));
  for (const { name, policy } of policies) {
    assert.ok(policy, `${name} has no policy`);
    const allowed = Object.fromEntries(policy.split(';').map((part) => part.trim().split(/\s+/)).map(([directive, ...sources]) => [directive, sources]));
    assert.deepEqual(allowed['default-src'], ["'none'"], name);
    const connect = (allowed['connect-src'] ?? []).filter((source) => source !== "'self'");
    if (name === 'index.html') assert.deepEqual(connect, HOSTS);
    else assert.deepEqual(connect, [], name);
    for (const [directive, sources] of Object.entries(allowed)) {
      if (directive !== 'connect-src') for (const source of sources) assert.doesNotMatch(source, /[.*]|https?:/, `${name}: ${directive} ${source}`);
    }
  }
  for (const { id, file, links, paper, steps, terms, size } of CATALOGUE) {
    assert.match(paper.url, /^https:\/\/doi\.org\/10\./, id);
    assert.ok(links.length > 0 && links.every(({ url }) => url.startsWith('https://')) && steps.length > 0 && terms && size, id);
    if (file) assert.ok(/^[0-9a-f]{64}$/.test(file.sha256) && file.bytes > 0 && file.url.endsWith(file.name), id);
  }
});

test('offline: the workflow names every action by its commit and asks for no more rights than it needs', async () => {
  const workflow = text('.github', 'workflows', 'pages.yml');
  const actions = [...workflow.matchAll(/uses:\s*(\S+)/g)].map(([, action]) => action);
  assert.ok(actions.length >= 3);
  for (const action of actions) assert.match(action, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
  const rights = [...workflow.matchAll(/^\s+([\w-]+): (write|read)$/gm)].map(([, what, right]) => `${what}: ${right}`);
  assert.deepEqual(rights.sort(), ['contents: read', 'id-token: write', 'pages: write']);
  assert.match(workflow, /^permissions: \{\}$/m);
});
