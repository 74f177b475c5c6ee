// The list of lessons, behind a button of the masthead: those of the page, one from a file, and the form that makes one.
import { fill, h, say } from '../dom.js';
import { LESSONS } from '../lessons/index.js';
import { openLessonFile } from '../lessons/links.js';
import { FILE_VERSION, LARGEST_FILE, ownLesson } from '../lessons/own.js';
import { lessonMaker } from './lesson_maker.js';

/** @typedef {import('../main.js').Page} Page */

const WORDS = {
  lead: 'Short guided tours: each has something to do on this page and questions whose answers are checked against what the page shows. What a lesson does not need is hidden meanwhile.',
  closed: 'This lesson is not one that this page can open.',
};

/** @param {HTMLElement} masthead @param {Page} page */
export function lessonsDialog(masthead, page) {
  const { lessons } = page;
  const list = h('ol', { class: 'lesson-list', test: 'lesson-list' });
  const file = h('input', { type: 'file', id: 'lesson-file', class: 'for-readers', accept: '.json,application/json', test: 'lesson-file' });
  const trouble = h('p', { class: 'bad', role: 'status', test: 'lesson-trouble' });
  const maker = lessonMaker(page, () => start());
  const close = h('button', { type: 'button', test: 'lessons-close', on: { click: () => dialog.close() } }, 'Close');
  const dialog = h('dialog', { class: 'dialog lessons-dialog', 'aria-labelledby': 'lessons-title', test: 'lessons-dialog' },
    h('div', { class: 'buttons' }, h('h2', { id: 'lessons-title' }, 'Lessons'), close),
    h('p', { class: 'lead' }, WORDS.lead), list,
    h('div', { class: 'buttons' }, h('span', { class: 'lesson-file' }, file, h('label', { for: 'lesson-file' }, 'Open a lesson from a file'))), trouble, maker.element);
  const button = h('button', { type: 'button', class: 'quiet', test: 'lessons', title: 'Short guided tours through this page', on: { click: () => open() } }, 'Lessons');
  masthead.prepend(button);
  masthead.append(dialog);

  function open() {
    const { now } = lessons;
    fill(list, LESSONS.map((lesson) => {
      const here = now?.id === lesson.id;
      return h('li', { class: 'lesson-card' }, h('h3', {}, lesson.title), h('p', {}, lesson.question),
        h('p', { class: 'hint' }, `${lesson.forWhom} About ${lesson.minutes} minutes, ${lesson.steps.length} steps.`),
        h('div', { class: 'buttons' }, h('button', { type: 'button', test: `lesson-start-${lesson.id}`, 'aria-label': `${here ? 'Start again' : 'Start'}: ${lesson.title}`, on: { click: () => { lessons.open(lesson.id); start(); } } }, here ? 'Start again' : 'Start')));
    }));
    say(trouble, '');
    maker.opened();
    dialog.showModal();
  }

  /** The dialog gives way to the lesson. */
  function start() {
    dialog.close();
    // After the bar has been drawn.
    setTimeout(() => /** @type {HTMLElement | null} */ (document.querySelector('[data-testid="lesson-step"]'))?.focus());
  }

  file.addEventListener('change', async () => {
    const [chosen] = file.files ?? [];
    file.value = '';
    if (!chosen) return;
    say(trouble, '');
    /** @type {string[]} */
    const remarks = [];
    try {
      if (chosen.size > LARGEST_FILE) throw new Error(`${chosen.name} has ${Math.round(chosen.size / 1000)} kB, which is more than a lesson has.`);
      const read = JSON.parse(await chosen.text());
      if (typeof read?.dosefront_lesson !== 'number') throw new Error(`${chosen.name} is not a lesson of this page. Lessons end in .lesson.json.`);
      if (read.dosefront_lesson > FILE_VERSION) throw new Error(`${chosen.name} was made by a newer version of this page. Reload the page to get it, then open the file again.`);
      const own = ownLesson(read.lesson, remarks);
      if (!own) throw new Error(remarks.join(' '));
      dialog.close();
      await openLessonFile(page, read, own, remarks);
      start();
    } catch (thrown) {
      say(trouble, thrown instanceof SyntaxError ? `${chosen.name} is no lesson: it is not JSON, or it is cut off. Ask for the file again.` : thrown instanceof Error ? thrown.message : WORDS.closed);
    }
  });
  return { open };
}
