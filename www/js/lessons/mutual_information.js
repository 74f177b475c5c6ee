// What MINE measures: mutual information that can be seen.
import { largest, n, onNumber, optionsOf } from './facts.js';

/** @typedef {import('./types.js').Lesson} Lesson */
/** @typedef {import('./types.js').Live} Live */
/** @typedef {import('../store.js').PlaygroundRun} Run */

const NAMES = { mine: 'MINE', nn: 'nearest neighbours', classifier: 'classifier bound' };
/** Nats that are hardly worth mentioning. */
const CLOSE = 0.1;

/** The latest finished run with these settings. @param {Live} live @param {Partial<Run>} wanted @returns {Run | undefined} */
const runWith = ({ playground }, wanted) => playground.runs.findLast((run) => run.finished && Object.entries(wanted).every(([name, value]) => run[/** @type {keyof Run} */ (name)] === value));
/** @param {string} words @param {Partial<Run>} wanted */
const needs = (words, wanted) => (/** @type {Live} */ live) => (runWith(live, wanted) ? '' : words);
/** @param {number} separation @param {number} [samples] @param {number} [dims] @returns {[string, string][]} */
const settings = (separation, samples = 1000, dims = 2) => [['playground-case', 'gaussians'], ['playground-steps', '600'], ['playground-samples', String(samples)], ['playground-dims', String(dims)], ['playground-separation', String(separation)]];

const NOTHING = { kind: 'gaussians', separation: 0, dims: 2 };
const SOMETHING = { kind: 'gaussians', separation: 3, dims: 2 };
const ALL = { kind: 'gaussians', separation: 8, dims: 2 };
const FEW = { kind: 'gaussians', separation: 1, dims: 20, samples: 500 };
const AGAIN = 'Set the controls as the step says, press “Start” and wait until it has finished.';

/** Above, below or near the truth. @param {Run} run */
function standing(run) {
  const off = (run.estimates.mine ?? NaN) - run.truth;
  return off > CLOSE ? 'above' : off < -CLOSE ? 'below' : 'near';
}
const STANDINGS = optionsOf(['above', 'near', 'below'], (value) => ({ above: 'Clearly above the truth', near: `Within ${CLOSE} of the truth`, below: 'Clearly below the truth' })[value] ?? value);

/** @type {Lesson} */
export default {
  id: 'mutual-information',
  title: 'What MINE measures',
  question: 'How much does the place of a point tell about its category, and can an estimate of that be trusted?',
  minutes: 15,
  forWhom: 'Those who have met “mutual information” and want to see it. No biology is needed.',
  hide: ['data', 'explore', 'predict', 'results', 'runs', 'front-form', 'front-training', 'front-results', 'front-trouble', 'files'],
  steps: [
    {
      title: 'Do two things know of each other?',
      text: 'Mutual information says how much one thing tells about another: 0 if nothing. Here the one thing is the place of a point, the other is its category. In Trade-off it is the place of a cell, and the batch it was measured in.',
      task: { words: 'Open the playground. Its points are drawn from Gaussians (bell-shaped heaps), one for each category, so the true answer is known.', show: 'playground', done: ({ playground }) => playground.open },
    },
    {
      title: 'Nothing to know',
      text: 'With separation 0 all ten heaps lie on top of each other. Wherever a point is, it could belong to any category. MINE is a small network that learns to guess which places and categories belong together; what it gains is the estimate.',
      task: { words: 'Set: ten Gaussians, 1000 points, 2 dimensions, 600 learning steps, separation 0. Press “Start” and wait, some 7 seconds.', show: 'playground-start', applyWords: 'Set this for me', set: settings(0), done: (live) => runWith(live, NOTHING) !== undefined },
      question: {
        ask: 'What is the true mutual information here, in nats?',
        first: needs(AGAIN, NOTHING),
        check: (live, answer) => {
          const run = /** @type {Run} */ (runWith(live, NOTHING));
          return onNumber(answer, run.truth, 0.02, `Yes: ${Math.abs(run.truth).toFixed(2)}. MINE says ${n(run.estimates.mine)}: with few points an estimate is never exactly right, not even of nothing.`, 'The true value is a line in the right-hand plot, and it is written below the progress bar. What does a place tell if every category is everywhere?');
        },
      },
    },
    {
      title: 'Something to know',
      text: 'Move the heaps apart. Now the place of a point narrows down which category it may have. Mutual information is measured in nats: each 0.69 nats halve the number of categories that are left.',
      task: { words: 'Leave the rest as it is, set separation 3, and press “Start” again.', show: 'playground-separation', applyWords: 'Set this for me', set: settings(3), done: (live) => runWith(live, SOMETHING) !== undefined },
      question: {
        ask: 'Look at the last estimate of MINE. Where is it?',
        first: needs(AGAIN, SOMETHING),
        options: () => STANDINGS,
        check: (live, answer) => {
          const run = /** @type {Run} */ (runWith(live, SOMETHING));
          return answer === standing(run)
            ? { right: true, why: `Yes: MINE says ${n(run.estimates.mine)}, the truth is ${n(run.truth)}. With ${run.samples} points in ${run.dims} dimensions there is enough to learn from.` }
            : { right: false, why: 'The sentence below the progress bar has both numbers: subtract the truth from the estimate of MINE.' };
        },
      },
    },
    {
      title: 'Never more than there is',
      text: 'Move the heaps so far apart that they no longer touch. Then the place gives the category away completely. More cannot be known, however far apart they are.',
      task: { words: 'Set separation 8 and press “Start” again.', show: 'playground-separation', applyWords: 'Set this for me', set: settings(8), done: (live) => runWith(live, ALL) !== undefined },
      question: {
        ask: 'There are ten categories, equally frequent. Which number can the mutual information not exceed?',
        first: needs(AGAIN, ALL),
        options: () => optionsOf(['2', '10', 'none'], (value) => (value === 'none' ? 'There is no limit' : `the logarithm of ${value}, which is ${Math.log(Number(value)).toFixed(2)} nats`)),
        check: (live, answer) => {
          const run = /** @type {Run} */ (runWith(live, ALL));
          const limit = Math.log(run.categories);
          return Number(answer) === run.categories && run.truth <= limit + 0.01
            ? { right: true, why: `Yes: ${limit.toFixed(2)} nats tell one of ${run.categories} for certain. The truth here is ${n(run.truth)}, and MINE says ${n(run.estimates.mine)}.` }
            : { right: false, why: `The truth in this run is ${n(run.truth)}. It has come close to its limit, but not above: which of these numbers fits?` };
        },
      },
    },
    {
      title: 'Few points, many dimensions',
      text: 'Cells are not points in a plane: a latent space has ten or more dimensions, and there may be only some hundred cells. Here 18 of 20 dimensions are pure noise, and the network can learn its 500 points by heart.',
      task: { words: 'Set 500 points, 20 dimensions and separation 1, and press “Start”.', show: 'playground-dims', applyWords: 'Set this for me', set: settings(1, 500, 20), done: (live) => runWith(live, FEW) !== undefined },
      question: {
        ask: 'Where is the last estimate of MINE now?',
        first: needs(AGAIN, FEW),
        options: () => STANDINGS,
        check: (live, answer) => {
          const run = /** @type {Run} */ (runWith(live, FEW));
          const meaning = { below: 'It is asked about points that it has not seen; what it had learnt by heart is wrong there. Such an estimate is a bound from below: what it does not find may still be there.', above: 'It takes the noise for knowledge.', near: 'This time it was lucky.' }[standing(run)];
          return answer === standing(run)
            ? { right: true, why: `Yes: MINE says ${n(run.estimates.mine)}, the truth is ${n(run.truth)}. ${meaning}` }
            : { right: false, why: 'Compare the two numbers in the sentence below the progress bar. An estimate can even be negative, which no mutual information is.' };
        },
      },
    },
    {
      title: 'Which one to trust?',
      text: 'Three estimates are made of the same points. Nearest neighbours count, around each point, how many have its category; they learn nothing, so they learn nothing by heart. The other two are networks.',
      question: {
        ask: 'In the last run with 500 points and 20 dimensions: which estimate came nearest to the truth?',
        first: needs('Do the run of step 5 first: 500 points, 20 dimensions, separation 1.', FEW),
        options: () => optionsOf(Object.keys(NAMES), (value) => NAMES[/** @type {keyof typeof NAMES} */ (value)]),
        check: (live, answer) => {
          const run = /** @type {Run} */ (runWith(live, FEW));
          const off = (/** @type {string} */ name) => Math.abs((run.estimates[/** @type {keyof typeof NAMES} */ (name)] ?? Infinity) - run.truth);
          const best = largest(Object.keys(NAMES), (name) => -off(name));
          const all = Object.entries(NAMES).map(([name, words]) => `${words} ${n(run.estimates[/** @type {keyof typeof NAMES} */ (name)])}`).join(', ');
          return answer === best ? { right: true, why: `Yes. The truth is ${n(run.truth)}: ${all}. That is why this page shows more than one measure of the batch effect.` } : { right: false, why: `That one is ${n(off(answer))} away from the truth. Another one is nearer.` };
        },
      },
    },
  ],
};
