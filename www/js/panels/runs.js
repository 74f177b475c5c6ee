// Step 6: every run, and what can be done with it.
import { clearEverything } from '../clear_all.js';
import { fill, h, say } from '../dom.js';
import { plural } from '../numbers.js';
import { nameOf } from '../runs_list.js';
import { RUNS } from '../words_runs.js';
import { confirmDialog } from './confirm.js';
import { runsCompare } from './runs_compare.js';
import { keptExploration } from './runs_exploration.js';
import { runRow } from './runs_row.js';

/** @typedef {import('../main.js').Page} Page */

/** How often "3 min ago" is looked at. */
const CLOCK_MS = 30_000;

/** @param {HTMLElement} place @param {Page} page */
export function runsPanel(place, page) {
  const { store, list } = page;
  const dialog = confirmDialog('runs-confirm');
  const notice = storageNotice(page);
  const remark = h('p', { class: 'run-remark', test: 'runs-remark', role: 'status' });
  const empty = h('p', { class: 'empty', test: 'runs-empty' }, RUNS.empty);
  const rows = h('ol', { class: 'run-list', test: 'run-list', reversed: true, 'aria-label': 'Runs, the newest first' });
  const hint = h('p', { class: 'hint', test: 'compare-hint' });
  const damaged = h('p', { class: 'hint rule', test: 'runs-damaged' });
  const sweep = h('button', { type: 'button', class: 'small', on: { click: () => void list.drop(list.now.damaged) } }, 'Remove what cannot be read');
  const clear = h('button', { type: 'button', test: 'clear-everything', title: RUNS.clearHint }, RUNS.clear);
  clear.addEventListener('click', () => {
    const { runs, held } = list.now;
    const gone = `${plural(runs.filter(({ id }) => !held.includes(id)).length, 'run')} would be gone for good; saved files stay where you saved them. Other tabs of this page lose them too.`;
    dialog.ask('Clear everything?', [RUNS.clearHint, held.length > 0 ? `${gone} ${RUNS.clearHeld}` : gone], RUNS.clear, () => void clearEverything(list));
  });
  const mend = h('div', { class: 'runs-damaged' }, damaged, sweep);
  fill(place, h('p', { class: 'lead' }, RUNS.lead), notice.element, remark, empty, hint, rows, mend, keptExploration(page).element, runsCompare(page).element,
    h('div', { class: 'runs-clear' }, clear, h('p', { class: 'hint' }, RUNS.clearHint)), dialog.element);

  /** @param {import('../kept_runs.js').KeptRun} run */
  const askDrop = (run) => dialog.ask(`Delete run ${run.number}?`, [`“${nameOf(run)}” and its results would be gone for good. Save it first if you may want it again.`], 'Delete', () => {
    // The row that had the focus goes.
    rows.focus();
    void list.drop([run.id]);
  });
  rows.tabIndex = -1;

  /** @type {Map<string, ReturnType<typeof runRow>>} */
  const drawn = new Map();
  function draw() {
    const { state } = store;
    const { runs, compared, remark: words, damaged: broken, ready } = state.list;
    const newest = [...runs].reverse();
    for (const [id, row] of drawn) {
      if (runs.some((run) => run.id === id)) continue;
      row.element.remove();
      drawn.delete(id);
    }
    newest.forEach((run, i) => {
      let row = drawn.get(run.id);
      if (!row) drawn.set(run.id, (row = runRow(page, askDrop)));
      row.draw(run, state);
      // Moved only where it is not in its place: a moved element loses the focus.
      if (rows.children[i] !== row.element) rows.insertBefore(row.element, rows.children[i] ?? null);
    });
    empty.hidden = !ready || runs.length > 0;
    rows.hidden = runs.length === 0;
    say(remark, words);
    remark.hidden = words === '';
    say(hint, runs.length < 2 ? '' : compared.length === 1 ? 'Choose a second run to compare.' : compared.length === 0 ? RUNS.compare : '');
    hint.hidden = hint.textContent === '';
    say(damaged, broken.length > 0 ? `${plural(broken.length, 'entry', 'entries')} of the list ${broken.length === 1 ? RUNS.damaged : RUNS.damaged.replace('is left', 'are left')}` : '');
    mend.hidden = broken.length === 0;
  }
  /** @type {any[]} */
  let from = [];
  store.subscribe(['list', 'run', 'frontRun', 'engine', 'data'], ({ list: now, run, frontRun, engine, data }) => {
    const next = [now, run.phase, frontRun.phase, engine.phase, data.phase, data.error];
    if (next.every((each, i) => each === from[i])) return;
    from = next;
    draw();
  });
  setInterval(() => document.visibilityState === 'visible' && draw(), CLOCK_MS);
}

/** Why not everything outlasts the page; one that is put away stays away. @param {Page} page */
function storageNotice({ store, list }) {
  const words = h('p', {});
  const hint = h('p', { class: 'hint' }, RUNS.fullHint);
  const room = h('button', { type: 'button', test: 'make-room', title: RUNS.roomHint, on: { click: () => void list.makeRoom() } }, RUNS.room);
  const away = h('button', { type: 'button', class: 'quiet', test: 'storage-notice-away' }, 'Understood');
  const element = h('div', { class: 'notice', role: 'status', test: 'storage-notice', hidden: true }, words, hint, h('div', { class: 'buttons' }, room, away));
  /** @type {import('../kept.js').KeepTrouble | null} */
  let seen = null;
  away.addEventListener('click', () => {
    seen = store.state.list.trouble;
    element.hidden = true;
  });
  store.subscribe(['list'], ({ list: { trouble } }) => {
    if (trouble !== seen) seen = null;
    element.hidden = !trouble || trouble === seen;
    if (!trouble) return;
    element.dataset.trouble = trouble;
    say(words, RUNS[trouble]);
    room.hidden = hint.hidden = trouble !== 'full';
  });
  return { element };
}
