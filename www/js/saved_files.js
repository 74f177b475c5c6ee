// Which of the files that somebody drops are saved runs, and the text inside them. The engine has the last word on what it says.

/** @typedef {"json" | "html" | "bundle"} SavedKind */

/** A report of a whole exploration has some megabytes. */
const MOST_TEXT = 3e8;
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
  return new TextDecoder('latin1').decode(tail).includes('run.dosefront.json') ? 'bundle' : null;
}

/** The run in a file of text. @param {File} file @param {SavedKind} kind */
export async function savedText(file, kind) {
  if (file.size > MOST_TEXT) throw { code: 'file_too_large', message: `${file.name} is larger than any saved run.`, hint: 'Choose the file that the page has saved, NAME.dosefront.json.' };
  const text = await file.text();
  if (kind !== 'html') return text;
  // Parsed without being run or loaded.
  const embedded = new DOMParser().parseFromString(text, 'text/html').getElementById('dosefront-run')?.textContent;
  if (!embedded) throw { code: 'not_a_run', message: `${file.name} is a web page without a run in it.`, hint: 'Choose a report that this page has saved, or its NAME.dosefront.json.' };
  return embedded;
}

/**
 * The files of a bundle by what they are for.
 * @param {{name: string, bytes: Uint8Array}[]} files
 */
export function unpacked(files) {
  const text = (/** @type {string} */ name) => {
    const found = files.find((file) => file.name === name);
    return found ? new TextDecoder().decode(found.bytes) : null;
  };
  const data = files.filter(({ name }) => name.startsWith('data/')).map(({ name, bytes }) => new File([/** @type {BlobPart} */ (bytes)], name.slice('data/'.length)));
  return { run: text('run.dosefront.json'), details: text('details.json'), data };
}
