// The few numbers of the shown prediction that matter most, each beside doing nothing and the best baseline.
import { fill, h } from '../dom.js';
import { peers } from '../figures.js';
import { help } from '../help.js';
import { number } from '../numbers.js';
import { metricWords } from '../words_metrics.js';
import { isBaseline, modelWords } from '../words_models.js';

/** @typedef {import('../protocol.js').ResultRow} ResultRow */

const SHOWN = ['r2_all', 'r2_top100', 'common_degs', 'edistance', 'wasserstein'];

export function keyNumbers() {
  const element = h('dl', { class: 'key-numbers' });
  let drawn = '';
  return {
    element,
    /** @param {ResultRow[]} rows @param {ResultRow} shown @param {number | null} listed  genes on each list of responding genes */
    draw(rows, shown, listed) {
      const others = peers(rows, shown);
      // Drawn anew, an explanation that is being read would close.
      const key = JSON.stringify([shown.index, listed, others.map(({ model, metrics }) => [model, SHOWN.map((name) => metrics[name])])]);
      if (key === drawn) return;
      drawn = key;
      fill(element, SHOWN.filter((name) => name in shown.metrics).map((name) => {
        const words = metricWords(name);
        const value = shown.metrics[name];
        const nothing = others.find((row) => row.model === 'no_change');
        const best = bestBaseline(others, shown, name);
        const lines = [];
        if (nothing && nothing !== shown) lines.push(`no change ${number(nothing.metrics[name])}`);
        if (best) lines.push(`${modelWords(best.model).name.toLowerCase().replace('pca', 'PCA')} ${number(best.metrics[name])}`);
        return h('div', { class: 'key-number' },
          h('dt', {}, words.name, '\u00a0', help(`metric:${name}`)),
          h('dd', {}, h('span', { class: 'value', test: `metric-${name}`, 'data-value': value ?? '' }, number(value)), words.unit === 'genes' ? h('span', { class: 'unit' }, listed ? ` of ${listed}` : ' genes') : null,
            h('span', { class: 'arrow', 'aria-label': words.better === 'lower' ? ', lower is better' : ', higher is better', role: 'img' }, words.better === 'lower' ? '↓' : '↑')),
          lines.map((line) => h('dd', { class: 'beside' }, line)));
      }));
    },
  };
}

/** The best baseline other than no change. @param {ResultRow[]} rows @param {ResultRow} shown @param {string} metric */
function bestBaseline(rows, shown, metric) {
  const sign = metricWords(metric).better === 'lower' ? 1 : -1;
  return rows
    .filter((row) => isBaseline(row.model) && row.model !== 'no_change' && row !== shown && row.metrics[metric] !== null && row.metrics[metric] !== undefined)
    .sort((a, b) => sign * (Number(a.metrics[metric]) - Number(b.metrics[metric])))[0];
}
