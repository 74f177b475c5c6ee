// What ./build.sh build leaves behind.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from '../lib/runner.mjs';
import { DIST } from '../lib/paths.mjs';

const build = () => JSON.parse(readFileSync(join(DIST, 'build.json'), 'utf8'));

test('build: build.json lists what is there', async () => {
  const { version, engines, view, building } = build();
  assert.match(version, /^\d+\.\d+\.\d+/);
  assert.deepEqual(building, []);
  for (const part of [engines.cpu, engines.webgpu, view]) {
    const files = [part.path, part.path.replace(/\.js$/, '_bg.wasm')].map((name) => join(DIST, name));
    assert.equal(files.reduce((sum, file) => sum + statSync(file).size, 0), part.bytes);
    assert.match(part.hash, /^[0-9a-f]{16}$/);
  }
});

test('build: the engines are separate downloads', async () => {
  const { engines } = build();
  assert.notEqual(engines.cpu.hash, engines.webgpu.hash);
  assert.ok(engines.cpu.gzip < engines.webgpu.gzip);
});

test('build: the page names no other place and no absolute path', async () => {
  assert.ok(existsSync(join(DIST, '.nojekyll')));
  const html = readFileSync(join(DIST, 'index.html'), 'utf8');
  // Links that a visitor follows may lead elsewhere; what the page loads may not.
  const loads = [...html.matchAll(/<(?:script|link|img|source|iframe)\b[^>]*?\b(?:src|href)="([^"]*)"/g)].map(([, url]) => url);
  assert.ok(loads.length > 0);
  for (const url of loads) {
    assert.doesNotMatch(url, /^([a-z]+:)?\/\//i, `${url} is on another server`);
    assert.doesNotMatch(url, /^\//, `${url} misses under a sub-path`);
  }
  const styles = readdirSync(DIST, { recursive: true }).filter((name) => String(name).endsWith('.css'));
  for (const name of styles) {
    const css = readFileSync(join(DIST, String(name)), 'utf8');
    for (const [, url] of css.matchAll(/url\(\s*["']?([^"')]+)/g)) {
      assert.doesNotMatch(url, /^(\/|https?:)/, `${url} in ${name}`);
      if (!url.startsWith('data:') && !url.startsWith('#')) assert.ok(existsSync(join(DIST, dirname(String(name)), url)), `${url} in ${name}`);
    }
  }
});
