// Everything that this page has left in the browser goes: what it keeps in IndexedDB, its choices, and its files for use without a network.
import { plural } from './numbers.js';
import { applyTheme } from './theme.js';

/** What is this page's own begins so; other pages of the same host are left alone. */
const OURS = 'dosefront';

/** @param {import('./runs_list.js').RunsList} list @returns {Promise<string>}  what was removed, as a sentence */
export async function clearEverything(list) {
  const held = await list.holds.all();
  const { runs, parts, details, weights } = await list.kept.clear(held);
  const removed = [
    runs > 0 ? `${plural(runs, 'run')} with ${plural(parts, 'finished part')}` : parts > 0 ? plural(parts, 'finished part') : '',
    details > 0 ? `the genes or cells behind ${plural(details, 'result')}` : '',
    weights > 0 ? `networks of ${plural(weights, 'part')}` : '',
    dropChoices() ? 'your choice of theme' : '',
    (await dropFiles(list)) ? 'the copy of this page for use without a network' : '',
  ].filter(Boolean);
  list.store.set({ theme: 'auto', earlier: { predict: null, trade_off: null } });
  list.store.patch('list', { compared: [], open: null, again: [] });
  const elsewhere = held.length > list.going.size ? ', here or in another tab,' : '';
  const going = held.length > 0 ? ` What is in progress${elsewhere} goes on and keeps its finished parts.` : '';
  list.say(removed.length > 0 ? `Removed: ${removed.join('; ')}.${going}` : `There was nothing to remove.${going}`);
  await list.changed();
  return list.now.remark;
}

function dropChoices() {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(OURS));
    for (const key of keys) localStorage.removeItem(key);
    applyTheme('auto');
    return keys.length > 0;
  } catch {
    return false;
  }
}

/** @param {import('./runs_list.js').RunsList} list */
async function dropFiles(list) {
  try {
    const names = (await caches.keys()).filter((name) => name.startsWith(OURS));
    await Promise.all(names.map((name) => caches.delete(name)));
    // Its worker fills them only when it is installed: without it the next visit begins anew.
    const registration = await navigator.serviceWorker?.getRegistration();
    await registration?.unregister();
    if (names.length > 0) list.store.patch('app', { ready: false });
    return names.length > 0;
  } catch {
    return false;
  }
}
