// The "?" beside a figure or control: opens a few sentences, with the way to the Methods page. Works by keyboard, touch and pointer.
import { fill, freshId, h, say } from './dom.js';
import { helpWords } from './words_help.js';

/** @typedef {import('./words_help.js').HelpWords} HelpWords */

/** Room between the button, the sentences and the edge of the window. */
const GAP = 6;
const EDGE = 12;

/**
 * @param {string | (() => string | HelpWords)} name  of what is explained: of a figure, control, model or metric, see words_help.js; a function where it changes
 * @param {{of?: string}} [options]  `of`: what a screen reader is told the button is about, where its name changes
 */
export function help(name, { of } = {}) {
  const current = typeof name === 'function' ? name : () => name;
  const id = freshId('help');
  const title = h('strong', { id: `${id}-title` });
  const body = h('div', { id: `${id}-body`, class: 'help-body' });
  const panel = h('div', { id, class: 'help', popover: 'auto', role: 'dialog', tabindex: -1, autofocus: true, 'aria-labelledby': title.id, 'aria-describedby': body.id, test: 'help' }, title, body);
  const label = of ?? (typeof name === 'string' ? helpWords(name).title : '');
  const button = h('button', { type: 'button', class: 'help-button', popovertarget: id, 'aria-label': `About: ${label}`, test: 'help-button', 'data-help': typeof name === 'string' ? name : null }, h('span', { 'aria-hidden': 'true' }, '?'));
  panel.addEventListener('beforetoggle', (event) => {
    if (/** @type {ToggleEvent} */ (event).newState !== 'open') return;
    const now = current();
    const words = typeof now === 'string' ? helpWords(now) : now;
    say(title, words.title);
    fill(body, words.text.map((text) => h('p', {}, text)),
      words.items.length > 0 ? h('dl', {}, words.items.flatMap((item) => [h('dt', {}, item.methods ? h('a', methods(item.methods), item.name) : item.name), h('dd', {}, item.text)])) : null,
      words.methods ? h('p', {}, h('a', methods(words.methods), 'Formula, source and limits')) : null);
    put(panel, button.getBoundingClientRect());
  });
  return h('span', { class: 'help-box' }, button, panel);
}

/** A new tab: the page here may hold a run that has not ended. @param {string} anchor */
const methods = (anchor) => ({ href: `methods.html#${anchor}`, target: '_blank' });

/** Below the button where there is room, else above it. It scrolls with the page. @param {HTMLElement} panel @param {DOMRect} at */
function put(panel, at) {
  const width = Math.min(360, innerWidth - 2 * EDGE);
  const above = at.bottom > innerHeight * 0.6 && at.top > innerHeight - at.bottom;
  panel.style.width = `${width}px`;
  panel.style.left = `${scrollX + Math.max(EDGE, Math.min(at.left - EDGE, innerWidth - width - EDGE))}px`;
  panel.style.top = `${scrollY + (above ? at.top - GAP : at.bottom + GAP)}px`;
  panel.style.maxHeight = `${Math.max(120, (above ? at.top : innerHeight - at.bottom) - GAP - EDGE)}px`;
  panel.classList.toggle('above', above);
}
