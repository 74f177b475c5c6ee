// A real table that scrolls inside itself and sorts by its column heads.
import { fill, h } from './dom.js';
import { number } from './numbers.js';

/** @typedef {import('./protocol.js').Table} Table */
/** @typedef {{sort?: {column: number, descending: boolean} | null, onRow?: (row: number) => void, onPoint?: (row: number | null) => void, current?: number, test?: string}} TableOptions */
/** How a cell is written where not as its bare value. @typedef {(row: number, column: number) => {text: string, class?: string, title?: string} | null} CellWords */

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
  const columns = h('dl', {});
  const explanation = h('details', { class: 'columns', hidden: true }, h('summary', {}, 'What the columns mean'), columns);
  const element = h('div', {}, h('div', { class: 'table-box', tabindex: 0, role: 'region', 'aria-label': caption }, table, more), explanation);
  /** @type {{column: number, descending: boolean} | null} */
  let sort = options.sort ?? null;
  /** @type {Table} */
  let data = { columns: [], rows: [] };
  let current = -1;
  /** The rows that are drawn. @type {Map<number, HTMLElement>} */
  const rowOf = new Map();
  /** @type {string[]} */
  let titles = [];
  let explainedFor = '';
  /** @type {CellWords} */
  let words = () => null;

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
    rowOf.clear();
    const body = order.slice(0, MOST_ROWS).map((i) => {
      const cells = data.rows[i].map((value, column) => {
        const own = words(i, column);
        const text = own?.text ?? (typeof value === 'number' ? number(value) : value ?? '–');
        if (column === 0 && options.onRow) {
          const pick = h('button', { type: 'button', class: 'link', 'aria-pressed': String(i === current), tabindex: -1, on: { click: () => options.onRow?.(i), keydown: walk } }, text);
          return h('th', { scope: 'row' }, pick);
        }
        const kind = [typeof value === 'number' && 'num', own?.class].filter(Boolean).join(' ');
        return h('td', { class: kind || null, title: own?.title }, text);
      });
      const row = h('tr', { class: i === current ? 'current' : null }, cells);
      if (options.onRow) row.addEventListener('click', (event) => !(event.target instanceof HTMLButtonElement) && options.onRow?.(i));
      for (const type of ['pointerenter', 'focusin']) row.addEventListener(type, () => options.onPoint?.(i));
      for (const type of ['pointerleave', 'focusout']) row.addEventListener(type, () => options.onPoint?.(null));
      rowOf.set(i, row);
      return row;
    });
    fill(table, h('caption', { class: 'for-readers' }, caption), h('thead', {}, h('tr', {}, heads)), h('tbody', {}, body));
    // One row is in the tab order, arrow keys lead to the others: a long table is no obstacle for who only passes.
    const entry = (rowOf.get(current) ?? table.querySelector('tbody tr'))?.querySelector('button');
    if (entry) entry.tabIndex = 0;
    more.hidden = data.rows.length <= MOST_ROWS;
    more.textContent = `The first ${MOST_ROWS} of ${data.rows.length} rows; the CSV file has all.`;
  }

  /** @param {KeyboardEvent} event */
  function walk(event) {
    const all = [...table.querySelectorAll('tbody button')].filter((one) => one instanceof HTMLButtonElement);
    const now = all.findIndex((one) => one === event.target);
    const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: all.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const there = all[Math.min(Math.max(next, 0), all.length - 1)];
    all[now].tabIndex = -1;
    there.tabIndex = 0;
    there.focus();
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
    /** @param {Table} next @param {number} [row] the marked row @param {string[]} [explained] a sentence per column head @param {CellWords} [cellWords] */
    show(next, row = -1, explained = [], cellWords = () => null) {
      data = next;
      words = cellWords;
      current = row;
      titles = explained;
      if (sort && sort.column >= data.columns.length) sort = null;
      const wordsOf = (/** @type {number} */ column) => (titles[column] !== data.columns[column] ? titles[column] : '');
      explanation.hidden = !data.columns.some((_, column) => wordsOf(column));
      const key = JSON.stringify([data.columns, titles]);
      if (key !== explainedFor) {
        explainedFor = key;
        fill(columns, data.columns.flatMap((name, column) => (wordsOf(column) ? [h('dt', {}, name), h('dd', {}, wordsOf(column))] : [])));
      }
      draw();
    },
    /** Makes a row stand out; -1: none. @param {number} row */
    light(row) {
      for (const [i, element] of rowOf) element.classList.toggle('lit', i === row);
    },
  };
}
