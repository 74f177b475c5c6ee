// Public data: what the published sets are, where they come from and how to load them.
import { CATALOGUE } from '../catalogue.js';
import { tooLarge } from '../download.js';
import { h, say } from '../dom.js';
import { errorBox } from '../errors.js';
import { bytes as size, plural } from '../numbers.js';
import { trains } from '../store.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../catalogue.js').CatalogueEntry} CatalogueEntry */
/** @typedef {import('../catalogue.js').Link} Link */

const LEAD = 'The sets that the papers behind this page use. Nothing is asked of any other address until you press Load; then only the host beside the button is asked, for the file and nothing else.';

/** @param {Page} page */
export function cataloguePanel({ store, catalogue }) {
  const parts = CATALOGUE.map((entry) => entryPart(entry, catalogue));
  const element = h('details', { class: 'catalogue', test: 'catalogue' },
    h('summary', {}, `Public data: ${plural(CATALOGUE.length, 'published set')}, and how to load them`),
    h('p', { class: 'hint' }, LEAD), h('div', { class: 'catalogue-entries' }, parts.map((part) => part.element)));
  store.subscribe(['catalogue', 'engine', 'run', 'frontRun'], (state) => parts.forEach((part) => part.draw(state)));
  return { element };
}

/** @param {Link} link */
const outside = ({ label, url }) => h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, label);

/** @param {CatalogueEntry} entry @param {import('../catalogue_actions.js').CatalogueActions} actions */
function entryPart(entry, actions) {
  const title = `catalogue-${entry.id}-title`;
  /** @type {[string, (Node | string)[]][]} */
  const facts = [
    ['Cells', [entry.cells]], ['Design', [entry.design]], ['Good for', [entry.suits]], ['Size', [entry.size]], ['Terms', [entry.terms]],
    ['Paper', [outside(entry.paper)]], ['From', entry.links.flatMap((link, i) => (i > 0 ? [' · ', outside(link)] : [outside(link)]))],
  ];
  const loading = entry.file ? loadPart(entry.id, entry.file, actions) : null;
  const element = h('article', { class: 'catalogue-entry', 'aria-labelledby': title, test: `catalogue-${entry.id}` },
    h('h3', { id: title }, entry.title), h('p', {}, entry.what),
    h('dl', {}, facts.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value)))),
    h('details', { class: 'how-to' }, h('summary', {}, 'How to load it'), h('ol', {}, entry.steps.map((step) => h('li', {}, step)))),
    loading?.element ?? null);
  return { element, draw: (/** @type {import('../store.js').State} */ state) => loading?.draw(state) };
}

/** @param {string} id @param {import('../catalogue.js').CatalogueFile} file @param {import('../catalogue_actions.js').CatalogueActions} actions */
function loadPart(id, file, actions) {
  const large = tooLarge(file);
  const load = h('button', {
    type: 'button', test: `catalogue-load-${id}`, title: large ? large.message : `Downloads ${file.name} (${size(file.bytes)}) from ${new URL(file.url).host} into this page`, on: { click: () => void actions.load(id) },
  }, `Load (${size(file.bytes)})`);
  const cancel = h('button', { type: 'button', test: `catalogue-cancel-${id}`, on: { click: () => actions.cancel() } }, 'Cancel');
  const open = h('button', { type: 'button', test: `catalogue-open-${id}`, on: { click: () => void actions.openHeld() } }, 'Open it now');
  const drop = h('button', { type: 'button', class: 'quiet', on: { click: () => actions.drop() } }, 'Leave it');
  const bar = h('progress', { max: file.bytes, 'aria-label': `Download of ${file.name}` });
  const line = h('p', { class: 'hint', test: `catalogue-progress-${id}` });
  const box = errorBox('catalogue-error');
  const choose = h('button', { type: 'button', class: 'link', on: { click: () => document.getElementById('file-input')?.click() } }, 'choose it here');
  const byHand = h('p', { class: 'hint', test: `catalogue-by-hand-${id}` }, 'Or ', outside({ label: `download ${file.name}`, url: file.url }), ', then drop it on this page or ', choose, '.');
  const element = h('div', { class: 'catalogue-load' },
    h('p', { class: 'buttons' }, h('span', { class: 'hint' }, `From ${new URL(file.url).host}:`), load, cancel, open, drop), bar, line, box.element, byHand);
  return {
    element,
    /** @param {import('../store.js').State} state */
    draw(state) {
      const { catalogue } = state;
      const mine = catalogue.id === id;
      const loading = mine && catalogue.phase === 'loading';
      const held = mine && catalogue.phase === 'held';
      const focused = [load, cancel, open, drop].find((button) => button === document.activeElement);
      load.hidden = loading || held;
      load.disabled = Boolean(large) || catalogue.phase === 'loading' || state.engine.phase !== 'ready';
      cancel.hidden = !loading;
      open.hidden = drop.hidden = !held;
      open.disabled = trains(state);
      // Whoever works by keyboard stays where the buttons are.
      if (focused?.hidden) [cancel, open, load].find((button) => !button.hidden && !button.disabled)?.focus();
      bar.hidden = !loading;
      bar.value = mine ? catalogue.got : 0;
      bar.max = mine && catalogue.total > 0 ? catalogue.total : file.bytes;
      line.hidden = !(loading || held || large);
      say(line, loading ? `${size(catalogue.got)} of ${size(catalogue.total)}` : held ? catalogue.why : large?.message ?? '');
      box.show(mine ? catalogue.error : null);
    },
  };
}
