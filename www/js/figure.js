// A figure card: title, one sentence, the picture or its table, and what can be saved.
import { fileStem, saveCsv, savePng, saveSvg } from './export.js';
import { h, say } from './dom.js';
import { announce } from './announce.js';
import { FigureCanvas, loadView } from './view.js';
import { sortableTable } from './table.js';

/** @typedef {import('./protocol.js').Figure} Figure */

/**
 * @param {{name: string, title: string, sentence: string, level?: "h3" | "h4", onChoose?: (hit: import('./protocol.js').Hit) => void,
 *   onPoint?: (hit: import('./protocol.js').Hit | null) => void, extra?: HTMLElement | null}} options
 */
export function figureCard({ name, title, sentence, level = 'h3', onChoose, onPoint, extra = null }) {
  const plot = new FigureCanvas({ onChoose, onPoint, onRead: (text) => announce(text, true) });
  const heading = h(level, {}, title);
  const words = h('p', { class: 'hint' }, sentence);
  const table = sortableTable(`${title}, as a table`);
  table.element.hidden = true;
  /** @type {Figure | null} */
  let figure = null;
  let stem = name;

  /** @param {string} label @param {string} help @param {(figure: Figure) => Promise<void>} action */
  const button = (label, help, action) =>
    h('button', {
      type: 'button', class: 'small', 'aria-label': `${title}: ${help}`, title: help,
      on: { click: () => figure && action(figure).catch((thrown) => announce(`That did not work: ${thrown.message ?? thrown}`)) },
    }, label);
  const toggle = h('button', { type: 'button', class: 'small', 'aria-pressed': 'false', 'aria-label': `${title}: show as a table`, title: 'show the numbers' }, 'Table');
  toggle.addEventListener('click', async () => {
    const show = table.element.hidden;
    toggle.setAttribute('aria-pressed', String(show));
    table.element.hidden = !show;
    plot.canvas.hidden = show;
    await fillTable();
  });

  async function fillTable() {
    if (table.element.hidden || !figure) return;
    table.show((await loadView()).table(figure));
  }

  const tools = h('div', { class: 'tools' },
    button('SVG', 'save as SVG', (shown) => saveSvg(shown, stem)),
    button('PNG', 'save as PNG', (shown) => savePng(shown, stem)),
    button('CSV', 'save the data as CSV', async (shown) => saveCsv((await loadView()).table(shown), stem)),
    toggle);
  const element = h('figure', { class: `figure figure-${name}`, test: `figure-${name}` },
    h('figcaption', {}, h('div', { class: 'figure-head' }, heading, tools), words), extra, plot.canvas, table.element);

  return {
    element,
    /** @param {Figure} next @param {string} [newSentence] @param {string} [newTitle] */
    show(next, newSentence, newTitle) {
      figure = next;
      stem = fileStem(`dosefront ${name} ${next.title ?? ''}`);
      if (newSentence) say(words, newSentence);
      if (newTitle) say(heading, newTitle);
      // The card has a heading already; the picture keeps its own title where it is saved or told.
      plot.show({ ...next, title: '' }, next);
      void fillTable();
    },
    /** Makes what has this key stand out. @param {string | null} key */
    light: (key) => plot.light(key),
  };
}
