// The list of lessons, behind a button of the masthead: those of the page, one from a file, and the form that makes one.
import { fill, h, say } from '../dom.js';
import { errorInfo } from '../failure.js';
import { LESSONS } from '../lessons/index.js';
import { readLesson } from '../lessons/file.js';
import { focusLesson, openLessonFile } from '../lessons/links.js';
import { lessonMaker } from './lesson_maker.js';

/** @typedef {import('../main.js').Page} Page */

const WORDS = {
  lead: 'Short guided tours: each has something to do on this page and questions whose answers are checked against what the page shows. What a lesson does not need is hidden meanwhile.',
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
    focusLesson();
  }

  file.addEventListener('change', async () => {
    const [chosen] = file.files ?? [];
    file.value = '';
    if (!chosen) return;
    say(trouble, '');
    try {
      const lesson = await readLesson(chosen);
      dialog.close();
      await openLessonFile(page, lesson);
      start();
    } catch (thrown) {
      const { message, hint } = errorInfo(thrown);
      say(trouble, `${message} ${hint}`);
    }
  });
  return { open };
}
