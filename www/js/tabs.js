// Tabs as the ARIA practices describe them: one is in the tab order, arrow keys, Home and End move and choose.
import { freshId, h, setAttribute } from './dom.js';

/**
 * @template {string} T
 * @param {string} label  of the list
 * @param {{id: T, label: string, panel: HTMLElement}[]} items
 * @param {(id: T) => void} onChoose
 * @param {string} test  what test names begin with
 */
export function tabs(label, items, onChoose, test) {
  const stem = freshId('tab');
  const buttons = items.map(({ id, label, panel }) => {
    const button = h('button', {
      type: 'button', role: 'tab', class: 'tab', id: `${stem}-${id}`, test: `${test}-tab-${id}`, 'aria-controls': `${stem}-${id}-panel`,
      on: { click: () => onChoose(id), keydown: (/** @type {KeyboardEvent} */ event) => move(event, id) },
    }, label);
    panel.id = `${stem}-${id}-panel`;
    panel.tabIndex = 0;
    panel.dataset.testid = `${test}-panel-${id}`;
    setAttribute(panel, 'role', 'tabpanel');
    setAttribute(panel, 'aria-labelledby', button.id);
    return button;
  });

  /** @param {KeyboardEvent} event @param {T} id */
  function move(event, id) {
    const there = items.map((_, i) => i).filter((i) => !buttons[i].hidden);
    const now = there.indexOf(items.findIndex((item) => item.id === id));
    const next = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: there.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const chosen = there[(next + there.length) % there.length];
    onChoose(items[chosen].id);
    buttons[chosen].focus();
  }

  return {
    element: h('div', { class: 'tabs', role: 'tablist', 'aria-label': label }, buttons),
    /** @param {T} current @param {T[]} available */
    draw(current, available) {
      items.forEach(({ id, panel }, i) => {
        const chosen = id === current;
        buttons[i].hidden = !available.includes(id);
        buttons[i].tabIndex = chosen ? 0 : -1;
        setAttribute(buttons[i], 'aria-selected', String(chosen));
        panel.hidden = !chosen;
      });
    },
  };
}
