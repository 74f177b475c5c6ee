// Lessons in links and files: each step of a lesson is a link, and a lesson of one's own takes the state of the page along.
import { encode, LONGEST } from '../link.js';
import { LessonActions } from '../lesson_actions.js';
import { alsoInLinks, docOf, shortened } from '../share.js';
import { knownParts } from './hideable.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../link.js').LinkDoc} LinkDoc */
/** @typedef {import('./types.js').OwnLesson} OwnLesson */

/** A text of a link is not longer than that. */
const LONGEST_TEXT = 4000;

/** The address names the open lesson, and a link opens one. @param {Page} page */
export function lessonsInLinks({ lessons, shared }) {
  alsoInLinks((state) => LessonActions.linkPart(state));
  shared.listeners.push((doc, remarks) => void remarks.push(...lessons.openLink(doc)));
}

/** The state of the page as a link holds it, with another lesson or none. @param {Page} page @param {Partial<LinkDoc>} part @returns {Promise<LinkDoc>} */
export async function docWith(page, part) {
  const { lesson: _lesson, hide: _hide, ...doc } = docOf(page.store.state);
  return shortened(page, { ...doc, ...part });
}

/** A whole link to a lesson on the page as it is now; `fits` says whether it is short enough to be one. @param {Page} page @param {Partial<LinkDoc>} part */
export async function linkTo(page, part) {
  const hash = await encode(await docWith(page, part));
  return { url: `${location.origin}${location.pathname}${location.search}#${hash}`, fits: hash.length <= LONGEST && (part.lesson?.length ?? 0) <= LONGEST_TEXT };
}

/** @param {any} value */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Opens a lesson of a file with the state that it was made in. @param {Page} page @param {any} read  the file @param {OwnLesson} own @param {string[]} remarks */
export function openLessonFile({ shared }, read, own, remarks) {
  /** @type {LinkDoc} */
  const doc = { v: 1, lesson: JSON.stringify(own), hide: knownParts(read.hide) };
  for (const name of /** @type {const} */ (['run', 'view'])) if (isObject(read[name])) doc[name] = read[name];
  return shared.openLink(doc, remarks, false);
}
