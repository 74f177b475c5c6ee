// web/serve.mjs: the page for one machine, and nothing beside it.
import assert from 'node:assert/strict';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '../../web/serve.mjs';
import { test } from '../lib/runner.mjs';

/** A request whose path is sent as it is: fetch() would resolve `..` itself. */
const get = (url, path) => new Promise((done, failed) => {
  const { hostname, port } = new URL(url);
  const sent = request({ hostname, port, path, agent: false }, (response) => {
    let body = '';
    response.setEncoding('utf8');
    response.on('data', (part) => { body += part; });
    response.on('end', () => done({ status: response.statusCode, headers: response.headers, body }));
  });
  sent.on('error', failed);
  sent.end();
});

test('server: types, sub-path, order of the folders, and no way out of them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dosefront-'));
  await mkdir(join(folder, 'first'));
  await mkdir(join(folder, 'second'));
  await writeFile(join(folder, 'secret.txt'), 'not for you');
  await writeFile(join(folder, 'second', 'index.html'), 'old');
  await writeFile(join(folder, 'first', 'index.html'), 'new');
  await writeFile(join(folder, 'second', 'a.wasm'), Buffer.from([0, 97, 115, 109]));
  const { url, close } = await serve({ roots: [join(folder, 'first'), join(folder, 'second')], base: '/sub/', port: 0 });
  try {
    assert.equal((await get(url, '/sub/')).body, 'new');
    assert.equal((await get(url, '/sub')).status, 301);
    assert.equal((await get(url, '/')).status, 404);
    assert.equal((await get(url, '/sub/a.wasm')).headers['content-type'], 'application/wasm');
    for (const path of ['/sub/../secret.txt', '/sub/%2e%2e/secret.txt', '/sub/..%2fsecret.txt', '/sub/%2e%2e%2fsecret.txt', '/sub/%']) {
      const { status, body } = await get(url, path);
      assert.ok(status >= 400 && !body.includes('not for you'), `${path} gave ${status} ${body}`);
    }
  } finally {
    await close();
    await rm(folder, { recursive: true });
  }
});
