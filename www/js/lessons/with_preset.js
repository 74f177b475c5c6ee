// Setting something up that means something only in one of the built-in sets.

/** @typedef {import('../main.js').Page} Page */

/** The seed that built-in sets are opened with. */
const SEED = 1;

/** Opens a built-in set, unless it is open and understood, and then sets things. @param {Page} page @param {string} preset @param {() => void} set */
export async function withPreset({ store, data }, preset, set) {
  const now = store.state;
  const { source, phase } = now.data;
  const open = phase === 'ready' && source !== null && 'preset' in source && source.preset === preset && now.design.summary !== null && !now.design.busy;
  // What is chosen before the data are there is chosen anew with them.
  if (!open) await data.openPreset(preset, SEED);
  set();
}
