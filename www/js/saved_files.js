// Which of the files that somebody drops are saved runs, and the text inside them. The engine has the last word on what it says.

import { bytes } from './numbers.js';

/** @typedef {"json" | "html" | "bundle"} SavedKind */

/** A report of a whole exploration has some megabytes. */
const MOST_TEXT = 3e8;
/** Names in a bundle. */
export const [RUN, DETAILS, PREDICTIONS, WEIGHTS, DATA] = ['run.dosefront.json', 'details.json', 'predictions.h5ad', 'weights/', 'data/'];
/** A bundle is in memory several times while it is packed or unpacked: as a file, in the worker, and its parts. */
const MOST_BUNDLE = 3e8;
/** Where a zip lists what it has. */
const TAIL = 70_000;

/** What sort of saved run a file is; null where it is none. @param {File} file @returns {Promise<SavedKind | null>} */
export async function savedKind(file) {
  const name = file.name.toLowerCase();
  if (name.endsWith('.json')) return 'json';
  if (/\.html?$/.test(name)) return 'html';
  if (/\.dosefront.*\.zip$/.test(name)) return 'bundle';
  if (!name.endsWith('.zip')) return null;
  // A 10x folder is a zip as well: what is inside tells them apart.
  const tail = new Uint8Array(await file.slice(Math.max(0, file.size - TAIL)).arrayBuffer());
  return new TextDecoder('latin1').decode(tail).includes(RUN) ? 'bundle' : null;
}

/** The run in a file of text. @param {File} file @param {SavedKind} kind */
export async function savedText(file, kind) {
  if (file.size > MOST_TEXT) throw { code: 'file_too_large', message: `${file.name} is larger than any saved run.`, hint: 'Choose the file that the page has saved, NAME.dosefront.json.' };
  const text = await file.text();
  if (kind !== 'html') return text;
  // Found as text: the parser of HTML would complain of the report's styles, which this page does not allow.
  const embedded = /<script\b[^>]*\bid=["']?dosefront-run\b[^>]*>([^<]*)<\/script\s*>/i.exec(text)?.[1];
  if (!embedded) throw { code: 'not_a_run', message: `${file.name} is a web page without a run in it.`, hint: 'Choose a report that this page has saved, or its NAME.dosefront.json.' };
  return embedded;
}

/** Refuses a bundle that the page could not hold. @param {number} size @param {string} what  "NAME has" @param {string} hint */
export function bundleFits(size, what, hint) {
  if (size > MOST_BUNDLE) throw { code: 'bundle_too_large', message: `${what} ${bytes(size)}, and a bundle of more than ${bytes(MOST_BUNDLE)} does not fit into the page's memory.`, hint };
}

/**
 * The files of a bundle by what they are for; `beside` are those beside the run and the data, to be saved again with it.
 * @param {{name: string, bytes: Uint8Array}[]} files
 */
export function unpacked(files) {
  const text = (/** @type {string} */ name) => {
    const found = files.find((file) => file.name === name);
    return found ? new TextDecoder().decode(found.bytes) : null;
  };
  const blobs = (/** @type {boolean} */ ofData) => files.filter(({ name }) => name.startsWith(DATA) === ofData).map(({ name, bytes: content }) => new File([/** @type {BlobPart} */ (content)], ofData ? name.slice(DATA.length) : name));
  return { run: text(RUN), details: text(DETAILS), data: blobs(true), beside: blobs(false).filter(({ name }) => name !== RUN) };
}
