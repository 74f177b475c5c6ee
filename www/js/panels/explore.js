// Step 2: what the data say before any model. One group of figures at a time, behind tabs.
import { fill, h } from '../dom.js';
import { errorBox } from '../errors.js';
import { shownTab, tabsOf } from '../explore_figures.js';
import { nothingPointed } from '../store.js';
import { tabs } from '../tabs.js';
import { EXPLORE, TABS } from '../words_explore.js';
import { cellsTab } from './explore_cells.js';
import { distancesTab } from './explore_distances.js';
import { dosesTab } from './explore_doses.js';
import { genesTab } from './explore_genes.js';
import { exploreProgress } from './explore_progress.js';
import { runFileButtons } from './run_files.js';

/** @typedef {import('../main.js').Page} Page */

/** @param {HTMLElement} place @param {Page} page */
export function explorePanel(place, page) {
  const { store, explore } = page;
  const progress = exploreProgress(page);
  const box = errorBox('error');
  const none = h('p', { class: 'empty', test: 'explore-no-treatment', hidden: true }, EXPLORE.noTreatment);
  const empty = h('p', { class: 'empty' }, EXPLORE.waiting);
  const chip = h('button', { type: 'button', class: 'chip', test: 'explore-only', hidden: true, on: { click: () => explore.only(null) } });
  const make = { distances: distancesTab, cells: cellsTab, genes: genesTab, doses: dosesTab };
  const items = TABS.map(([id, label]) => ({ id, label, panel: h('div', { class: 'tab-panel' }, make[id](page)) }));
  const list = tabs('Figures of the exploration', items, (tab) => explore.choose({ tab }), 'explore');
  const files = runFileButtons(page, { test: 'explore-', words: EXPLORE, task: 'explore' });
  const body = h('div', { class: 'explore', hidden: true },
    h('div', { class: 'tab-row' }, list.element, chip), items.map((item) => item.panel), h('div', { class: 'run-files rule-above' }, files.element, h('p', { class: 'hint' }, `${EXPLORE.runFile} ${EXPLORE.report}`)));
  fill(place, h('p', { class: 'lead' }, EXPLORE.lead), progress.element, box.element, empty, none, body);

  store.subscribe(['explore', 'design', 'engine'], (state) => {
    const { phase, overview, choices, error } = state.explore;
    box.show(state.engine.phase === 'crashed' ? null : error);
    // Data without a treatment have no design; one without any cells treated has nothing to compare.
    none.hidden = state.design.error?.code !== 'no_treatment_role' && (!overview || overview.arms.length > 0);
    empty.hidden = phase !== 'idle' || !none.hidden;
    body.hidden = !overview;
    list.draw(shownTab(state), tabsOf(state));
    const hadFocus = document.activeElement === chip && choices.cell_type === null;
    chip.hidden = choices.cell_type === null;
    if (!chip.hidden) {
      chip.setAttribute('aria-label', `Only ${choices.cell_type} is shown: show all cell types`);
      fill(chip, `Only ${choices.cell_type}`, h('span', { 'aria-hidden': 'true' }, ' ×'));
    }
    if (hadFocus) items.find((item) => item.id === shownTab(state))?.panel.focus();
    files.draw();
  });
  place.closest('section')?.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    // There it closes a list.
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) return;
    explore.only(null);
    explore.point(nothingPointed());
  });
}
