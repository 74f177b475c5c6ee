// Why a distance needs its noise floor.
import { alongDoses, furthestType, hasDistances, isOpen, largest, n, needsDistances, onNumber, optionsOf, treatments } from './facts.js';
import { withPreset } from './with_preset.js';

/** @typedef {import('./types.js').Lesson} Lesson */
/** @typedef {import('./types.js').Live} Live */
/** @typedef {import('./types.js').DistanceRow} DistanceRow */

const PRESET = 'liver-dose-response';
const METRIC = 'euclidean';
const FEW_CELLS = 800;
const ALL = 3000;
/** What is about as large does not count as a change. */
const CLEARLY = 1.1;

/** The type the lesson speaks of: the one that responds most. @param {Live} live */
const type = (live) => furthestType(live, METRIC);
/** @param {Live} live @param {string} arm */
const rowAt = (live, arm) => alongDoses(live, METRIC, type(live)).find((row) => row.arm === arm);
/** @param {Live} live */
const weakest = (live) => treatments(live)[0]?.label ?? '';
/** The strongest dose. @param {Live} live */
const strongest = (live) => treatments(live).at(-1)?.label ?? '';
/** The weakest dose that stands clear of its floor. @param {Live} live */
const firstClear = (live) => alongDoses(live, METRIC, type(live)).find(clear);
/** @param {DistanceRow | undefined} row */
function clear(row) {
  return row !== undefined && row.floor_high !== null && row.value > row.floor_high;
}
/** Cells of the exploration. @param {Live} live */
const cellsAsked = ({ explore }) => Number(explore.file?.preprocess.max_cells ?? NaN);

const YES_NO = [{ value: 'yes', label: 'Yes, it stands clear of it' }, { value: 'no', label: 'No, noise alone makes as large a distance' }];

/** @type {Lesson} */
export default {
  id: 'noise-floor',
  title: 'A distance needs its noise floor',
  question: 'Treated and untreated cells are 1.8 apart. Is that much?',
  minutes: 10,
  forWhom: 'Anybody who measures how different two groups are, of cells or of anything else.',
  hide: ['predict', 'results', 'trade-off', 'runs', 'drop-zone', 'catalogue', 'roles', 'explore-tabs', 'files'],
  distances: true,
  begin: ({ explore }) => explore.choose({ tab: 'distances', cell_type: null }),
  steps: [
    {
      title: 'A plain distance',
      text: 'Take the mean of the treated cells and the mean of the untreated ones, and measure the straight line between them. That is the Euclidean distance of means. Nothing could be simpler, and it has a trap.',
      task: { words: 'Open the liver data in step 1. In step 2, Explore, choose the distance “Euclidean distance of means”.', show: 'explore-metric', applyWords: 'Set this for me', apply: (page) => withPreset(page, PRESET, () => page.explore.choose({ tab: 'distances', metric: METRIC })), done: (live) => isOpen(live, PRESET) && hasDistances(live) && live.explore.choices.metric === METRIC },
      question: {
        ask: (live) => `The lowest dose, ${weakest(live)}, does next to nothing. What is the distance of ${type(live)} at this dose?`,
        first: needsDistances,
        check: (live, answer) => {
          const truth = rowAt(live, weakest(live))?.value ?? NaN;
          return onNumber(answer, truth, Math.max(0.05, truth * 0.03), `Yes: ${n(truth)}, although next to nothing was done to the cells. So where does it come from?`, `Point at the leftmost mark of the line of ${type(live)} in the figure with the doses, or press “Table” and find dose ${weakest(live)}.`);
        },
      },
    },
    {
      title: 'Measure nothing',
      text: 'Now take untreated cells only, part them at random into two groups, and measure the distance between the groups. Nothing was done to either. Whatever comes out is noise: it is the floor that a real response has to rise above. The page draws it in grey.',
      task: { words: 'Find the grey in the figure with the doses along its lower edge. To read its number, press “Table” above the figure “Per cell type”.', show: 'figure-distances_per_type', done: hasDistances },
      question: {
        ask: (live) => `What is the noise floor of ${type(live)}?`,
        first: needsDistances,
        check: (live, answer) => {
          const row = rowAt(live, weakest(live));
          const [low, high] = [row?.floor ?? NaN, row?.floor_high ?? NaN];
          return onNumber(answer, (low + high) / 2, Math.abs(high - low) / 2 + 0.05, `Yes: two random parts of the untreated cells are ${n(low)} apart, and rarely more than ${n(high)}. The mean of a few cells is never quite the same twice.`, `In the table of “Per cell type”, look for the floor in the row of ${type(live)}. Or read off the height of the grey.`);
        },
      },
    },
    {
      title: 'Above or below?',
      text: 'A distance says nothing by itself. Compare it with its floor: below it you have seen nothing but noise, clearly above it something has happened.',
      task: { words: 'Look at the lowest dose in the figure with the doses: is the mark of the line above the grey?', show: 'figure-distances_along_doses', done: hasDistances },
      question: {
        ask: (live) => `Does the distance of ${type(live)} at dose ${weakest(live)} stand clear of its noise floor?`,
        first: needsDistances,
        options: () => YES_NO,
        check: (live, answer) => {
          const row = rowAt(live, weakest(live));
          const truth = clear(row) ? 'yes' : 'no';
          return answer === truth
            ? { right: true, why: `Yes, you are right: the distance is ${n(row?.value)}, and noise reaches up to ${n(row?.floor_high)}. ${truth === 'no' ? 'Nobody should report it as a response.' : 'So there is a response.'}` }
            : { right: false, why: `Compare the two numbers: the distance is ${n(row?.value)}, the upper end of the noise ${n(row?.floor_high)}.` };
        },
      },
    },
    {
      title: 'Where the response comes out',
      text: 'With rising dose the distance grows, while the floor stays where it is: it depends on the cells that were measured, not on the treatment. Somewhere the distance comes out of the noise.',
      task: { words: 'Follow the line from left to right until its mark stands above the grey. The table of the figure has the numbers.', show: 'figure-distances_along_doses', done: hasDistances },
      notes: (live) => {
        const row = rowAt(live, strongest(live));
        return hasDistances(live) && cellsAsked(live) !== FEW_CELLS && row?.floor_high ? { floor: row.floor_high, control: row.n_control } : null;
      },
      question: {
        ask: (live) => `What is the lowest dose at which ${type(live)} stand clear of their noise floor?`,
        first: needsDistances,
        options: (live) => optionsOf(treatments(live).map(({ label }) => label), (label) => `dose ${label}`),
        check: (live, answer) => {
          const first = firstClear(live);
          const row = rowAt(live, answer);
          if (answer === first?.arm) return { right: true, why: `Yes: at dose ${first.arm} the distance is ${n(first.value)}, above the ${n(first.floor_high)} that noise reaches. That is a response.` };
          return { right: false, why: clear(row) ? `At dose ${answer} the distance of ${n(row?.value)} is above the floor, but is it the lowest such dose?` : `At dose ${answer} the distance is ${n(row?.value)}, and noise reaches ${n(row?.floor_high)}. Try a higher dose.` };
        },
      },
    },
    {
      title: 'Fewer cells',
      text: `Cells cost money. What if fewer had been measured? The page can draw ${FEW_CELLS} of the cells, so that each type at each dose keeps its share, and do everything again.`,
      task: {
        words: `Explore again with ${FEW_CELLS} cells, and watch the grey.`, show: 'figure-distances_along_doses', applyWords: `Use ${FEW_CELLS} cells`,
        apply: ({ store, explore }) => {
          store.patch('plan', { preprocess: { ...store.state.plan.preprocess, maxCells: FEW_CELLS } });
          void explore.begin();
        },
        done: (live) => hasDistances(live) && cellsAsked(live) === FEW_CELLS,
      },
      question: {
        ask: (live) => `With fewer cells, what has become of the noise floor of ${type(live)}?`,
        first: (live) => (cellsAsked(live) === FEW_CELLS ? needsDistances(live) : `Explore with ${FEW_CELLS} cells first.`) || (live.notes.floor === undefined ? 'The floor with all cells has not been seen: use all cells again (step 6), look at step 4, and come back.' : ''),
        options: () => [{ value: 'lower', label: 'It is lower' }, { value: 'same', label: 'It is about the same' }, { value: 'higher', label: 'It is higher' }],
        check: (live, answer) => {
          const row = rowAt(live, strongest(live));
          const [now, before] = [row?.floor_high ?? NaN, live.notes.floor];
          const truth = now > CLEARLY * before ? 'higher' : now * CLEARLY < before ? 'lower' : 'same';
          return answer === truth
            ? { right: true, why: `Yes: noise now reaches ${n(now)}; before it was ${n(before)}. Each group has ${row?.n_control} cells instead of ${live.notes.control}, and a mean of fewer cells is less certain. Responses that stood clear before may now be lost in the noise.` }
            : { right: false, why: `Before, noise reached ${n(before)}. Read the upper end of the grey now.` };
        },
      },
    },
    {
      title: 'Distances with and without a trap',
      text: 'Some distances are built so that noise cancels out: they are about 0 for two equal groups, however few cells there are. Others never are. Both are useful, if you know which one you have.',
      task: {
        words: 'Go back to all cells, and choose “all, side by side” under “Distance”. In which plot does the grey lie at about 0, far below the strongest doses?', show: 'explore-metric', applyWords: 'Set this for me',
        apply: ({ store, explore }) => {
          const { preprocess } = store.state.plan;
          explore.choose({ metric: 'all' });
          if (preprocess.maxCells >= ALL) return;
          store.patch('plan', { preprocess: { ...preprocess, maxCells: ALL } });
          void explore.begin();
        },
        done: (live) => hasDistances(live) && live.explore.choices.metric === 'all' && cellsAsked(live) !== FEW_CELLS,
      },
      question: {
        ask: (live) => `Which of these distances has the lowest noise floor for ${furthestType(live, 'edistance')}, compared with its value at dose ${strongest(live)}?`,
        first: needsDistances,
        options: () => optionsOf(['edistance', 'euclidean', 'wasserstein'], (value) => ({ edistance: 'E-distance', euclidean: 'Euclidean distance of means', wasserstein: 'Wasserstein' })[value] ?? value),
        check: (live, answer) => {
          const share = (/** @type {string} */ metric) => {
            const row = alongDoses(live, metric, furthestType(live, 'edistance')).find(({ arm }) => arm === strongest(live));
            return row?.floor === null || row === undefined ? Infinity : Math.abs(row.floor) / row.value;
          };
          const percent = (/** @type {string} */ metric) => `${(100 * share(metric)).toFixed(1)} %`;
          const best = largest(['edistance', 'euclidean', 'wasserstein'], (metric) => -share(metric));
          return answer === best
            ? { right: true, why: `Yes: its floor is ${percent(answer)} of its value at the highest dose. For the others it is ${['edistance', 'euclidean', 'wasserstein'].filter((metric) => metric !== answer).map(percent).join(' and ')}. A distance without its floor is half a result.` }
            : { right: false, why: `Its floor is ${percent(answer)} of its value at the highest dose: another one has less.` };
        },
      },
    },
  ],
};
