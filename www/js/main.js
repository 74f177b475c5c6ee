// Puts the page together: one store, the actions that write it, the panels that draw it.
import { Address } from './address.js';
import { announce } from './announce.js';
import { CatalogueActions } from './catalogue_actions.js';
import { DataActions, FIRST_PRESET } from './data_actions.js';
import { EngineActions } from './engine_actions.js';
import { ExploreActions } from './explore_actions.js';
import { FrontActions } from './fronts_actions.js';
import { LessonActions } from './lesson_actions.js';
import { lessonsInLinks } from './lessons/links.js';
import { OfflineActions } from './offline.js';
import { dataPanel } from './panels/data.js';
import { explorePanel } from './panels/explore.js';
import { headerPanel } from './panels/header.js';
import { lessonPanel } from './panels/lesson.js';
import { lessonsDialog } from './panels/lesson_list.js';
import { logPanel } from './panels/log.js';
import { stepsNav } from './panels/nav.js';
import { noticesPanel } from './panels/notices.js';
import { predictPanel } from './panels/predict.js';
import './print.js';
import { resultsPanel } from './panels/results.js';
import { shareMenu } from './panels/share_menu.js';
import { sharedRun } from './panels/shared_run.js';
import { tradeOffPanel } from './panels/trade_off.js';
import { RunActions } from './run_actions.js';
import { SharedActions } from './shared_actions.js';
import { Kept } from './kept.js';
import { runsPanel } from './panels/runs.js';
import { shownRun } from './panels/runs_shown.js';
import { RunsList } from './runs_list.js';
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
const kept = new Kept();
const runs = new RunActions(store, engines, data, kept);
const fronts = new FrontActions(store, engines, data, kept);
const explore = new ExploreActions(store, engines);
const list = new RunsList(store, engines, kept);
for (const each of [runs, fronts, explore]) each.list = list;
const lessons = new LessonActions(store, engines);
/** The playground, as soon as it is drawn. @type {{now: import('./panels/playground.js').Playground | null}} */
const playground = { now: null };
const catalogue = new CatalogueActions(store, data);
const offline = new OfflineActions(store, engines);
const page = { store, engines, data, runs, fronts, explore, catalogue, offline, list, lessons, playground, shared: /** @type {SharedActions} */ (/** @type {unknown} */ (null)) };
page.shared = new SharedActions(page);
const address = new Address(page);
/** @typedef {typeof page} Page */

headerPanel(place('masthead-side'), place('engine-trouble'), page);
place('share').append(shareMenu(page).element);
stepsNav(place('steps'), (step) => step !== store.state.step && store.set({ step }));
noticesPanel(place('notices'), place('colophon'), page);
sharedRun(place('shared-run'), page);
dataPanel(place('data-panel'), page);
explorePanel(place('explore-panel'), page);
predictPanel(place('predict-panel'), page);
resultsPanel(place('results-panel'), page);
logPanel(place('log-panel'), page, runs, { test: '' });
tradeOffPanel(place('trade-off-panel'), page);
runsPanel(place('runs-panel'), page);
shownRun(place('results-panel'), page, 'predict');
shownRun(place('trade-off-panel'), page, 'trade_off');
lessons.page = page;
const lessonList = lessonsDialog(place('masthead-side'), page);
lessonPanel(place('lesson'), page, lessonList.open);
lessonsInLinks(page);

// Said aloud: stages, every tenth of the way, and how it ended; of training and exploring each what is new.
let said = { data: '', run: '', front: '', explore: '' };
store.subscribe(['run', 'frontRun', 'data', 'explore'], ({ run, frontRun, data, explore }) => {
  const trained = (/** @type {import('./store.js').RunProgress<any>} */ each, /** @type {string} */ name) => (each.phase === 'idle' ? '' : each.phase === 'running' ? `${each.stage}, ${Math.floor(each.done * 10) * 10} %` : `${name}: ${each.phase}`);
  const now = {
    data: data.phase === 'opening' ? data.opening : '',
    run: trained(run, 'Training'),
    front: trained(frontRun, 'Trade-off'),
    explore: explore.phase === 'idle' || explore.phase === 'waiting' ? '' : explore.phase === 'running' ? explore.stage : `Exploration: ${explore.phase}`,
  };
  const news = [now.data !== said.data && now.data, now.run !== said.run && now.run, now.front !== said.front && now.front, now.explore !== said.explore && now.explore].filter(Boolean);
  said = now;
  if (news.length > 0) announce(news.join('. '));
});

async function start() {
  await engines.boot();
  void runs.findEarlier();
  void fronts.findEarlier();
  // A file may have been dropped while the engine was starting.
  const brought = await address.begin();
  if (!brought && store.state.engine.phase === 'ready' && store.state.data.phase === 'none') await data.openPreset(FIRST_PRESET.preset, FIRST_PRESET.seed);
  await address.watch();
}
void start();
void offline.begin();
