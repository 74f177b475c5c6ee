// Parts of the page that a lesson can do without. lessons.css has a rule for each: its name there is the same.

/** `selector`: what the rule hides; `also`: further names that go with it. @typedef {{name: string, label: string, selector: string}} Part */

/** @type {Part[]} */
export const HIDEABLE = [
  { name: 'data', label: 'Step 1, Data', selector: '#data' },
  { name: 'drop-zone', label: 'Own files', selector: '[data-testid="drop-zone"]' },
  { name: 'catalogue', label: 'Published data sets', selector: '.catalogue' },
  { name: 'roles', label: 'Meaning of the columns', selector: '.roles' },
  { name: 'explore', label: 'Step 2, Explore', selector: '#explore' },
  { name: 'explore-tabs', label: 'Tabs of Explore', selector: '#explore .tabs' },
  { name: 'predict', label: 'Step 3, Predict', selector: '#predict' },
  { name: 'model', label: 'Choice of models', selector: '.choice-list.models' },
  { name: 'more-models', label: 'More models', selector: '.more-models' },
  { name: 'advanced', label: 'Advanced settings of Predict', selector: '[data-testid="advanced"]' },
  { name: 'results', label: 'Step 4, Results', selector: '#results' },
  { name: 'dose-slider', label: 'Dose slider', selector: '.dose-slider' },
  { name: 'results-table', label: 'Table of all predictions', selector: '.all-results' },
  { name: 'trade-off', label: 'Step 5, Trade-off', selector: '#trade-off' },
  { name: 'front-form', label: 'Choices of Trade-off', selector: '.front-form' },
  { name: 'front-advanced', label: 'Advanced settings of Trade-off', selector: '[data-testid="front-advanced"]' },
  { name: 'front-training', label: 'Training of fronts', selector: '.front-training' },
  { name: 'front-trouble', label: 'Notices of Trade-off', selector: '[data-testid="front-trouble"]' },
  { name: 'front-results', label: 'Figures of the front', selector: '#front-results' },
  { name: 'front-tables', label: 'Tables of the front', selector: '.front-tables' },
  { name: 'playground', label: 'Playground', selector: '.playground' },
  { name: 'runs', label: 'Step 6, Runs', selector: '#runs' },
  { name: 'files', label: 'Buttons that save runs and files', selector: '.run-files' },
  { name: 'log', label: 'Log of what the engine did', selector: '.log-panel' },
];

/** Names that are known, each once: those of somebody else's lesson may be anything. @param {any} names @returns {string[]} */
export const knownParts = (names) => (Array.isArray(names) ? HIDEABLE.map(({ name }) => name).filter((name) => names.includes(name)) : []);
