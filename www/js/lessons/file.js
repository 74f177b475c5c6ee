// A lesson in a file, as the form that makes lessons saves it: told from other files, and read.
import { FILE_VERSION, LARGEST_FILE, ownLesson } from './own.js';

/** Whatever else is in it: a browser adds a number to the name of a second download. */
const NAMED = /\.lesson( ?\(\d+\))?\.json$/i;

/** @param {string} message @param {string} hint @returns {import('../protocol.js').ErrorInfo} */
const trouble = (message, hint) => ({ code: 'not_a_lesson', message, hint });

/** Whether a file is a lesson, by its name or by what it says. @param {File} file */
export async function isLesson(file) {
  if (NAMED.test(file.name)) return true;
  return /\.json$/i.test(file.name) && file.size <= LARGEST_FILE && /"dosefront_lesson"\s*:/.test(await file.text());
}

/**
 * The file as it is, the lesson in it, and sentences about what is left out.
 * @typedef {{read: any, own: import('./types.js').OwnLesson, remarks: string[]}} LessonFile
 */

/** @param {File} file @returns {Promise<LessonFile>} @throws {import('../protocol.js').ErrorInfo} */
export async function readLesson(file) {
  const { name, size } = file;
  if (size > LARGEST_FILE) throw trouble(`${name} has ${Math.round(size / 1000)} kB, which is more than a lesson has.`, 'Choose the file that the form “Make a lesson” has saved.');
  let read;
  try {
    read = JSON.parse(await file.text());
  } catch {
    throw trouble(`${name} is no lesson: it is not JSON, or it is cut off.`, 'Ask for the file again.');
  }
  if (typeof read?.dosefront_lesson !== 'number') throw trouble(`${name} is not a lesson of this page.`, 'Lessons end in .lesson.json.');
  if (read.dosefront_lesson > FILE_VERSION) throw trouble(`${name} was made by a newer version of this page.`, 'Reload the page to get it, then open the file again.');
  /** @type {string[]} */
  const remarks = [];
  const own = ownLesson(read.lesson, remarks);
  if (!own) throw trouble(remarks.join(' '), 'Ask for the file again.');
  return { read, own, remarks };
}
