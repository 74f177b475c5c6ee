// Says at once what a dropped file looks like, from its name and first bytes; the engine has the last word.
import { bytes as size } from './numbers.js';

const HDF5 = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
// A 32-bit wasm memory ends at 4 GB, and the decoded matrix has to fit beside the file.
export const LARGEST_BYTES = 1.5e9;
const LARGE_BYTES = 4e8;

/** @param {Uint8Array} head @param {number[]} magic */
const begins = (head, magic) => magic.every((byte, i) => head[i] === byte);

/** @param {string} name @param {Uint8Array} head */
function kind(name, head) {
  const lower = name.toLowerCase();
  if (head.length === 0) return 'an empty file';
  if (begins(head, HDF5)) return lower.endsWith('.h5ad') ? 'AnnData in HDF5' : 'HDF5, as 10x Cell Ranger writes';
  if (/\.(h5ad|h5|hdf5)$/.test(lower)) return 'named as HDF5, but it does not begin like one';
  if (begins(head, [0x50, 0x4b])) return 'a zip archive';
  const packed = begins(head, [0x1f, 0x8b]) ? 'gzipped ' : '';
  const stem = lower.replace(/\.gz$/, '');
  if (stem.endsWith('.mtx')) return `${packed}Matrix Market counts`;
  if (/barcodes/.test(stem)) return `${packed}list of cells`;
  if (/features|genes/.test(stem)) return `${packed}list of genes`;
  if (stem.endsWith('.csv')) return `${packed}comma-separated table`;
  if (/\.(tsv|txt|tab)$/.test(stem)) return `${packed}tab-separated table`;
  return `${packed}file of an unknown kind; the engine will try it`;
}

/**
 * @param {File[]} files
 * @returns {Promise<{lines: string[], error: import('./protocol.js').ErrorInfo | null}>}
 */
export async function recognise(files) {
  const lines = [];
  let total = 0;
  for (const file of files) {
    const head = new Uint8Array(await file.slice(0, 8).arrayBuffer());
    total += file.size;
    lines.push(`${file.name}: ${kind(file.name, head)}, ${size(file.size)}`);
  }
  if (total > LARGEST_BYTES) {
    return {
      lines,
      error: {
        code: 'file_too_large',
        message: `${files.map((file) => file.name).join(', ')}: ${size(total)} is more than the ${size(LARGEST_BYTES)} that fit into a browser tab's memory.`,
        hint: 'Save a part of it first, for example 20,000 cells and the genes you need (in Python: adata[keep].write_h5ad("small.h5ad")).',
      },
    };
  }
  if (total > LARGE_BYTES) lines.push(`Large (${size(total)}): opening it takes a while and a few times as much memory.`);
  return { lines, error: null };
}
