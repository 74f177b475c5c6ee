// News about the page itself: a new version, and whether it works without a network. Nothing here interrupts anything.
import { announce } from '../announce.js';
import { fill, h } from '../dom.js';
import { trains } from '../store.js';

/** @typedef {import('../store.js').State} State */

const READY = 'Ready offline: this page also opens and computes without a network.';

/** @param {State} state */
function words({ app, run, frontRun }) {
  if (app.update === 'elsewhere') return 'Another tab has changed to a new version of Dosefront. Reload this one too before you train something new.';
  if (trains(/** @type {State} */ ({ run, frontRun }))) return 'A new version of Dosefront is ready. You can change to it after your run.';
  return app.update === 'busy' ? 'A new version of Dosefront is ready, but another tab is training. Reload when it has ended.' : 'A new version of Dosefront is ready. Reload to use it.';
}

/** @param {HTMLElement} place @param {HTMLElement} footer @param {import('../main.js').Page} page */
export function noticesPanel(place, footer, { store, offline }) {
  const reload = h('button', { type: 'button', test: 'update-reload', title: 'Opens the page anew with the new version; a data file has to be opened again', on: { click: () => void offline.reload() } }, 'Reload');
  const later = h('button', { type: 'button', class: 'quiet', test: 'update-later', title: 'The new version is used when all tabs of this page have been closed', on: { click: () => offline.later() } }, 'Later');
  const text = h('span', { test: 'update-text' });
  const notice = h('div', { class: 'offer', role: 'region', 'aria-label': 'New version', test: 'update', hidden: true }, text, reload, later);
  const ready = h('p', { class: 'ready-offline', test: 'offline-ready', hidden: true }, READY);
  fill(place, notice);
  footer.append(ready);
  store.subscribe(['app', 'run', 'frontRun'], (state) => {
    const { update } = state.app;
    ready.hidden = !state.app.ready;
    notice.hidden = update === 'none' || update === 'later';
    if (notice.hidden) return;
    const said = words(state);
    if (text.textContent !== said) {
      text.textContent = said;
      announce(said);
    }
    reload.hidden = trains(state);
  });
}
