// The kept numbers of an exploration that the engine no longer holds.
import { field, fill, h, options, say } from '../dom.js';
import { figureCard } from '../figure.js';
import { help } from '../help.js';
import { comparisonName } from '../run_facts.js';
import { distanceFigure } from '../run_pairs.js';
import { nameOf } from '../runs_list.js';
import { sortableTable } from '../table.js';
import { distanceWords } from '../words_metrics.js';
import { badge } from './runs_row.js';

/** @typedef {import('../main.js').Page} Page */

/** @param {Page} page */
export function keptExploration({ store, list }) {
  const title = h('h3', {});
  const metric = h('select', { id: 'kept-metric', test: 'kept-metric', on: { change: () => draw() } });
  const arm = h('select', { id: 'kept-arm', test: 'kept-arm', on: { change: () => draw() } });
  const meaning = h('p', { class: 'hint' });
  const card = figureCard({ name: 'kept_distances', title: 'Distances', level: 'h4', sentence: 'How far treated cells were from the control, with 95 % intervals; the tick marks what random parts of the control differ by.' });
  const table = sortableTable('Distances of the kept exploration', { test: 'kept-distances' });
  const close = h('button', { type: 'button', class: 'small', on: { click: () => store.patch('list', { open: null }) } }, 'Hide');
  const element = h('div', { class: 'runs-compare', test: 'kept-exploration', hidden: true },
    h('div', { class: 'figure-head' }, title, close), h('div', { class: 'inline-choices' }, field('Distance', metric, '', help(() => `distance:${metric.value}`, { of: 'the chosen distance of the kept run' })), field('Treatment', arm, '', help('explore_arm'))), meaning,
    h('div', { class: 'explore-figures' }, card.element, table.element));
  /** @type {string | null} */
  let drawnFor = null;

  function draw() {
    const { open } = store.state.list;
    const run = open && list.find(open.id);
    if (!open || !run) return;
    const distances = open.report.distances ?? [];
    const metrics = [...new Set(distances.map((/** @type {any} */ row) => String(row.metric)))];
    const arms = [...new Set(distances.map((/** @type {any} */ row) => String(row.arm)))];
    const fresh = drawnFor !== run.id;
    drawnFor = run.id;
    options(metric, metrics.map((value) => ({ value, label: distanceWords(value).name })), !fresh && metrics.includes(metric.value) ? metric.value : metrics[0] ?? '');
    options(arm, arms.map((value) => ({ value, label: value })), !fresh && arms.includes(arm.value) ? arm.value : arms.at(-1) ?? '');
    fill(title, badge(run), ` ${nameOf(run)}`);
    const words = distanceWords(metric.value);
    say(meaning, words.sees);
    card.show(distanceFigure([{ title: '', distances }], arm.value, metric.value, words.name), undefined, `${words.name} at ${arm.value}`);
    const rows = distances.filter((/** @type {any} */ row) => row.metric === metric.value);
    table.show({ columns: ['Comparison', words.name, 'Low', 'High', 'p'], rows: rows.map((/** @type {any} */ row) => [comparisonName(row), row.value, row.low ?? null, row.high ?? null, row.p_value ?? null]) }, -1, ['Treated against control cells, in each type', words.sees, 'Lower end of the 95 % interval', 'Upper end', 'Share of permutations that are as far apart']);
    if (fresh) element.scrollIntoView({ block: 'nearest' });
  }
  store.subscribe(['list'], ({ list: { open } }) => {
    element.hidden = !open;
    if (!open) drawnFor = null;
    else if (open.id !== drawnFor) draw();
  });
  return { element };
}
