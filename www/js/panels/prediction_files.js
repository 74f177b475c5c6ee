// What can be saved of the shown prediction: its cells and the network behind it.
import { announce } from '../announce.js';
import { h, say } from '../dom.js';
import { download, fileStem } from '../export.js';
import { errorInfo } from '../failure.js';
import { RESULTS } from '../words.js';

/** @param {import('../main.js').Page} page */
export function predictionFiles({ store, runs }) {
  const cells = h('button', { type: 'button', test: 'save-cells' }, 'Save its cells (.h5ad)');
  const all = h('button', { type: 'button', test: 'save-all-cells' }, 'Save all cells (.h5ad)');
  const weights = h('button', { type: 'button', test: 'save-weights' }, 'Save its weights (.safetensors)');
  const trouble = h('p', { class: 'hint bad', role: 'status' });
  const shown = () => store.state.results.rows.find(({ index }) => index === store.state.results.shown);

  /** @param {HTMLButtonElement} button @param {() => Promise<void>} work */
  async function save(button, work) {
    button.disabled = true;
    say(trouble, '');
    try {
      await work();
    } catch (thrown) {
      const { message, hint } = errorInfo(thrown);
      say(trouble, `${message.replace(/\.$/, '')}. ${hint}`);
      announce(message);
    }
    button.disabled = false;
  }
  /** @param {Uint8Array} bytes @param {string} name @param {string} type */
  const put = (bytes, name, type) => download(name, new Blob([/** @type {BlobPart} */ (bytes)], { type }));

  /** @param {import('../protocol.js').ResultRow[]} rows @param {string} name */
  const saveCells = async (rows, name) => put(await runs.predictedCells(rows), `${fileStem(`dosefront ${name}`)}.h5ad`, 'application/x-hdf5');
  cells.addEventListener('click', () => save(cells, async () => {
    const row = shown();
    if (row) await saveCells([row], `${row.model} ${row.cell_type} ${row.arm} predicted`);
  }));
  all.addEventListener('click', () => save(all, () => saveCells(store.state.results.rows, `${store.state.data.summary?.name ?? ''} predicted`)));
  weights.addEventListener('click', () => save(weights, async () => {
    const row = shown();
    const [bytes] = row ? await runs.weightsOf(row) : [];
    if (row && bytes) put(bytes, `${fileStem(`dosefront ${row.model} ${row.cell_type}`)}.safetensors`, 'application/octet-stream');
  }));

  store.subscribe(['results', 'run'], () => {
    const row = shown();
    weights.hidden = !row || !runs.isTrained(row);
  });
  return { element: h('div', { class: 'prediction-files' }, h('div', { class: 'buttons' }, cells, all, weights), h('p', { class: 'hint' }, RESULTS.cells), trouble) };
}
