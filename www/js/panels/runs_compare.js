// Two runs side by side: settings that differ, results that differ, and, of the same run file, whether it was reproduced.
import { field, fill, h, options, say } from '../dom.js';
import { errorInfo } from '../failure.js';
import { figureCard } from '../figure.js';
import { help } from '../help.js';
import { number } from '../numbers.js';
import { differences, same, taskWords } from '../run_differences.js';
import { sidesOf } from '../run_sides.js';
import { nameOf } from '../runs_list.js';
import { sortableTable } from '../table.js';
import { badge } from './runs_row.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../kept_runs.js').KeptRun} KeptRun */
/** @typedef {import('../run_sides.js').Sides} Sides */

/** Of what differs between two reports of the same run file, so much is named. */
const MOST = 4;

/** @param {Page} page */
export function runsCompare(page) {
  const { store, list } = page;
  const title = h('h3', { test: 'compare-title' });
  const verdict = h('div', { class: 'compare-verdict', test: 'compare-verdict', role: 'status' });
  const settings = sortableTable('Settings that differ', { test: 'compare-settings' });
  const settingsWords = h('p', { class: 'hint', test: 'compare-settings-words' });
  const measure = h('select', { id: 'compare-runs-metric', test: 'compare-runs-metric', on: { change: () => void drawResults() } });
  const measureField = field('Score', measure, '', help('compared_score'));
  const results = sortableTable('Results side by side', { test: 'compare-results' });
  const resultsWords = h('p', { class: 'hint', test: 'compare-results-words' });
  const card = figureCard({ name: 'compared_runs', title: 'Both runs', level: 'h4', sentence: ' ' });
  const close = h('button', { type: 'button', class: 'small', test: 'compare-close', on: { click: () => store.patch('list', { compared: [] }) } }, 'Close');
  const element = h('div', { class: 'runs-compare', test: 'runs-compare', hidden: true },
    h('div', { class: 'figure-head' }, title, close), verdict,
    h('div', { class: 'score-block' }, h('h4', {}, 'Settings'), settingsWords, settings.element),
    h('div', { class: 'score-block' }, h('h4', {}, 'Results'), h('div', { class: 'inline-choices' }, measureField), resultsWords, results.element), card.element);

  let asked = 0;
  let drawn = '';
  /** @type {[KeptRun, KeptRun] | null} */
  let two = null;
  /** @type {Sides | null} */
  let shown = null;

  store.subscribe(['list'], ({ list: { compared, runs } }) => {
    const chosen = compared.flatMap((id) => runs.find((run) => run.id === id) ?? []).sort((a, b) => a.number - b.number);
    element.hidden = chosen.length < 2;
    two = chosen.length === 2 ? [chosen[0], chosen[1]] : null;
    const key = two ? JSON.stringify(two.map(({ id, facts, phase, name, usual }) => [id, facts, phase, name, usual])) : '';
    if (key === drawn) return;
    const pair = (/** @type {string} */ each) => (each ? JSON.stringify(JSON.parse(each).map((/** @type {any[]} */ [id]) => id)) : '');
    const fresh = pair(key) !== pair(drawn);
    drawn = key;
    if (two) void draw(two, fresh);
  });

  /** @param {[KeptRun, KeptRun]} runs @param {boolean} fresh */
  async function draw(runs, fresh) {
    const mine = (asked += 1);
    const [a, b] = runs;
    fill(title, badge(a), ` ${nameOf(a)} `, h('span', { class: 'against' }, 'and'), ' ', badge(b), ` ${nameOf(b)}`);
    fill(verdict);
    verdict.hidden = true;
    const all = differences(a.run, b.run);
    say(settingsWords, all.length === 0 ? 'Both have the same settings.' : '');
    settingsWords.hidden = all.length > 0;
    settings.element.hidden = all.length === 0;
    settings.show({ columns: ['Setting', `Run ${a.number}`, `Run ${b.number}`], rows: all.map(({ label, before, after }) => [label, before, after]) }, -1, ['What differs', nameOf(a), nameOf(b)]);
    if (fresh) element.scrollIntoView({ behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth', block: 'nearest' });
    const texts = await Promise.all(runs.map(({ id }) => list.report(id)));
    if (mine !== asked) return;
    const missing = runs.filter((_, i) => !texts[i]);
    shown = null;
    if (missing.length > 0) say(resultsWords, `There are no results of ${missing.map(({ number: n }) => `run ${n}`).join(' and ')} to compare.`);
    else if (a.task !== b.task) say(resultsWords, `${taskWords(a.task)} and ${taskWords(b.task)} have no results in common.`);
    else {
      const reports = /** @type {[any, any]} */ (texts.map((text) => JSON.parse(text ?? 'null')));
      shown = await sidesOf(runs, reports);
      if (mine !== asked) return;
      const { device: _a, ...restA } = a.run;
      const { device: _b, ...restB } = b.run;
      if (same(restA, restB)) void judge(/** @type {[string, string]} */ (texts), mine);
    }
    if (shown) options(measure, shown.measures, shown.measures.some(({ value }) => value === measure.value) ? measure.value : shown.measures[0]?.value ?? '');
    await drawResults();
  }

  async function drawResults() {
    results.element.hidden = !shown || !two;
    measureField.hidden = !shown || shown.measures.length < 2;
    card.element.hidden = true;
    if (!shown || !two) return;
    const [a, b] = two;
    const found = shown.pairs(measure.value);
    const chosen = shown.measures.find(({ value }) => value === measure.value);
    const name = chosen?.label ?? '';
    say(resultsWords, `${shown.words}${chosen?.better ? ` ${chosen.better === 'lower' ? 'Lower' : 'Higher'} is better.` : ''}`);
    const gap = (/** @type {import('../run_pairs.js').Pair} */ { before, after }) => (before === null || after === null ? null : after - before);
    results.show({ columns: [shown.of, `Run ${a.number}`, `Run ${b.number}`, 'Difference'], rows: found.map((pair) => [pair.label, pair.before, pair.after, gap(pair)]) }, -1,
      ['What the numbers are of', nameOf(a), nameOf(b), `Run ${b.number} less run ${a.number}`], (row, column) => {
        const value = gap(found[row]);
        if (column !== 3 || value === null) return null;
        const good = chosen?.better && value !== 0 ? ((value < 0) === (chosen.better === 'lower') ? ' better' : ' worse') : '';
        return { text: `${value > 0 ? '+' : ''}${number(value)}${good}`, class: `num${good === ' better' ? ' mark-best' : ''}` };
      });
    const figure = shown.figure(measure.value);
    card.element.hidden = !figure;
    if (figure) card.show(figure, shown.title, shown.heading || `${name}, both runs`);
  }

  /** Whether the same run file gave the same results. @param {[string, string]} texts @param {number} mine */
  async function judge(texts, mine) {
    try {
      const { verdict: found, sentence, environments, metrics, missing } = await list.compareReports(...texts);
      if (mine !== asked || !two) return;
      verdict.hidden = false;
      verdict.dataset.verdict = found;
      const where = two.map((run, i) => {
        const { device, versions } = environments?.[i] ?? {};
        return `Run ${run.number}: ${[device?.engine === 'webgpu' ? 'WebGPU' : 'CPU', device?.adapter, ...Object.entries(versions ?? {}).map(([name, version]) => `${name} ${version}`)].filter(Boolean).join(', ')}.`;
      });
      const most = metrics.slice(0, MOST).map((each) => h('li', {}, `${each.metric}${each.where ? `, ${each.where}` : ''}: ${each.before} and ${each.after}`));
      const rest = missing.slice(0, MOST).map((each) => h('li', {}, each));
      fill(verdict, h('p', {}, h('b', {}, 'The same run file. '), sentence), most.length + rest.length > 0 ? h('ul', {}, most, rest) : null, h('p', { class: 'hint' }, where.join(' ')));
    } catch (thrown) {
      if (mine !== asked) return;
      verdict.hidden = false;
      verdict.dataset.verdict = 'none';
      fill(verdict, h('p', {}, `Whether they agree could not be checked: ${errorInfo(thrown).message}`));
    }
  }
  return { element };
}
