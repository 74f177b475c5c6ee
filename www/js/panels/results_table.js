// The table of all predictions of a run: metrics, both ratios of the E-distance, the truth where it is known.
import { sortableTable } from '../table.js';
import { inOrder, metricWords, SCALES } from '../words_metrics.js';
import { modelWords } from '../words_models.js';

/** @typedef {import('../protocol.js').ResultRow} ResultRow */
/** @typedef {import('../protocol.js').Table} Table */

/** @param {ResultRow[]} rows @param {(row: ResultRow) => Record<string, number | null> | null} pick */
const names = (rows, pick) => inOrder(new Set(rows.flatMap((row) => Object.keys(pick(row) ?? {}))));

/** Every column there is, with a sentence for its head. @param {ResultRow[]} rows */
function columns(rows) {
  /** @type {{name: string, words: string, value: (row: ResultRow) => string | number | null}[]} */
  const list = [
    { name: 'Model', words: 'Model or baseline', value: (row) => modelWords(row.model).name },
    { name: 'Cell type', words: 'Held-out cell type', value: (row) => row.cell_type },
    { name: 'Treatment', words: 'Dose or condition', value: (row) => row.arm },
    { name: 'Seed', words: 'Seed of the run', value: (row) => row.seed },
  ];
  for (const name of names(rows, (row) => row.metrics)) {
    const words = metricWords(name);
    list.push({ name: words.name, words: words.meaning, value: (row) => row.metrics[name] ?? null });
  }
  for (const scale of /** @type {const} */ (['to_control', 'to_no_change'])) {
    for (const name of names(rows, (row) => row.ratios[scale])) {
      list.push({ name: `${metricWords(name).name} ${SCALES[scale].short}`, words: SCALES[scale].meaning, value: (row) => row.ratios[scale][name] ?? null });
    }
  }
  for (const name of names(rows, (row) => row.truth)) {
    list.push({ name: `${metricWords(name).name}, true`, words: SCALES.truth.meaning, value: (row) => row.truth?.[name] ?? null });
  }
  list.push(
    { name: 'Control cells', words: 'Untreated cells the prediction starts from', value: (row) => row.n_control },
    { name: 'Observed cells', words: 'Treated cells it is scored against', value: (row) => row.n_observed },
    { name: 'Predicted cells', words: 'Cells that were predicted', value: (row) => row.n_predicted },
  );
  return list;
}

/** @param {(index: number) => void} onShow */
export function resultsTable(onShow) {
  /** @type {ResultRow[]} */
  let rows = [];
  const table = sortableTable('All predictions of this run', { test: 'results-table', onRow: (row) => onShow(rows[row].index) });
  /** @returns {Table} */
  const data = () => {
    const list = columns(rows);
    return { columns: list.map((column) => column.name), rows: rows.map((row) => list.map((column) => column.value(row))) };
  };
  return {
    element: table.element,
    data,
    /** @param {ResultRow[]} all @param {number} shown */
    draw(all, shown) {
      rows = all;
      table.show(data(), rows.findIndex((row) => row.index === shown), columns(rows).map((column) => column.words));
    },
  };
}
