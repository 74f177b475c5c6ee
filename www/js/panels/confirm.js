// A question before something is gone for good.
import { fill, freshId, h, say } from '../dom.js';

/** @param {string} test */
export function confirmDialog(test) {
  const id = freshId('confirm');
  const title = h('h2', { id });
  const words = h('div', {});
  const yes = h('button', { type: 'button', class: 'primary', test: `${test}-yes` });
  const no = h('button', { type: 'button', test: `${test}-no` }, 'Keep');
  const element = h('dialog', { class: 'dialog', 'aria-labelledby': id, test }, title, words, h('p', { class: 'buttons' }, no, yes));
  /** @type {() => void} */
  let act = () => {};
  no.addEventListener('click', () => element.close());
  yes.addEventListener('click', () => {
    element.close();
    act();
  });
  return {
    element,
    /** @param {string} question @param {string[]} sentences @param {string} button @param {() => void} action */
    ask(question, sentences, button, action) {
      say(title, question);
      say(yes, button);
      fill(words, sentences.map((sentence) => h('p', {}, sentence)));
      act = action;
      element.showModal();
      no.focus();
    },
  };
}
