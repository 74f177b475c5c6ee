// Step 1: choose or open data, see what it is, say what its columns mean.
import { fill, h, say } from '../dom.js';
import { errorBox } from '../errors.js';
import { figureCard } from '../figure.js';
import { cellCounts } from '../figures.js';
import { help } from '../help.js';
import { count, plural } from '../numbers.js';
import { DATA, KINDS } from '../words.js';
import { cataloguePanel } from './catalogue.js';
import { dropZone } from './drop_zone.js';
import { trains } from '../store.js';
import { rolesForm } from './roles.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../store.js').State} State */

/** @param {HTMLElement} place @param {Page} page */
export function dataPanel(place, page) {
  const { store, engines, data } = page;
  const cards = h('div', { class: 'sources', role: 'group', 'aria-label': 'Built-in data sets' });
  const drop = dropZone((files) => void data.openFiles(files));
  const published = cataloguePanel(page);
  const opening = h('p', { class: 'opening', hidden: true });
  const recognised = h('ul', { class: 'recognised', hidden: true });
  const box = errorBox('error');
  const summary = h('div', { class: 'dataset', test: 'dataset-summary', hidden: true });
  const roles = rolesForm((role, value) => void data.changeRole(role, value));
  const designBox = errorBox('error');
  const notes = h('div', { class: 'notes' });
  const map = figureCard({
    name: 'cell_counts', title: 'Cells of each type and treatment', sentence: DATA.heatmap, use: DATA.heatmapUse,
    onChoose: (hit) => choose(store, hit.index),
  });
  map.element.hidden = true;
  fill(place, h('p', { class: 'lead' }, DATA.lead, ' ', help(() => aboutPresets(store.state.presets), { of: 'the built-in data sets' })), h('div', { class: 'data-columns' },
    h('div', { class: 'column' }, cards, drop.element, published.element, opening, recognised, box.element, summary, roles.element, designBox.element),
    h('div', { class: 'column' }, map.element, notes)));

  store.subscribe(['presets', 'data', 'engine'], (state) => {
    drawSources(cards, state, (name) => void data.openPreset(name));
    const { phase, summary: shown } = state.data;
    opening.hidden = phase !== 'opening' && state.engine.phase !== 'starting';
    say(opening, phase === 'opening' ? `${state.data.opening} …` : 'The engine is starting …');
    recognised.hidden = state.data.recognised.length === 0;
    fill(recognised, state.data.recognised.map((line) => h('li', {}, line)));
    // The bar at the top speaks of an engine that stopped, and has the button.
    box.show(state.engine.phase === 'crashed' ? null : state.data.error, state.engine.phase !== 'crashed' && !shown && state.data.source ? [{ label: 'Restart engine', action: () => void engines.restart() }] : []);
    summary.hidden = !shown;
    if (shown) drawSummary(summary, shown);
  });
  store.subscribe(['data', 'roles', 'design'], (state) => roles.draw(state));
  store.subscribe(['design', 'plan'], ({ design, plan }) => {
    // Without a treatment there is still much to do: said among the notes.
    designBox.show(isUntreated(design.error) ? null : design.error);
    map.element.hidden = !design.summary;
    if (design.summary) map.show(cellCounts(design.summary, plan));
  });
  store.subscribe(['design', 'data'], (state) => drawNotes(notes, state));
}

/** @param {import('../store.js').Store} store @param {number} index of the heat map: type * arms + arm */
function choose(store, index) {
  const { summary } = store.state.design;
  if (!summary || trains(store.state)) return;
  const arm = summary.arms[index % summary.arms.length];
  const heldOut = summary.cell_types[Math.floor(index / summary.arms.length)];
  if (!arm || !heldOut || !summary.possible.includes(heldOut)) return;
  // The control column chooses the type only: controls are never held out.
  store.patch('plan', arm.control ? { heldOut: [heldOut] } : { heldOut: [heldOut], arm: arm.label });
}

/** @param {import('../protocol.js').ErrorInfo | null} error */
export const isUntreated = (error) => error?.code === 'no_treatment_role' || error?.code === 'no_roles';

/** @param {HTMLElement} cards @param {State} state @param {(name: string) => void} open */
function drawSources(cards, state, open) {
  const { source } = state.data;
  const key = JSON.stringify([state.presets, source && 'preset' in source ? source.preset : null, state.engine.phase]);
  if (cards.dataset.key === key) return;
  cards.dataset.key = key;
  const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.testid : undefined;
  const list = state.presets.map((preset) => {
    const chosen = Boolean(source && 'preset' in source && source.preset === preset.name);
    const groups = `${preset.cell_types} cell types × ${preset.arms} treatments, ${plural(preset.n_genes, 'gene')}.`;
    return h('button', {
      type: 'button', class: 'source', 'aria-pressed': String(chosen), title: `${preset.description} ${groups} ${DATA.simulated}`, disabled: state.engine.phase !== 'ready',
      test: `preset-${preset.name}`, on: { click: () => open(preset.name) },
    }, h('span', { class: 'source-title' }, preset.title), h('span', { class: 'source-size' }, h('span', { class: 'tag' }, 'simulated'), ` ${plural(preset.n_cells, 'cell')}`), h('span', { class: 'source-text' }, preset.description));
  });
  fill(cards, list);
  if (focused?.startsWith('preset-')) /** @type {HTMLElement | null} */ (cards.querySelector(`[data-testid="${focused}"]`))?.focus();
}

/** @param {State["presets"]} presets @returns {import('../words_help.js').HelpWords} */
const aboutPresets = (presets) => ({
  title: 'Built-in data sets', text: [DATA.simulated], methods: 'simulated',
  items: presets.map(({ name, title, description, cell_types, arms, n_genes }) => ({ name: title, methods: name, text: `${description} ${cell_types} cell types × ${arms} treatments, ${plural(n_genes, 'gene')}.` })),
});

/** @param {HTMLElement} place @param {import('../protocol.js').DatasetSummary} summary */
function drawSummary(place, summary) {
  place.dataset.cells = String(summary.n_cells);
  place.dataset.genes = String(summary.n_genes);
  fill(place,
    h('span', { class: 'dataset-name' }, summary.name), summary.simulated ? h('span', { class: 'tag', title: DATA.simulated }, 'simulated') : null,
    h('span', { class: 'dataset-size' }, h('b', {}, count(summary.n_cells)), ' cells × ', h('b', {}, count(summary.n_genes)), ` genes, ${KINDS[summary.kind] ?? summary.kind}`));
}

/** @param {HTMLElement} place @param {State} state */
function drawNotes(place, { data, design }) {
  const notes = [...(data.summary?.notes ?? []), ...(design.summary?.notes ?? [])];
  if (design.summary && design.summary.dropped > 0) notes.push(`${plural(design.summary.dropped, 'cell')} without a type or a treatment are left out; ${count(design.summary.used)} are used.`);
  if (isUntreated(design.error)) notes.push(design.error?.code === 'no_roles' ? DATA.noRoles : DATA.untreated);
  const skipped = data.summary?.skipped ?? [];
  fill(place,
    notes.length > 0 ? h('ul', { class: 'note-list' }, notes.map((note) => h('li', {}, note))) : null,
    skipped.length > 0
      ? h('details', { class: 'skipped' }, h('summary', {}, `${plural(skipped.length, 'part')} of the file skipped, and why`), h('dl', {}, skipped.flatMap(({ what, why }) => [h('dt', {}, what), h('dd', {}, why)])))
      : null);
}
