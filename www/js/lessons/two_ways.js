// R² against responding genes: two ways to be right.
import { bestIn, isOpen, modelOptions, n, nameOf, needsTraining, onNumber, resultsOf, rowOf, scoreOf } from './facts.js';
import { withPreset } from './with_preset.js';

/** @typedef {import('./types.js').Lesson} Lesson */
/** @typedef {import('./types.js').Live} Live */
/** @typedef {import('./types.js').Verdict} Verdict */

const PRESET = 'liver-dose-response';
const TYPE = 'Endothelial Cells';
const ARM = '30';
const MODEL = 'scgen';

/** The results of one treatment: that of the shown prediction. @param {Live} live */
function rows(live) {
  const all = resultsOf(live);
  const shown = all.find(({ index }) => index === live.results.shown) ?? all[0];
  return all.filter((row) => row.arm === shown?.arm && row.cell_type === shown.cell_type);
}

/** @param {Live} live @param {string} answer @param {string} metric @param {string} meaning @param {string} hint @returns {Verdict} */
function isBest(live, answer, metric, meaning, hint) {
  const best = bestIn(rows(live), metric);
  const value = scoreOf(rowOf(rows(live), answer), metric);
  if (best.some(({ model }) => model === answer)) return { right: true, why: `Yes: ${nameOf(answer)} has ${n(value)}. ${meaning}` };
  return { right: false, why: `${nameOf(answer)} has ${n(value)}; another one has more. ${hint}` };
}

/** @type {Lesson} */
export default {
  id: 'two-ways',
  title: 'Two ways to be right',
  question: 'One model has the best R², another one finds the most responding genes. Which one is the best?',
  minutes: 10,
  forWhom: 'Those who compare models, and those who use their predictions.',
  hide: ['explore', 'trade-off', 'runs', 'drop-zone', 'catalogue', 'roles', 'advanced', 'more-models', 'files', 'dose-slider', 'log'],
  steps: [
    {
      title: 'The question',
      text: `${TYPE} line the blood vessels of the liver. Their treated cells are hidden, and we ask how they respond to the highest dose. A network and five simple recipes each give an answer.`,
      task: {
        words: `Open the liver data in step 1. In step 3, hold out “${TYPE}” alone, at dose ${ARM}, with scGen as the only model.`, show: 'held-out', applyWords: 'Set this for me',
        apply: (page) => withPreset(page, PRESET, () => page.store.patch('plan', { heldOut: [TYPE], arm: ARM, models: [MODEL], tuned: MODEL, seeds: '1', asCounts: false })),
        done: (live) => isOpen(live, PRESET) && live.plan.heldOut.length === 1 && live.plan.heldOut[0] === TYPE && live.plan.arm === ARM,
      },
      question: {
        ask: 'The page writes the question out beside the choices. From how many untreated cells does the prediction start?',
        first: ({ design, plan }) => (design.summary && plan.heldOut.length === 1 ? '' : 'Open the liver data first, and hold out one cell type.'),
        check: ({ design, plan }, answer) => {
          const { cell_types = [], counts = [], arms = [] } = design.summary ?? {};
          const truth = counts[cell_types.indexOf(plan.heldOut[0])]?.[arms.findIndex((arm) => arm.control)] ?? NaN;
          return onNumber(answer, truth, 0, `Yes: ${truth} untreated ${plan.heldOut[0]}. Every model turns each of them into a treated cell.`, 'Read the sentence that begins with “Question:” in step 3, Predict.');
        },
      },
    },
    {
      title: 'Let them all predict',
      text: 'Training takes a few seconds. The recipes without a network, called baselines, need no training: one of them adds to each gene what the other cell types gained, another one changes nothing at all.',
      task: { words: 'Press “Train scGen” and wait until it has finished.', show: 'train', done: (live) => rows(live).length > 0 && rows(live).every((row) => row.cell_type === TYPE) },
    },
    {
      title: 'First way: all genes',
      text: 'R² asks: do the predicted means of all genes follow the real ones? It is their squared correlation. Most genes do not respond, and they count as much as those that do.',
      task: { words: 'In the figure “Model and baselines”, choose the metric “R², all genes”.', show: 'bars-metric', applyWords: 'Choose it for me', apply: ({ store }) => store.patch('results', { scale: 'metrics', metric: 'r2_all' }), done: (live) => rows(live).length > 0 && live.results.metric === 'r2_all' && live.results.scale === 'metrics' },
      question: {
        ask: 'Which one has the highest R² over all genes?',
        first: needsTraining,
        options: (live) => modelOptions(rows(live)),
        check: (live, answer) => isBest(live, answer, 'r2_all', `Even no change has ${n(scoreOf(rowOf(rows(live), 'no_change'), 'r2_all'))}, because most genes stay as they are.`, 'The bars are sorted, the best first.'),
      },
    },
    {
      title: 'Second way: the genes that respond',
      text: 'Here only a list counts: the 100 genes that rise most. One list comes from the real treated cells, the other from the predicted ones. The score says how many genes are on both.',
      task: { words: 'In the same figure, choose the metric “Common DEGs, t-test”. DEG is short for differentially expressed gene: one that responds.', show: 'bars-metric', applyWords: 'Choose it for me', apply: ({ store }) => store.patch('results', { scale: 'metrics', metric: 'common_degs' }), done: (live) => rows(live).length > 0 && live.results.metric === 'common_degs' },
      question: {
        ask: 'Which one finds the most responding genes?',
        first: needsTraining,
        options: (live) => modelOptions(rows(live)),
        check: (live, answer) => {
          const r2 = bestIn(rows(live), 'r2_all');
          const same = r2.some(({ model }) => model === answer);
          return isBest(live, answer, 'common_degs', same ? 'Here it is also the one with the best R²; with other cells it may be another one.' : `The best R² was that of ${r2.map(({ model }) => nameOf(model)).join(', ')}: the two scores do not agree on who wins.`, 'The bars are sorted, the best first.');
        },
      },
    },
    {
      title: 'The same forecaster twice',
      text: 'Look at no change with both scores. It says that no gene responds at all; a list of responding genes taken from it is a matter of luck.',
      task: { words: 'Read how many of the 100 genes no change finds. It is among the bars of “Common DEGs, t-test”.', show: 'figure-bars', done: (live) => rows(live).length > 0 && live.results.metric === 'common_degs' },
      question: {
        ask: 'How many of the 100 responding genes does no change find?',
        first: needsTraining,
        check: (live, answer) => {
          const nothing = rowOf(rows(live), 'no_change');
          const found = scoreOf(nothing, 'common_degs');
          return onNumber(answer, found, 0, `Yes: ${found} of 100, by luck. Its R² was ${n(scoreOf(nothing, 'r2_all'))}. A high R² can go with a list of genes that is nearly all wrong.`, 'Point at the bar of “No change”, or press “Table” above the figure.');
        },
      },
    },
    {
      title: 'Which one for what?',
      text: 'Neither score is wrong; they answer different questions. Say first what the prediction is for, then choose the score, and show the other one as well.',
      question: {
        ask: 'Somebody will test the predicted responding genes in the laboratory, one by one, at some cost. Whose list should they take?',
        first: needsTraining,
        options: (live) => modelOptions(rows(live)),
        check: (live, answer) => isBest(live, answer, 'common_degs', 'For a list of genes to test, that is what counts: of 100 genes on the list, so many really are among those that respond most.', 'They pay for each wrong gene on the list. Which score counts the right ones?'),
      },
    },
  ],
};
