// Fetches one file from another host, with progress, and says in words what went wrong. No document here.
import { LARGEST_BYTES } from './recognise.js';
import { bytes as size } from './numbers.js';

/** @typedef {import('./catalogue.js').CatalogueFile} CatalogueFile */
/** @typedef {import('./protocol.js').ErrorInfo} ErrorInfo */

const HDF5 = [0x89, 0x48, 0x44, 0x46];
const BY_HAND = 'Download it yourself with the link below, then drop it on this page.';

/** @param {CatalogueFile} file @param {string} code @param {string} message @param {string} [hint] @returns {ErrorInfo} */
const failure = (file, code, message, hint = BY_HAND) => ({ code, message: message.replaceAll('FILE', file.name).replaceAll('HOST', new URL(file.url).host), hint });

/** A file too large for a tab, before anything is fetched. @param {CatalogueFile} file @param {number} [bytes] @returns {ErrorInfo | null} */
export function tooLarge(file, bytes = file.bytes) {
  if (bytes <= LARGEST_BYTES) return null;
  return failure(file, 'file_too_large', `FILE has ${size(bytes)}, more than the ${size(LARGEST_BYTES)} that fit into a browser tab's memory.`, 'Download it, save a part of it with other tools, and drop that here.');
}

/**
 * The file's bytes. Throws an ErrorInfo; the code is "cancelled" where `signal` ended it.
 * @param {CatalogueFile} file @param {AbortSignal} signal @param {(got: number, total: number) => void} onProgress
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function download(file, signal, onProgress) {
  const guard = tooLarge(file);
  if (guard) throw guard;
  if (!navigator.onLine) throw failure(file, 'download_offline', 'There is no network connection, so FILE cannot be downloaded.', 'Load it when you are online again. Everything that is open goes on.');
  const ending = new AbortController();
  const end = () => ending.abort();
  // A connection that is gone can leave a download waiting for ever.
  addEventListener('offline', end);
  signal.addEventListener('abort', end);
  let got = 0;
  try {
    const answer = await ask(file, ending.signal);
    const parts = [];
    onProgress(0, file.bytes);
    for (const reader = /** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (answer.body).getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (got === 0) check(file, value);
      parts.push(value);
      got += value.length;
      const large = tooLarge(file, got);
      if (large) throw large;
      onProgress(got, Math.max(file.bytes, got));
    }
    if (got < file.bytes) throw interrupted(file, got);
    return joined(parts, got);
  } catch (thrown) {
    // Whatever is still coming is not wanted.
    ending.abort();
    if (signal.aborted) throw failure(file, 'cancelled', 'The download of FILE was cancelled.', '');
    if (thrown && typeof thrown === 'object' && 'code' in thrown && 'hint' in thrown) throw thrown;
    throw got > 0 ? interrupted(file, got) : blocked(file);
  } finally {
    removeEventListener('offline', end);
    signal.removeEventListener('abort', end);
  }
}

/** @param {CatalogueFile} file @param {AbortSignal} signal */
async function ask(file, signal) {
  // Neither cookies nor the address of this page go along.
  const answer = await fetch(file.url, { signal, mode: 'cors', credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store' });
  if (!answer.ok || !answer.body) throw failure(file, 'download_refused', `HOST did not give FILE (it answered ${answer.status}${answer.statusText ? ` ${answer.statusText}` : ''}).`, 'It may have moved: look on the pages it comes from, download it there and drop it here.');
  if (/^text\/html/i.test(answer.headers.get('content-type') ?? '')) throw notTheFile(file);
  const large = tooLarge(file, Number(answer.headers.get('content-length') ?? 0));
  if (large) throw large;
  return answer;
}

/** Refuses what does not begin like the file. @param {CatalogueFile} file @param {Uint8Array} head */
function check(file, head) {
  if (file.name.endsWith('.h5ad') && head.length >= HDF5.length && !HDF5.every((byte, i) => head[i] === byte)) throw notTheFile(file);
}

/** @param {CatalogueFile} file */
const notTheFile = (file) => failure(file, 'download_not_the_file', 'HOST answered with something else than FILE, perhaps a web page that asks something of you.', 'Open the link below, see what it asks, download the file and drop it on this page.');

/** @param {CatalogueFile} file */
const blocked = (file) => (navigator.onLine
  ? failure(file, 'download_blocked', 'This page was not allowed to read FILE from HOST: the host does not permit it, something in the browser blocks it, or the host cannot be reached.')
  : failure(file, 'download_offline', 'The network connection was lost before FILE began to arrive.', 'Load it when you are online again. Everything that is open goes on.'));

/** @param {CatalogueFile} file @param {number} got */
const interrupted = (file, got) => (navigator.onLine
  ? failure(file, 'download_cut', `Only ${size(got)} of the ${size(file.bytes)} of FILE arrived, so it cannot be opened.`, `Load it again, or: ${BY_HAND[0]?.toLowerCase()}${BY_HAND.slice(1)}`)
  : failure(file, 'download_offline', `The network connection was lost after ${size(got)} of the ${size(file.bytes)} of FILE.`, 'Load it again when you are online. Everything that is open goes on.'));

/** @param {Uint8Array<ArrayBuffer>[]} parts @param {number} length */
function joined(parts, length) {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** SHA-256 in hexadecimal; null where the browser does not compute it (an address without https). @param {Uint8Array<ArrayBuffer>} bytes */
export async function sha256(bytes) {
  if (!globalThis.crypto?.subtle) return null;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
