// Files that the page hands out: figures as SVG and PNG, tables as CSV, runs as JSON. Exports are always on white.
import { heightOf, loadView } from './view.js';

/** @typedef {import('./protocol.js').Figure} Figure */

const WIDTH = 720;
const PNG_SCALE = 3;
// Chromium drops, without a word, the downloads of a page beyond ten in a second.
const GAP_MS = 120;
let earliest = 0;

/** @param {string} name @param {Blob} blob */
export function download(name, blob) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  const now = Date.now();
  setTimeout(() => link.click(), Math.max(0, earliest - now));
  earliest = Math.max(now, earliest) + GAP_MS;
  // Revoked later: some browsers begin to read after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 30_000);
}

/** @param {string} name @param {string} text @param {string} type */
export const downloadText = (name, text, type) => download(name, new Blob([text], { type }));

/** "scGen: CD4T, 10" -> "scgen-cd4t-10". @param {string} text */
export const fileStem = (text) => text.toLowerCase().replace(/[^a-z0-9.]+/g, '-').replace(/^-+|-+$/g, '') || 'figure';

/** @param {Figure} figure @param {string} stem */
export async function saveSvg(figure, stem) {
  const view = await loadView();
  downloadText(`${stem}.svg`, view.svg(figure, WIDTH, heightOf(view, figure, WIDTH)), 'image/svg+xml');
}

/** @param {Figure} figure @param {string} stem */
export async function savePng(figure, stem) {
  const view = await loadView();
  const canvas = document.createElement('canvas');
  const height = heightOf(view, figure, WIDTH);
  canvas.width = WIDTH * PNG_SCALE;
  canvas.height = height * PNG_SCALE;
  // Not laid out, so the view takes its attributes for PNG_SCALE times the figure's size.
  view.draw(canvas, figure, { dark: false }, PNG_SCALE).free();
  // Not toBlob: it waits for an idle moment, which does not come while a model trains.
  const text = atob(canvas.toDataURL('image/png').split(',')[1]);
  download(`${stem}.png`, new Blob([Uint8Array.from(text, (letter) => letter.charCodeAt(0))], { type: 'image/png' }));
}

/** @param {string | number | null} value */
function csvField(value) {
  if (value === null || (typeof value === 'number' && !Number.isFinite(value))) return '';
  const text = String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @param {import('./protocol.js').Table} table */
export const csv = (table) => [table.columns, ...table.rows].map((row) => row.map(csvField).join(',')).join('\n').concat('\n');

/** @param {import('./protocol.js').Table} table @param {string} stem */
export const saveCsv = (table, stem) => downloadText(`${stem}.csv`, csv(table), 'text/csv');
