// Above results that were brought back from the list: whose they are, and what they need to be worked with.
import { fill, h } from '../dom.js';
import { nameOf } from '../runs_list.js';
import { hasData, setUp, showAgain, sourceOf } from '../runs_show.js';
import { RUNS } from '../words_runs.js';
import { badge } from './runs_row.js';

/** @typedef {import('../main.js').Page} Page */

/** @param {HTMLElement} place  of the step @param {Page} page @param {"predict" | "trade_off"} task */
export function shownRun(place, page, task) {
  const { store, list } = page;
  const element = h('div', { class: 'earlier', test: `shown-${task}`, role: 'status', hidden: true });
  const target = place.querySelector('.front-results');
  if (target) target.prepend(element);
  else place.prepend(element);
  let drawn = '';
  store.subscribe(['list', 'data', task === 'predict' ? 'run' : 'frontRun'], (state) => {
    const id = state.list.shown[task];
    const run = id !== null && state.list.again.includes(id) ? list.find(id) : null;
    element.hidden = !run;
    const here = run && hasData(page, run);
    const key = run ? JSON.stringify([run.id, nameOf(run), here]) : '';
    if (!run || key === drawn) return;
    drawn = key;
    const again = async () => {
      if (await setUp(page, run)) await showAgain(page, run.id);
    };
    const open = !here && run.run.dataset?.simulated ? h('button', { type: 'button', class: 'small', on: { click: () => void again() } }, `Open ${sourceOf(run)} and show it again`) : null;
    fill(element, h('p', {}, `${RUNS.kept} `, badge(run), ' ', h('b', {}, nameOf(run)), here ? '.' : `, made with other data than those open now: ${sourceOf(run)}.`, list.isOurs(run) && here ? '' : ` ${RUNS.read}`), open ? h('div', { class: 'buttons' }, open) : null);
  });
}
