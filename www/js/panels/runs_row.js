// One run of the list: its name, what differs, what came out, and what can be done with it.
import { fill, h, say, setAttribute } from '../dom.js';
import { duration } from '../numbers.js';
import { differences, sentence, taskWords } from '../run_differences.js';
import { lacksReport } from '../runs_ended.js';
import { nameOf } from '../runs_list.js';
import { opens, runAgain, showAgain, sourceOf } from '../runs_show.js';
import { trains } from '../store.js';
import { PHASES, RUNS, whenWords } from '../words_runs.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../kept_runs.js').KeptRun} KeptRun */

const TASKS = ['predict', 'trade_off', 'explore', 'mutual_information'];

/** Number and colour of a run, wherever it is named. @param {KeptRun} run */
export const badge = (run) => h('span', { class: 'run-badge', 'data-colour': run.colour + 1, 'data-task': TASKS.indexOf(run.task) }, h('span', { class: 'for-readers' }, 'Run '), String(run.number));

/** The run before, of the same step. @param {KeptRun[]} runs @param {KeptRun} run */
export const before = (runs, run) => runs.findLast((other) => other.task === run.task && other.number < run.number) ?? null;

/** What differs, in words. @param {KeptRun} run @param {KeptRun | null} earlier */
function newsOf(run, earlier) {
  if (!earlier) return `The first ${{ predict: 'prediction', trade_off: 'front', explore: 'exploration', mutual_information: 'playground run' }[run.task]} in the list.`;
  const all = differences(earlier.run, run.run);
  return all.length > 0 ? `Against run ${earlier.number}: ${sentence(all)}.` : `The same settings as run ${earlier.number}${run.opened ? ', from a saved file' : ', by another engine'}.`;
}

/** @param {Page} page @param {(run: KeptRun) => void} onDrop */
export function runRow(page, onDrop) {
  const { list } = page;
  /** @type {KeptRun | null} */
  let run = null;
  const id = () => run?.id ?? '';
  const mark = h('span', { class: 'run-mark' });
  const name = h('input', { type: 'text', class: 'run-name', test: 'run-name', autocomplete: 'off', maxlength: 120, title: RUNS.name });
  name.addEventListener('change', () => void list.rename(id(), name.value));
  name.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') name.blur();
    if (event.key !== 'Escape' || !run) return;
    name.value = run.name;
    name.blur();
  });
  const about = h('p', { class: 'run-about', test: 'run-about' });
  const news = h('p', { class: 'run-news', test: 'run-news' });
  const facts = h('dl', { class: 'run-facts', test: 'run-facts' });
  const remark = h('p', { class: 'hint', test: 'run-remark' });
  /** @param {string} test @param {string} label @param {string} title @param {() => void} click */
  const button = (test, label, title, click) => h('button', { type: 'button', class: 'small', test, title, on: { click } }, label);
  const show = button('run-show', 'Show again', RUNS.again, () => void showAgain(page, id()));
  const rerun = button('run-rerun', 'Run again', RUNS.rerun, () => void runAgain(page, id()));
  const box = h('input', { type: 'checkbox', test: 'run-compare', on: { change: () => list.choose(id()) } });
  const compare = h('label', { class: 'small-check', title: RUNS.compare }, box, ' Compare');
  const save = button('run-save', 'Save', RUNS.save, () => void list.save(id()));
  const drop = button('run-delete', 'Delete', RUNS.drop, () => run && onDrop(run));
  const element = h('li', { class: 'run', test: 'run' }, mark,
    h('div', { class: 'run-words' }, h('div', { class: 'run-title' }, name, about), news, facts, remark), h('div', { class: 'buttons run-actions' }, show, rerun, compare, save, drop));

  return {
    element,
    /** @param {KeptRun} next @param {import('../store.js').State} state */
    draw(next, state) {
      run = next;
      const { runs, held, mine, shown, again, compared, open } = state.list;
      const busy = held.includes(run.id);
      const phase = run.phase === 'running' && !busy ? 'unfinished' : run.phase;
      const stands = shown[run.task] === run.id || open?.id === run.id;
      const ours = list.isOurs(run);
      const title = nameOf(run);
      element.dataset.id = run.id;
      element.dataset.number = String(run.number);
      element.dataset.phase = phase;
      element.classList.toggle('shown', stands);
      if (mark.dataset.of !== `${run.number} ${run.colour}`) fill(mark, badge(run));
      mark.dataset.of = `${run.number} ${run.colour}`;
      if (document.activeElement !== name) name.value = run.name;
      name.placeholder = run.usual;
      setAttribute(name, 'aria-label', `Name of run ${run.number}: ${title}`);
      const device = run.version.split(' ')[0] === 'webgpu' ? 'WebGPU' : 'CPU';
      const words = busy ? (mine.includes(run.id) ? 'under way' : 'under way in another tab') : PHASES[phase];
      say(about, [taskWords(run.task), sourceOf(run), run.opened ? `opened ${whenWords(run.at)}` : whenWords(run.at), `${device}${run.opened ? ', from a file' : ours ? '' : ', another version'}`, run.seconds === null || busy ? '' : duration(run.seconds), words, stands ? (again.includes(run.id) ? 'shown again above' : open?.id === run.id ? 'shown below' : 'shown above') : ''].filter(Boolean).join(' · '));
      say(news, newsOf(run, before(runs, run)));
      const key = JSON.stringify(run.facts);
      if (facts.dataset.of !== key) fill(facts, run.facts.map(({ label, text }) => h('div', {}, h('dt', {}, label), h('dd', {}, text))));
      facts.dataset.of = key;
      facts.hidden = run.facts.length === 0;
      const remarks = run.opened ? RUNS.opened : ours ? '' : RUNS.other;
      say(remark, [remarks, run.light ? RUNS.light : '', lacksReport(run) ? RUNS.unsummed : ''].filter(Boolean).join(' '));
      remark.hidden = remark.textContent === '';

      const none = run.facts.length === 0 && phase !== 'finished';
      show.hidden = busy || (none && run.jobs.length === 0 && run.task !== 'predict' && run.task !== 'trade_off');
      say(show, run.task === 'explore' && shown.explore !== run.id ? (open?.id === run.id ? 'Hide its numbers' : 'Show its numbers') : 'Show again');
      const whole = ours && phase === 'finished' && !run.light && run.version === page.engines.version();
      rerun.hidden = busy || run.task === 'mutual_information' || whole;
      say(rerun, ours && phase !== 'finished' && run.version === page.engines.version() ? 'Go on' : 'Run again');
      for (const each of [show, rerun]) {
        each.disabled = trains(state) || state.engine.phase !== 'ready' || opens(state);
        each.title = trains(state) ? RUNS.waits : opens(state) ? RUNS.opens : each === show ? RUNS.again : RUNS.rerun;
      }
      drop.disabled = busy;
      drop.title = busy ? RUNS.busy : RUNS.drop;
      save.disabled = busy;
      box.checked = compared.includes(run.id);
      // The same words on every row say nothing to who hears them alone.
      for (const [each, verb] of /** @type {[HTMLElement, string][]} */ ([[show, show.textContent], [rerun, rerun.textContent], [save, 'Save'], [drop, 'Delete']])) setAttribute(each, 'aria-label', `${verb}: run ${run.number}, ${title}`);
      setAttribute(box, 'aria-label', `Compare run ${run.number}, ${title}`);
    },
  };
}
