// A static file server for the built page, without dependencies.
//
//   node web/serve.mjs [--port N] [--base /some/sub/path/] ROOT [ROOT ...]
//
// A file is looked for in each ROOT in turn, so that `serve www dist` shows an edited page without a rebuild.
// Without --port the first free port from 8087 on is taken. Only this machine can reach it: it listens on 127.0.0.1.
import { createServer } from 'node:http';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join, normalize, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

const FIRST_PORT = 8087;
const HOST = '127.0.0.1';

// `WebAssembly.compileStreaming` refuses a .wasm that does not come as application/wasm.
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** The file of `path` (URL path below the base) in the first root that has it, or null. */
async function find(roots, path) {
  for (const root of roots) {
    const file = normalize(join(root, path));
    // `..` (also as %2e%2e) must not lead out of the root.
    if (file !== root && !file.startsWith(root + sep)) return null;
    const info = await stat(file).catch(() => null);
    if (info?.isFile()) return { file, info };
    if (info?.isDirectory() && path.endsWith('/')) {
      const index = await stat(join(file, 'index.html')).catch(() => null);
      if (index?.isFile()) return { file: join(file, 'index.html'), info: index };
    }
  }
  return null;
}

async function answer(roots, base, request, response) {
  const refuse = (status, text) => response.writeHead(status, { 'content-type': TYPES['.txt'] }).end(`${text}\n`);
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'only GET and HEAD');
  let path;
  try {
    path = decodeURIComponent(new URL(request.url, `http://${HOST}`).pathname);
  } catch {
    return refuse(400, 'bad address');
  }
  if (path === base.slice(0, -1)) return response.writeHead(301, { location: base }).end();
  if (!path.startsWith(base)) return refuse(404, `nothing here; the page is at ${base}`);
  const found = await find(roots, `/${path.slice(base.length)}`);
  if (!found) return refuse(404, `${path} does not exist`);
  const { file, info } = found;
  const etag = `"${info.size.toString(36)}-${Math.trunc(info.mtimeMs).toString(36)}"`;
  const headers = {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    // The browser may keep a file but has to ask each time: a rebuild shows on the next reload.
    'cache-control': 'no-cache',
    etag,
  };
  if (request.headers['if-none-match'] === etag) return response.writeHead(304, headers).end();
  response.writeHead(200, { ...headers, 'content-length': info.size });
  if (request.method === 'HEAD') return response.end();
  createReadStream(file).on('error', () => response.destroy()).pipe(response);
}

function listen(server, port) {
  return new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(port, HOST, () => {
      server.removeListener('error', failed);
      done(server.address().port);
    });
  });
}

/**
 * Starts serving; resolves when requests are answered.
 * @param {{roots: string[], base?: string, port?: number}} options  `port` 0 takes any free port
 * @returns {Promise<{url: string, close: () => Promise<void>}>}
 */
export async function serve({ roots, base = '/', port }) {
  const folders = roots.map((root) => resolve(root));
  const prefix = `/${base}/`.replace(/\/+/g, '/');
  const server = createServer((request, response) => {
    answer(folders, prefix, request, response).catch(() => response.destroy());
  });
  let bound;
  for (let candidate = port ?? FIRST_PORT; bound === undefined; candidate++) {
    try {
      bound = await listen(server, candidate);
    } catch (error) {
      if (error.code !== 'EADDRINUSE' || port !== undefined || candidate > FIRST_PORT + 50) throw error;
    }
  }
  return {
    url: `http://${HOST}:${bound}${prefix}`,
    close: () => new Promise((done) => {
      server.close(() => done());
      server.closeAllConnections();
    }),
  };
}

async function main(args) {
  const options = { roots: [] };
  while (args.length > 0) {
    const arg = args.shift();
    if (arg === '--port') options.port = Number(args.shift());
    else if (arg === '--base') options.base = args.shift();
    else options.roots.push(arg);
  }
  if (options.roots.length === 0 || Number.isNaN(options.port)) {
    console.error('usage: node web/serve.mjs [--port N] [--base /path/] ROOT [ROOT ...]');
    process.exit(2);
  }
  try {
    const { url } = await serve(options);
    console.log(`\n    Dosefront is at  ${url}   (Ctrl-C ends it)\n`);
  } catch (error) {
    const why = error.code === 'EADDRINUSE' ? `port ${options.port} is taken; choose another one with --port` : error.message;
    console.error(`cannot serve: ${why}`);
    process.exit(1);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main(process.argv.slice(2));
