// A question of a lesson: several answers to choose from, or a number to type; the check is said aloud.
import { fill, freshId, h, say } from '../dom.js';

/** @typedef {import('../lessons/types.js').Live} Live */
/** @typedef {import('../lessons/types.js').Question} Question */
/** @typedef {import('../lessons/types.js').Answered} Answered */

/** @param {(given: string) => void} onAnswer */
export function lessonQuestion(onAnswer) {
  const ask = h('legend', {});
  const first = h('p', { class: 'hint rule', test: 'lesson-first', hidden: true });
  const choices = h('div', { class: 'lesson-options' });
  const verdict = h('p', { class: 'lesson-verdict', test: 'lesson-verdict', role: 'status' });
  const check = h('button', { type: 'submit', test: 'lesson-check' }, 'Check');
  const form = h('form', { class: 'lesson-question', test: 'lesson-question', hidden: true },
    h('fieldset', {}, ask, first, choices), h('div', { class: 'buttons' }, check), verdict);
  /** @type {() => string} */
  let answer = () => '';
  let drawn = '';

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const given = answer();
    // Nothing given is no wrong answer.
    if (given.trim() === '') show({ right: false, why: 'Give an answer first.' }, false);
    else onAnswer(given);
  });

  /** @param {{right: boolean, why: string}} found @param {boolean} counted */
  function show({ right, why }, counted) {
    verdict.dataset.right = counted ? String(right) : '';
    say(verdict, counted ? `${right ? '✓ ' : 'Not yet. '}${why}` : why);
  }

  /** @param {Question} question @param {Live} live @param {string} given  what was answered before */
  function drawChoices(question, live, given) {
    const options = question.options?.(live) ?? null;
    const key = JSON.stringify(options);
    if (key === drawn) return;
    // Names that come later do not undo a choice.
    const before = drawn === '' ? given : answer() || given;
    drawn = key;
    if (!options) {
      const id = freshId('lesson-number');
      const input = h('input', { type: 'text', inputmode: 'decimal', autocomplete: 'off', spellcheck: 'false', id, test: 'lesson-number', value: before });
      answer = () => input.value;
      fill(choices, h('div', { class: 'lesson-number' }, h('label', { for: id }, 'Your answer'), input, question.unit ? h('span', {}, question.unit) : null));
      return;
    }
    const name = freshId('lesson-option');
    const radios = options.map(({ value }) => h('input', { type: 'radio', name, value, checked: value === before }));
    answer = () => radios.find((radio) => radio.checked)?.value ?? '';
    fill(choices, options.map(({ label }, i) => h('label', { class: 'lesson-option' }, radios[i], h('span', {}, label))));
  }

  return {
    element: form,
    /** Another step: nothing of the last question stays. */
    forget() {
      drawn = '';
      fill(choices);
      say(verdict, '');
      delete verdict.dataset.right;
    },
    /** @param {Question | undefined} question @param {Live} live @param {Answered | undefined} answered */
    draw(question, live, answered) {
      form.hidden = !question;
      if (!question) return;
      say(ask, typeof question.ask === 'function' ? question.ask(live) : question.ask);
      const before = question.first?.(live) ?? '';
      first.hidden = before === '' || Boolean(answered?.right);
      say(first, before === '' ? '' : `First: ${before}`);
      // What was answered right stays, also when what it was read from is gone.
      choices.hidden = check.hidden = before !== '' && !answered?.right;
      if (before === '' || drawn === '') drawChoices(question, live, answered?.given ?? '');
      say(check, answered && !answered.right ? 'Check again' : 'Check');
      if (answered) show(answered, true);
      verdict.dataset.tries = String(answered?.tries ?? 0);
    },
  };
}
