// Writes dist/precache.js: the list of files that the service worker keeps, each with its SHA-256, and a name made from all of them.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';

// The service worker and its list are the browser's own business.
const LEFT_OUT = new Set(['sw.js', 'precache.js', 'precache.js.new', 'build.json.new']);
// Large, and of use only where a graphics adapter answers: kept once it has been asked for.
const WHEN_USED = 'engine-webgpu/';

const sha256 = (content) => createHash('sha256').update(content).digest('hex');

/** Every file of the page, in order. @param {string} dist @returns {{path: string, hash: string}[]} */
export function filesOf(dist) {
  return readdirSync(dist, { recursive: true })
    .filter((name) => statSync(join(dist, name)).isFile())
    .map((name) => name.split(sep).join('/'))
    // Not every way of publishing takes hidden files along, and one missing file would be one too many.
    .filter((path) => !LEFT_OUT.has(path) && !/(^|\/)\./.test(path))
    // The page itself is asked for by its folder.
    .map((path) => ({ path: path === 'index.html' ? '' : path, hash: sha256(readFileSync(join(dist, path))) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** @param {string} dist @param {boolean} offline  false: a list of nothing, which makes a service worker that is still there take itself away */
export function writePrecache(dist, offline) {
  const files = filesOf(dist);
  const list = offline && {
    name: sha256(JSON.stringify(files)).slice(0, 16),
    files: files.filter(({ path }) => !path.startsWith(WHEN_USED)),
    whenUsed: files.filter(({ path }) => path.startsWith(WHEN_USED)),
  };
  // Renamed into place, as build.json is.
  writeFileSync(join(dist, 'precache.js.new'), `// Made by the build.\nself.PRECACHE = ${JSON.stringify(list || null, null, 1)};\n`);
  renameSync(join(dist, 'precache.js.new'), join(dist, 'precache.js'));
}
