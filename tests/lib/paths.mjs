// Where things are, independent of the folder a test is started in.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const DIST = join(ROOT, 'dist');

/**
 * A real data set that is not part of the project: in the folder named by DOSEFRONT_DATA, or in a `shared/data` folder
 * beside the checkout or above it. Null when it is not on this machine.
 */
export function realData(name) {
  const folders = process.env.DOSEFRONT_DATA ? [process.env.DOSEFRONT_DATA] : [];
  for (let at = ROOT; ; at = dirname(at)) {
    folders.push(join(at, 'shared', 'data'));
    if (dirname(at) === at) break;
  }
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file)) ?? null;
}
