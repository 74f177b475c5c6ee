// Distances from the control: along the doses, and per cell type at one of them.
import { field, h, options, say } from '../dom.js';
import { distancesAlongDoses, distancesPerType, shownArm, shownMetrics } from '../explore_figures.js';
import { help } from '../help.js';
import { EXPLORE } from '../words_explore.js';
import { distanceWords } from '../words_metrics.js';
import { armSelect } from './explore_controls.js';
import { exploreFigure } from './explore_figure.js';

/** @typedef {import('../main.js').Page} Page */

/** @param {Page} page */
export function distancesTab(page) {
  const { store, explore } = page;
  const metric = h('select', { id: 'explore-metric', test: 'explore-metric', on: { change: () => explore.choose({ metric: metric.value }) } });
  const panels = h('select', { id: 'explore-panels', test: 'explore-panels' });
  panels.addEventListener('change', () => explore.choose({ panels: panels.value === 'cell_types' ? 'cell_types' : 'metrics' }));
  const fits = h('input', { type: 'checkbox', id: 'explore-fits', test: 'explore-fits', on: { change: () => explore.choose({ fits: fits.checked }) } });
  const fitsField = h('div', { class: 'field check' }, h('label', {}, fits, ' fitted curves with EC50'), help('explore_fits'));
  const panelsField = field('Plots', panels, '', help('explore_panels'));
  const arm = armSelect(page, 'explore-distances-arm');
  const sees = h('p', { class: 'hint rule', test: 'explore-sees' });
  const noDose = h('p', { class: 'hint', test: 'explore-no-dose' }, EXPLORE.noDose);
  const resampling = h('p', { class: 'hint pending', test: 'explore-resampling' }, EXPLORE.resampling);
  const along = exploreFigure(page, { name: 'distances_along_doses', title: 'Along the doses', sentence: EXPLORE.along, use: EXPLORE.alongUse, tab: 'distances', parts: () => ['distances'], query: distancesAlongDoses });
  const perType = exploreFigure(page, { name: 'distances_per_type', title: 'Per cell type', sentence: EXPLORE.perType, tab: 'distances', parts: () => ['distances'], query: distancesPerType, heading: () => 'Per cell type', extra: h('div', { class: 'inline-choices' }, arm) });
  const figures = h('div', { class: 'explore-figures' }, along, perType);

  options(panels, [
    { value: 'metrics', label: 'one plot' },
    { value: 'cell_types', label: 'a plot per cell type' },
  ], 'metrics');
  store.subscribe(['explore', 'roles'], ({ explore: { choices, overview, phase }, roles }) => {
    if (!overview) return;
    const shown = { choices, overview };
    const all = choices.metric === 'all';
    options(metric, [...overview.metrics.map((name) => ({ value: name, label: distanceWords(name).name })), { value: 'all', label: 'all, side by side' }], all ? 'all' : shownMetrics(shown)[0] ?? '');
    say(sees, all ? EXPLORE.allMetrics : distanceWords(shownMetrics(shown)[0] ?? '').sees);
    panels.value = all ? 'metrics' : choices.panels;
    panels.disabled = all;
    fits.checked = choices.fits;
    panelsField.hidden = fitsField.hidden = !overview.along_doses;
    noDose.hidden = overview.along_doses || shownArm(shown) === '';
    say(noDose, roles.dose ? EXPLORE.oneDose : EXPLORE.noDose);
    resampling.hidden = overview.resampled || phase === 'finished' || phase === 'cancelled' || phase === 'failed';
    figures.classList.toggle('stacked', all || choices.panels === 'cell_types' || !overview.along_doses);
  });
  return h('div', { class: 'tab-body' }, h('div', { class: 'explore-controls' }, field('Distance', metric, '', help(() => `distance:${metric.value}`, { of: 'the chosen distance' })), panelsField, fitsField), sees, noDose, resampling, figures);
}
