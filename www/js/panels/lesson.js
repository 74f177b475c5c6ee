// The bar of the open lesson: what to read, what to do, what to answer, and the way on. It stands beside the page, never over a control.
import { announce } from '../announce.js';
import { fill, h, say, setAttribute } from '../dom.js';
import { READ, score } from '../lesson_actions.js';
import { point, unpoint } from '../lessons/point.js';
import { linkOf } from '../share.js';
import { SHARE } from '../words_share.js';
import { lessonQuestion } from './lesson_question.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../lessons/types.js').Lesson} Lesson */
/** @typedef {import('../store.js').LessonState} LessonState */

const HIDDEN_TARGET = 'That part of the page was hidden; everything is shown again.';
const TOO_LONG = 'This lesson is too long for a link. Save it as a file under “Lessons”, “Make a lesson”, and hand that out.';
const NO_TARGET = 'It is not on the page yet: do first what comes before it.';

/** @param {HTMLElement} place @param {Page} page @param {() => void} openList */
export function lessonPanel(place, page, openList) {
  const { store, lessons } = page;
  const kicker = h('p', { class: 'lesson-kicker', test: 'lesson-kicker' });
  const title = h('h2', {});
  const fold = h('button', { type: 'button', class: 'small', test: 'lesson-fold', 'aria-controls': 'lesson-body', on: { click: () => lessons.patch({ folded: !lessons.now?.folded }) } });
  const leave = h('button', { type: 'button', class: 'small', test: 'lesson-leave', on: { click: () => end() } }, 'Leave');
  const dots = h('ol', { class: 'lesson-dots', 'aria-label': 'Steps of the lesson' });
  const heading = h('h3', { tabindex: -1, test: 'lesson-step' });
  const text = h('p', { class: 'lesson-text', test: 'lesson-text' });
  const words = h('span', {});
  const state = h('p', { class: 'lesson-state', test: 'lesson-state', role: 'status' });
  const show = h('button', { type: 'button', test: 'lesson-show', on: { click: () => showMe() } }, 'Show me');
  const apply = h('button', { type: 'button', test: 'lesson-apply', on: { click: () => lessons.apply() } });
  const said = h('p', { class: 'hint', role: 'status' });
  const task = h('div', { class: 'lesson-task', test: 'lesson-task' }, h('p', {}, h('b', {}, 'Do: '), words), h('div', { class: 'buttons' }, show, apply), said, state);
  const question = lessonQuestion((given) => lessons.answer(given));
  const ending = h('div', { class: 'lesson-end', test: 'lesson-end', hidden: true });
  const back = h('button', { type: 'button', test: 'lesson-back', on: { click: () => go(-1) } }, 'Back');
  const next = h('button', { type: 'button', test: 'lesson-next', on: { click: () => go(1) } });
  const hiding = h('button', { type: 'button', class: 'link', test: 'lesson-everything', on: { click: () => lessons.patch({ hiding: !lessons.now?.hiding }) } });
  const link = h('button', { type: 'button', class: 'link', test: 'lesson-link', on: { click: () => void copyLink() } }, 'Copy a link to this step');
  const copied = h('span', { class: 'hint', role: 'status' });
  const body = h('div', { class: 'lesson-body', id: 'lesson-body' }, dots, heading, text, task, question.element, ending,
    h('div', { class: 'lesson-ways' }, h('div', { class: 'buttons' }, back, next), h('div', { class: 'buttons lesson-more' }, hiding, link, copied)),
    h('p', { class: 'hint lesson-keys' }, 'Alt + L brings you back to this text from anywhere.'));
  fill(place, h('div', { class: 'lesson-head' }, h('div', {}, kicker, title), h('div', { class: 'buttons' }, fold, leave)), body);

  function showMe() {
    const name = lessons.lesson?.steps[lessons.now?.step ?? 0]?.task?.show;
    if (!name) return;
    say(said, '');
    if (point(name)) return;
    // It may be in a part that the lesson had hidden: then everything is shown.
    const was = lessons.now?.hiding ?? false;
    document.body.removeAttribute('data-hide');
    if (point(name)) {
      lessons.patch({ hiding: false });
      say(said, was ? HIDDEN_TARGET : '');
    } else {
      drawHidden(lessons.now);
      say(said, NO_TARGET);
    }
  }
  /** @param {number} by */
  function go(by) {
    const n = lessons.lesson?.steps.length ?? 0;
    if (by > 0 && lessons.now?.step === n) openList();
    else lessons.go((lessons.now?.step ?? 0) + by);
    draw();
    heading.focus();
  }
  function end() {
    lessons.leave();
    /** @type {HTMLElement | null} */ (document.querySelector('[data-testid="lessons"]'))?.focus();
    announce('The lesson is closed. The whole page is shown.', true);
  }
  async function copyLink() {
    const { url, fits } = await linkOf(page);
    if (!fits) {
      say(copied, lessons.now?.own ? TOO_LONG : SHARE.tooLong);
      return;
    }
    await navigator.clipboard.writeText(url).then(() => say(copied, 'The link is copied.'), () => say(copied, 'The browser does not allow copying: take the address of this page instead.'));
  }
  addEventListener('keydown', (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== 'KeyL' || !lessons.now) return;
    event.preventDefault();
    lessons.patch({ folded: false });
    draw();
    heading.focus();
  });

  /** Steps that need nothing more: answered, or, without a question, passed. @param {Lesson} lesson @param {LessonState} now */
  const behind = (lesson, now) => lesson.steps.map((step, i) => (step.question ? now.answers[i]?.right === true : i < now.step));

  /** @param {Lesson} lesson @param {LessonState} now */
  function drawDots(lesson, now) {
    const focused = document.activeElement instanceof HTMLElement && dots.contains(document.activeElement) ? document.activeElement.textContent : null;
    fill(dots, lesson.steps.map((step, i) => {
      const right = behind(lesson, now)[i];
      return h('li', {}, h('button', {
        type: 'button', class: right ? 'right' : null, 'aria-current': i === now.step ? 'step' : null, 'aria-label': `Step ${i + 1}: ${step.title}${right ? ', done' : ''}`, title: step.title,
        on: { click: () => { lessons.go(i); draw(); heading.focus(); } },
      }, String(i + 1)));
    }));
    if (focused) [...dots.querySelectorAll('button')].find((button) => button.textContent === focused)?.focus();
  }

  /** What the lesson does without. @param {LessonState | null} now */
  function drawHidden(now) {
    setAttribute(document.body, 'data-hide', now?.hiding && now.hide.length > 0 ? now.hide.join(' ') : null);
  }

  let drawn = '';
  let dotted = '';
  function draw() {
    const { now, lesson } = lessons;
    place.hidden = !lesson;
    setAttribute(document.body, 'data-lesson', lesson ? now?.id : null);
    drawHidden(lesson ? now : null);
    if (!now || !lesson) {
      drawn = '';
      unpoint();
      return;
    }
    const live = lessons.live();
    const n = lesson.steps.length;
    const step = lesson.steps[now.step];
    const key = `${now.id} ${lesson.title} ${now.step}`;
    if (key !== drawn) {
      drawn = key;
      unpoint();
      question.forget();
      say(said, '');
      say(copied, '');
      say(state, '');
      body.scrollTop = 0;
    }
    place.classList.toggle('folded', now.folded);
    body.hidden = now.folded;
    fold.setAttribute('aria-expanded', String(!now.folded));
    say(fold, now.folded ? 'Unfold' : 'Fold');
    say(kicker, step ? `Lesson · step ${now.step + 1} of ${n}` : 'Lesson · finished');
    say(title, lesson.title);
    const marks = JSON.stringify([key, behind(lesson, now)]);
    if (marks !== dotted) drawDots(lesson, now);
    dotted = marks;
    say(heading, step ? step.title : 'You have reached the end');
    say(text, step ? step.text : lesson.question ? `The question was: ${lesson.question}` : '');
    text.hidden = text.textContent === '';

    const todo = step?.task;
    task.hidden = !todo;
    const done = todo ? todo.done(live) : true;
    if (todo) {
      say(words, todo.words);
      say(apply, todo.applyWords ?? '');
      apply.hidden = !todo.applyWords;
      say(state, done ? '✓ Done' : 'Not done yet');
      state.dataset.done = String(done);
    }
    question.draw(step?.question, live, now.answers[now.step]);
    ending.hidden = Boolean(step);
    if (!step) drawEnd(lesson, now);

    const complete = done && (!step?.question || now.answers[now.step]?.right === true);
    back.disabled = now.step === 0;
    say(next, !step ? 'All lessons' : now.step === n - 1 ? 'Finish' : complete ? 'Next' : 'Skip');
    next.classList.toggle('primary', complete);
    hiding.hidden = now.hide.length === 0;
    say(hiding, now.hiding ? 'Show everything' : 'Hide what is not needed');
  }

  /** @param {Lesson} lesson @param {LessonState} now */
  function drawEnd(lesson, now) {
    const { asked, right, atOnce } = score(lesson, now);
    fill(ending, asked > 0 ? h('p', {}, `You answered ${right} of ${asked} questions, ${atOnce} of them at the first try.`) : null,
      h('p', {}, 'The page stays as it is: try the same with other doses, other cell types, or your own data.'));
  }

  store.subscribe([...READ], draw);
  // What scrolls into sight at the lower edge must not end up behind the bar.
  new ResizeObserver(() => document.documentElement.style.setProperty('--lesson-height', `${place.hidden ? 0 : place.offsetHeight}px`)).observe(place);
}
