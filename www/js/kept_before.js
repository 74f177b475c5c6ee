// The database as it was before there was a list of runs: the last run of each task, under a name. It is taken over into the list.
import { usualName } from './run_differences.js';

/** Which name a task's last run had. */
const LAST = /** @type {const} */ ([['last', 'predict'], ['last trade_off', 'trade_off']]);

/** Within the change of version; what cannot be read is dropped, and nothing else. @param {IDBTransaction} transaction */
export function takeOver(transaction) {
  const runs = transaction.objectStore('runs');
  const meta = transaction.objectStore('meta');
  LAST.forEach(([name, task], i) => {
    const request = runs.get(name);
    request.onsuccess = () => {
      const before = request.result;
      runs.delete(name);
      const number = i + 1;
      const made = entryOf(before, task, number);
      if (!made) return;
      runs.put(made, made.id);
      meta.put(made.id, `last ${task}`);
      meta.put(number, 'counter');
    };
  });
}

/** @param {any} before @param {"predict" | "trade_off"} task @param {number} number @returns {import('./kept_runs.js').KeptRun | null} */
function entryOf(before, task, number) {
  const { run, name, version, keys, at } = before ?? {};
  if (!run?.task?.[task] || !Array.isArray(keys)) return null;
  return {
    id: `${task} ${number}`, number, task, name: '', usual: usualName(run, null), colour: number - 1, run, source: String(name ?? ''), version: String(version ?? ''), keys: keys.map(String), jobs: [],
    at: Number(at) || 0, phase: 'unfinished', seconds: null, facts: [], opened: false, light: false,
  };
}
