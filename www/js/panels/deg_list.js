// The gene names of the overlap, as text that can be selected and searched.
import { fill, h } from '../dom.js';
import { plural } from '../numbers.js';

const PARTS = /** @type {const} */ ([
  ['common', 'in both'],
  ['observed_only', 'only observed'],
  ['predicted_only', 'only predicted'],
]);

export function degList() {
  const element = h('div', { class: 'deg-lists', test: 'deg-genes' });
  const parts = PARTS.map(([key, title]) => {
    const summary = h('summary', {});
    const names = h('p', { class: 'genes', tabindex: 0 });
    const details = h('details', {}, summary, names);
    return { key, title, summary, names, details };
  });
  fill(element, parts.map((part) => part.details));
  return {
    element,
    /** @param {Record<"common" | "observed_only" | "predicted_only", string[]>} genes best first */
    draw(genes) {
      for (const part of parts) {
        part.summary.textContent = `All names, ${part.title}: ${plural(genes[part.key].length, 'gene')}`;
        part.names.textContent = genes[part.key].join('  ') || 'none';
      }
    },
  };
}
