// Failures as words: what was wrong, what to change, and the buttons that help.
import { fill, h } from './dom.js';

/** @typedef {import('./protocol.js').ErrorInfo} ErrorInfo */

/**
 * A place for one error. `show(null)` empties it.
 * @param {string} test  stable test name
 */
export function errorBox(test = 'error') {
  const element = h('div', { class: 'error', role: 'alert', hidden: true });
  let shown = '';
  return {
    element,
    /** @param {ErrorInfo | null} error @param {{label: string, action: () => void, test?: string}[]} [actions] */
    show(error, actions = []) {
      const key = error ? JSON.stringify([error, actions.map((action) => action.label)]) : '';
      if (key === shown) return;
      shown = key;
      element.hidden = !error;
      if (!error) {
        delete element.dataset.testid;
        fill(element);
        return;
      }
      element.dataset.testid = test;
      element.dataset.code = error.code;
      fill(
        element,
        h('p', { class: 'error-message' }, error.message),
        error.hint ? h('p', { class: 'error-hint' }, error.hint) : null,
        actions.length > 0
          ? h('p', { class: 'buttons' }, actions.map((action) => h('button', { type: 'button', test: action.test, on: { click: action.action } }, action.label)))
          : null,
        h('p', { class: 'error-code' }, `code: ${error.code}`),
      );
    },
  };
}
