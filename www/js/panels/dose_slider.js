// A trained model answers any dose: drag, and the predicted cells and gene means move.
import { fill, field, h, options, say } from '../dom.js';
import { errorBox } from '../errors.js';
import { errorInfo } from '../failure.js';
import { figureCard } from '../figure.js';
import { number } from '../numbers.js';
import { help } from '../help.js';
import { DOSE } from '../words.js';
import { modelWords } from '../words_models.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../protocol.js').SliderScene} SliderScene */
/** @typedef {import('../protocol.js').SliderView} SliderView */
/** A trained part that can be asked for any dose. @typedef {{job: number, model: string, cellType: string}} Choice */

/** Models whose predictions are a function of the dose. */
const CONTINUOUS = new Set(['film_nb', 'scvidr_multi']);
/** Steps of the slider; it moves evenly on the logarithm of 1 + dose / lowest dose. */
const STEPS = 200;
/** Room for one written dose. */
const TICK_PX = 38;
/** How far beyond the highest measured dose it goes. */
const BEYOND = 1.5;

/** @param {Page} page */
export function doseSlider({ store, runs, engines }) {
  const which = h('select', { id: 'dose-model', test: 'dose-model', on: { change: () => void open(which.value) } });
  const seed = h('select', { id: 'dose-seed', test: 'dose-seed', on: { change: () => ask() } });
  const condition = h('select', { id: 'dose-condition', test: 'dose-condition' });
  condition.addEventListener('change', () => {
    slider.value = String(Math.round(stepOf(Math.max(...doses()))));
    drawTicks();
    ask();
  });
  const slider = h('input', { type: 'range', id: 'dose', test: 'dose', min: 0, max: STEPS, step: 1, on: { input: () => ask() } });
  const shownDose = h('output', { class: 'dose-value', test: 'dose-value', for: 'dose' });
  const ticks = h('div', { class: 'dose-ticks', 'aria-hidden': 'true' });
  const words = h('p', { class: 'dose-words', test: 'dose-words', role: 'status' });
  const box = errorBox('dose-error');
  const cells = figureCard({ name: 'dose_cells', title: 'Predicted cells among real ones', sentence: DOSE.cells });
  const genes = figureCard({ name: 'dose_scatter', title: 'Gene means', sentence: DOSE.genes });
  const seedField = field('Seed', seed, '');
  const conditionField = field('Treatment', condition, '');
  const body = h('div', { class: 'dose-body', hidden: true },
    h('div', { class: 'dose-row' }, h('div', { class: 'label-row' }, h('label', { for: 'dose' }, 'Dose'), help('dose')), h('div', { class: 'dose-track' }, slider, ticks), shownDose), words,
    h('div', { class: 'figures compare-figures' }, cells.element, genes.element));
  const element = h('div', { class: 'dose-slider', test: 'dose-slider', hidden: true },
    h('h3', {}, 'Any dose'), h('p', { class: 'hint' }, DOSE.lead),
    h('div', { class: 'inline-choices' }, field('Model and held-out type', which, '', help('dose_model')), conditionField, seedField), box.element, body);

  /** @type {SliderScene | null} */
  let scene = null;
  /** @type {Choice | null} */
  let chosen = null;
  /** The run that it is of. @type {import('../run_actions.js').RunActions["grid"]} */
  let from = null;
  /** @type {import('../protocol.js').PredictionDetail | null} */
  let genesOf = null;
  let opened = 0;
  // One question at a time: while one is answered, only the newest of the others waits.
  let asking = false;
  let again = false;

  /** Measured doses of the chosen treatment. */
  const doses = () => (scene?.arms ?? []).flatMap(({ dose, condition: name }) => (dose !== null && dose > 0 && (name === null || name === condition.value) ? [dose] : []));
  const scale = () => Math.min(...doses()) || 1;
  const top = () => Math.log1p((Math.max(...doses()) * BEYOND) / scale());
  /** The dose at a place of the slider: a measured one where it is the nearest. @param {number} step */
  const doseAt = (step) => [0, ...doses()].find((dose) => Math.abs(stepOf(dose) - step) <= 0.5) ?? scale() * Math.expm1((top() * step) / STEPS);
  /** @param {number} dose */
  const stepOf = (dose) => (STEPS * Math.log1p(dose / scale())) / top();

  /** Parts that are done and can be asked. @returns {Choice[]} */
  function choices() {
    const { run } = store.state;
    return run.jobs.flatMap((job, number) =>
      job.models.flatMap((model) => (CONTINUOUS.has(model) && runs.grid?.trained[number] ? [{ job: number, model, cellType: job.cellType }] : [])));
  }

  /** @param {string} value  number of a part */
  async function open(value) {
    const mine = (opened += 1);
    const choice = choices().find(({ job }) => String(job) === value);
    const { grid } = runs;
    const { file } = store.state.run;
    if (!choice || !grid || !file) return;
    chosen = choice;
    from = grid;
    body.classList.add('stale');
    genesOf = null;
    try {
      const [weights] = await grid.weightsOf(choice.job);
      const found = await engines.engine.send('replay_open', [grid.jobs[choice.job].run, choice.cellType, 0, weights]);
      if (mine !== opened) return;
      scene = found;
      const conditions = [...new Set(found.arms.flatMap(({ condition: name, dose }) => (name !== null && dose !== null && dose > 0 ? [name] : [])))];
      options(condition, conditions.map((name) => ({ value: name, label: name })), conditions.includes(condition.value) ? condition.value : conditions[0] ?? '');
      conditionField.hidden = conditions.length < 2;
      box.show(null);
      options(seed, found.seeds.map((each) => ({ value: String(each), label: String(each) })), String(found.seeds[0] ?? ''));
      seedField.hidden = found.seeds.length < 2;
      slider.value = String(Math.round(stepOf(Math.max(...doses()))));
      body.hidden = false;
      drawTicks();
      ask();
    } catch (thrown) {
      if (mine === opened) box.show(errorInfo(thrown));
    }
  }

  /** The measured doses below the slider; where they come too close, the higher one of two. */
  function drawTicks() {
    const width = ticks.clientWidth;
    if (width === 0) return;
    let free = Infinity;
    const shown = [0, ...doses()].sort((a, b) => b - a).filter((dose) => {
      const at = (width * stepOf(dose)) / STEPS;
      if (free - at < TICK_PX) return false;
      free = at;
      return true;
    });
    fill(ticks, shown.map((dose) => {
      const tick = h('span', {}, number(dose));
      tick.style.left = `${(100 * stepOf(dose)) / STEPS}%`;
      return tick;
    }));
  }
  new ResizeObserver(() => scene && drawTicks()).observe(ticks);

  async function ask() {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    do {
      again = false;
      const mine = opened;
      const dose = doseAt(Number(slider.value));
      say(shownDose, number(dose));
      slider.setAttribute('aria-valuetext', `dose ${number(dose)}`);
      const begun = performance.now();
      try {
        const view = await engines.engine.send('replay_dose', [dose, seed.value === '' ? undefined : Number(seed.value), condition.value || undefined]);
        if (mine === opened && scene) await show(scene, view);
        element.dataset.ms = String(Math.round(performance.now() - begun));
      } catch (thrown) {
        const error = errorInfo(thrown);
        // A fresh engine knows nothing of the model yet.
        if (error.code === 'no_replay' && mine === opened) void open(which.value);
        else if (mine === opened) box.show(error);
      }
    } while (again);
    asking = false;
  }

  /** The genes behind a result; the last ones asked for are at hand, since many answers in a row want the same. @param {number} index */
  async function detailOf(index) {
    if (genesOf?.index !== index) genesOf = (await runs.grid?.detail(index)) ?? null;
    return genesOf;
  }

  /** @param {SliderScene} found @param {SliderView} view */
  async function show(found, view) {
    body.classList.remove('stale');
    const near = view.nearest;
    const nearArm = found.arms.findIndex(({ label }) => label === near?.arm);
    const control = 0;
    const labels = ['control', ...(nearArm > 0 ? [`observed at ${found.arms[nearArm].label}`] : []), 'predicted'];
    const predicted = labels.length - 1;
    cells.show({
      figure: 'embedding',
      title: `${modelWords(found.model).name}: ${found.cell_type} at dose ${number(view.dose)}`,
      x: [...found.x, ...view.x], y: [...found.y, ...view.y],
      colour: {
        by: 'groups', name: 'cells', labels, ordered: false,
        codes: [...found.arm.map((arm) => (arm === control ? 0 : arm === nearArm ? 1 : null)), ...view.x.map(() => predicted)],
      },
      only: [...found.arm.map((arm) => arm === control || arm === nearArm), ...view.x.map(() => true)],
      x_label: `PC 1 (${(100 * found.explained[0]).toFixed(0)} %)`, y_label: `PC 2 (${(100 * found.explained[1]).toFixed(0)} %)`,
    });
    const agreement = (/** @type {import('../protocol.js').Agreement | null} */ at, /** @type {string} */ what) =>
      at && at.r2_all !== null ? `${what} (${number(at.dose)}): R² ${at.r2_all.toFixed(3)}${at.r2_top100 === null ? '' : `, top 100 genes ${at.r2_top100.toFixed(3)}`}` : '';
    const parts = near && Math.abs(near.dose - view.dose) < 1e-9 * Math.max(1, view.dose) ? [agreement(near, 'against the cells observed at this dose')]
      : [agreement(view.below, 'against the next lower measured dose'), agreement(view.above, 'against the next higher one')];
    say(words, [parts.filter(Boolean).join('; '), ...view.notes].filter(Boolean).join('. '));
    const row = store.state.results.rows.find((each) => chosen && each.model === chosen.model && each.cell_type === chosen.cellType && each.arm === near?.arm);
    const detail = row && (await detailOf(row.index));
    genes.element.hidden = !detail;
    if (!detail) return;
    genes.show({
      figure: 'r2_scatter', title: `${modelWords(found.model).name}: ${found.cell_type} at dose ${number(view.dose)}`,
      genes: detail.genes, x: detail.mean_observed, y: view.mean_predicted, control: detail.mean_control, top: detail.top_genes,
      r2_all: near?.r2_all ?? null, r2_top: near?.r2_top100 ?? null,
      x_label: `observed mean at ${near?.arm ?? ''}, log-normalised`, y_label: 'predicted mean, log-normalised',
    });
  }

  let known = '';
  store.subscribe(['run', 'data'], ({ design }) => {
    const all = (design.summary?.arms ?? []).some((arm) => !arm.control && arm.dose !== null) ? choices() : [];
    element.hidden = all.length === 0;
    const key = JSON.stringify(all);
    if (key === known && from === runs.grid) return;
    known = key;
    if (all.length === 0) {
      opened += 1;
      scene = chosen = null;
      body.hidden = true;
      return;
    }
    const before = which.value;
    const next = all.some(({ job }) => String(job) === before) ? before : String(all[0].job);
    options(which, all.map(({ job, model, cellType }) => ({ value: String(job), label: `${modelWords(model).name}, ${cellType}` })), next);
    const same = scene && from === runs.grid && next === before;
    if (!same) void open(next);
  });
  return { element };
}
