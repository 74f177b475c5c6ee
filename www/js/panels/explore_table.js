// A table of the exploration, filtered to what is shown: a row stands for a gene, can be chosen and is linked with the figures.
import { h, say } from '../dom.js';
import { shownArm, shownGene } from '../explore_figures.js';
import { fileStem, saveCsv } from '../export.js';
import { errorInfo } from '../failure.js';
import { help } from '../help.js';
import { plural } from '../numbers.js';
import { sortableTable } from '../table.js';
import { EXPLORE } from '../words_explore.js';
import { follows } from './explore_figure.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../protocol.js').Table} Table */
/** @typedef {import('../explore_figures.js').Shown} Shown */
/** @typedef {(column: string) => string | number | null} Value */

/**
 * @param {Page} page
 * @param {{
 *   name: "response_genes" | "dose_fits", title: string, sentence: string, tab: import('../store.js').ExploreChoices["tab"],
 *   parts: import('./explore_figure.js').Parts, columns: [string, string, string][],
 *   keep: (value: Value, shown: Shown) => boolean, chosen: (value: Value, shown: Shown) => boolean, geneOf: (value: Value) => string,
 * }} options  `columns`: those that are shown, with name and sentence; `geneOf`: "" where a row is about no gene
 */
export function exploreTable(page, { name, title, sentence, tab, parts, columns, keep, chosen, geneOf }) {
  const { store, explore } = page;
  /** @type {Table} */
  let all = { columns: [], rows: [] };
  /** The rows that are shown. @type {Table["rows"]} */
  let rows = [];
  const table = sortableTable(title, {
    test: `explore-table-${name}`,
    onRow: (row) => geneAt(row) && explore.choose({ gene: geneAt(row) }),
    onPoint: (row) => explore.point({ cell_type: null, gene: (row !== null && geneAt(row)) || null, from: name }),
  });
  const nothing = h('p', { class: 'hint', hidden: true }, EXPLORE.nothing);
  const save = h('button', { type: 'button', class: 'small', 'aria-label': `${title}: save all comparisons as CSV`, on: { click: () => saveCsv(all, fileStem(`dosefront ${name} ${store.state.data.summary?.name ?? ''}`)) } }, 'CSV');
  const hint = h('p', { class: 'hint' }, sentence);
  const element = h('div', { class: 'explore-table', test: `explore-${name}`, hidden: true },
    h('div', {}, h('div', { class: 'figure-head' }, h('div', { class: 'with-help' }, h('h3', {}, title), help(name)), h('div', { class: 'tools' }, save)), hint), nothing, table.element);

  /** @param {Table["rows"][number]} row @returns {Value} */
  const valueOf = (row) => (column) => row[all.columns.indexOf(column)] ?? null;
  const geneAt = (/** @type {number} */ row) => geneOf(valueOf(rows[row]));
  let answers = 0;
  let drawn = '';

  function draw() {
    const { choices, overview } = store.state.explore;
    if (!overview) return;
    const shown = { choices, overview };
    const key = JSON.stringify([choices.cell_type, shownArm(shown), shownGene(shown), answers]);
    if (key === drawn || element.hidden) return;
    drawn = key;
    rows = all.rows.filter((row) => keep(valueOf(row), shown));
    const current = rows.findIndex((row) => chosen(valueOf(row), shown));
    // A column without any value only takes room.
    const used = columns.filter(([column]) => rows.some((row) => valueOf(row)(column) !== null));
    const picked = { columns: used.map(([, label]) => label), rows: rows.map((row) => used.map(([column]) => valueOf(row)(column))) };
    const kept = element.contains(document.activeElement) && document.activeElement instanceof HTMLButtonElement ? document.activeElement.textContent : null;
    table.show(picked, current, used.map(([, , words]) => words));
    // The rows are new: the focus goes back to the one it was on.
    if (kept !== null) [...element.querySelectorAll('button')].find((button) => button.textContent === kept)?.focus();
    nothing.hidden = rows.length > 0;
    table.element.hidden = rows.length === 0;
    say(hint, `${sentence} ${plural(rows.length, 'row')}.`);
  }

  follows(page, {
    tab, parts, question: () => name,
    ask: () => page.engines.engine.send('table', [name]),
    onAnswer: (answer) => {
      all = answer;
      answers += 1;
    },
    onFailure: (thrown) => say(hint, errorInfo(thrown).message),
    onState: ({ wanted, stale, answered }) => {
      element.hidden = !wanted || !answered;
      element.classList.toggle('stale', stale);
      draw();
    },
  });
  store.subscribe(['pointed'], ({ pointed }) => table.light(pointed.from === name || pointed.gene === null ? -1 : rows.findIndex((row) => geneOf(valueOf(row)) === pointed.gene)));
  return element;
}
