// Lessons that a teacher has made. They come from links and files, so from anybody: every text is cut to a length and only ever
// shown as text, and whatever does not fit is left out with a remark.
import { knownParts } from './hideable.js';

/** @typedef {import('./types.js').Lesson} Lesson */
/** @typedef {import('./types.js').OwnLesson} OwnLesson */
/** @typedef {import('./types.js').OwnStep} OwnStep */

/** The id of a lesson that is not one of the page's own. */
export const OWN = 'own';
/** Of a lesson file. */
export const FILE_VERSION = 1;
/** A lesson file is a few kilobytes; more is none. */
export const LARGEST_FILE = 200_000;
export const MOST = { title: 120, text: 1200, ask: 300, option: 160, why: 600, steps: 12, options: 6 };
const SECONDS_PER_STEP = 90;
/** Parts in a remark. */
const MOST_NAMED = 5;

// Control characters, and those that turn the direction of writing around: a text could pretend to be another one.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** @param {any} value @param {number} most */
const text = (value, most) => (typeof value === 'string' ? value.replace(UNSEEN, '').trim().slice(0, most) : '');

/** @param {any} value @returns {OwnStep["question"] | undefined} */
function question(value) {
  const ask = text(value?.ask, MOST.ask);
  if (!ask || !Array.isArray(value.options)) return undefined;
  // The index of the right one counts those that were given.
  const given = value.options.slice(0, MOST.options).map((/** @type {any} */ each, /** @type {number} */ i) => ({ words: text(each, MOST.option), right: i === value.right }));
  const options = given.filter((/** @type {{words: string}} */ { words }) => words !== '');
  const right = options.findIndex((/** @type {{right: boolean}} */ each) => each.right);
  if (options.length < 2 || right < 0) return undefined;
  return { ask, options: options.map((/** @type {{words: string}} */ { words }) => words), right, why: text(value.why, MOST.why) };
}

/**
 * Reads a lesson somebody else wrote; null where there is none in it.
 * @param {any} value @param {string[]} remarks  grows by a sentence for what is left out
 * @returns {OwnLesson | null}
 */
export function ownLesson(value, remarks) {
  const all = Array.isArray(value?.steps) ? value.steps : [];
  const steps = all.slice(0, MOST.steps).flatMap((/** @type {any} */ step, /** @type {number} */ i) => {
    const words = text(step?.text, MOST.text);
    const asked = question(step?.question);
    if (step?.question && !asked) remarks.push(`The question of step ${i + 1} was left out: it needs a text, at least two answers, and one of them marked as right.`);
    if (!words && !asked) return [];
    return [{ title: text(step?.title, MOST.title) || `Step ${i + 1}`, text: words, ...(asked ? { question: asked } : {}) }];
  });
  if (all.length > MOST.steps) remarks.push(`The lesson has more than ${MOST.steps} steps; the rest was left out.`);
  if (steps.length === 0) {
    remarks.push('There is no lesson in it: no step has a text.');
    return null;
  }
  return { title: text(value.title, MOST.title) || 'A lesson', steps };
}

/** The same as a lesson of the page. @param {OwnLesson} own @param {string[]} hide @returns {Lesson} */
export const asLesson = (own, hide) => ({
  id: OWN, title: own.title, question: '', minutes: Math.max(1, Math.round((own.steps.length * SECONDS_PER_STEP) / 60)), forWhom: '', hide,
  steps: own.steps.map(({ title, text: words, question: asked }) => ({
    title, text: words,
    ...(asked ? {
      question: {
        ask: asked.ask,
        options: () => asked.options.map((label, i) => ({ value: String(i), label })),
        check: (/** @type {any} */ _live, /** @type {string} */ answer) => (answer === String(asked.right) ? { right: true, why: asked.why || 'Yes.' } : { right: false, why: 'Not this one. Try another.' }),
      },
    } : {}),
  })),
});

/**
 * What a link says of a lesson: `dose-distance.2`, or a lesson of its own as JSON, each with the step counted from 1.
 * @param {any} value @param {any} hide @param {(id: string) => Lesson | null} known @param {string[]} remarks
 * @returns {{id: string, own: OwnLesson | null, hide: string[], step: number} | null}
 */
export function fromLink(value, hide, known, remarks) {
  if (value === undefined || value === null || value === '') return null;
  const parts = knownParts(hide);
  if (hide !== undefined && !Array.isArray(hide)) remarks.push('What the lesson hides is not a list of parts of the page: nothing is hidden.');
  const unknown = Array.isArray(hide) ? hide.filter((name) => !parts.includes(name)).map((name) => `“${String(name).slice(0, 40)}”`) : [];
  if (unknown.length > 0) remarks.push(`The lesson hides ${unknown.slice(0, MOST_NAMED).join(', ')}${unknown.length > MOST_NAMED ? ` and ${unknown.length - MOST_NAMED} more` : ''}, which this page does not know: left out.`);
  if (typeof value === 'string' && !value.startsWith('{')) {
    const [, id = '', step = '1'] = /^([a-z][a-z-]{0,40})(?:\.(\d{1,2}))?$/.exec(value) ?? [];
    const lesson = known(id);
    if (!lesson) {
      remarks.push(`The link leads to a lesson “${value.slice(0, 40)}”, which this page does not have.`);
      return null;
    }
    return { id, own: null, hide: parts.length > 0 ? parts : lesson.hide, step: within(Number(step) - 1, lesson.steps.length) };
  }
  let object = value;
  if (typeof value === 'string') {
    try {
      object = JSON.parse(value);
    } catch {
      remarks.push('The lesson of the link is cut off or was changed on its way. Ask for the link again, or for the lesson as a file.');
      return null;
    }
  }
  const own = ownLesson(object, remarks);
  return own && { id: OWN, own, hide: parts, step: within(Number(object.at) - 1, own.steps.length) };
}

/** @param {number} step @param {number} n */
const within = (step, n) => (Number.isInteger(step) ? Math.min(Math.max(step, 0), n) : 0);

/** What goes into a link. @param {{id: string, own: OwnLesson | null, hide: string[], step: number}} lesson @returns {{lesson: string, hide?: string[]}} */
export function toLink({ id, own, hide, step }) {
  if (!own) return { lesson: `${id}.${step + 1}` };
  return { lesson: JSON.stringify({ ...own, ...(step > 0 ? { at: step + 1 } : {}) }), hide };
}
