// The candidates in two metrics of choice: they appear while they train, and choosing one shows its cells.
import { calmly } from '../calm.js';
import { field, h, options, say } from '../dom.js';
import { figureCard } from '../figure.js';
import { help } from '../help.js';
import { plural } from '../numbers.js';
import { trades } from '../store.js';
import { loadView } from '../view.js';
import { candidateKey, frontId, frontName, POLISHED, TRADE_OFF } from '../words_fronts.js';
import { choiceList } from './choice_list.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../store.js').State} State */
/** @typedef {import('../protocol.js').FrontMetric} FrontMetric */

/** How often the front is drawn anew while it trains, at most. */
const DRAW_MS = 300;
/** A pointer that rests on a candidate for so long chooses it. */
const DWELL_MS = 450;

/** The fronts of the run, in the order that gives them their colours. @param {State} state */
export function frontsOf({ frontRun, fronts }) {
  /** @type {Map<string, {method: string, measure: string | null}>} */
  const all = new Map();
  for (const { method, measure } of [...frontRun.jobs, ...fronts.rows, ...fronts.polished]) all.set(frontId({ method, measure }), { method, measure });
  return [...all].map(([id, front]) => ({ id, ...front, hidden: fronts.hidden.includes(id) }));
}

/** What the axes can be: those of biology across, those of batches up; without a value they are greyed. @param {FrontMetric[]} metrics @param {State} state @param {"biology" | "batch"} side */
function axisChoices(metrics, { fronts: { rows, cells }, roles }, side) {
  const own = side === 'biology' ? 'u' : 'v';
  return metrics.filter(({ id, group }) => id === own || group === side).map(({ id, label }) => {
    const missing = id !== own && rows.length > 0 && rows.every((row) => (row[cells][id] ?? null) === null);
    return { value: id, label: missing ? `${label} – ${roles.cell_type ? 'no value' : 'needs cell types'}` : label, disabled: missing };
  });
}

/** @param {Page} page */
export function frontPlot({ store, fronts }) {
  const x = h('select', { id: 'front-x', test: 'front-x', on: { change: () => fronts.look({ x: x.value }) } });
  const y = h('select', { id: 'front-y', test: 'front-y', on: { change: () => fronts.look({ y: y.value }) } });
  const cells = h('select', { id: 'front-cells', test: 'front-cells' }, h('option', { value: 'test' }, 'test cells'), h('option', { value: 'train' }, 'training cells'));
  cells.addEventListener('change', () => fronts.look({ cells: cells.value === 'train' ? 'train' : 'test' }));
  const split = h('select', { id: 'front-split', test: 'front-split', on: { change: () => fronts.look({ split: split.value === '' ? null : Number(split.value) }) } });
  const splitField = field('Split', split, '', help('front_split'));
  const shown = choiceList({ id: 'front-shown', legend: 'Shown fronts', hint: '', onChange: (ids) => fronts.look({ hidden: frontsOf(store.state).map(({ id }) => id).filter((id) => !ids.includes(id)) }) });
  const sentence = h('p', { class: 'headline', test: 'front-headline' });
  let dwell = 0;
  const card = figureCard({
    name: 'candidate_front', title: 'Candidates', sentence: TRADE_OFF.front, use: TRADE_OFF.frontUse,
    extra: h('div', { class: 'front-axes' }, h('div', { class: 'inline-choices' }, field('Biology (across)', x, '', help('front_axes')), field('Batch effect (up)', y, ''), field('Measured on', cells, '', help('front_cells_of')), splitField), shown.element),
    onChoose: (hit) => choose(hit.key ?? null),
    onPoint: (hit) => {
      clearTimeout(dwell);
      const key = hit?.key ?? null;
      // While candidates train, the processor is theirs.
      if (key && !trades(store.state)) dwell = setTimeout(() => choose(key), DWELL_MS);
    },
  });
  const meaning = h('p', { class: 'hint', test: 'front-meaning' });
  const element = h('div', { class: 'front-plot' }, sentence, card.element, meaning);

  /** @param {string | null} key */
  function choose(key) {
    const { rows, split, chosen } = store.state.fronts;
    const row = rows.find((each) => candidateKey(each) === key && (split === null || each.split === split));
    if (row && row.index !== chosen) {
      fronts.picked = true;
      fronts.look({ chosen: row.index });
    }
  }

  async function draw() {
    const { state } = store;
    const { fronts: found, frontRun } = state;
    const view = await loadView();
    const metrics = view.front_metrics();
    const all = frontsOf(state);
    options(x, axisChoices(metrics, state, 'biology'), found.x);
    options(y, axisChoices(metrics, state, 'batch'), found.y);
    cells.value = found.cells;
    const splits = [...new Set(found.rows.map((row) => row.split))].sort((a, b) => a - b);
    splitField.hidden = splits.length < 2;
    options(split, [{ value: '', label: `mean of ${splits.length}` }, ...splits.map((seed) => ({ value: String(seed), label: String(seed) }))], found.split === null ? '' : String(found.split));
    shown.element.hidden = all.length < 2;
    shown.draw(all.map(({ id, method, measure }) => ({ value: id, label: frontName(method, measure) })), all.filter(({ hidden }) => !hidden).map(({ id }) => id), false);
    const query = {
      x: found.x, y: found.y, cells: found.cells, split: found.split, cursor: found.cursor, candidates: frontRun.file?.task.trade_off?.candidates ?? null,
      fronts: all.map(({ method, measure, hidden }) => ({ method, measure, hidden })),
      live: Object.values(found.live).map(({ method, measure, split: of, points }) => ({ method, measure, split: of, points })),
    };
    const figure = view.front_figure([...found.rows, ...found.polished], query);
    card.show(figure, undefined, figure.title || 'Candidates');
    say(sentence, headline(figure));
    const words = [found.x, found.y].map((id) => metrics.find((metric) => metric.id === id)).map((metric) => metric && `${metric.label}: ${metric.meaning} ${metric.better === 'lower' ? 'Lower is better.' : 'Higher is better.'}`);
    say(meaning, words.filter(Boolean).join(' '));
    light();
  }
  function light() {
    const { rows, chosen } = store.state.fronts;
    const row = rows.find(({ index }) => index === chosen);
    card.light(row ? candidateKey(row) : null);
  }

  const drawSoon = calmly(draw, DRAW_MS);
  // Of these only a part is the plot's; the ring moves without it.
  /** @type {any[]} */
  let from = [];
  store.subscribe(['fronts', 'frontRun', 'roles'], (state) => {
    const { rows, live, polished, x, y, cells, split, hidden, cursor } = state.fronts;
    const now = [rows, live, polished, x, y, cells, split, hidden, cursor, state.frontRun.jobs.length, state.frontRun.phase];
    light();
    if (now.every((each, i) => each === from[i])) return;
    // What a person does is answered at once; the points of a training come when there is time.
    const moved = cursor !== from[8];
    from = now;
    if (rows.length === 0 && Object.keys(live).length === 0) return;
    if (trades(state) && !moved) drawSoon();
    else void draw();
  });
  return { element };
}

/** How much of each front is on it. @param {import('../protocol.js').Figure} figure */
function headline(figure) {
  const series = /** @type {{name: string, live: boolean, points: {x: number | null, y: number | null, dominated: boolean}[]}[]} */ (figure.series);
  const parts = series.filter(({ live, name }) => !live && name !== POLISHED).map(({ name, points }) => {
    const placed = points.filter((point) => point.x !== null && point.y !== null);
    return `${placed.filter(({ dominated }) => !dominated).length} of ${plural(points.length, 'candidate')} of ${name}`;
  });
  if (parts.length === 0) return 'The candidates are in training.';
  return `On the front: ${parts.join('; ')}.`;
}
