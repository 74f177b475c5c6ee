// Which prediction the figures show: model, type, treatment, seed. A change keeps the other three where such a prediction exists.
import { field, h, options } from '../dom.js';
import { help } from '../help.js';
import { modelWords } from '../words_models.js';

/** @typedef {import('../protocol.js').ResultRow} ResultRow */
/** @typedef {"model" | "cell_type" | "arm" | "seed"} Part */

const PARTS = /** @type {{part: Part, label: string}[]} */ ([
  { part: 'model', label: 'Shown model' },
  { part: 'cell_type', label: 'Cell type' },
  { part: 'arm', label: 'Treatment' },
  { part: 'seed', label: 'Seed' },
]);

/** @param {(index: number) => void} onShow */
export function shownChooser(onShow) {
  /** @type {ResultRow[]} */
  let rows = [];
  /** @type {ResultRow | null} */
  let current = null;
  const selects = /** @type {Record<Part, HTMLSelectElement>} */ ({});
  const fields = PARTS.map(({ part, label }) => {
    selects[part] = h('select', { id: `shown-${part}`, test: `shown-${part}`, on: { change: () => choose(part) } });
    return field(label, selects[part], '', part === 'model' ? help(() => `model:${selects.model.value}`, { of: 'the shown model' }) : null);
  });

  /** @param {Part} changed */
  function choose(changed) {
    const wanted = selects[changed].value;
    const fits = rows.filter((row) => String(row[changed]) === wanted);
    const like = (/** @type {ResultRow} */ row) => PARTS.filter(({ part }) => current && row[part] === current[part]).length;
    const best = fits.sort((a, b) => like(b) - like(a))[0];
    if (best) onShow(best.index);
  }

  return {
    element: h('div', { class: 'shown-chooser' }, fields),
    /** @param {ResultRow[]} all @param {ResultRow} shown */
    draw(all, shown) {
      rows = all;
      current = shown;
      PARTS.forEach(({ part }, i) => {
        const values = [...new Set(all.map((row) => String(row[part])))];
        options(selects[part], values.map((value) => ({ value, label: part === 'model' ? modelWords(value).name : value === 'null' ? 'none' : value })), String(shown[part]));
        fields[i].hidden = values.length < 2 && part !== 'model';
      });
    },
  };
}
