// Whether a run has come out the same: the verdict, the largest difference of each metric, and what both were made with.
import { announce } from '../announce.js';
import { fill, h } from '../dom.js';
import { number, plural } from '../numbers.js';
import { VERDICTS } from '../words_share.js';
import { distanceWords, metricWords } from '../words_metrics.js';

/** @typedef {import('../protocol.js').Comparison} Comparison */

/** Names that are listed before the rest is only counted. */
const LISTED = 8;

/** A difference as it is, down to the last bit. @param {number | null} value */
const tiny = (value) => (value === null ? 'not defined' : value === 0 ? '0' : Math.abs(value) < 1e-3 ? value.toExponential(1).replace('-', '−') : number(value));

/** @param {string} metric */
const nameOf = (metric) => {
  const { name, meaning } = metricWords(metric);
  return meaning ? name : distanceWords(metric).name;
};

/** @param {Comparison} comparison */
function head({ verdict, data, numbers, tolerance }) {
  if (data === 'other') return VERDICTS.other_data;
  if (verdict === 'identical') return `Identical: ${plural(numbers, 'number')}, bit for bit`;
  if (verdict === 'within_tolerance') return `${VERDICTS.within_tolerance}: ${plural(numbers, 'number')}, none apart by more than ${tiny(tolerance.absolute)} and ${tiny(100 * tolerance.relative)} % of itself${tolerance.counts > 0 ? `; counts, by ${tolerance.counts}` : ''}`;
  return VERDICTS[verdict];
}

/** @param {Comparison} comparison */
function differences({ metrics }) {
  if (metrics.length === 0) return null;
  const rows = metrics.map(({ metric, where, before, after, absolute, relative, within }) => h('tr', { class: within ? null : 'beyond' },
    h('th', { scope: 'row' }, nameOf(metric)), h('td', {}, where), h('td', { class: 'num' }, number(before)), h('td', { class: 'num' }, number(after)),
    h('td', { class: 'num' }, tiny(absolute)), h('td', { class: 'num' }, tiny(relative)), h('td', {}, within ? 'within' : 'beyond')));
  const names = ['Metric', 'Where', 'Saved', 'Now', 'Difference', 'Share', 'Tolerance'];
  return h('div', { class: 'table-scroll', tabindex: 0, role: 'region', 'aria-label': 'Largest difference of each metric' },
    h('table', { class: 'metric-list', test: 'verdict-table' }, h('caption', { class: 'hint' }, 'The largest difference of each metric that differs.'),
      h('thead', {}, h('tr', {}, names.map((name) => h('th', { scope: 'col' }, name)))), h('tbody', {}, rows)));
}

/** @param {Comparison} comparison */
function environments({ environments: both }) {
  /** @type {[string, (of: Comparison["environments"][number]) => string][]} */
  const lines = [
    ['Dosefront', ({ versions }) => versions?.dosefront ?? 'unknown'],
    ['burn', ({ versions }) => versions?.burn ?? 'unknown'],
    ['Engine', ({ device }) => (device?.engine === 'webgpu' ? 'WebGPU' : device?.engine === 'cpu' ? 'CPU' : 'unknown')],
    ['Graphics adapter', ({ device }) => (device?.adapter ? `${device.adapter}${device.software ? ' (software)' : ''}` : 'none')],
    ['Repeats', ({ device }) => device?.repeats ?? 'unknown'],
  ];
  return h('table', { class: 'metric-list environments', test: 'environments' }, h('caption', { class: 'for-readers' }, 'What both were made with'),
    h('thead', {}, h('tr', {}, ['', 'Saved', 'Now'].map((name) => h('th', { scope: 'col' }, name)))),
    h('tbody', {}, lines.map(([name, of]) => {
      const values = both.map(of);
      return h('tr', {}, h('th', { scope: 'row' }, name), values.map((value) => h('td', { class: values[0] === values[1] ? null : 'other' }, value)));
    })));
}

/** A place for the verdict; what it says is said aloud, too. */
export function verdictPanel() {
  const element = h('div', { class: 'verdict-panel', test: 'verdict', hidden: true });
  /** @type {Comparison | null} */
  let drawn = null;
  return {
    element,
    /** Its head, not its middle: a long table of differences would push that out of sight. The focus stays where it is. */
    bringIntoSight: () => element.firstElementChild?.scrollIntoView({ block: 'center' }),
    /** @param {Comparison | null} comparison */
    draw(comparison) {
      if (comparison === drawn) return;
      drawn = comparison;
      element.hidden = !comparison;
      if (!comparison) return;
      element.dataset.verdict = comparison.verdict;
      const { missing } = comparison;
      const rest = missing.length > LISTED ? [`and ${missing.length - LISTED} more`] : [];
      announce(`${head(comparison)}.`, true);
      fill(element,
        h('p', { class: 'verdict-head', test: 'verdict-head' }, h('span', { class: 'verdict-mark', 'aria-hidden': 'true' }, { identical: '=', within_tolerance: '≈', differs: '≠', not_comparable: '?' }[comparison.data === 'other' ? 'not_comparable' : comparison.verdict]), ` ${head(comparison)}`),
        comparison.sentence ? h('p', {}, comparison.sentence) : null,
        missing.length > 0 ? h('ul', { class: 'note-list' }, [...missing.slice(0, LISTED), ...rest].map((line) => h('li', {}, line))) : null,
        differences(comparison),
        h('details', { open: comparison.verdict !== 'identical' }, h('summary', {}, 'What both were made with'), environments(comparison)));
    },
  };
}
