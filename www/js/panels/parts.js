// The parts of a run as a table: which wait, run, are done, or failed. Where parts have something to show, choosing one shows it.
import { fill, h, say } from '../dom.js';

/** @typedef {import('../store.js').PartState} PartState */
/** @typedef {import('../main.js').Page} Page */

const WORDS = { waiting: 'waits', running: 'runs', done: 'done', kept: 'done before', failed: 'failed' };

/**
 * @param {Page} page @param {import('../parts_run.js').PartsRun<any, any, any, any>} runs
 * @param {{
 *   test: string, least: number, corner: string, hint: string, label: (job: any) => string, column: (job: any) => string, words: (job: any) => string,
 *   canWatch: (number: number) => boolean, watched: () => number | null, watch: (number: number) => void,
 * }} options  `least`: parts that are worth a table; `label` and `column` name the row and column of a part, `words` the part itself
 */
export function partsTable({ store }, runs, { test, least, corner, hint, label, column, words, canWatch, watched, watch }) {
  const body = h('tbody');
  const head = h('tr');
  const caption = h('caption', { class: 'hint' });
  const element = h('div', { class: 'table-scroll parts', test, tabindex: 0, role: 'region', 'aria-label': 'Parts of the run', hidden: true }, h('table', {}, caption, h('thead', {}, head), body));
  /** @type {HTMLButtonElement[]} */
  let cells = [];
  /** What each was drawn from. @type {any[][]} */
  let drawnCells = [];
  let drawn = '';

  /** @param {PartState[]} jobs */
  function build(jobs) {
    const columns = [...new Set(jobs.map(column))];
    const labels = [...new Set(jobs.map(label))];
    fill(head, h('th', { scope: 'col' }, corner), columns.map((name) => h('th', { scope: 'col' }, name)));
    cells = jobs.map((_, number) => h('button', { type: 'button', class: 'part', on: { click: () => watch(number) } }));
    fill(body, labels.map((name) => h('tr', {}, h('th', { scope: 'row' }, name), columns.map((of) =>
      h('td', {}, jobs.flatMap((job, number) => (label(job) === name && column(job) === of ? [cells[number]] : [])))))));
  }

  store.subscribe([runs.key], () => {
    const run = runs.now;
    element.hidden = run.jobs.length < least;
    const key = JSON.stringify(run.jobs.map((job) => [label(job), column(job)]));
    if (key !== drawn) {
      drawn = key;
      drawnCells = [];
      build(run.jobs);
    }
    const finished = run.jobs.filter(({ phase }) => phase === 'done' || phase === 'kept').length;
    say(caption, `${finished} of ${run.jobs.length} parts are done${run.phase === 'running' ? `, ${run.workers} at a time` : ''}. ${hint}`.trim());
    run.jobs.forEach((job, number) => {
      const cell = cells[number];
      const looks = [job, watched() === number, canWatch(number)];
      if (looks.every((look, i) => look === drawnCells[number]?.[i])) return;
      drawnCells[number] = looks;
      cell.dataset.phase = job.phase;
      cell.setAttribute('aria-pressed', String(watched() === number));
      cell.disabled = !canWatch(number);
      cell.title = job.error ? job.error.message : job.text;
      say(cell, job.phase === 'running' ? `${Math.floor(job.done * 100)} %` : WORDS[job.phase]);
      cell.setAttribute('aria-label', `${words(job)}: ${cell.textContent}`);
    });
  });
  return { element };
}

/** The part whose loss is shown: the chosen one, else the last one begun. @param {import('../store.js').RunState} run */
export function watchedPart(run) {
  if (run.watched !== null && run.losses[run.watched]) return run.watched;
  const running = run.jobs.findIndex((job, number) => job.phase === 'running' && run.losses[number]);
  if (running >= 0) return running;
  const last = Object.keys(run.losses).map(Number).at(-1);
  return last ?? null;
}
