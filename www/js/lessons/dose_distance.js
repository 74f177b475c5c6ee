// What a perturbation does to cells: the E-distance over the dose.
import { alongDoses, ALL_CELLS, atArm, firstResponse, furthestType, hasDistances, hasPValues, isOpen, largest, n, needsDistances, onNumber, optionsOf, P_LIMIT, treatments } from './facts.js';

/** @typedef {import('./types.js').Lesson} Lesson */
/** @typedef {import('./types.js').Live} Live */

const METRIC = 'edistance';
/** How much larger a step has to be to count as larger. */
const CLEARLY = 1.25;

/** @param {Live} live */
const lastDose = (live) => treatments(live).at(-1)?.label ?? '';
/** A dose in the middle of the curve. @param {Live} live */
const middleDose = (live) => treatments(live).at(-3)?.label ?? '';

/** By how much the distance grows in two steps of the dose: one in the middle and the last. @param {Live} live */
function growth(live) {
  const rows = alongDoses(live, METRIC, furthestType(live, METRIC));
  const [a, b, c, d] = rows.slice(-4);
  return d ? { early: b.value - a.value, late: d.value - c.value, doses: [a, b, c, d].map(({ arm }) => arm) } : null;
}

/** @type {Lesson} */
export default {
  id: 'dose-distance',
  title: 'What a dose does to cells',
  question: 'How far does a treatment move cells, and does three times the dose move them three times as far?',
  minutes: 10,
  forWhom: 'A first look at treated cells. Nothing is trained.',
  hide: ['predict', 'results', 'trade-off', 'runs', 'drop-zone', 'catalogue', 'roles', 'explore-tabs', 'files'],
  distances: true,
  begin: ({ explore }) => explore.choose({ tab: 'distances', cell_type: null }),
  steps: [
    {
      title: 'Look at the data',
      text: 'Liver cells were given a chemical in rising doses; some cells were left untreated. For each cell we know its type and how active its genes are. The data were made by a simulator inside this page, so the true answers are known.',
      task: { words: 'Choose “Liver, nine doses, six cell types” in step 1. If it is chosen already, go on.', show: 'preset-liver-dose-response', done: (live) => isOpen(live, 'liver-dose-response') && live.design.summary !== null },
      question: {
        ask: 'The map on the page counts the cells of each type at each dose. How many cell types are there?',
        first: ({ design }) => (design.summary ? '' : 'Open the liver data first.'),
        check: ({ design }, answer) => onNumber(answer, design.summary?.cell_types.length ?? NaN, 0, `Yes: ${design.summary?.cell_types.join(', ')}. Each of them was treated with ${treatmentWords(design.summary?.arms.length ?? 0)}.`,
          'Count the rows of the map “Cells of each type and treatment”: each row is a cell type.'),
      },
    },
    {
      title: 'One number for a difference',
      text: 'Think of the untreated cells as one cloud of points and of the treated cells as another. The E-distance says how far the two clouds are apart: about 0 when they lie on top of each other, larger the further one has moved. The figure shows it for each dose.',
      task: { words: 'Go to step 2, Explore. Choose “E-distance” as the distance, and look at the figure with the doses along its lower edge.', show: 'explore-metric', applyWords: 'Choose E-distance', apply: ({ explore }) => explore.choose({ tab: 'distances', metric: METRIC }), done: (live) => hasDistances(live) && live.explore.choices.metric === METRIC },
      question: {
        ask: 'Take all cell types together. Which dose moves the cells furthest from the untreated ones?',
        first: needsDistances,
        options: (live) => optionsOf(treatments(live).map(({ label }) => label), (label) => `dose ${label}`),
        check: (live, answer) => {
          const best = largest(alongDoses(live, METRIC, ALL_CELLS), ({ value }) => value);
          const given = alongDoses(live, METRIC, ALL_CELLS).find(({ arm }) => arm === answer);
          return answer === best?.arm
            ? { right: true, why: `Yes. For all cells together the E-distance is ${n(best.value)} at dose ${best.arm}, more than at any other dose.` }
            : { right: false, why: `At dose ${answer} the E-distance of all cells is ${n(given?.value)}. Another dose has a larger one: look for the highest point of the lines.` };
        },
      },
    },
    {
      title: 'Not every cell type answers alike',
      text: 'Each line of the figure is a cell type. All types got the same chemical in the same doses, and still some lines climb higher than others. How strongly a cell responds depends on which genes it can switch on at all.',
      task: { words: 'Point at the lines, or move along them with the arrow keys, to read which type each of them is.', show: 'figure-distances_along_doses', done: hasDistances },
      question: {
        ask: (live) => `Which cell type is moved furthest by the highest dose, ${lastDose(live)}?`,
        first: needsDistances,
        options: ({ design }) => optionsOf(design.summary?.cell_types ?? []),
        check: (live, answer) => {
          const rows = atArm(live, METRIC, lastDose(live));
          const best = largest(rows, ({ value }) => value);
          const least = largest(rows, ({ value }) => -value);
          const given = rows.find(({ cell_type }) => cell_type === answer);
          return answer === best?.cell_type
            ? { right: true, why: `Yes. ${best.cell_type} are moved by ${n(best.value)}, ${least?.cell_type} by no more than ${n(least?.value)}: the same dose, ${(best.value / (least?.value ?? NaN)).toFixed(1)} times the distance.` }
            : { right: false, why: `${answer} are moved by ${n(given?.value)}. One type has a higher point at the right end of its line.` };
        },
      },
    },
    {
      title: 'Read a number',
      text: 'A figure gives a feeling; for a report you need the number. Every figure of this page can be turned into a table with its button “Table”, and saved.',
      task: { words: 'Press “Table” above the figure with the doses, or point at a mark of the figure.', show: 'figure-distances_along_doses', done: hasDistances },
      question: {
        ask: (live) => `What is the E-distance of ${furthestType(live, METRIC)} at dose ${middleDose(live)}?`,
        first: needsDistances,
        check: (live, answer) => {
          const type = furthestType(live, METRIC);
          const row = alongDoses(live, METRIC, type).find(({ arm }) => arm === middleDose(live));
          const truth = row?.value ?? NaN;
          return onNumber(answer, truth, Math.max(0.05, Math.abs(truth) * 0.02), `Yes, it is ${n(truth)}, measured between ${row?.n_treated} treated and ${row?.n_control} untreated cells.`,
            `Not quite. In the table, look for the row with ${type} and dose ${middleDose(live)}; two digits after the point are enough.`);
        },
      },
    },
    {
      title: 'Where does the response begin?',
      text: `Even at the weakest dose the distance is not exactly 0, because no two handfuls of cells are the same. The p-value says how often chance alone gives so large a distance. Below ${P_LIMIT} we call it a response here.`,
      task: { words: 'Wait until intervals and p-values are computed; this takes some seconds. Then point at the marks of the figure, or go along them with the arrow keys, to read p. If you see the table, press “Table” again.', show: 'figure-distances_along_doses', done: hasPValues },
      question: {
        ask: (live) => `What is the lowest dose at which ${furthestType(live, METRIC)} have a p-value below ${P_LIMIT}?`,
        first: (live) => needsDistances(live) || (hasPValues(live) ? '' : 'Wait until the p-values are computed: they come last.'),
        options: (live) => optionsOf(treatments(live).map(({ label }) => label), (label) => `dose ${label}`),
        check: (live, answer) => {
          const rows = alongDoses(live, METRIC, furthestType(live, METRIC));
          const first = firstResponse(rows);
          const given = rows.find(({ arm }) => arm === answer);
          if (answer === first?.arm) return { right: true, why: `Yes. At dose ${first.arm} the distance is only ${n(first.value)}, but chance alone makes one so large in ${percent(first.p_value)} of the cases. Weaker doses cannot be told from chance with so few cells.` };
          if ((given?.p_value ?? 1) >= P_LIMIT) return { right: false, why: `At dose ${answer} p is ${n(given?.p_value)}: chance alone does that often. Try a higher dose.` };
          return { right: false, why: `At dose ${answer} p is ${n(given?.p_value)}, so there is a response. But is it the lowest such dose?` };
        },
      },
    },
    {
      title: 'Does it go on like that?',
      text: 'From one dose to the next the amount grows about three times. If the cells moved three times as far each time, there would be no end to it. Drugs usually behave otherwise: a steep middle, and then little more to gain.',
      task: { words: 'Tick “fitted curves with EC50” to see smooth curves. The EC50 is the dose of half the effect.', show: 'explore-fits', done: (live) => hasDistances(live) && live.explore.choices.fits },
      question: {
        ask: (live) => {
          const found = growth(live);
          const [a, b, c, d] = found?.doses ?? ['?', '?', '?', '?'];
          return `Compare two steps of the dose for ${furthestType(live, METRIC)}: from ${a} to ${b}, and from ${c} to ${d}. In the last step the distance grows`;
        },
        first: needsDistances,
        options: () => [{ value: 'more', label: 'more than in the earlier step' }, { value: 'same', label: 'about as much' }, { value: 'less', label: 'less than in the earlier step' }],
        check: (live, answer) => {
          const found = growth(live);
          if (!found) return { right: false, why: 'There are too few doses to compare.' };
          const truth = found.late > CLEARLY * found.early ? 'more' : found.late * CLEARLY < found.early ? 'less' : 'same';
          const [a, b, c, d] = found.doses;
          const numbers = `From dose ${a} to ${b} the distance grows by ${n(found.early)}, from ${c} to ${d} by ${n(found.late)}.`;
          const meaning = { less: 'The response saturates: more of the chemical does little more.', more: 'The response has not reached its limit at these doses.', same: 'There is no sign of a limit yet.' }[truth];
          return answer === truth ? { right: true, why: `Yes. ${numbers} ${meaning}` } : { right: false, why: `Read the line's height at the doses ${a}, ${b}, ${c} and ${d}, and subtract: the second less the first, the fourth less the third.` };
        },
      },
    },
  ],
};

/** @param {number} arms  with the control */
const treatmentWords = (arms) => `${arms - 1} doses, and some of its cells with none`;
/** @param {number | null} share */
const percent = (share) => (share === null ? '?' : `${(100 * share).toFixed(0)} %`);
