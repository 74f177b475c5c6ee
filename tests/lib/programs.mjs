// Finds programs that a machine may have or not.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const isProgram = (file) => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/**
 * The program to start, or null when there is none.
 * @param {string | undefined} named  what a variable of the environment names: if set, it or nothing
 * @param {string[]} names  looked for on the search path, in this order
 * @param {string[]} [elsewhere]  whole paths, tried last
 */
export function findProgram(named, names, elsewhere = []) {
  if (named) return isProgram(named) ? named : null;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...candidates, ...elsewhere].find(isProgram) ?? null;
}
