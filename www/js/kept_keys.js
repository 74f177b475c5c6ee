// Under which keys the parts of runs are kept.

/** @typedef {import('./protocol.js').RunFile} RunFile */

/**
 * The key of a part: everything that decides its numbers.
 * @param {RunFile} run @param {string} version  of the engine
 */
export const partKey = (run, version) => `${version} ${JSON.stringify(run)}`;
/** The key of one of its predictions. @param {string} part @param {number} index */
export const detailKey = (part, index) => `${part}#${index}`;
/** The part that a detail belongs to. @param {string} key */
export const partOfDetail = (key) => key.slice(0, key.lastIndexOf('#'));
