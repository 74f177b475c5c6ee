// How far a run is: a bar, the sentence of its stage, and the time.
import { elapsed, ticks } from '../clock.js';
import { h, say } from '../dom.js';
import { duration } from '../numbers.js';

/** @typedef {{phase: string, done: number, doneBefore?: number, activeMs: number, since: number | null, lastEvent: number}} Running */

// A step that takes this long without a word is explained.
const SILENCE_MS = 15_000;

/** The time used, and what can be said of the rest. @param {Running} run */
function times(run) {
  const used = elapsed(run);
  const parts = [];
  if (run.phase !== 'idle') parts.push(duration(used / 1000));
  const own = run.done - (run.doneBefore ?? 0);
  if (run.phase === 'running' && own > 0.03 && used > 1500) parts.push(`about ${duration((used * (1 - run.done)) / own / 1000)} left`);
  if (run.phase === 'running' && ticks() - run.lastEvent > SILENCE_MS) parts.push(`this step has been running for ${duration((ticks() - run.lastEvent) / 1000)}`);
  return parts.join(' · ');
}

/** @param {string} label @param {string} test @param {() => Running} now */
export function progressBar(label, test, now) {
  const bar = h('progress', { max: 1, value: 0, 'aria-label': label });
  const stage = h('span', { class: 'stage' });
  const clock = h('span', { class: 'times' });
  const element = h('div', { class: 'progress', test, hidden: true }, bar, h('div', { class: 'progress-line' }, stage, clock));
  setInterval(() => now().since !== null && say(clock, times(now())), 500);
  return {
    element,
    /** @param {string} words  of the stage */
    draw(words) {
      const run = now();
      element.hidden = run.phase === 'idle';
      element.dataset.phase = run.phase;
      element.dataset.done = String(run.done);
      bar.value = run.done;
      say(stage, words);
      say(clock, times(run));
    },
  };
}
