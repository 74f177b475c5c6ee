// What came in a bundle for the figures of single results (details.json). Its checksum says that it is whole, not that it is right: anybody can
// write a bundle, and a figure drawn from a list that is too short would stop the page.

/** @typedef {import('./protocol.js').TaskName} TaskName */
/** @typedef {(value: any, beside: any) => boolean} Rule  `beside` is the detail itself */

/** @param {any} value @param {(entry: any) => boolean} is */
const listOf = (value, is) => Array.isArray(value) && value.every(is);
const isText = (/** @type {any} */ value) => typeof value === 'string';
const isNumber = (/** @type {any} */ value) => value === null || Number.isFinite(value);
const isFlag = (/** @type {any} */ value) => typeof value === 'boolean';
/** A place in a list of `n`. @param {number} n */
const isPlace = (n) => (/** @type {any} */ value) => Number.isInteger(value) && value >= 0 && value < n;
const isObject = (/** @type {any} */ value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** One number for each gene. @type {Rule} */
const perGene = (value, { genes }) => listOf(value, isNumber) && value.length === genes.length;
/** @type {Rule} */
const somePlaces = (value, { genes }) => listOf(value, isPlace(genes.length));
/** @type {Rule} */
const overlap = (value, detail) => isObject(value) && somePlaces(value.observed, detail) && somePlaces(value.predicted, detail);
/** How many cells a latent space has. */
const cellsOf = (/** @type {any} */ { values, width }) => values.length / width;
/** One code for each cell, into the names. @param {string} names @returns {Rule} */
const codes = (names) => (value, detail) => listOf(value, isPlace(detail[names].length)) && value.length === cellsOf(detail);

/** Fields of a prediction's details, each with what it has to be; later ones may lean on earlier ones. @type {[string, string, Rule][]} */
const PREDICTION = [
  ['genes', 'a list of names', (value) => listOf(value, isText) && value.length > 0],
  ...['mean_control', 'mean_observed', 'mean_predicted'].map((name) => /** @type {[string, string, Rule]} */ ([name, 'one number for each gene', perGene])),
  ['mean_truth', 'one number for each gene, or null', (value, detail) => value === null || value === undefined || perGene(value, detail)],
  ['top_genes', 'a list of numbers of genes', somePlaces],
  ['degs.t_test', 'the observed and predicted genes, by their numbers', (_, detail) => overlap(detail.degs?.t_test, detail)],
  ['degs.wilcoxon', 'the observed and predicted genes, by their numbers', (_, detail) => overlap(detail.degs?.wilcoxon, detail)],
];

/** The same of a candidate's latent space. @type {[string, string, Rule][]} */
const LATENT = [
  ['width', 'a whole number above 0', (value) => Number.isInteger(value) && value > 0],
  ['values', 'a list of numbers, as many for each cell', (value, { width }) => listOf(value, isNumber) && value.length > 0 && value.length % width === 0],
  ['batches', 'a list of names', (value) => listOf(value, isText)],
  ['batch', 'the number of a batch for each cell', codes('batches')],
  ['cell_types', 'a list of names', (value) => listOf(value, isText)],
  ['cell_type', 'the number of a cell type for each cell', (value, detail) => (detail.cell_types.length === 0 && listOf(value, () => true)) || codes('cell_types')(value, detail)],
  ['train', 'true or false for each cell', (value, detail) => listOf(value, isFlag) && value.length === cellsOf(detail)],
];

/**
 * The details in a text, by the index of their result. Results can be shown without them, so what is wrong is a sentence and no failure.
 * @param {string | null} text @param {TaskName} task @returns {{details: Map<number, any>, remark: string}}
 */
export function readDetails(text, task) {
  const none = (/** @type {string} */ why) => ({ details: new Map(), remark: `The details of its figures were left out: in details.json, ${why}. The results themselves are not touched by that.` });
  const fields = task === 'predict' ? PREDICTION : task === 'trade_off' ? LATENT : null;
  if (text === null || !fields) return { details: new Map(), remark: '' };
  let all;
  try {
    all = JSON.parse(text);
  } catch {
    return none('the text is not JSON');
  }
  if (!isObject(all)) return none('the text is not an object with one entry for each result');
  for (const [index, detail] of Object.entries(all)) {
    if (!/^\d{1,9}$/.test(index)) return none(`“${index.slice(0, 40)}” is not the number of a result`);
    if (!isObject(detail)) return none(`what is said of result ${index} has no named fields`);
    const wrong = fields.find(([name, , rule]) => !rule(detail[name], detail));
    if (wrong) return none(`${wrong[0]} of result ${index} is not ${wrong[1]}`);
  }
  return { details: new Map(Object.entries(all).map(([index, detail]) => [Number(index), detail])), remark: '' };
}
