// Reports of runs, packed where the browser can: they are JSON, a fifth to a tenth of their size when packed.

/** @param {string} text @returns {Promise<Uint8Array | string>} */
export async function packed(text) {
  if (typeof CompressionStream === 'undefined') return text;
  return new Uint8Array(await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer());
}

/** @param {any} kept @returns {Promise<string | null>}  null where there is none, or it cannot be read */
export async function unpacked(kept) {
  if (typeof kept === 'string') return kept;
  if (!(kept instanceof Uint8Array)) return null;
  try {
    return await new Response(new Blob([/** @type {any} */ (kept)]).stream().pipeThrough(new DecompressionStream('gzip'))).text();
  } catch {
    return null;
  }
}
