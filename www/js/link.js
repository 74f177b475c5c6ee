// A link: what is worth sharing of the page, in the hash of its address, which no server ever sees. Nothing here knows the page.
import { fnv1a } from './checksum.js';

/**
 * What a link holds: never data, only what differs from the defaults.
 * @typedef {object} LinkDoc
 * @property {1} v
 * @property {string} [step]               id of the section that is read
 * @property {Record<string, any>} [run]   a run file, shortened
 * @property {Record<string, any>} [view]  how things are looked at, nested as the page's state
 * @property {string} [lesson]
 * @property {string[]} [hide]             what the lesson does without
 */
/** `doc` is null where the hash is no link: an anchor, options of the page, or, with a remark, neither. `remarks` are sentences about what could not be read. @typedef {{doc: LinkDoc | null, remarks: string[]}} Decoded */

/** The version that this page writes, and the newest it knows. */
export const LINK_VERSION = 1;
/** Above that a link is packed; characters. */
export const READABLE = 2048;
/** Above that it is no link any more but a file: mail programs and chats break longer ones. */
export const LONGEST = 8192;
/** What a packed link may unfold to; a run file has some kilobytes. */
const MOST_UNFOLDED = 1_000_000;
/** A link that came from us is never so long; reading more would only cost time. */
const MOST_READ = 200_000;
/** Objects in objects: run files have eight or so. */
const DEEPEST = 40;
const LONGEST_TEXT = 4000;
/** A lesson of one's own is a text as well: as long as one can be, with what JSON needs. */
const LONGEST_LESSON = 100_000;

/** What each key has to be. @type {Record<string, {words: string, fits: (value: any) => boolean}>} */
const KEYS = {
  step: { words: 'the step', fits: (value) => isText(value) && /^[a-z][a-z-]{0,30}$/.test(value) },
  run: { words: 'the run', fits: isObject },
  view: { words: 'the view', fits: isObject },
  lesson: { words: 'the lesson', fits: (value) => typeof value === 'string' && value.length <= LONGEST_LESSON },
  hide: { words: 'what is hidden', fits: (value) => Array.isArray(value) && value.length <= 100 && value.every((each) => isText(each) && each.length <= 100) },
};
/** Written as they are; the others as JSON. */
const PLAIN = new Set(['step', 'lesson']);
/** Of the address itself: which engine to start. */
const NOT_OURS = new Set(['engine', 'software']);

/** @param {any} value */
function isText(value) {
  return typeof value === 'string' && value.length <= LONGEST_TEXT;
}
/** @param {any} value */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const CUT = 'The link is cut off or was changed on its way, so a part of it could not be read. Copy it whole, or ask for the run file instead.';

/**
 * The hash of a link, without the `#`: readable where it is short, else packed.
 * @param {LinkDoc} doc @returns {Promise<string>}
 */
export async function encode(doc) {
  const kept = Object.entries(doc).filter(([name, value]) => Object.hasOwn(KEYS, name) && value !== undefined);
  const readable = [`v=${LINK_VERSION}`, ...kept.map(([name, value]) => `${name}=${escape(PLAIN.has(name) ? String(value) : JSON.stringify(value))}`)].join('&');
  if (readable.length <= READABLE || !canPack()) return readable;
  const bytes = new TextEncoder().encode(JSON.stringify(Object.fromEntries(kept)));
  const packed = await through(new CompressionStream('deflate-raw'), bytes, Infinity);
  return `v=${LINK_VERSION}&z=${toBase64url(packed)}&c=${checksum(bytes)}`;
}

/**
 * Reads a hash, with or without the `#`. It never throws: who made it is not known, so whatever does not fit is left out, with a remark.
 * @param {string} hash @returns {Promise<Decoded>}
 */
export async function decode(hash) {
  const text = hash.replace(/^#/, '');
  const names = [...text.matchAll(/(?:^|&)([^&=]*)=/g)].map(([, name]) => name);
  // Without a “=” it is an anchor, which is looked for on the page.
  if (names.every((name) => NOT_OURS.has(name))) return { doc: null, remarks: [] };
  if (!names.some((name) => name === 'v' || name === 'z' || Object.hasOwn(KEYS, name))) {
    return { doc: null, remarks: [`The address ends in “#${text.slice(0, 40)}${text.length > 40 ? '…' : ''}”, which is no link of this page: those begin with “#v=${LINK_VERSION}”. Copy the link whole, or ask for it again.`] };
  }
  if (text.length > MOST_READ) return { doc: { v: 1 }, remarks: [`The link has ${text.length} characters, which is more than any link of this page: it was left alone.`] };
  /** @type {string[]} */
  const remarks = [];
  const pairs = pairsOf(text, remarks);
  const version = pairs.get('v');
  if (version === undefined || !/^\d{1,6}$/.test(version)) remarks.push('The link does not say which version it is; it was read as version 1.');
  else if (Number(version) > LINK_VERSION) remarks.push(`The link was made by a newer version of this page (links of version ${version}; this page reads ${LINK_VERSION}). What it knows of the link is opened; reload the page to get the newer one.`);

  /** @type {Record<string, any>} */
  const found = Object.create(null);
  const packed = pairs.get('z');
  if (packed !== undefined) Object.assign(found, await unpacked(packed, pairs.get('c'), remarks));
  for (const [name, value] of pairs) {
    if (['v', 'z', 'c'].includes(name) || NOT_OURS.has(name)) continue;
    found[name] = PLAIN.has(name) || !Object.hasOwn(KEYS, name) ? value : parsed(value, `${KEYS[name].words} in the link`, remarks);
  }
  return { doc: checked(found, remarks), remarks: [...new Set(remarks)] };
}

/** @param {Record<string, any>} found @param {string[]} remarks @returns {LinkDoc} */
function checked(found, remarks) {
  /** @type {Record<string, any>} */
  const doc = { v: 1 };
  for (const [name, value] of Object.entries(found)) {
    if (value === undefined || name === 'v') continue;
    if (!Object.hasOwn(KEYS, name)) remarks.push(`The link says “${name.slice(0, 40)}”, which this page does not know: it was left out.`);
    else if (KEYS[name].fits(value)) doc[name] = value;
    else remarks.push(`In the link ${KEYS[name].words} is not what it should be, and was left out.`);
  }
  return /** @type {LinkDoc} */ (doc);
}

/** @param {string} text @param {string[]} remarks */
function pairsOf(text, remarks) {
  /** @type {Map<string, string>} */
  const pairs = new Map();
  for (const piece of text.split('&').filter(Boolean)) {
    const at = piece.indexOf('=');
    const name = at < 0 ? piece : piece.slice(0, at);
    try {
      const value = decodeURIComponent(at < 0 ? '' : piece.slice(at + 1));
      if (pairs.has(name)) remarks.push(`The link says “${name.slice(0, 40)}” twice; the first was taken.`);
      else pairs.set(name, value);
    } catch {
      // A percent sign without its two digits: the end was lost.
      remarks.push(CUT);
    }
  }
  return pairs;
}

/** @param {string} packed @param {string | undefined} sum @param {string[]} remarks @returns {Promise<Record<string, any>>} */
async function unpacked(packed, sum, remarks) {
  const bytes = fromBase64url(packed);
  if (!bytes) {
    remarks.push(CUT);
    return {};
  }
  if (!canPack()) {
    remarks.push('This browser cannot unpack long links. Ask for the run file instead, or use a newer browser.');
    return {};
  }
  try {
    const unfolded = await through(new DecompressionStream('deflate-raw'), bytes, MOST_UNFOLDED);
    if (!unfolded) {
      remarks.push('The link unfolds to more than any run of this page needs, so it was left alone.');
      return {};
    }
    // An edit that still unpacks could change a number without a trace.
    if (sum !== undefined && sum !== checksum(unfolded)) throw new Error('changed');
    const object = parsed(new TextDecoder('utf-8', { fatal: true }).decode(unfolded), 'The link', remarks);
    if (isObject(object)) return object;
    if (object !== undefined) remarks.push(CUT);
  } catch {
    remarks.push(CUT);
  }
  return {};
}

/** @param {string} text @param {string} what @param {string[]} remarks  undefined where it is no JSON */
function parsed(text, what, remarks) {
  if (depthOf(text) > DEEPEST) {
    remarks.push(`${what.charAt(0).toUpperCase()}${what.slice(1)} is nested too deeply to be a run of this page, and was left out.`);
    return undefined;
  }
  try {
    // A key that would reach behind objects is nobody's setting.
    return JSON.parse(text, (key, value) => (key === '__proto__' || key === 'constructor' || key === 'prototype' ? undefined : value));
  } catch {
    remarks.push(CUT);
    return undefined;
  }
}

/** How deeply the brackets of a JSON text are nested. @param {string} text */
function depthOf(text) {
  let [depth, deepest, quoted] = [0, 0, false];
  for (let i = 0; i < text.length; i++) {
    const letter = text[i];
    if (quoted) {
      if (letter === '\\') i += 1;
      else if (letter === '"') quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === '{' || letter === '[') deepest = Math.max(deepest, (depth += 1));
    else if (letter === '}' || letter === ']') depth -= 1;
  }
  return deepest;
}

/** As encodeURIComponent, without escaping what an address may hold and JSON has much of. @param {string} text */
const escape = (text) => encodeURIComponent(text).replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%2F', '/');

const canPack = () => {
  try {
    return Boolean(new CompressionStream('deflate-raw') && new DecompressionStream('deflate-raw'));
  } catch {
    return false;
  }
};

/**
 * Bytes through a stream; null as soon as more than `most` have come out.
 * @template {number} M
 * @param {CompressionStream | DecompressionStream} stream @param {Uint8Array} bytes @param {M} most
 * @returns {Promise<Uint8Array>}
 */
async function through(stream, bytes, most) {
  const writer = stream.writable.getWriter();
  // Fails together with the reading, which is where it is told.
  const written = writer.write(/** @type {BufferSource} */ (bytes)).then(() => writer.close()).catch(() => {});
  const reader = stream.readable.getReader();
  /** @type {Uint8Array[]} */
  const chunks = [];
  let total = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    total += value.length;
    if (total > most) {
      await reader.cancel().catch(() => {});
      return /** @type {any} */ (null);
    }
    chunks.push(value);
  }
  await written;
  const all = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** @param {Uint8Array} bytes */
function toBase64url(bytes) {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** @param {string} text @returns {Uint8Array | null} */
function fromBase64url(text) {
  if (!/^[A-Za-z0-9_-]+$/.test(text) || text.length % 4 === 1) return null;
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
}

/** @param {Uint8Array} bytes */
const checksum = (bytes) => fnv1a(bytes).toString(36);
