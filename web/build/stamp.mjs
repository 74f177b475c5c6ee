// Prints one hash of everything that an artefact is made from, so that an unchanged one need not be built again.
//
//   node web/build/stamp.mjs [TEXT ...] -- [FILE or FOLDER ...]
//
// Contents count, times do not: a fresh checkout or a switch of branches and back rebuilds nothing.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const args = process.argv.slice(2);
const cut = args.indexOf('--');
const hash = createHash('sha256');
for (const text of args.slice(0, cut)) hash.update(`text ${text}\0`);

function add(path) {
  const info = statSync(path, { throwIfNoEntry: false });
  if (!info) {
    hash.update(`absent ${path}\0`);
  } else if (info.isDirectory()) {
    for (const name of readdirSync(path).sort()) if (name !== 'node_modules' && name !== 'target') add(join(path, name));
  } else {
    hash.update(`file ${path} ${info.size}\0`).update(readFileSync(path));
  }
}

for (const path of args.slice(cut + 1)) add(path);
console.log(hash.digest('hex'));
