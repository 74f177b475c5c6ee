// Lessons in links and files: each step of a lesson is a link, and a lesson of one's own takes the state of the page along.
import { errorInfo } from '../failure.js';
import { encode, LONGEST } from '../link.js';
import { plural } from '../numbers.js';
import { LessonActions } from '../lesson_actions.js';
import { alsoInLinks, docOf, shortened } from '../share.js';
import { isLesson, readLesson } from './file.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../link.js').LinkDoc} LinkDoc */

/** The address names the open lesson, a link opens one, and so does a file that is dropped. @param {Page} page */
export function lessonsInLinks(page) {
  const { lessons, shared, data } = page;
  alsoInLinks((state) => LessonActions.linkPart(state));
  shared.listeners.push((doc, remarks) => void remarks.push(...lessons.openLink(doc)));
  const takeRuns = data.takeSaved;
  data.takeSaved = async (files) => takeRuns(await takeLessons(page, files));
}

/** Opens the lesson among some files; the others are for others. @param {Page} page @param {File[]} files @returns {Promise<File[]>} */
async function takeLessons(page, files) {
  const known = await Promise.all(files.map((file) => isLesson(file).catch(() => false)));
  const [first, ...more] = files.filter((_, i) => known[i]);
  if (!first) return files;
  try {
    const lesson = await readLesson(first);
    if (more.length > 0) lesson.remarks.push(`${plural(more.length, 'other lesson was', 'other lessons were')} left aside: open one at a time.`);
    await openLessonFile(page, lesson);
    focusLesson();
  } catch (thrown) {
    page.shared.tell('lesson', { name: first.name, error: errorInfo(thrown) });
  }
  return files.filter((_, i) => !known[i]);
}

/** The focus goes to the step, after the bar has been drawn. */
export const focusLesson = () => void setTimeout(() => /** @type {HTMLElement | null} */ (document.querySelector('[data-testid="lesson-step"]'))?.focus());

/** The state of the page as a link holds it, with another lesson or none. @param {Page} page @param {Partial<LinkDoc>} part @returns {Promise<LinkDoc>} */
export async function docWith(page, part) {
  const { lesson: _lesson, hide: _hide, ...doc } = docOf(page.store.state);
  return shortened(page, { ...doc, ...part });
}

/** A whole link to a lesson on the page as it is now; `fits` says whether it is short enough to be one. @param {Page} page @param {Partial<LinkDoc>} part */
export async function linkTo(page, part) {
  const hash = await encode(await docWith(page, part));
  return { url: `${location.origin}${location.pathname}${location.search}#${hash}`, fits: hash.length <= LONGEST };
}

/** @param {any} value */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Opens the lesson of a file with the state that it was made in. @param {Page} page @param {import('./file.js').LessonFile} lesson */
export async function openLessonFile({ shared }, { read, own, remarks }) {
  /** @type {LinkDoc} */
  const doc = { v: 1, lesson: JSON.stringify(own), ...(read.hide === undefined ? {} : { hide: read.hide }) };
  for (const name of /** @type {const} */ (['run', 'view'])) if (isObject(read[name])) doc[name] = read[name];
  await shared.openLink(doc, remarks, 'opened', 'lesson');
}
