// The time that a run has used, without its pauses.

/** @typedef {{activeMs: number, since: number | null}} Clock */

/** Milliseconds by a clock that nobody sets: the wall clock's of when the page was opened, and counted on from there. */
export const ticks = () => Math.round(performance.timeOrigin + performance.now());

/** @param {Clock} clock milliseconds */
export const elapsed = ({ activeMs, since }) => activeMs + (since === null ? 0 : Math.max(0, ticks() - since));

/** @param {Clock} clock @returns {Clock} */
export const stopped = (clock) => ({ activeMs: elapsed(clock), since: null });
