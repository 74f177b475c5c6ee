// A slider along the front of one network: the cells, their metrics and the place on the front follow at once.
import { fill, h, say } from '../dom.js';
import { errorBox } from '../errors.js';
import { errorInfo } from '../failure.js';
import { figureCard } from '../figure.js';
import { help } from '../help.js';
import { number } from '../numbers.js';
import { trades } from '../store.js';
import { loadView } from '../view.js';
import { frontId, POLISHED, TRADE_OFF } from '../words_fronts.js';
import { helpWords } from '../words_help.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../protocol.js').FrontAt} FrontAt */

const STEPS = 200;
/** Gradient steps of “polish this point”. */
const POLISH_STEPS = 200;
const POLISH_MS = 80;
/** Metrics that are told while it moves, beside those of the axes. */
const TOLD = ['u', 'nn_mi', 'asw', 'be_exact', 'ilisi'];

/** @param {Page} page */
export function frontSlider({ store, engines, fronts }) {
  const slider = h('input', { type: 'range', id: 'front-slider', test: 'front-slider', min: 0, max: STEPS, step: 1, value: STEPS / 2, on: { input: () => void ask() } });
  const place = h('output', { class: 'dose-value', test: 'front-place', for: 'front-slider' });
  const ends = h('div', { class: 'front-ends', 'aria-hidden': 'true' }, TRADE_OFF.sliderEnds.map((words) => h('span', {}, words)));
  const key = h('dl', { class: 'key-numbers' });
  const polish = h('button', { type: 'button', test: 'polish', title: TRADE_OFF.polish, on: { click: () => void finetune() } }, 'Polish this point');
  const polishing = h('p', { class: 'hint', role: 'status', test: 'polishing' });
  const card = figureCard({ name: 'front_cells', title: 'Cells at one place of the front', level: 'h4', sentence: TRADE_OFF.place, use: TRADE_OFF.placeUse });
  const box = errorBox('front-slider-error');
  const revive = h('button', { type: 'button', test: 'front-revive', on: { click: () => void (keptPart() >= 0 && fronts.revive(keptPart())) } }, 'Train it again here');
  const dead = h('div', { class: 'work', hidden: true }, h('p', { class: 'hint' }, TRADE_OFF.revive), revive);
  const body = h('div', { class: 'front-slider-body', hidden: true },
    h('div', { class: 'dose-row' }, h('div', { class: 'label-row' }, h('label', { for: 'front-slider' }, 'Place'), help(() => ({ ...helpWords('front_place'), items: toldNow.map(({ label, meaning, id }) => ({ name: label, text: meaning, methods: id })) }), { of: 'the place along the front and its numbers' })), h('div', { class: 'dose-track' }, slider, ends), place),
    h('div', { class: 'front-columns even' }, card.element, h('div', { class: 'column' }, key, h('div', { class: 'buttons' }, polish, polishing), h('p', { class: 'hint' }, TRADE_OFF.polish))));
  const element = h('div', { class: 'front-slider', test: 'front-slider-panel', hidden: true }, h('h3', {}, 'Along the front'), h('p', { class: 'hint' }, TRADE_OFF.slider), dead, box.element, body);

  /** Batches and types of the cells, which are the same at all places. @type {import('../protocol.js').CandidateLatent | null} */
  let cells = null;
  let opened = 0;
  /** Metrics that are told. @type {import('../protocol.js').FrontMetric[]} */
  let toldNow = [];
  let ready = '';
  // One question at a time: while one is answered, only the newest of the others waits.
  let asking = false;
  let again = false;

  /** A part that was trained before the page was loaded. */
  const keptPart = () => store.state.frontRun.jobs.findIndex(({ method, phase }) => method === 'one_run' && (phase === 'kept' || phase === 'done'));

  /** @param {string} id  of the front */
  async function open(id) {
    const mine = (opened += 1);
    try {
      const found = await engines.engine.send('front_track', []);
      if (!found) throw { code: 'no_slider', message: 'The network of the front is not there.', hint: '' };
      // The latest split is the one whose network is there.
      const row = store.state.fronts.rows.findLast((each) => frontId(each) === id);
      const latent = row && (await fronts.latentOf(row.index));
      if (mine !== opened) return;
      cells = latent ?? null;
      ready = id;
      body.hidden = false;
      box.show(null);
      await ask();
    } catch (thrown) {
      if (mine !== opened) return;
      // An engine that has no such call, or has lost the network.
      body.hidden = true;
      fronts.look({ alive: null, cursor: null });
    }
  }

  async function ask() {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    do {
      again = false;
      const mine = opened;
      const begun = performance.now();
      try {
        const at = await engines.engine.send('front_at', [Number(slider.value) / STEPS]);
        if (mine === opened && ready) await show(at);
        element.dataset.ms = String(Math.round(performance.now() - begun));
      } catch (thrown) {
        if (mine === opened) box.show(errorInfo(thrown));
      }
    } while (again);
    asking = false;
  }

  /** @param {FrontAt} at */
  async function show(at) {
    const { x, y } = store.state.fronts;
    const metrics = (await loadView()).front_metrics();
    const where = `between candidates ${Math.floor(at.place) + 1} and ${Math.ceil(at.place) + 1}`;
    const k = store.state.frontRun.file?.task.trade_off?.candidates;
    say(place, (at.place + 1).toFixed(1) + (k === undefined ? '' : ` of ${k + 2}`));
    slider.setAttribute('aria-valuetext', `${where}, preference ${number(at.preference[0])} to ${number(at.preference[1])}`);
    const told = [...new Set([x, y, ...TOLD])].flatMap((id) => metrics.filter((metric) => metric.id === id && (at.metrics[id] ?? null) !== null)).slice(0, 6);
    toldNow = told;
    fill(key, told.map((metric) => h('div', { class: 'key-number' }, h('dt', {}, metric.label),
      h('dd', {}, h('span', { class: 'value', test: `place-${metric.id}`, 'data-value': at.metrics[metric.id] ?? '' }, number(at.metrics[metric.id])),
        h('span', { class: 'arrow', 'aria-label': metric.better === 'lower' ? ', lower is better' : ', higher is better', role: 'img' }, metric.better === 'lower' ? '↓' : '↑')))));
    const groups = (/** @type {string} */ name, /** @type {string[]} */ labels, /** @type {number[]} */ codes) => ({ by: 'groups', name, labels, codes, ordered: false });
    const axes = { title: `One run, ${where}`, x: at.positions.map(([a]) => a), y: at.positions.map(([, b]) => b), x_label: '', y_label: '' };
    const batch = groups('batch', cells?.batches ?? ['cells'], cells?.batch ?? at.positions.map(() => 0));
    card.show(cells && cells.cell_types.length > 0 ? { figure: 'embedding_pair', ...axes, first: batch, second: groups('cell type', cells.cell_types, cells.cell_type) } : { figure: 'embedding', ...axes, colour: batch, only: null });
    fronts.look({ cursor: { x: at.metrics[x] ?? null, y: at.metrics[y] ?? null, label: 'slider' } });
  }

  async function finetune() {
    polish.disabled = slider.disabled = true;
    try {
      await engines.engine.send('front_polish', [Number(slider.value) / STEPS, POLISH_STEPS]);
      for (;;) {
        const { progress, row } = await engines.engine.send('front_polish_step', [POLISH_MS]);
        say(polishing, row ? 'Done: it is in the figure above.' : `${Math.floor(100 * progress)} %`);
        if (row) {
          const { polished } = store.state.fronts;
          fronts.look({ polished: [...polished, { ...row, method: POLISHED, measure: null, kind: 'peer', place: polished.length }] });
        }
        if (row || progress >= 1) break;
      }
    } catch (thrown) {
      box.show(errorInfo(thrown));
      say(polishing, '');
    }
    polish.disabled = slider.disabled = false;
  }

  /** @type {any[]} */
  let from = [];
  store.subscribe(['fronts', 'frontRun', 'engine'], (state) => {
    const { alive, x, y } = state.fronts;
    const part = keptPart();
    const now = [alive, x, y, part, trades(state), state.engine.phase];
    if (now.every((each, i) => each === from[i])) return;
    const turned = from[1] !== x || from[2] !== y;
    from = now;
    // A front that was done but cannot be asked: the engine has no slider, or was started again.
    element.hidden = part < 0 || (alive === null && state.frontRun.jobs[part]?.phase !== 'kept');
    dead.hidden = alive !== null;
    revive.disabled = trades(state) || state.engine.phase !== 'ready';
    if (alive === null) {
      opened += 1;
      ready = '';
      body.hidden = true;
    } else if (alive !== ready) {
      void open(alive);
    } else if (turned) {
      void ask();
    }
  });
  return { element };
}
