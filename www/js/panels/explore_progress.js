// How far the exploration is, what can be done with it, and how many of the cells it uses.
import { elapsed } from '../clock.js';
import { h, say } from '../dom.js';
import { count, duration } from '../numbers.js';
import { progressBar } from './progress.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../store.js').ExploreState} ExploreState */

/** @param {ExploreState} explore */
function stageWords({ phase, stage, text }) {
  return {
    idle: '', starting: stage, running: text ? `${stage}: ${text}` : stage, paused: 'Paused', waiting: 'Waits until the training has ended',
    cancelled: 'Cancelled; what was found stays', failed: 'Stopped by an error', finished: 'Explored',
  }[phase];
}

/** How many cells are shown and what all would cost; "" where all are shown. @param {ExploreState} explore */
function cellWords(explore) {
  const { overview, phase } = explore;
  if (!overview || overview.n_cells === 0 || overview.n_cells >= overview.n_cells_all) return '';
  const shown = `${count(overview.n_cells)} of ${count(overview.n_cells_all)} cells are shown`;
  if (phase !== 'finished') return `${shown}.`;
  return `${shown}; all of them would take about ${duration((elapsed(explore) / 1000) * overview.times_longer)}.`;
}

/** @param {Page} page */
export function exploreProgress({ store, explore }) {
  const progress = progressBar('Progress of the exploration', 'explore-progress', () => store.state.explore);
  const pause = h('button', { type: 'button', class: 'small', test: 'explore-pause' });
  pause.addEventListener('click', () => (store.state.explore.phase === 'paused' ? explore.resume() : explore.pause()));
  const cancel = h('button', { type: 'button', class: 'small', test: 'explore-cancel', on: { click: () => explore.cancel() } }, 'Cancel');
  const again = h('button', { type: 'button', class: 'small', test: 'explore-again', on: { click: () => void explore.begin() } }, 'Explore again');
  const cells = h('span', { class: 'hint', test: 'explore-cells' });
  const all = h('button', { type: 'button', class: 'small', test: 'explore-all-cells', on: { click: () => explore.useAllCells() } });
  const element = h('div', { class: 'explore-progress' }, progress.element, h('div', { class: 'buttons' }, pause, cancel, again), h('div', { class: 'buttons cells-used' }, cells, all));

  store.subscribe(['explore', 'design', 'engine'], (state) => {
    const { explore: now } = state;
    const active = now.phase === 'starting' || now.phase === 'running' || now.phase === 'paused' || now.phase === 'waiting';
    const focused = document.activeElement;
    progress.draw(stageWords(now));
    pause.hidden = cancel.hidden = !active;
    pause.disabled = now.phase === 'starting';
    say(pause, now.phase === 'paused' ? 'Resume' : 'Pause');
    again.hidden = active || now.phase === 'idle';
    again.disabled = !state.design.summary || state.engine.phase !== 'ready';
    const words = cellWords(now);
    say(cells, words);
    all.hidden = words === '' || active || now.allCells;
    say(all, `Use all ${count(now.overview?.n_cells_all ?? 0)} cells`);
    // A hidden button drops the focus to the top of the page.
    if ((focused === pause || focused === cancel) && !active) again.focus();
    if ((focused === again || focused === all) && active) cancel.focus();
  });
  return { element };
}
