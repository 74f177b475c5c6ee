// The open lesson: which step, what was answered, what is hidden; and what lessons read of the page.
import { LESSONS, lessonOf } from './lessons/index.js';
import { asLesson, fromLink, OWN, toLink } from './lessons/own.js';
import { setControls } from './lessons/point.js';

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./store.js').State} State */
/** @typedef {import('./store.js').LessonState} LessonState */
/** @typedef {import('./lessons/types.js').Lesson} Lesson */
/** @typedef {import('./lessons/types.js').Live} Live */
/** @typedef {import('./lessons/types.js').OwnLesson} OwnLesson */
/** @typedef {import('./lessons/types.js').DistanceRow} DistanceRow */

/** How far somebody has come in a lesson: what a reload is not to lose. @typedef {Omit<LessonState, "distances">} KeptLesson */

/** What lessons look at: a change of anything else cannot change what they say. */
export const READ = /** @type {const} */ (['data', 'design', 'roles', 'plan', 'run', 'results', 'explore', 'frontPlan', 'frontRun', 'fronts', 'playground', 'lesson']);
/** Steps of a lesson that are remembered as looked at. */
const MOST_SEEN = 40;

/** A lesson at its first step. @param {string} id @param {OwnLesson | null} own @param {string[]} hide @param {number} step @returns {LessonState} */
const fresh = (id, own, hide, step) => ({ id, own, hide, step, answers: {}, seen: {}, notes: {}, hiding: true, folded: false, distances: null });

export class LessonActions {
  /** @param {Store} store @param {import('./engine_actions.js').EngineActions} engines */
  constructor(store, engines) {
    this.store = store;
    this.engines = engines;
    /** The distances that are in the store, or on their way. */
    this.asked = '';
    /** The page, for what a step does: known once it is put together. @type {import('./main.js').Page | null} */
    this.page = null;
    /** The open lesson, made once. @type {{of: LessonState | null, lesson: Lesson | null}} */
    this.made = { of: null, lesson: null };
    store.subscribe(['explore', 'lesson'], () => void this.readDistances());
    store.subscribe([...READ], () => this.look());
  }

  /** @returns {LessonState | null} */
  get now() {
    return this.store.state.lesson;
  }

  /** The lesson that is open. @returns {Lesson | null} */
  get lesson() {
    const { now, made } = this;
    if (!now) return null;
    if (made.of?.id !== now.id || made.of.own !== now.own) this.made = { of: now, lesson: now.own ? asLesson(now.own, now.hide) : lessonOf(now.id) };
    return this.made.lesson;
  }

  /** What lessons read, as it is now. @returns {Live} */
  live() {
    const { state } = this.store;
    const { lesson } = state;
    return { ...state, distances: lesson?.distances ?? null, seen: lesson?.seen[lesson.step] ?? [], notes: lesson?.notes ?? {} };
  }

  /** @param {Partial<LessonState>} change */
  patch(change) {
    if (this.now) this.store.set({ lesson: { ...this.now, ...change } });
  }

  /** Opens a lesson of the page. @param {string} id @param {number} [step] */
  open(id, step = 0) {
    const lesson = lessonOf(id);
    if (lesson) this.begin(fresh(id, null, lesson.hide, step));
  }

  /** Opens a lesson that somebody has made. @param {OwnLesson} own @param {string[]} hide @param {number} [step] */
  openOwn(own, hide, step = 0) {
    this.begin(fresh(OWN, own, hide, step));
  }

  /** @param {LessonState} lesson */
  begin(lesson) {
    this.asked = '';
    this.store.set({ lesson });
    if (this.page) this.lesson?.begin?.(this.page);
  }

  /**
   * Opens what a link says; what the link says again of the open lesson changes nothing but the step.
   * @param {{lesson?: any, hide?: any}} doc @returns {string[]} remarks
   */
  openLink({ lesson: value, hide }) {
    /** @type {string[]} */
    const remarks = [];
    if (value === undefined && Array.isArray(hide) && hide.length > 0) remarks.push('The link says what to hide, but has no lesson: nothing is hidden.');
    const found = fromLink(value, hide, lessonOf, remarks);
    if (!found) return remarks;
    const { now } = this;
    const same = now !== null && now.id === found.id && JSON.stringify(now.own) === JSON.stringify(found.own);
    if (same) this.patch({ step: found.step });
    else this.begin(fresh(found.id, found.own, found.hide, found.step));
    return remarks;
  }

  /** What is kept of the open lesson. @param {LessonState} lesson @returns {KeptLesson} */
  static kept({ distances: _, ...lesson }) {
    return lesson;
  }

  /** What was answered and seen before, once the lesson is open again; answers that were given since stay. @param {KeptLesson} kept */
  resume({ id, answers, seen, notes, hiding, folded }) {
    if (this.now?.id === id && Object.keys(this.now.answers).length === 0) this.patch({ answers, seen, notes, hiding, folded });
  }

  /** What goes into a link to the open lesson. @param {{lesson?: KeptLesson | null}} state @returns {{lesson?: string, hide?: string[]}} */
  static linkPart({ lesson }) {
    return lesson ? toLink(lesson) : {};
  }

  /** @param {number} step  one beyond the last is the end */
  go(step) {
    this.patch({ step: Math.min(Math.max(step, 0), this.lesson?.steps.length ?? 0) });
  }

  leave() {
    this.store.set({ lesson: null });
  }

  /** Does what the open step asks for. */
  apply() {
    const task = this.lesson?.steps[this.now?.step ?? 0]?.task;
    if (this.page) void task?.apply?.(this.page);
    if (task?.set) setControls(task.set);
  }

  /** Judges an answer by what is on the page now. @param {string} given */
  answer(given) {
    const { now, lesson } = this;
    const question = now && lesson?.steps[now.step]?.question;
    if (!question) return;
    const before = now.answers[now.step];
    const { right, why } = question.check(this.live(), given);
    const tries = (before?.tries ?? 0) + 1;
    this.patch({ answers: { ...now.answers, [now.step]: { given, right, why, tries, firstRight: before ? before.firstRight : right } } });
  }

  /** Remembers what is looked at, and the numbers that later steps compare with. */
  look() {
    const { now, lesson } = this;
    const step = now && lesson?.steps[now.step];
    if (!now || !step) return;
    const live = this.live();
    const what = step.sees?.(live) ?? null;
    if (what !== null && !live.seen.includes(what)) this.patch({ seen: { ...now.seen, [now.step]: [...live.seen, what].slice(-MOST_SEEN) } });
    const notes = step.notes?.(live) ?? null;
    if (notes && Object.entries(notes).some(([name, value]) => now.notes[name] !== value)) this.patch({ notes: { ...this.now?.notes, ...notes } });
  }

  /** Asks the engine for the distances, when there are new ones and the lesson reads them. */
  async readDistances() {
    const { now, lesson } = this;
    const { explore } = this.store.state;
    if (!now || !lesson?.distances) return;
    if (explore.known.distances === 0) {
      this.asked = '';
      if (now.distances) this.patch({ distances: null });
      return;
    }
    const key = `${explore.design} ${explore.started} ${explore.known.distances} ${explore.phase}`;
    if (key === this.asked) return;
    this.asked = key;
    try {
      const { columns, rows } = await this.engines.engine.send('table', ['distances']);
      if (this.asked !== key) return;
      const all = rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
      this.patch({ distances: /** @type {DistanceRow[]} */ (/** @type {unknown} */ (all)) });
    } catch {
      // The next change of the exploration asks again; what went wrong is told where it is explored.
      if (this.asked === key) this.asked = '';
    }
  }
}

/** How many questions a lesson has, and how many were answered right, at once or at all. @param {Lesson} lesson @param {LessonState} now */
export function score(lesson, now) {
  const asked = lesson.steps.flatMap((step, i) => (step.question ? [i] : []));
  return { asked: asked.length, right: asked.filter((i) => now.answers[i]?.right).length, atOnce: asked.filter((i) => now.answers[i]?.firstRight).length };
}

export { LESSONS };
