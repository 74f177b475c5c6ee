// Where files are dropped or chosen. A drop anywhere on the page counts, so that a near miss does not navigate away.
import { h } from '../dom.js';
import { DATA } from '../words.js';

/** @param {(files: File[]) => void} onFiles */
export function dropZone(onFiles) {
  const input = h('input', { type: 'file', id: 'file-input', class: 'for-readers', multiple: true, test: 'file-input', accept: '.json,.html,.h5ad,.h5,.hdf5,.zip,.mtx,.csv,.tsv,.txt,.gz', 'aria-describedby': 'file-formats' });
  input.addEventListener('change', () => {
    onFiles([...(input.files ?? [])]);
    // So that choosing the same file again, after a change on disk, is noticed.
    input.value = '';
  });
  const element = h('div', { class: 'drop', test: 'drop-zone' }, input,
    h('label', { for: 'file-input' }, h('span', { class: 'tag own' }, 'your data'), h('span', { class: 'source-title' }, DATA.drop), h('span', { class: 'hint', id: 'file-formats' }, DATA.formats)));

  let depth = 0;
  const mark = () => element.classList.toggle('over', depth > 0);
  const carriesFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files') ?? false;
  addEventListener('dragenter', (event) => {
    if (carriesFiles(event)) depth += 1;
    mark();
  });
  addEventListener('dragleave', () => {
    depth = Math.max(0, depth - 1);
    mark();
  });
  addEventListener('dragover', (event) => {
    if (carriesFiles(event)) event.preventDefault();
  });
  addEventListener('drop', (event) => {
    depth = 0;
    mark();
    if (!carriesFiles(event)) return;
    event.preventDefault();
    onFiles([...(event.dataTransfer?.files ?? [])]);
  });
  return { element };
}
