// Batch effect or biology: a walk along a front.
import { candidatesOf, isOpen, largest, n, needsFront, notDominated, onNumber, optionsOf, placeName, rankCorrelation, testScore } from './facts.js';

/** @typedef {import('./types.js').Lesson} Lesson */
/** @typedef {import('./types.js').Live} Live */

const PRESET = 'marrow-two-batches';
const SMALL = { methods: ['scalarisation'], measures: ['hsic'], candidates: 4, splits: '1', preset: /** @type {const} */ ('demo'), genes: 200, maxCells: 600 };
const LOOKED_AT = 3;
/** From here on two orders agree. */
const AGREE = 0.6;

/** @param {Live} live */
const options = (live) => optionsOf(candidatesOf(live).map(({ place }) => String(place)), (place) => {
  const row = candidatesOf(live).find((each) => String(each.place) === place);
  return row ? placeName(row).replace(/^the end “(.*)”$/, '$1') : place;
});
/** @param {Live} live @param {string} answer */
const given = (live, answer) => candidatesOf(live).find(({ place }) => String(place) === answer);
/** @param {Live} live */
const chosen = ({ fronts }) => fronts.rows.find(({ index }) => index === fronts.chosen) ?? null;

/** @type {Lesson} */
export default {
  id: 'batch-or-biology',
  title: 'Batch effect or biology',
  question: 'Cells measured on two days differ for a reason that is not biology. How much biology do you lose when you remove it?',
  minutes: 15,
  forWhom: 'Those who integrate data of several donors, days or laboratories.',
  hide: ['explore', 'predict', 'results', 'runs', 'drop-zone', 'catalogue', 'roles', 'front-advanced', 'front-tables', 'playground', 'files', 'log'],
  begin: ({ fronts }) => fronts.look({ x: 'u', y: 'v', cells: 'test' }),
  steps: [
    {
      title: 'The same tissue, measured twice',
      text: 'Bone marrow cells were measured in two goes, called batches. Cells of the same type come out a little different in each: that is a batch effect. Whoever mixes both batches without care will take it for biology.',
      task: { words: 'Choose “Bone marrow in two batches” in step 1. It takes the place of the data that are open.', show: 'preset-marrow-two-batches', done: (live) => isOpen(live, PRESET) },
      question: {
        ask: 'In step 5, “Batch” names the column that says in which batch a cell was measured. How many batches does it have?',
        first: (live) => (isOpen(live, PRESET) ? '' : 'Open the bone marrow data first.'),
        check: ({ data, roles }, answer) => {
          const levels = data.summary?.obs.find(({ name }) => name === roles.batch)?.n_levels ?? NaN;
          return onNumber(answer, levels, 0, `Yes: ${levels}. The aim is a description of the cells that does not tell the batch, but still tells the cell type.`, 'The number stands in brackets behind the name of the column.');
        },
      },
    },
    {
      title: 'Two wishes at once',
      text: 'U says how badly the genes of the cells are described: low means that the biology is kept. V says how much of the batch can still be seen: low means that the batches are mixed. Each candidate weighs the two wishes differently; all candidates together are a front.',
      task: {
        words: 'For this lesson a small and quick front is enough: method “Scalarisation”, measure “HSIC”, 4 candidates between the ends, 600 cells and 200 genes.', show: 'front-methods', applyWords: 'Set this for me',
        apply: ({ store }) => store.patch('frontPlan', { ...SMALL, overrides: {} }),
        done: ({ frontPlan }) => frontPlan.methods.join() === 'scalarisation' && frontPlan.measures.join() === 'hsic' && frontPlan.candidates <= 6 && frontPlan.maxCells > 0 && frontPlan.maxCells <= 800 && frontPlan.genes > 0 && frontPlan.genes <= 300 && !frontPlan.splits.includes(','),
      },
    },
    {
      title: 'Train the front',
      text: 'Two candidates are the ends: one thinks only of the batch effect, one is scVI, which thinks only of describing the cells. The others lie between. Watch their points move into place.',
      task: { words: 'Press “Train the front” and wait until it has finished, some 20 seconds.', show: 'front-train', done: (live) => candidatesOf(live).length > 2 },
      question: {
        ask: 'Which of the two ends describes the cells better, that is, has the lower U?',
        first: needsFront,
        options: (live) => optionsOf(['batch_only', 'scvi_only'].filter((kind) => candidatesOf(live).some((row) => row.kind === kind)), (kind) => (kind === 'batch_only' ? 'batch effect only' : 'scVI only')),
        check: (live, answer) => {
          const u = (/** @type {string} */ kind) => testScore(candidatesOf(live).find((row) => row.kind === kind) ?? candidatesOf(live)[0], 'u');
          const other = answer === 'batch_only' ? 'scvi_only' : 'batch_only';
          return u(answer) < u(other)
            ? { right: true, why: `Yes: its U is ${n(u(answer))}, that of the other end ${n(u(other))}. Caring for the batch effect alone costs a good description.` }
            : { right: false, why: 'In the figure of the candidates U runs across: points further to the left have a lower U. Point at the two outermost ones.' };
        },
      },
    },
    {
      title: 'Walk along the front',
      text: 'Go from one end to the other and look at the cells of each candidate, once coloured by batch and once by cell type. You want the batches mixed and the types apart. One type occurs in a single batch: there is nothing it should be mixed with.',
      task: { words: `Choose at least ${LOOKED_AT} candidates, one after the other: click their points, or use the arrow keys and Enter.`, show: 'figure-candidate_front', done: (live) => live.seen.length >= LOOKED_AT },
      sees: (live) => (candidatesOf(live).length > 0 && chosen(live) ? String(chosen(live)?.place) : null),
      question: {
        ask: 'On the way to “batch effect only”, V falls: the batches are mixed better and better. What does U do on this way?',
        first: needsFront,
        options: () => [{ value: 'rises', label: 'It rises: the cells are described worse' }, { value: 'falls', label: 'It falls as well: the cells are described better' }, { value: 'neither', label: 'Neither: there is no order in it' }],
        check: (live, answer) => {
          const rows = candidatesOf(live);
          const together = rankCorrelation(rows.map((row) => testScore(row, 'u')), rows.map((row) => testScore(row, 'v')));
          const truth = together <= -AGREE ? 'rises' : together >= AGREE ? 'falls' : 'neither';
          const [first, last] = [rows[0], rows[rows.length - 1]];
          return answer === truth
            ? { right: true, why: `Yes. From ${placeName(last)} to ${placeName(first)} V goes from ${n(testScore(last, 'v'))} to ${n(testScore(first, 'v'))}, and U from ${n(testScore(last, 'u'))} to ${n(testScore(first, 'u'))}. ${truth === 'rises' ? 'What you gain on one side you pay for on the other.' : ''}`.trim() }
            : { right: false, why: 'Follow the points from the top to the bottom (V falls) and see whether they go to the right (U rises) or to the left.' };
        },
      },
    },
    {
      title: 'What is lost?',
      text: 'U is an abstract number. A biologist asks whether the cell types can still be told apart. The silhouette says so: 1 when each type is far from all others, about 0 when the types run into each other.',
      task: { words: 'Choose “Silhouette of cell types (ASW)” for “Biology (across)”.', show: 'front-x', applyWords: 'Choose it for me', apply: ({ fronts }) => fronts.look({ x: 'asw' }), done: (live) => candidatesOf(live).length > 2 && live.fronts.x === 'asw' },
      question: {
        ask: 'Which candidate keeps the cell types furthest apart, that is, has the highest silhouette?',
        first: needsFront,
        options,
        check: (live, answer) => {
          const best = largest(candidatesOf(live), (row) => testScore(row, 'asw'));
          const row = given(live, answer);
          const end = candidatesOf(live)[0];
          if (row && best && testScore(row, 'asw') >= testScore(best, 'asw') - 5e-4) return { right: true, why: `Yes: ${n(testScore(row, 'asw'))}. At ${placeName(end)} it is ${n(testScore(end, 'asw'))}.${testScore(end, 'asw') < testScore(best, 'asw') ? ' The batch effect was removed, and some biology went with it.' : ''}` };
          return { right: false, why: `It has ${n(row && testScore(row, 'asw'))}. Higher is better here: look for the point furthest to the right, and choose it to see its name.` };
        },
      },
    },
    {
      title: 'No candidate is “the best”',
      text: 'A candidate is dominated if another one is at least as good in both wishes and better in one. Nobody needs a dominated candidate. Among the others you have to decide what matters more to you: no trace of the batch, or all of the biology.',
      task: { words: 'Put “Biology (across)” back to U, and read above the figure how many candidates are on the front.', show: 'front-x', applyWords: 'Put it back', apply: ({ fronts }) => fronts.look({ x: 'u', y: 'v' }), done: (live) => candidatesOf(live).length > 2 && live.fronts.x === 'u' && live.fronts.y === 'v' },
      question: {
        ask: 'How many candidates are not dominated in U and V, the two ends included?',
        first: needsFront,
        check: (live, answer) => {
          const rows = candidatesOf(live);
          const free = notDominated(rows, (row) => [testScore(row, 'u'), testScore(row, 'v')]).length;
          return onNumber(answer, free, 0, `Yes: ${free} of ${rows.length}. ${free > 1 ? 'Between them no number decides; the purpose does. To find a rare cell type, keep biology. To pool many donors, remove the batch effect.' : 'Here one candidate beats all others, which is rare.'}`,
            'The sentence above the figure counts them. Hollow points are dominated, filled ones are not.');
        },
      },
    },
  ],
};
