// Lessons without a page: well-formed, about things that the page has, and judging by what the state says.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.mjs';
import { tell, test } from '../lib/runner.mjs';
import { initialState } from '../../www/js/store.js';
import { HIDEABLE, knownParts } from '../../www/js/lessons/hideable.js';
import { notDominated, rankCorrelation, typed } from '../../www/js/lessons/facts.js';
import { LESSONS, lessonOf } from '../../www/js/lessons/index.js';
import { asLesson, fromLink, MOST, ownLesson, toLink } from '../../www/js/lessons/own.js';

// Older versions of Node have none; the page's first state asks it for the number of cores.
globalThis.navigator ??= { hardwareConcurrency: 2 };

const WWW = join(ROOT, 'www');
const sources = readdirSync(join(WWW, 'js'), { recursive: true }).filter((name) => String(name).endsWith('.js')).map((name) => readFileSync(join(WWW, 'js', String(name)), 'utf8')).join('\n');

/** Whether the page's source makes an element with this test name. */
function exists(name) {
  const literal = (text) => sources.includes(`'${text}'`);
  if (name.startsWith('figure-')) return sources.includes(`name: '${name.slice('figure-'.length)}'`);
  if (name.startsWith('preset-')) return sources.includes('test: `preset-${preset.name}`') && readFileSync(join(ROOT, 'crate/src/data/simulate/presets.rs'), 'utf8').includes(`"${name.slice('preset-'.length)}"`);
  if (name.startsWith('shown-')) return sources.includes('test: `shown-${part}`') && literal(name.slice('shown-'.length));
  if (name === 'train' || name === 'front-train') return sources.includes('test: `${test}train`') && (name === 'train' || sources.includes("test: 'front-', label: 'Progress of the front'"));
  return sources.includes(`test: '${name}'`) || sources.includes(`id: '${name}'`);
}

const DOSES = [0, 0.01, 0.1, 1, 10];
const TYPES = ['Type A', 'Type B'];

/**
 * A page on which everything was done. `turn` turns the facts over: another type responds most, another model wins, the front runs the
 * other way.
 */
function done(turn, preset) {
  const state = initialState();
  const arms = DOSES.map((dose) => ({ label: String(dose), condition: null, dose, control: dose === 0 }));
  state.data = { ...state.data, phase: 'ready', source: { preset, seed: 1 }, summary: { obs: [{ name: 'batch', type: 'labels', n_levels: turn ? 3 : 2 }] } };
  state.roles.batch = 'batch';
  state.design = { busy: false, error: null, summary: { cell_types: turn ? [...TYPES, 'Type C'] : TYPES, arms, counts: [[30, 30, 30, 30, 30], [20, 20, 20, 20, 20], [9, 9, 9, 9, 9]], possible: TYPES } };
  state.plan = { ...state.plan, heldOut: [turn ? 'Type B' : 'Type A'], arm: 'all' };
  const size = turn ? [0, 5, 6, 7, 20] : [0, 0.1, 3, 9, 11];
  const distances = ['edistance', 'euclidean', 'wasserstein'].flatMap((metric, m) => ['All cells', ...TYPES].flatMap((cell_type) => DOSES.slice(1).map((dose, d) => {
    const strong = (cell_type === 'Type A') !== turn;
    return {
      cell_type, arm: String(dose), dose, metric, n_control: 30, n_treated: 30, value: turn && cell_type === 'All cells' ? 30 - size[d + 1] : size[d + 1] * (strong ? 2 : 1) + m, p_value: d < (turn ? 2 : 1) ? 0.4 : 0.01,
      floor: turn ? 3 - m : m + 0.1, floor_high: turn ? 7.5 - m : m + 1.5,
    };
  })));
  const r2 = (model, d) => ({ no_change: turn ? 0.5 : 0.97 - 0.2 * d, scgen: turn ? 0.9 - 0.2 * d : 0.95 - 0.02 * d, mean_shift: 0.7 })[model];
  const degs = { no_change: turn ? 80 : 9, scgen: turn ? 30 : 60, mean_shift: 75 };
  state.results = { ...state.results, shown: 0, metric: 'r2_all', rows: DOSES.slice(1).flatMap((dose, d) => ['scgen', 'no_change', 'mean_shift'].map((model, i) => ({ index: 3 * d + i, model, cell_type: 'Type A', arm: String(dose), dose, metrics: { r2_all: r2(model, d), common_degs: degs[model] + (turn ? -5 * i : 0) } }))) };
  state.run = { ...state.run, phase: 'finished' };
  state.frontRun = { ...state.frontRun, phase: 'finished' };
  const KINDS = ['batch_only', 'preference', 'preference', 'scvi_only'];
  state.fronts = { ...state.fronts, rows: KINDS.map((kind, place) => ({ index: place, place, kind, method: 'scalarisation', measure: 'hsic', split: 1, u: null, v: null, train: {}, test: turn ? { u: 200 + 10 * place, v: 0.1 + 0.1 * place, asw: 0.8 - 0.1 * place } : { u: 240 - 10 * place, v: 0.1 + 0.1 * place, asw: 0.3 + 0.1 * place } })) };
  const run = (separation, dims, samples, truth, mine) => ({ kind: 'gaussians', separation, dims, samples, truth, categories: turn ? 2 : 10, finished: true, estimates: { mine, nn: truth + (turn ? 0.9 : 0.01), classifier: truth + 0.5 } });
  state.playground = { open: true, runs: [run(0, 2, 1000, turn ? 0.4 : 0, 0.1), run(3, 2, 1000, turn ? 0.6 : 1.5, turn ? 0.9 : 1.48), run(8, 2, 1000, turn ? 0.69 : 2.3, 2.2), run(1, 20, 500, 0.4, turn ? 0.41 : -2)] };
  state.explore = { ...state.explore, known: { ...state.explore.known, distances: 1 }, file: { preprocess: { max_cells: 800 } }, choices: { ...state.explore.choices, metric: 'edistance' } };
  return { ...state, distances, seen: ['0', '1', '2'], notes: { floor: turn ? 20 : 0.9, control: 50 } };
}

/** The same page before anything was done. */
const untouched = () => ({ ...initialState(), distances: null, seen: [], notes: {} });

/** All answers that are right: of the options, or of the numbers that a person might type. */
function rightAnswers(question, live) {
  const options = question.options?.(live).map(({ value }) => value) ?? null;
  const given = options ?? Array.from({ length: 26000 }, (_, i) => String(i / 100));
  return { options, right: given.filter((answer) => question.check(live, answer).right) };
}

test('lessons: every lesson is whole', () => {
  assert.equal(new Set(LESSONS.map(({ id }) => id)).size, LESSONS.length);
  const names = new Set(HIDEABLE.map(({ name }) => name));
  for (const lesson of LESSONS) {
    assert.match(lesson.id, /^[a-z]+(-[a-z]+)*$/);
    assert.ok(lesson.title.length > 8 && lesson.question.endsWith('?') && lesson.minutes > 0 && lesson.forWhom.length > 20, lesson.id);
    assert.ok(lesson.steps.length >= 4 && lesson.steps.length <= 7, `${lesson.id} has ${lesson.steps.length} steps`);
    assert.ok(lesson.steps.filter(({ question }) => question).length >= 4, `${lesson.id} asks too little`);
    for (const name of lesson.hide) assert.ok(names.has(name), `${lesson.id} hides ${name}, which is no part of the page`);
    for (const { title, text, task, question } of lesson.steps) {
      const sentences = text.split(/[.?!](?:\s|$)/).filter(Boolean).length;
      assert.ok(sentences >= 2 && sentences <= 5, `${lesson.id}, ${title}: ${sentences} sentences`);
      assert.ok(task || question, `${lesson.id}, ${title}: nothing to do`);
      if (!task) continue;
      assert.ok(task.words.length > 20 && Boolean(task.applyWords) === Boolean(task.apply || task.set), `${lesson.id}, ${title}`);
      for (const name of [task.show, ...(task.set ?? []).map(([control]) => control)]) assert.ok(exists(name), `${lesson.id}, ${title}: nothing on the page is called ${name}`);
    }
  }
  assert.equal(lessonOf('nothing'), null);
});

test('lessons: each part that can be hidden has its rule, and is on the page', () => {
  const css = readFileSync(join(WWW, 'css', 'lessons.css'), 'utf8');
  const html = readFileSync(join(WWW, 'index.html'), 'utf8');
  for (const { name, label, selector } of HIDEABLE) {
    assert.ok(css.includes(`[data-hide~="${name}"] ${selector}`), `lessons.css has no rule for ${name}`);
    assert.ok(label.length > 3);
    // The sixth step is not there in every version of the page.
    if (name === 'runs') continue;
    const last = selector.split(' ').at(-1).split('.').filter(Boolean).at(-1);
    const [, byTest] = /data-testid="([^"]+)"/.exec(selector) ?? [];
    const found = byTest ? sources.includes(`test: '${byTest}'`) : last.startsWith('#') ? html.includes(`id="${last.slice(1)}"`) || sources.includes(`id: '${last.slice(1)}'`) : new RegExp(`class: '[^']*\\b${last}\\b`).test(sources);
    assert.ok(found, `${name}: nothing on the page fits ${selector}`);
  }
  assert.deepEqual(knownParts(['predict', '<script>', 7, 'data']), ['data', 'predict']);
  assert.deepEqual(knownParts('data'), []);
});

test('lessons: before anything is done each question says what to do first, or can be answered', () => {
  for (const lesson of LESSONS) {
    lesson.steps.forEach(({ title, task, question }, i) => {
      const live = untouched();
      if (task && i > 0) assert.equal(task.done(live), false, `${lesson.id}, ${title} is done before it was begun`);
      if (!question) return;
      const first = question.first?.(live) ?? '';
      assert.ok(first.length > 20, `${lesson.id}, ${title} says nothing of what it needs`);
      // It is drawn all the same.
      assert.ok((typeof question.ask === 'function' ? question.ask(live) : question.ask).length > 10);
      question.options?.(live);
    });
  }
});

test('lessons: answers are judged by the state: on pages where the facts are otherwise, other answers are right', () => {
  let moved = 0;
  let asked = 0;
  for (const lesson of LESSONS) {
    for (const { title, question } of lesson.steps) {
      if (!question) continue;
      const where = `${lesson.id}, ${title}`;
      const [a, b] = [false, true].map((turn) => {
        const live = done(turn, lesson.id === 'batch-or-biology' ? 'marrow-two-batches' : 'liver-dose-response');
        assert.equal(question.first?.(live) ?? '', '', where);
        const { options, right } = rightAnswers(question, live);
        assert.ok(right.length > 0, `${where}: no answer is right`);
        if (options) assert.ok(right.length < options.length, `${where}: no answer is wrong`);
        const wrong = options ? options.find((answer) => !right.includes(answer)) : '99999';
        for (const answer of [right[0], wrong]) {
          const { why } = question.check(live, answer);
          assert.ok(why.length > 15 && !/undefined|NaN|null/.test(why), `${where}: ${why}`);
        }
        // An explanation has a number of the page in it.
        assert.match(question.check(live, right[0]).why, /\d|Type A|Type B/, where);
        if (!options) assert.match(question.check(live, 'many').why, /number/);
        return JSON.stringify(right);
      });
      asked += 1;
      if (a !== b) moved += 1;
      else tell(`the same on both pages: ${where}`);
    }
  }
  tell(`${moved} of ${asked} questions have other right answers on the other page`);
  assert.ok(moved >= asked - 2, 'answers do not follow the state');
});

test('lessons: small functions', () => {
  assert.equal(typed('0,25'), 0.25);
  assert.equal(typed('−3'), -3);
  assert.ok(Number.isNaN(typed(' ')) && Number.isNaN(typed('x')));
  assert.equal(rankCorrelation([1, 2, 3], [3, 2, 1]), -1);
  assert.equal(rankCorrelation([1, 2, 3], [4, 5, 9]), 1);
  assert.deepEqual(notDominated([[1, 3], [2, 2], [2, 3], [3, 1]], (both) => both), [[1, 3], [2, 2], [3, 1]]);
});

test('lessons: a teacher’s lesson comes back as it was; what others put into it stays text and is cut', () => {
  const own = { title: 'Fibroblasts', steps: [{ title: 'Look', text: 'Look at them.' }, { title: 'Say', text: '', question: { ask: 'How many?', options: ['one', 'two'], right: 1, why: 'I counted.' } }] };
  const remarks = [];
  const found = fromLink(toLink({ id: 'own', own, hide: ['predict'], step: 1 }).lesson, ['predict', 'nonsense'], lessonOf, remarks);
  assert.deepEqual(found, { id: 'own', own, hide: ['predict'], step: 1 });
  assert.ok(remarks.length === 1 && /“nonsense”/.test(remarks[0]), remarks.join());
  const odd = [];
  assert.deepEqual(fromLink('no-change.2', 'predict', lessonOf, odd).hide, lessonOf('no-change').hide);
  assert.ok(odd.length === 1 && /list/.test(odd[0]), odd.join());
  const none = [];
  fromLink('no-change.2', ['predict'], lessonOf, none);
  assert.deepEqual(none, []);
  const { steps } = asLesson(own, []);
  assert.equal(steps[1].question.check({}, '1').why, 'I counted.');
  assert.equal(steps[1].question.check({}, '0').right, false);
  assert.deepEqual(fromLink('noise-floor.3', undefined, lessonOf, []), { id: 'noise-floor', own: null, hide: lessonOf('noise-floor').hide, step: 2 });

  const long = 'x'.repeat(5000);
  const hostile = ownLesson({ title: `<img src=x onerror=alert(1)>${long}`, steps: [...Array.from({ length: 40 }, () => ({ title: long, text: `\u202e${long}`, question: { ask: long, options: Array.from({ length: 50 }, () => long), right: 1, why: long } })), 7] }, []);
  assert.equal(hostile.title.length, MOST.title);
  assert.equal(hostile.steps.length, MOST.steps);
  assert.ok(hostile.steps.every(({ title, text, question }) => title.length <= MOST.title && text.length <= MOST.text && !text.includes('\u202e') && question.options.length === MOST.options && question.options.every((each) => each.length <= MOST.option)));
  for (const bad of [null, 7, [], {}, { steps: 'no' }, { steps: [] }, { steps: [null, 1, { text: 9 }] }, { title: 't', steps: [{ question: { ask: 'q', options: ['only one'], right: 0 } }] }]) {
    const said = [];
    assert.equal(ownLesson(bad, said), null);
    assert.ok(said.length > 0);
  }
  for (const bad of ['nothing.2', '{"title":', '../../x', 'a'.repeat(9000), 12, ['no-change.1']]) {
    const said = [];
    assert.equal(fromLink(bad, [], lessonOf, said), null, String(bad).slice(0, 30));
    assert.ok(said.length > 0);
  }
  assert.equal(fromLink('no-change.99', [], lessonOf, []).step, lessonOf('no-change').steps.length);
});
