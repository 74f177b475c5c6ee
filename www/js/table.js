// A real table that scrolls inside itself and sorts by its column heads.
import { fill, h } from './dom.js';
import { number } from './numbers.js';

/** @typedef {import('./protocol.js').Table} Table */
/** @typedef {{sort?: {column: number, descending: boolean} | null, onRow?: (row: number) => void, current?: number, test?: string, heads?: (string | undefined)[]}} TableOptions */

const MOST_ROWS = 400;

/** @param {string | number | null} a @param {string | number | null} b */
function compare(a, b) {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}

/**
 * @param {string} caption  said to screen readers
 * @param {TableOptions} [options]
 */
export function sortableTable(caption, options = {}) {
  const table = h('table', { test: options.test });
  const more = h('p', { class: 'hint', hidden: true });
  const element = h('div', { class: 'table-box', tabindex: 0, role: 'region', 'aria-label': caption }, table, more);
  /** @type {{column: number, descending: boolean} | null} */
  let sort = options.sort ?? null;
  /** @type {Table} */
  let data = { columns: [], rows: [] };
  let current = -1;
  /** @type {string[]} */
  let titles = [];

  function draw() {
    const order = data.rows.map((_, i) => i);
    const by = sort;
    if (by) {
      // What is not defined comes last in either direction.
      order.sort((i, j) => {
        const [a, b] = [data.rows[i][by.column], data.rows[j][by.column]];
        if (a === null || b === null) return Number(a === null) - Number(b === null);
        return by.descending ? compare(b, a) : compare(a, b);
      });
    }
    const heads = data.columns.map((name, column) => {
      const active = by?.column === column;
      const button = h('button', { type: 'button', title: titles[column], on: { click: () => choose(column) } }, name);
      return h('th', { scope: 'col', 'aria-sort': active ? (by.descending ? 'descending' : 'ascending') : null }, button);
    });
    const body = order.slice(0, MOST_ROWS).map((i) => {
      const cells = data.rows[i].map((value, column) => {
        const text = typeof value === 'number' ? number(value) : value ?? '–';
        if (column === 0 && options.onRow) {
          const pick = h('button', { type: 'button', class: 'link', 'aria-pressed': String(i === current), on: { click: () => options.onRow?.(i) } }, text);
          return h('th', { scope: 'row' }, pick);
        }
        return h('td', { class: typeof value === 'number' ? 'num' : null }, text);
      });
      const row = h('tr', { class: i === current ? 'current' : null }, cells);
      if (options.onRow) row.addEventListener('click', (event) => !(event.target instanceof HTMLButtonElement) && options.onRow?.(i));
      return row;
    });
    fill(table, h('caption', { class: 'for-readers' }, caption), h('thead', {}, h('tr', {}, heads)), h('tbody', {}, body));
    more.hidden = data.rows.length <= MOST_ROWS;
    more.textContent = `The first ${MOST_ROWS} of ${data.rows.length} rows; the CSV file has all.`;
  }

  /** @param {number} column */
  function choose(column) {
    const numeric = data.rows.some((row) => typeof row[column] === 'number');
    sort = sort?.column === column ? { column, descending: !sort.descending } : { column, descending: numeric };
    draw();
    /** @type {HTMLElement | undefined} */ (table.querySelectorAll('thead button')[column])?.focus();
  }

  return {
    element,
    /** @param {Table} next @param {number} [row] the marked row @param {string[]} [explained] a sentence per column head */
    show(next, row = -1, explained = []) {
      data = next;
      current = row;
      titles = explained;
      if (sort && sort.column >= data.columns.length) sort = null;
      draw();
    },
  };
}
