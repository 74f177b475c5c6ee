// The time that a run has used, without its pauses.

/** @typedef {{activeMs: number, since: number | null}} Clock */

/** @param {Clock} clock milliseconds */
export const elapsed = ({ activeMs, since }) => activeMs + (since === null ? 0 : Date.now() - since);

/** @param {Clock} clock @returns {Clock} */
export const stopped = (clock) => ({ activeMs: elapsed(clock), since: null });
