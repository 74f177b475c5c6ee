// Predicting an unseen cell type: why no change is hard to beat.
import { isOpen, isTrained, n, nameOf, needsTraining, onNumber, optionsOf, predictedArms, resultsOf, rowOf, rowsAt, scoreOf } from './facts.js';
import { withPreset } from './with_preset.js';

/** @typedef {import('./types.js').Lesson} Lesson */
/** @typedef {import('./types.js').Live} Live */
/** @typedef {import('./types.js').Question} Question */

const PRESET = 'liver-dose-response';
const TYPE = 'Hepatocytes - portal';
const MODEL = 'scgen';
/** A forecast that knows nothing reaches at least this much where R² alone says little. */
const HIGH = 0.8;

/** R² of the trained model and of no change at an arm. @param {Live} live @param {string} arm */
function both(live, arm) {
  const rows = rowsAt(live, arm);
  const model = rows.find(isTrained);
  return { name: nameOf(model?.model ?? MODEL), model: scoreOf(model, 'r2_all'), nothing: scoreOf(rowOf(rows, 'no_change'), 'r2_all') };
}
/** @param {Live} live */
const weakest = (live) => predictedArms(live)[0] ?? '';
/** @param {Live} live */
const strongest = (live) => predictedArms(live).at(-1) ?? '';
/** The arm of the shown prediction. @param {Live} live */
const shownArm = ({ results }) => results.rows.find(({ index }) => index === results.shown)?.arm ?? '';

/** Which of the two has the higher R² at an arm. @param {(live: Live) => string} arm @param {string} lesson  what the right answer teaches @returns {Question} */
const whoWins = (arm, lesson) => ({
  ask: (live) => `At dose ${arm(live)}, which has the higher R² over all genes?`,
  first: needsTraining,
  options: (live) => [{ value: 'model', label: both(live, arm(live)).name }, { value: 'nothing', label: 'No change' }],
  check: (live, answer) => {
    const { name, model, nothing } = both(live, arm(live));
    const numbers = `${name} has an R² of ${n(model)}, no change one of ${n(nothing)}.`;
    const truth = model > nothing ? 'model' : 'nothing';
    return answer === truth ? { right: true, why: `Yes. ${numbers} ${lesson}` } : { right: false, why: 'Look at the large numbers of the prediction: below the R² of the model stands, in small print, that of no change.' };
  },
});

/** @type {Lesson} */
export default {
  id: 'no-change',
  title: 'Why “no change” is hard to beat',
  question: 'A model predicts cells it has never seen, with an R² of 0.97. Is that good?',
  minutes: 12,
  forWhom: 'Anybody who reads or writes papers about predicted responses.',
  hide: ['explore', 'trade-off', 'runs', 'drop-zone', 'catalogue', 'roles', 'advanced', 'more-models', 'files', 'dose-slider', 'log'],
  steps: [
    {
      title: 'Hide a cell type',
      text: 'We play a game with data we know. From one cell type all treated cells are hidden; the model sees everything else and has to predict them. Afterwards the prediction is compared with the hidden cells.',
      task: {
        words: `Open the liver data in step 1. In step 3, hold out “${TYPE}” alone, with “each of the 8” doses and scGen as the only model.`, show: 'held-out', applyWords: 'Set this for me',
        apply: (page) => withPreset(page, PRESET, () => page.store.patch('plan', { heldOut: [TYPE], arm: 'all', models: [MODEL], tuned: MODEL, seeds: '1', asCounts: false })),
        done: (live) => isOpen(live, PRESET) && live.plan.heldOut.length === 1 && live.plan.heldOut[0] === TYPE && live.plan.arm === 'all' && live.plan.models.includes(MODEL),
      },
      question: {
        ask: 'Which cells does the model not see while it is trained?',
        first: ({ design, plan }) => (design.summary && plan.heldOut.length > 0 ? '' : 'Open the liver data first.'),
        options: ({ plan }) => [
          { value: 'untreated', label: `Untreated cells of ${plan.heldOut[0]}` },
          { value: 'treated', label: `Treated cells of ${plan.heldOut[0]}` },
          { value: 'others', label: 'Treated cells of the other types' },
        ],
        check: ({ plan, design }, answer) => {
          const type = plan.heldOut[0] ?? '';
          const row = design.summary?.counts[design.summary.cell_types.indexOf(type)] ?? [];
          const hidden = (design.summary?.arms ?? []).reduce((sum, arm, i) => sum + (arm.control ? 0 : row[i] ?? 0), 0);
          if (answer === 'treated') return { right: true, why: `Yes: ${n(hidden)} treated cells of ${type} are hidden. The model starts from the type’s untreated cells and has to carry over what it has learnt from the other types.` };
          return { right: false, why: answer === 'others' ? 'From those it learns what the treatment does. Something else is hidden.' : 'Those it may see: they are what the prediction starts from. Something else is hidden.' };
        },
      },
    },
    {
      title: 'A forecaster who never moves',
      text: 'There is a forecast that needs no network: “treated cells will look like untreated ones”. It is called no change, and it cannot know anything about the treatment. This page lets it run beside every model.',
      task: { words: 'Press “Train scGen” and wait until it has finished, some 15 seconds.', show: 'train', done: (live) => resultsOf(live).length > 0 },
    },
    {
      title: 'A weak dose',
      text: 'R² compares the mean of each gene in predicted and in real treated cells: it is their squared correlation, and 1 is the most. A weak dose hardly changes anything, so untreated cells are very like the treated ones.',
      task: { words: 'In step 4, Results, choose the lowest dose under “Treatment”, and scGen as the shown model.', show: 'shown-arm', done: (live) => weakest(live) !== '' && shownArm(live) === weakest(live) },
      question: whoWins(weakest, 'The one without any knowledge is the better one here, because there is nothing to predict.'),
    },
    {
      title: 'A strong dose',
      text: 'Now the treatment does something. Untreated cells are no longer a good guess, and a model that has learnt what the treatment does can show it.',
      task: { words: 'Choose the highest dose under “Treatment”.', show: 'shown-arm', done: (live) => strongest(live) !== '' && shownArm(live) === strongest(live) },
      question: whoWins(strongest, 'Where cells really change, knowing what changes pays off.'),
    },
    {
      title: 'Count the wins',
      text: 'One dose is an anecdote. The figure “Along the doses” has the score of the model and of every baseline at each dose, and the table at the end of the results has all numbers.',
      task: { words: 'Look at “Along the doses” with the metric “R², all genes”.', show: 'figure-doses', applyWords: 'Choose the metric', apply: ({ store }) => store.patch('results', { scale: 'metrics', metric: 'r2_all' }), done: (live) => resultsOf(live).length > 0 && live.results.metric === 'r2_all' && live.results.scale === 'metrics' },
      question: {
        ask: (live) => `At how many of the ${predictedArms(live).length} doses is the R² of ${both(live, strongest(live)).name} higher than that of no change?`,
        first: needsTraining,
        check: (live, answer) => {
          const arms = predictedArms(live);
          const wins = arms.filter((arm) => both(live, arm).model > both(live, arm).nothing);
          return onNumber(answer, wins.length, 0, `Yes: at ${wins.length} of ${arms.length}${wins.length > 0 ? ` (dose ${wins.join(', ')})` : ''}. At the others a forecast that knows nothing is as good or better.`,
            'Compare the lines of the model and of no change at each dose. Where they are close, press “Table” above the figure and compare the numbers.');
        },
      },
    },
    {
      title: 'What to tell the reader',
      text: 'Back to the first question: an R² of 0.97. You have now seen what a forecast without any knowledge reaches with these data.',
      question: {
        ask: 'A paper says: “our model reaches R² = 0.97 for unseen cells at the lowest dose”. What do you ask for?',
        first: needsTraining,
        options: () => optionsOf(['enough', 'beside', 'decimals'], (value) => ({ enough: 'Nothing: 0.97 is close to 1, so the model is good', beside: 'The R² of no change for the same cells', decimals: 'More decimals of the R²' })[value] ?? value),
        check: (live, answer) => {
          const { nothing } = both(live, weakest(live));
          const truth = nothing >= HIGH ? 'beside' : 'enough';
          return answer === truth
            ? { right: true, why: `Yes. Here no change alone has ${n(nothing)} at dose ${weakest(live)}, so a model with 0.97 may have learnt nothing. Only the comparison tells.` }
            : { right: false, why: `Remember what no change has at dose ${weakest(live)}: ${n(nothing)}, without having learnt anything.` };
        },
      },
    },
  ],
};
