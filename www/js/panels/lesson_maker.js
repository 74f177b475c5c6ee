// Makes a lesson of one's own: texts, questions with answers, and what to hide; as a link or as a file.
import { field, fill, freshId, h, say } from '../dom.js';
import { downloadText, fileStem } from '../export.js';
import { docWith, linkTo } from '../lessons/links.js';
import { HIDEABLE } from '../lessons/hideable.js';
import { FILE_VERSION, MOST, OWN, ownLesson, toLink } from '../lessons/own.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../lessons/types.js').OwnLesson} OwnLesson */
/** @typedef {import('../lessons/types.js').OwnStep} OwnStep */

const WORDS = {
  lead: 'Set the page up as your class should find it, write what to read and what to ask, and tick what to hide. The lesson is in the link itself: nothing is uploaded.',
  text: 'Plain text; two to four sentences read best.',
  ask: 'Leave it empty where there is nothing to ask.',
  answers: 'At least two; mark the right one.',
  why: 'Shown with the right answer.',
  hide: 'Students can show everything again.',
  long: 'This lesson is too long for a link, which some programs would cut: save it as a file and hand that out.',
};
const ANSWERS = 4;

/** @param {Page} page @param {() => void} onTry */
export function lessonMaker(page, onTry) {
  const { lessons } = page;
  const title = h('input', { type: 'text', id: 'own-title', test: 'own-title', maxlength: MOST.title, autocomplete: 'off' });
  const steps = h('div', { class: 'own-steps' });
  const add = h('button', { type: 'button', class: 'small', test: 'own-add', on: { click: () => focusLast(addStep()) } }, 'Add a step');
  const hide = HIDEABLE.map(({ name, label }) => h('label', { class: 'tag-choice' }, h('input', { type: 'checkbox', value: name, test: `own-hide-${name}` }), h('span', {}, label)));
  const result = h('p', { class: 'lesson-result', role: 'status', test: 'own-result' });
  const tryIt = h('button', { type: 'button', test: 'own-try', on: { click: () => withLesson((own, parts) => { lessons.openOwn(own, parts); onTry(); }) } }, 'Try it');
  const copy = h('button', { type: 'button', class: 'primary', test: 'own-link', on: { click: () => withLesson(copyLink) } }, 'Copy the link');
  const save = h('button', { type: 'button', test: 'own-file', on: { click: () => withLesson(saveFile) } }, 'Save as a file');
  const form = h('form', {}, h('p', { class: 'hint' }, WORDS.lead), field('Title of the lesson', title, ''), steps, h('div', { class: 'buttons' }, add),
    h('fieldset', {}, h('legend', {}, 'Hide on the page ', h('span', { class: 'hint' }, WORDS.hide)), h('div', { class: 'tag-choices' }, hide)),
    h('div', { class: 'buttons' }, copy, save, tryIt), result);
  form.addEventListener('submit', (event) => event.preventDefault());
  // What was said was about the form as it was.
  form.addEventListener('input', () => say(result, ''));
  const element = h('details', { class: 'lesson-maker', test: 'lesson-maker' }, h('summary', {}, 'Make a lesson'), form);

  /** @type {{element: HTMLElement, read: () => any, first: HTMLElement}[]} */
  let all = [];

  /** @param {OwnStep} [given] */
  function addStep(given) {
    if (all.length >= MOST.steps) return null;
    const id = freshId('own-step');
    const name = h('input', { type: 'text', id: `${id}-title`, test: 'own-step-title', maxlength: MOST.title, autocomplete: 'off', value: given?.title ?? '' });
    const text = h('textarea', { id: `${id}-text`, test: 'own-step-text', maxlength: MOST.text });
    text.value = given?.text ?? '';
    const ask = h('input', { type: 'text', id: `${id}-ask`, test: 'own-step-ask', maxlength: MOST.ask, autocomplete: 'off', value: given?.question?.ask ?? '' });
    const why = h('input', { type: 'text', id: `${id}-why`, test: 'own-step-why', maxlength: MOST.why, autocomplete: 'off', value: given?.question?.why ?? '' });
    const answers = Array.from({ length: Math.max(ANSWERS, given?.question?.options.length ?? 0) }, (_, i) => ({
      right: h('input', { type: 'radio', name: `${id}-right`, value: i, checked: i === (given?.question?.right ?? 0), 'aria-label': `Answer ${i + 1} is the right one`, test: 'own-answer-right' }),
      text: h('input', { type: 'text', maxlength: MOST.option, autocomplete: 'off', 'aria-label': `Answer ${i + 1}`, placeholder: `Answer ${i + 1}`, value: given?.question?.options[i] ?? '', test: 'own-answer' }),
    }));
    const legend = h('legend', {});
    const remove = h('button', { type: 'button', class: 'small', test: 'own-remove' }, 'Remove this step');
    const box = h('fieldset', { class: 'own-step' }, legend, field('Heading', name, ''), field('Text', text, WORDS.text), field('Question', ask, WORDS.ask),
      h('fieldset', { class: 'own-answers' }, h('legend', {}, 'Answers ', h('span', { class: 'hint' }, WORDS.answers)), answers.map((each) => h('div', { class: 'own-answer' }, each.right, each.text))),
      field('Explanation', why, WORDS.why), h('div', { class: 'buttons' }, remove));
    const one = {
      element: box, first: name,
      read: () => ({ title: name.value, text: text.value, ...(ask.value.trim() ? { question: { ask: ask.value, options: answers.map((each) => each.text.value), right: answers.findIndex((each) => each.right.checked), why: why.value } } : {}) }),
    };
    remove.addEventListener('click', () => {
      all = all.filter((other) => other !== one);
      draw();
      add.focus();
    });
    all = [...all, one];
    draw();
    return one;
  }
  /** @param {{first: HTMLElement} | null} one */
  const focusLast = (one) => one?.first.focus();

  function draw() {
    fill(steps, all.map(({ element: box }) => box));
    all.forEach(({ element: box }, i) => say(/** @type {HTMLElement} */ (box.querySelector('legend')), `Step ${i + 1}`));
    add.disabled = all.length >= MOST.steps;
    for (const button of steps.querySelectorAll('[data-testid="own-remove"]')) /** @type {HTMLElement} */ (button).hidden = all.length === 1;
  }

  const ticked = () => hide.flatMap((label) => [...label.querySelectorAll('input')]).filter((box) => box.checked).map((box) => box.value);

  /** @param {(own: OwnLesson, parts: string[]) => void | Promise<void>} use */
  function withLesson(use) {
    /** @type {string[]} */
    const remarks = [];
    const own = title.value.trim() === '' ? null : ownLesson({ title: title.value, steps: all.map((step) => step.read()) }, remarks);
    if (title.value.trim() === '') say(result, 'Give the lesson a title first.');
    else if (!own || remarks.length > 0) say(result, remarks.join(' '));
    else void use(own, ticked());
    if (title.value.trim() === '') title.focus();
  }

  /** @param {OwnLesson} own @param {string[]} parts */
  async function copyLink(own, parts) {
    const { url, fits } = await linkTo(page, toLink({ id: OWN, own, hide: parts, step: 0 }));
    if (!fits) {
      say(result, WORDS.long);
      return;
    }
    const shown = h('a', { href: url, test: 'own-url' }, 'Open it in this tab');
    await navigator.clipboard.writeText(url).then(() => fill(result, `The link is copied (${url.length} characters). `, shown), () => fill(result, 'The browser does not allow copying. Copy the address of this link instead: ', shown));
  }
  /** @param {OwnLesson} own @param {string[]} parts */
  async function saveFile(own, parts) {
    const name = `${fileStem(own.title)}.lesson.json`;
    downloadText(name, `${JSON.stringify({ dosefront_lesson: FILE_VERSION, ...(await docWith(page, { hide: parts })), lesson: own }, null, 2)}\n`, 'application/json');
    say(result, `Saved as ${name}. Students drop it on the page, or open it with “Open a lesson from a file” in this list.`);
  }

  addStep();
  return {
    element,
    /** The dialog is shown: a lesson of somebody that is open can be changed, unless another one is being written. */
    opened() {
      const own = lessons.now?.own;
      if (!own || title.value.trim() !== '') return;
      title.value = own.title;
      all = [];
      own.steps.forEach((step) => addStep(step));
      for (const box of hide.flatMap((label) => [...label.querySelectorAll('input')])) box.checked = lessons.now?.hide.includes(box.value) ?? false;
    },
  };
}
