// A teaching view: estimators of mutual information against the truth, while their critics learn.
import { calmly } from '../calm.js';
import { elapsed, ticks } from '../clock.js';
import { field, h, say } from '../dom.js';
import { errorBox } from '../errors.js';
import { errorInfo } from '../failure.js';
import { figureCard } from '../figure.js';
import { help } from '../help.js';
import { number } from '../numbers.js';
import { playgroundFile } from '../run_file.js';
import { ESTIMATORS, TRADE_OFF } from '../words_fronts.js';
import { progressBar } from './progress.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../protocol.js').RunFile} RunFile */
/** What a saved run needs of the playground: its settings shown, and itself done. @typedef {{show: (task: import('../protocol.js').MutualInformationTask) => void, run: (file: RunFile) => Promise<void>, phase: () => string}} Playground */
/** @typedef {import('../protocol.js').EstimateEvent["estimate"]} Estimate */

const DRAW_MS = 150;
/** Runs whose last values are remembered. */
const KEPT_RUNS = 20;

/** @param {Page} page */
export function playground({ store, engines, list, playground: handle }) {
  const kind = h('select', { id: 'playground-case', test: 'playground-case' }, h('option', { value: 'gaussians' }, 'ten Gaussians'), h('option', { value: 'mixtures' }, 'two mixtures'));
  const apart = h('input', { type: 'range', id: 'playground-separation', test: 'playground-separation', min: 0, max: 8, step: 0.5, value: 3 });
  const value = h('output', { class: 'dose-value', for: 'playground-separation' });
  const samples = h('select', { id: 'playground-samples', test: 'playground-samples' }, [500, 1000, 4000].map((n) => h('option', { value: n, selected: n === 4000 }, String(n))));
  const dims = h('select', { id: 'playground-dims', test: 'playground-dims' }, [2, 5, 10, 20].map((n) => h('option', { value: n }, n === 2 ? '2' : `${n}, ${n - 2} of them noise`)));
  const steps = h('select', { id: 'playground-steps', test: 'playground-steps' }, [600, 1500].map((n) => h('option', { value: n, selected: n === 1500 }, String(n))));
  const begin = h('button', { type: 'button', test: 'playground-start', on: { click: () => void start() } }, 'Start');
  const cancel = h('button', { type: 'button', test: 'playground-cancel', hidden: true, on: { click: () => void stop() } }, 'Cancel');
  const words = h('p', { class: 'dose-words', test: 'playground-words', role: 'status' });
  const box = errorBox('playground-error');
  const card = figureCard({ name: 'mutual_information', title: 'Mutual information, estimated and true', level: 'h4', sentence: 'Left: points of each category. Right: estimates in nats as critics learn, and the truth as a line. Bounds come from below; what a bound does not reach, it has not found.' });
  card.element.hidden = true;
  /** @type {{phase: string, done: number, activeMs: number, since: number | null, lastEvent: number}} */
  let run = { phase: 'idle', done: 0, activeMs: 0, since: null, lastEvent: 0 };
  const progress = progressBar('Progress of the estimates', 'playground-progress', () => run);
  const element = h('details', { class: 'playground', test: 'playground', hidden: true }, h('summary', {}, 'Playground: mutual information with a known truth'),
    h('div', { class: 'playground-body' }, h('p', { class: 'hint' }, TRADE_OFF.playground),
      h('div', { class: 'playground-controls' }, field('Points from', kind, TRADE_OFF.playgroundCase), field('Points', samples, '', help('playground_points')), field('Dimensions', dims, ''), field('Learning steps', steps, TRADE_OFF.playgroundSteps),
        h('div', { class: 'field' }, h('label', { for: apart.id }, 'Separation ', value), apart, h('p', { class: 'hint' }, TRADE_OFF.separation)), h('div', { class: 'buttons' }, begin, cancel)),
      box.element, progress.element, words, card.element));
  const sayValue = () => say(value, Number(apart.value).toFixed(1));
  apart.addEventListener('input', sayValue);
  sayValue();

  element.addEventListener('toggle', () => store.set({ playground: { ...store.state.playground, open: element.open } }));

  /** Tells the rest of the page what is estimated: a change of the run in progress, or of a new one. @param {boolean} fresh @param {Partial<import('../store.js').PlaygroundRun>} change */
  function tell(fresh, change) {
    const { runs, open } = store.state.playground;
    const { case: of, separation, n_samples, dims: width } = task();
    const before = fresh ? { kind: of, separation, samples: n_samples, dims: width, truth: NaN, categories: 0, estimates: {}, finished: false } : runs[runs.length - 1];
    if (before) store.set({ playground: { open, runs: [...(fresh ? runs : runs.slice(0, -1)), { ...before, ...change }].slice(-KEPT_RUNS) } });
  }

  /** @type {Estimate[]} */
  let estimates = [];
  let truth = NaN;
  /** @type {import('../protocol.js').SimulatedPoints | null} */
  let points = null;
  let asked = 0;
  let ended = () => {};
  /** @type {import('../protocol.js').RunFile | null} */
  let file = null;

  const task = () => ({
    case: kind.value === 'mixtures' ? /** @type {const} */ ('mixtures') : /** @type {const} */ ('gaussians'),
    separation: Number(apart.value), n_samples: Number(samples.value), dims: Number(dims.value), seed: 1, steps: Number(steps.value),
  });

  // An engine that does not know the task refuses its file.
  let known = /** @type {any} */ (null);
  store.subscribe(['engine', 'data'], async ({ engine, data }) => {
    if (engine.phase !== 'ready' || data.phase !== 'ready' || engine.info === known) return;
    known = engine.info;
    try {
      await engines.engine.send('check_run', [playgroundFile(store.state, task())]);
      element.hidden = false;
    } catch {
      element.hidden = true;
    }
  });

  /** @param {RunFile} [exact]  instead of what is chosen */
  async function start(exact) {
    asked += 1;
    const mine = asked;
    [estimates, truth, points] = [[], NaN, null];
    box.show(null);
    say(words, '');
    run = { phase: 'running', done: 0, activeMs: 0, since: ticks(), lastEvent: ticks() };
    tell(true, {});
    show();
    try {
      file = await engines.engine.send('start', [exact ?? playgroundFile(store.state, task())]);
    } catch (thrown) {
      if (mine === asked) fail(errorInfo(thrown));
    }
  }

  async function stop() {
    asked += 1;
    end('cancelled');
    await engines.engine.send('cancel', ['mutual_information']).catch(() => {});
  }

  /** @param {string} phase */
  function end(phase) {
    run = { ...run, phase, activeMs: elapsed(run), since: null };
    show();
    ended();
  }
  /** @param {import('../protocol.js').ErrorInfo} error */
  function fail(error) {
    box.show(error);
    end('failed');
  }
  function show() {
    const running = run.phase === 'running';
    const hadFocus = document.activeElement === begin || document.activeElement === cancel;
    begin.hidden = running;
    cancel.hidden = !running;
    if (hadFocus) (running ? cancel : begin).focus();
    for (const control of [kind, apart, samples, dims, steps]) control.disabled = running;
    progress.draw({ running: 'Critics are learning', finished: 'Finished', cancelled: 'Cancelled', failed: 'Stopped by an error' }[run.phase] ?? '');
  }

  const draw = calmly(() => {
    const of = (/** @type {Estimate["estimator"]} */ name) => estimates.filter(({ estimator }) => estimator === name);
    const last = estimates.reduce((most, { step }) => Math.max(most, step), 1);
    const names = /** @type {Estimate["estimator"][]} */ (Object.keys(ESTIMATORS)).filter((name) => of(name).length > 0);
    const series = names.map((name) => {
      const own = of(name);
      // One that does not learn is a line across.
      const flat = own.length === 1 && own[0].step === 0;
      return { name: ESTIMATORS[name], points: flat ? [[0, own[0].value], [last, own[0].value]] : own.map(({ step, value: nats }) => [step, nats]), dashed: flat };
    });
    card.element.hidden = false;
    const labels = Array.from({ length: Math.max(-1, ...(points?.category ?? [])) + 1 }, (_, category) => `category ${category + 1}`);
    card.show({
      figure: 'mutual_information', title: `${kind.selectedOptions[0].label}, separation ${apart.value}`,
      samples: { title: '', x: points?.x ?? [], y: points?.y ?? [], colour: { by: 'groups', name: 'category', labels, codes: points?.category ?? [], ordered: false }, only: null, x_label: '', y_label: '' },
      estimates: { title: '', series, x_label: 'step', y_label: 'mutual information (nats)', references: Number.isFinite(truth) ? [{ value: truth, label: 'truth' }] : [] },
    });
    say(words, `Truth ${number(truth)} nats; ${names.map((name) => `${ESTIMATORS[name]} ${number(of(name).at(-1)?.value)}`).join(', ')}.`);
  }, DRAW_MS);

  engines.listeners.mutual_information = (event) => {
    if (run.phase !== 'running') return;
    run.lastEvent = ticks();
    if (event.kind === 'estimate') {
      estimates = [...estimates, event.estimate];
      truth = event.truth;
      if (!points) {
        points = { x: [], y: [], category: [] };
        void engines.engine.send('playground_points', []).then((found) => {
          points = found;
          draw();
        }).catch(() => {});
      }
      draw();
    } else if (event.kind === 'progress') {
      run.done = event.done;
      show();
    } else if (event.kind === 'finished') {
      run.done = 1;
      const last = (/** @type {Estimate["estimator"]} */ name) => estimates.findLast(({ estimator }) => estimator === name)?.value;
      tell(false, { truth, finished: true, categories: new Set(points?.category ?? []).size, estimates: { mine: last('mine'), nn: last('nn'), classifier: last('classifier') } });
      end('finished');
      if (file) void list.done('mutual_information', file, elapsed(run) / 1000);
    } else if (event.kind === 'failed' || event.kind === 'crashed') {
      fail(event.error);
    }
  };
  handle.now = {
    show(wanted) {
      element.open = true;
      kind.value = wanted.case;
      apart.value = String(wanted.separation);
      // A number that is not offered is shown beside those that are.
      for (const [select, value] of /** @type {[HTMLSelectElement, number][]} */ ([[samples, wanted.n_samples], [dims, wanted.dims], [steps, wanted.steps ?? 1500]])) {
        if (![...select.options].some((option) => option.value === String(value))) select.append(h('option', { value }, String(value)));
        select.value = String(value);
      }
      sayValue();
    },
    async run(file) {
      const over = new Promise((resolve) => (ended = () => resolve(undefined)));
      await start(file);
      await over;
    },
    phase: () => run.phase,
  };

  // A run of the list: its estimates; the points are not kept.
  list.onPlayground = (report) => {
    asked += 1;
    handle.now?.show(report.run.task.mutual_information);
    [estimates, truth, points] = [report.estimate_curves, report.mutual_information, null];
    run = { phase: 'finished', done: 1, activeMs: 1000 * Object.values(report.timings).reduce((sum, each) => sum + Number(each), 0), since: null, lastEvent: ticks() };
    box.show(null);
    show();
    draw();
  };
  return { element };
}
