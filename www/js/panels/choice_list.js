// Several of a list: checkboxes that look like tags, with one button for all of them.
import { fill, h } from '../dom.js';

/** @typedef {{value: string, label: string, title?: string, disabled?: boolean}} Choice */

/**
 * @param {{id: string, legend: string, hint: string, about?: HTMLElement | null, onChange: (values: string[]) => void}} options
 */
export function choiceList({ id, legend, hint, about = null, onChange }) {
  const all = h('button', { type: 'button', class: 'small', test: `${id}-all` }, 'all');
  const list = h('div', { class: 'tag-choices' });
  const element = h('fieldset', { class: 'choice-list', test: id }, h('legend', {}, legend, ' ', about, ' ', all), list, hint ? h('p', { class: 'hint' }, hint) : null);
  /** @type {Choice[]} */
  let choices = [];
  let drawn = '';

  const boxes = () => /** @type {HTMLInputElement[]} */ ([...list.querySelectorAll('input')]);
  const chosen = () => boxes().filter((box) => box.checked).map((box) => box.value);
  const possible = () => choices.filter((choice) => !choice.disabled).map((choice) => choice.value);
  all.addEventListener('click', () => onChange(chosen().length === possible().length ? possible().slice(0, 1) : possible()));

  /** @param {HTMLInputElement} box */
  function change(box) {
    // One at least stays.
    if (chosen().length === 0) box.checked = true;
    else onChange(chosen());
  }

  return {
    element,
    /** @param {Choice[]} next @param {string[]} values @param {boolean} locked */
    draw(next, values, locked) {
      choices = next;
      const key = JSON.stringify(next);
      if (key !== drawn) {
        drawn = key;
        fill(list, next.map(({ value, label, title, disabled }) => {
          const box = h('input', { type: 'checkbox', value, 'data-off': disabled });
          box.addEventListener('change', () => change(box));
          return h('label', { class: 'tag-choice', title }, box, h('span', {}, label));
        }));
      }
      for (const box of boxes()) {
        box.checked = values.includes(box.value);
        box.disabled = locked || box.dataset.off !== undefined;
      }
      const many = possible();
      all.hidden = many.length < 2;
      all.disabled = locked;
      all.textContent = values.length === many.length ? 'one only' : `all ${many.length}`;
    },
  };
}
