// The parts of a run as a table, models by held-out types: which wait, run, are done, or failed. Choosing one shows its loss.
import { fill, h, say } from '../dom.js';
import { modelWords } from '../words_models.js';

/** @typedef {import('../store.js').JobState} JobState */
/** @typedef {import('../main.js').Page} Page */

const WORDS = { waiting: 'waits', running: 'runs', done: 'done', kept: 'done before', failed: 'failed' };

/** @param {JobState} job */
const label = (job) => (job.trained ? job.models.map((model) => modelWords(model).name).join(', ') : 'Baselines');

/** @param {Page} page */
export function partsTable({ store }) {
  const body = h('tbody');
  const head = h('tr');
  const caption = h('caption', { class: 'hint' });
  const element = h('div', { class: 'table-scroll parts', test: 'parts', tabindex: 0, role: 'region', 'aria-label': 'Parts of the run', hidden: true }, h('table', {}, caption, h('thead', {}, head), body));
  /** @type {HTMLButtonElement[]} */
  let cells = [];
  /** What each was drawn from. @type {any[][]} */
  let drawnCells = [];
  let drawn = '';

  /** @param {JobState[]} jobs */
  function build(jobs) {
    const types = [...new Set(jobs.map((job) => job.cellType))];
    const labels = [...new Set(jobs.map(label))];
    fill(head, h('th', { scope: 'col' }, 'Held out'), types.map((type) => h('th', { scope: 'col' }, type)));
    cells = jobs.map((_, number) => h('button', { type: 'button', class: 'part', on: { click: () => store.patch('run', { watched: store.state.run.watched === number ? null : number }) } }));
    fill(body, labels.map((name) => h('tr', {}, h('th', { scope: 'row' }, name), types.map((type) =>
      h('td', {}, jobs.flatMap((job, number) => (label(job) === name && job.cellType === type ? [cells[number]] : [])))))));
  }

  store.subscribe(['run'], ({ run }) => {
    element.hidden = run.jobs.length < 3;
    const key = JSON.stringify(run.jobs.map((job) => [job.cellType, job.models]));
    if (key !== drawn) {
      drawn = key;
      drawnCells = [];
      build(run.jobs);
    }
    const finished = run.jobs.filter(({ phase }) => phase === 'done' || phase === 'kept').length;
    say(caption, `${finished} of ${run.jobs.length} parts are done${run.phase === 'running' ? `, ${run.workers} at a time` : ''}. Choose a part to see its loss.`);
    run.jobs.forEach((job, number) => {
      const cell = cells[number];
      const looks = [job, run.watched === number, Boolean(run.losses[number])];
      if (looks.every((look, i) => look === drawnCells[number]?.[i])) return;
      drawnCells[number] = looks;
      cell.dataset.phase = job.phase;
      cell.setAttribute('aria-pressed', String(run.watched === number));
      cell.disabled = !run.losses[number];
      cell.title = job.error ? job.error.message : job.text;
      say(cell, job.phase === 'running' ? `${Math.floor(job.done * 100)} %` : WORDS[job.phase]);
      cell.setAttribute('aria-label', `${label(job)}, ${job.cellType} held out: ${cell.textContent}`);
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
