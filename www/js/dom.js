// Small helpers to make elements; nothing here knows Dosefront.

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * An element with attributes, listeners and children.  `on` holds listeners, `test` the stable test name; a value of null, undefined or
 * false leaves an attribute out.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any> & {on?: Record<string, (event: any) => void>, test?: string}} [props]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  const { on, test, ...attributes } = props;
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  if (test) element.dataset.testid = test;
  for (const [name, listener] of Object.entries(on ?? {})) element.addEventListener(name, listener);
  element.append(...nodes(children));
  return element;
}

/** @param {Element} element @param {string} name @param {any} value */
export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : String(value));
}

/** @param {(Child | Child[])[]} children @returns {(Node | string)[]} */
function nodes(children) {
  return children
    .flat()
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : String(child)));
}

/** Replaces what an element holds. @param {Element} element @param {...(Child | Child[])} children */
export function fill(element, ...children) {
  element.replaceChildren(...nodes(children));
}

/** Sets text only where it differs, so that screen readers are not told twice. @param {Element} element @param {string} text */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

let ids = 0;
/** @param {string} stem */
export const freshId = (stem) => `${stem}-${(ids += 1)}`;

/**
 * A labelled control with the sentence that explains it; `about` stands beside the label, where the sentence is not enough.
 * @param {string} label @param {HTMLElement} control @param {string} hint @param {HTMLElement | null} [about]
 */
export function field(label, control, hint, about = null) {
  const id = control.id || freshId('field');
  control.id = id;
  const hintId = `${id}-hint`;
  if (hint) control.setAttribute('aria-describedby', hintId);
  const name = h('label', { for: id }, label);
  return h('div', { class: 'field' }, about ? h('div', { class: 'label-row' }, name, about) : name, control, hint ? h('p', { class: 'hint', id: hintId }, hint) : null);
}

/**
 * Fills a select, keeping the choice where it is still there.
 * @param {HTMLSelectElement} select @param {{value: string, label: string, disabled?: boolean}[]} options @param {string} value
 */
export function options(select, options, value) {
  const wanted = JSON.stringify(options);
  if (select.dataset.options !== wanted) {
    fill(select, options.map((option) => h('option', { value: option.value, disabled: option.disabled }, option.label)));
    select.dataset.options = wanted;
  }
  select.value = value;
}
