// A figure card: title, one sentence, the picture or its table, and what can be saved.
import { fileStem, saveCsv, savePng, saveSvg } from './export.js';
import { h, say } from './dom.js';
import { announce } from './announce.js';
import { help } from './help.js';
import { FigureCanvas, heightOf, loadView } from './view.js';
import { sortableTable } from './table.js';
import { figureHelp, hasHelp, helpWords } from './words_help.js';

/** @typedef {import('./protocol.js').Figure} Figure */

/** Width of a figure in a report. */
const REPORT_WIDTH = 720;
/** What each card shows. @type {Map<HTMLElement, () => {title: string, caption: string, figure: Figure | null}>} */
const cards = new Map();

/**
 * The figures on the page below some elements, in their order, as they are saved. Those of a tab in the background count; those that are hidden
 * because there is nothing to show do not.
 * @param {HTMLElement[]} roots @returns {Promise<import('./protocol.js').ReportFigure[]>}
 */
export async function figuresIn(roots) {
  const view = await loadView();
  const shown = (/** @type {HTMLElement} */ card) => {
    const hidden = card.closest('[hidden]');
    return hidden === null || (hidden.getAttribute('role') === 'tabpanel' && !hidden.parentElement?.closest('[hidden]'));
  };
  const elements = roots.flatMap((root) => [...root.querySelectorAll('figure')]).filter((card) => cards.has(card) && shown(card));
  return elements.flatMap((card) => {
    const { title, caption, figure } = /** @type {NonNullable<ReturnType<typeof cards.get>>} */ (cards.get(card))();
    return figure ? [{ title, caption, svg: view.svg(figure, REPORT_WIDTH, heightOf(view, figure, REPORT_WIDTH)) }] : [];
  });
}

/**
 * `sentence`: what is seen, which a report says as well; `use`: what can be done with it on the page.
 * @param {{name: string, title: string, sentence: string, use?: string, level?: "h3" | "h4", onChoose?: (hit: import('./protocol.js').Hit) => void,
 *   onPoint?: (hit: import('./protocol.js').Hit | null) => void, extra?: HTMLElement | null}} options
 */
export function figureCard({ name, title, sentence, use = '', level = 'h3', onChoose, onPoint, extra = null }) {
  const plot = new FigureCanvas({ onChoose, onPoint, onRead: (text) => announce(text, true) });
  const heading = h(level, {}, title);
  let caption = sentence;
  const words = h('span', {}, caption);
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
    h('figcaption', {}, h('div', { class: 'figure-head' }, h('div', { class: 'with-help' }, heading, hasHelp(name) ? help(() => figureHelp(name), { of: helpWords(name).title }) : null), tools), h('p', { class: 'hint' }, words, use ? h('span', { class: 'use' }, ` ${use}`) : null)), extra, plot.canvas, table.element);

  cards.set(element, () => ({ title: heading.textContent ?? title, caption: caption.trim(), figure }));
  return {
    element,
    /** @param {Figure} next @param {string} [newSentence] @param {string} [newTitle] */
    show(next, newSentence, newTitle) {
      figure = next;
      stem = fileStem(`dosefront ${name} ${next.title ?? ''}`);
      caption = newSentence || caption;
      say(words, caption);
      if (newTitle) say(heading, newTitle);
      // The card has a heading already; the picture keeps its own title where it is saved or told.
      plot.show({ ...next, title: '' }, next);
      void fillTable();
    },
    /** Makes what has this key stand out. @param {string | null} key */
    light: (key) => plot.light(key),
  };
}
