// The service worker: keeps the page's files so that it works without a network. Only files of its own list and origin; everything else goes its usual way.
//
// The build writes precache.js beside this file: every file with its SHA-256, and a name made from all of them. The browser looks at both scripts now and then; when one
// has changed it installs the new version into a cache of its own, and the page that is open keeps the old one until somebody asks to change over. So a page never
// sees files of two versions. On a developer's server the list is null, and the worker takes itself away.

/**
 * @typedef {{path: string, hash: string}} Kept          below the folder of this script; '' is the page
 * @typedef {{name: string, files: Kept[], whenUsed: Kept[]} | null} Precache   `whenUsed`: large files, kept only once they have been asked for
 * @typedef {Event & {waitUntil: (work: Promise<unknown>) => void}} Extendable
 * @typedef {Extendable & {request: Request, respondWith: (answer: Promise<Response>) => void}} FetchAsked
 * @typedef {Extendable & {data: {takeOver?: boolean, keep?: string}}} Told
 * @typedef {object} WorkerScope
 * @property {Precache} PRECACHE
 * @property {{scope: string, unregister: () => Promise<boolean>}} registration
 * @property {{claim: () => Promise<void>}} clients
 * @property {(url: string) => void} importScripts
 * @property {() => Promise<void>} skipWaiting
 * @property {(kind: string, listener: (event: any) => void) => void} addEventListener
 */

const worker = /** @type {WorkerScope} */ (/** @type {unknown} */ (self));
worker.importScripts('precache.js');

const list = worker.PRECACHE;
// Another copy of the page may live under another path of the same origin, with caches of its own.
const OURS = `dosefront ${new URL(worker.registration.scope).pathname} `;
const NAME = `${OURS}${list?.name ?? ''}`;
const all = new Map([...(list?.files ?? []), ...(list?.whenUsed ?? [])].map((kept) => [kept.path, kept]));

/** @param {string} path */
const address = (path) => new URL(path, worker.registration.scope).href;

/** The path of an address below the scope, '' for the page itself; null for what is not ours. @param {string} url */
function pathOf(url) {
  const { origin, pathname } = new URL(url);
  const scope = new URL(worker.registration.scope);
  if (origin !== scope.origin || !pathname.startsWith(scope.pathname)) return null;
  const path = decodeURIComponent(pathname.slice(scope.pathname.length));
  return path === 'index.html' ? '' : path;
}

/** @param {ArrayBuffer} bytes @param {Kept} kept */
async function isIt(bytes, kept) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('').startsWith(kept.hash);
}

/** A file into the cache: from an older version where it has not changed, from the browser's own cache, or anew. @param {Cache} cache @param {Kept} kept */
async function keep(cache, kept) {
  const url = address(kept.path);
  if (await cache.match(url)) return;
  const sources = [() => caches.match(url), () => fetch(url, { cache: 'default', credentials: 'same-origin' }), () => fetch(url, { cache: 'reload', credentials: 'same-origin' })];
  for (const source of sources) {
    const answer = await source();
    if (!answer?.ok) continue;
    const bytes = await answer.arrayBuffer();
    if (!(await isIt(bytes, kept))) continue;
    // Made anew: an answer that was redirected may not be used for opening a page.
    await cache.put(url, new Response(bytes, { headers: { 'content-type': answer.headers.get('content-type') ?? 'application/octet-stream', 'content-length': String(bytes.byteLength) } }));
    return;
  }
  throw new Error(`${kept.path || 'the page'} is not the file of this version; another try comes with the next visit`);
}

async function install() {
  if (!list) return worker.skipWaiting();
  const cache = await caches.open(NAME);
  try {
    // Whoever has used a large file of the version before will want that of this one.
    const used = await Promise.all(list.whenUsed.map(async (kept) => ((await caches.match(address(kept.path))) ? kept : null)));
    await Promise.all([...list.files, ...used.filter((kept) => kept !== null)].map((kept) => keep(cache, kept)));
  } catch (error) {
    await caches.delete(NAME);
    throw error;
  }
}

async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(OURS) && (!list || name !== NAME)).map((name) => caches.delete(name)));
  if (list) await worker.clients.claim();
  else await worker.registration.unregister();
}

/** @param {Request} request @param {string} path @param {Extendable} event */
async function answer(request, path, event) {
  const cache = await caches.open(NAME);
  const hit = await cache.match(address(path));
  if (hit) return hit;
  const fresh = await fetch(request);
  const kept = all.get(path);
  if (fresh.ok && kept && list?.whenUsed.includes(kept)) {
    const bytes = fresh.clone().arrayBuffer();
    event.waitUntil((async () => {
      if (await isIt(await bytes, kept)) await keep(cache, kept);
    })().catch(() => {}));
  }
  return fresh;
}

worker.addEventListener('install', (/** @type {Extendable} */ event) => event.waitUntil(install()));
worker.addEventListener('activate', (/** @type {Extendable} */ event) => event.waitUntil(activate()));
worker.addEventListener('message', (/** @type {Told} */ event) => {
  if (event.data?.takeOver) event.waitUntil(worker.skipWaiting());
  const folder = event.data?.keep;
  if (folder && list) {
    const wanted = list.whenUsed.filter(({ path }) => path.startsWith(folder));
    event.waitUntil(caches.open(NAME).then((cache) => Promise.all(wanted.map((kept) => keep(cache, kept)))).catch(() => {}));
  }
});
worker.addEventListener('fetch', (/** @type {FetchAsked} */ event) => {
  const { request } = event;
  const path = list && request.method === 'GET' ? pathOf(request.url) : null;
  if (path !== null && all.has(path)) event.respondWith(answer(request, path, event));
});
