// What of the way things are looked at goes into a link, and what each of these values may be. A link is anybody's: nothing of it is
// used that is not in this table.
import { SCALES } from './words_metrics.js';
import { METHODS as LAYOUTS, TABS } from './words_explore.js';
import { initialState } from './store.js';

/** @typedef {import('./store.js').State} State */
/** What a value may be; `words` end “… has to be”. @typedef {{words: string, fits: (value: any) => boolean}} Kind */
/** Kinds by name, nested as the state is. @typedef {{[name: string]: Kind | Table}} Table */

/** @param {readonly any[]} values @returns {Kind} */
const oneOf = (values) => ({ words: `one of ${values.join(', ')}`, fits: (value) => values.includes(value) });
/** @type {Kind} */
const yesNo = { words: 'true or false', fits: (value) => typeof value === 'boolean' };
/** @type {Kind} */
const label = { words: 'a short text', fits: (value) => typeof value === 'string' && value.length <= 200 };
/** The id of a metric, a figure's axis or a front. @type {Kind} */
const id = { words: 'a name', fits: (value) => typeof value === 'string' && /^[\w/-]{1,80}$/.test(value) };
/** @type {Kind} */
const number = { words: 'a whole number', fits: (value) => Number.isInteger(value) && value >= 0 && value < 1e6 };
/** @param {Kind} kind @returns {Kind} */
const orNone = (kind) => ({ words: `${kind.words} or nothing`, fits: (value) => value === null || kind.fits(value) });
/** @param {Kind} kind @returns {Kind} */
const listOf = (kind) => ({ words: `a list, each ${kind.words}`, fits: (value) => Array.isArray(value) && value.length <= 100 && value.every(kind.fits) });

const layout = oneOf(Object.keys(LAYOUTS));

/** Section of the state, then its choices. Those of the exploration stand in `choices` there. @type {Table} */
export const VIEW = {
  explore: {
    tab: oneOf(TABS.map(([name]) => name)), metric: id, panels: oneOf(['metrics', 'cell_types']), fits: yesNo, cell_type: orNone(label), arm: label, method: layout, colour: label, gene: label,
    style: oneOf(['violins', 'means']), overlap: oneOf(['cell_types', 'arms']),
  },
  results: {
    shown: orNone(number), metric: id, scale: oneOf(Object.keys(SCALES)), test: oneOf(['t_test', 'wilcoxon']),
    compare: { metric: id, by: oneOf(['cell_type', 'arm']), x: id, y: id, published: yesNo, all: yesNo },
  },
  fronts: {
    x: id, y: id, cells: oneOf(['train', 'test']), split: orNone(number), hidden: listOf(id), picture: layout, units: oneOf(['scaled', 'paper']), all: yesNo, chosen: orNone(number),
  },
};

/** The choices of a state as the table nests them. @param {State} state @returns {Record<string, any>} */
const choicesOf = ({ explore, results, fronts }) => ({ explore: explore.choices, results, fronts });

/** @param {Kind | Table} entry @returns {entry is Kind} */
const isKind = (entry) => typeof entry.fits === 'function';

/**
 * What differs between two sets of choices, nested.
 * @param {Table} table @param {Record<string, any>} now @param {Record<string, any>} usual @returns {Record<string, any>}
 */
function differing(table, now, usual) {
  /** @type {Record<string, any>} */
  const found = {};
  for (const [name, entry] of Object.entries(table)) {
    if (!isKind(entry)) {
      const inner = differing(entry, now[name], usual[name]);
      if (Object.keys(inner).length > 0) found[name] = inner;
    } else if (JSON.stringify(now[name]) !== JSON.stringify(usual[name])) found[name] = now[name];
  }
  return found;
}

/** How a state is looked at, where not as at first. @param {State} state */
export const viewOf = (state) => differing(VIEW, choicesOf(state), choicesOf(initialState()));

/**
 * All choices of a view that somebody else wrote: its own where they are what they may be, else the usual ones.
 * @param {Record<string, any>} view @param {string[]} remarks  grows by a sentence for each that is left out
 */
export function wholeView(view, remarks) {
  return /** @type {any} */ (merged(VIEW, view, choicesOf(initialState()), 'view', remarks));
}

/**
 * @param {Table} table @param {Record<string, any>} given @param {Record<string, any>} usual @param {string} path @param {string[]} remarks
 * @returns {Record<string, any>}
 */
function merged(table, given, usual, path, remarks) {
  for (const name of Object.keys(given)) if (!Object.hasOwn(table, name)) remarks.push(`The link says “${`${path}.${name}`.slice(0, 60)}”, which this page does not know: it was left out.`);
  /** @type {Record<string, any>} */
  const whole = {};
  for (const [name, entry] of Object.entries(table)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (!isKind(entry)) {
      const inner = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
      if (value !== undefined && inner !== value) remarks.push(`In the link “${path}.${name}” is not what it should be, and was left out.`);
      whole[name] = merged(entry, inner, usual[name], `${path}.${name}`, remarks);
    } else if (value === undefined || entry.fits(value)) whole[name] = value === undefined ? usual[name] : value;
    else {
      remarks.push(`In the link “${path}.${name}” has to be ${entry.words}; it was left out.`);
      whole[name] = usual[name];
    }
  }
  return whole;
}
