// Runs whose page was closed between their last part and their end: all parts are there, so they are finished, whatever the list was told last.
import { packed } from './kept_reports.js';
import { factsOf } from './run_facts.js';
import { dataAreOpen } from './run_file.js';

/** @typedef {import('./runs_list.js').RunsList} RunsList */
/** @typedef {import('./kept_runs.js').KeptRun} KeptRun */

/** Ends them in the list; says whether there were any. A report takes the data of its run: without them it has to wait. @param {RunsList} list */
export async function endFinished(list) {
  const { kept, engines, store } = list;
  let changed = false;
  for (const run of list.now.runs) {
    const here = dataAreOpen(run.run, store.state);
    if (!(isLeft(list, run) || (lacksReport(run) && here)) || run.version !== engines.version() || run.jobs.length === 0) continue;
    if ((await Promise.all(run.keys.map((key) => kept.has('parts', key)))).includes(false)) continue;
    const text = here ? await reportOf(list, run) : null;
    if (!text && run.phase === 'finished') continue;
    if (text) await kept.put('reports', run.id, await packed(text));
    await kept.runs.change(run.id, { phase: 'finished', ...(text ? { facts: factsOf(run.task, JSON.parse(text)) } : {}) });
    changed = true;
  }
  return changed;
}

/** Nobody is at work on it any more, and nobody has said how it ended. @param {RunsList} list @param {KeptRun} run */
const isLeft = ({ now, going }, { id, phase }) => phase === 'running' && !now.held.includes(id) && ![...going.values()].some((run) => run.id === id);

/** @param {KeptRun} run */
export const lacksReport = ({ phase, opened, facts, jobs }) => phase === 'finished' && !opened && facts.length === 0 && jobs.length > 0;

/** @param {RunsList} list @param {KeptRun} run @returns {Promise<string | null>} */
async function reportOf({ kept, engines }, run) {
  try {
    const parts = await Promise.all(run.keys.map((key) => kept.get('parts', key)));
    return await engines.engine.send('merge', [run.run, parts.map(({ part }) => part)]);
  } catch {
    return null;
  }
}
