// The chosen candidate: its cells by batch and by type beside each other, and its metrics.
import { calmly } from '../calm.js';
import { field, fill, h, options, say } from '../dom.js';
import { errorInfo } from '../failure.js';
import { figureCard } from '../figure.js';
import { help } from '../help.js';
import { number } from '../numbers.js';
import { trades } from '../store.js';
import { loadView } from '../view.js';
import { METHODS as LAYOUTS } from '../words_explore.js';
import { candidateName, frontId, SINGLE, TRADE_OFF } from '../words_fronts.js';
import { frontMetricHelp } from '../words_help.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../protocol.js').CandidateRow} CandidateRow */
/** @typedef {import('../protocol.js').CandidateLatent} CandidateLatent */
/** @typedef {import('../protocol.js').EmbeddingMethod} EmbeddingMethod */

/** Work on a picture between two looks, alone and beside a training. */
const STEP_MS = 70;
const BESIDE_MS = 20;
/** How often a picture that moves is drawn, at most. */
const DRAW_MS = 120;
/** Finished pictures that are kept at hand. */
const KEPT = 60;
/** Metrics that come first. */
const FIRST = ['asw', 'nmi', 'be_pooled', 'nn_mi'];
const still = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** @param {Page} page */
export function candidatePanel({ store, engines, fronts }) {
  const layout = h('select', { id: 'front-picture', test: 'front-picture' });
  layout.addEventListener('change', () => fronts.look({ picture: /** @type {EmbeddingMethod} */ (layout.value) }));
  const title = h('h3', { test: 'candidate-title' });
  const remark = h('p', { class: 'rule hint', test: 'candidate-remark', hidden: true });
  const progress = h('p', { class: 'hint', test: 'picture-progress', role: 'status' });
  const card = figureCard({ name: 'candidate_cells', title: 'Cells of the candidate', level: 'h4', sentence: TRADE_OFF.chosen, extra: h('div', { class: 'inline-choices' }, field('Layout', layout, '', help('explore_layout'))) });
  const trouble = h('p', { class: 'figure-trouble', test: 'picture-trouble', hidden: true });
  const key = h('dl', { class: 'key-numbers' });
  const rest = h('tbody');
  const all = h('details', {}, h('summary', {}, 'All its metrics'), h('table', { class: 'metric-list' }, h('thead', {}, h('tr', {}, ['Metric', 'Test cells', 'Training cells'].map((name) => h('th', { scope: 'col' }, name)))), rest));
  const element = h('div', { class: 'candidate', test: 'candidate', hidden: true }, title, remark, key, card.element, progress, trouble, all);

  /** Finished pictures. @type {Map<string, [number, number][]>} */
  const finished = new Map();
  let asked = 0;
  let shownFor = '';

  /** @param {CandidateLatent} latent @param {[number, number][]} positions @param {EmbeddingMethod} method @param {string} name */
  function draw(latent, positions, method, name) {
    const groups = (/** @type {string} */ what, /** @type {string[]} */ labels, /** @type {number[]} */ codes) => ({ by: 'groups', name: what, labels, codes, ordered: false });
    const axes = { title: name, x: positions.map(([x]) => x), y: positions.map(([, y]) => y), x_label: `${LAYOUTS[method]} 1`, y_label: `${LAYOUTS[method]} 2` };
    const batch = groups('batch', latent.batches, latent.batch);
    if (latent.cell_types.length > 0) card.show({ figure: 'embedding_pair', ...axes, first: batch, second: groups('cell type', latent.cell_types, latent.cell_type) }, TRADE_OFF.chosen);
    else card.show({ figure: 'embedding', ...axes, colour: batch, only: null }, TRADE_OFF.chosenNoTypes);
  }

  /** @param {CandidateRow} row @param {EmbeddingMethod} method @param {string} what  names the picture */
  async function picture(row, method, what) {
    const mine = (asked += 1);
    const name = candidateName(row, candidatesOf(row));
    card.element.classList.add('stale');
    trouble.hidden = true;
    try {
      const latent = await fronts.latentOf(row.index);
      if (mine !== asked) return;
      if (!latent) throw { code: 'latent_gone', message: fronts.grid ? TRADE_OFF.gone : TRADE_OFF.stored, hint: '' };
      card.element.hidden = false;
      let now = finished.has(what) ? { progress: 1, positions: finished.get(what) ?? [] } : await engines.engine.send('picture_open', [latent.values, latent.width, method]);
      const soon = calmly(() => {
        if (mine !== asked) return;
        card.element.classList.remove('stale');
        draw(latent, now.positions, method, name);
      }, DRAW_MS);
      while (mine === asked) {
        const done = now.progress >= 1;
        // Who wants no motion sees the cells when they have arrived.
        if (done || !still()) soon();
        element.dataset.progress = String(now.progress);
        say(progress, done ? '' : `${LAYOUTS[method]} is being laid out: ${Math.floor(100 * now.progress)} %`);
        if (done) break;
        now = await engines.engine.send('picture_step', [trades(store.state) ? BESIDE_MS : STEP_MS]);
      }
      if (mine !== asked) return;
      finished.set(what, now.positions);
      if (finished.size > KEPT) finished.delete(/** @type {string} */ (finished.keys().next().value));
    } catch (thrown) {
      if (mine !== asked) return;
      const { message, hint } = errorInfo(thrown);
      card.element.hidden = true;
      trouble.hidden = false;
      say(progress, '');
      say(trouble, `${message.replace(/\.?$/, '.')} ${hint}`);
      shownFor = '';
    }
  }

  /** How many candidates its front has. @param {CandidateRow} row */
  function candidatesOf(row) {
    const k = store.state.frontRun.file?.task.trade_off?.candidates;
    return k === undefined || SINGLE.includes(row.method) ? store.state.fronts.rows.filter((other) => frontId(other) === frontId(row) && other.split === row.split).length : k + 2;
  }

  /** @param {CandidateRow} row */
  async function numbers(row) {
    const { x, y } = store.state.fronts;
    const metrics = (await loadView()).front_metrics();
    const value = (/** @type {string} */ id, /** @type {"train" | "test"} */ cells) => row[cells][id] ?? (cells === 'test' && id === 'u' ? row.u : cells === 'test' && id === 'v' ? row.v : null);
    const first = [...new Set([x, y, 'u', 'v', ...FIRST])].flatMap((id) => metrics.filter((metric) => metric.id === id)).slice(0, 6);
    fill(key, first.map((metric) => h('div', { class: 'key-number' },
      h('dt', {}, metric.label, '\u00a0', help(() => frontMetricHelp(metric), { of: metric.label })),
      h('dd', {}, h('span', { class: 'value', test: `candidate-${metric.id}`, 'data-value': value(metric.id, 'test') ?? '' }, number(value(metric.id, 'test'))), arrow(metric.better)),
      h('dd', { class: 'beside' }, `training cells ${number(value(metric.id, 'train'))}`))));
    fill(rest, metrics.map((metric) => h('tr', {}, h('th', { scope: 'row' }, metric.label, arrow(metric.better), '\u00a0', help(() => frontMetricHelp(metric), { of: metric.label })),
      h('td', { class: 'num' }, number(value(metric.id, 'test'))), h('td', { class: 'num' }, number(value(metric.id, 'train'))))));
  }

  /** @type {any[]} */
  let from = [];
  store.subscribe(['fronts'], (state) => {
    const { rows, chosen, picture: method, x, y } = state.fronts;
    const row = rows.find(({ index }) => index === chosen);
    const now = [row, method, x, y, fronts.begun];
    if (now.every((each, i) => each === from[i])) return;
    from = now;
    element.hidden = !row;
    if (!row) {
      asked += 1;
      shownFor = '';
      return;
    }
    options(layout, /** @type {EmbeddingMethod[]} */ (['umap', 'tsne', 'pca']).map((value) => ({ value, label: LAYOUTS[value] })), method);
    const several = new Set(rows.map(({ split }) => split)).size > 1;
    say(title, candidateName(row, candidatesOf(row)) + (several ? `, split ${row.split}` : ''));
    remark.hidden = row.remarks.length === 0;
    say(remark, row.remarks.length > 0 ? `${row.remarks.join('; ')}.` : '');
    void numbers(row);
    const what = `${fronts.begun} ${row.index} ${method}`;
    if (what === shownFor) return;
    shownFor = what;
    void picture(row, method, what);
  });
  return { element };
}

/** @param {"lower" | "higher"} better */
const arrow = (better) => h('span', { class: 'arrow', 'aria-label': better === 'lower' ? ', lower is better' : ', higher is better', role: 'img' }, better === 'lower' ? '↓' : '↑');
