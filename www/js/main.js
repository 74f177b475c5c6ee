// Puts the page together: one store, the actions that write it, the panels that draw it.
import { announce } from './announce.js';
import { DataActions, FIRST_PRESET } from './data_actions.js';
import { EngineActions } from './engine_actions.js';
import { dataPanel } from './panels/data.js';
import { headerPanel } from './panels/header.js';
import { logPanel } from './panels/log.js';
import { predictPanel } from './panels/predict.js';
import { resultsPanel } from './panels/results.js';
import { RunActions } from './run_actions.js';
import { initialState, Store } from './store.js';
import { savedTheme } from './theme.js';

/** @param {string} id @returns {HTMLElement} */
function place(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no #${id}`);
  return element;
}

const store = new Store({ ...initialState(), theme: savedTheme() });
const engines = new EngineActions(store);
const data = new DataActions(store, engines);
const runs = new RunActions(store, engines);
const page = { store, engines, data, runs };
/** @typedef {typeof page} Page */

headerPanel(place('masthead-side'), place('engine-trouble'), page);
dataPanel(place('data-panel'), page);
predictPanel(place('predict-panel'), page);
resultsPanel(place('results-panel'), page);
logPanel(place('log-panel'), page);

// Said aloud: stages, every tenth of the way, and how it ended.
let said = '';
store.subscribe(['run', 'data'], ({ run, data }) => {
  const text =
    data.phase === 'opening' ? data.opening
    : run.phase === 'running' ? `${run.stage}, ${Math.floor(run.done * 10) * 10} %`
    : run.phase === 'idle' ? '' : `Training: ${run.phase}`;
  if (text !== said) announce((said = text));
});

async function start() {
  await engines.boot();
  // A file may have been dropped while the engine was starting.
  if (store.state.engine.phase === 'ready' && store.state.data.phase === 'none') await data.openPreset(FIRST_PRESET.preset, FIRST_PRESET.seed);
}
void start();
