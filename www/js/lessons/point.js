// Shows a control: outlined, in sight and focused. Nothing is laid over the page.

const MARK = 'lesson-target';
const FOCUSABLE = 'button:not(:disabled), select:not(:disabled), input:not(:disabled), summary, a[href], canvas[tabindex], [tabindex]:not([tabindex="-1"])';

/** @param {string} name  data-testid */
export const control = (name) => /** @type {HTMLElement | null} */ (document.querySelector(`[data-testid="${CSS.escape(name)}"]`));

/** Takes the outline away. */
export function unpoint() {
  for (const marked of document.querySelectorAll(`.${MARK}`)) marked.classList.remove(MARK);
}

/** Whether it takes any room on the page. @param {HTMLElement} element */
const shown = (element) => element.getClientRects().length > 0;

/**
 * Outlines a control, brings it into sight and gives it the focus.
 * @param {string} name  data-testid @returns {boolean} false where it is not on the page now
 */
export function point(name) {
  unpoint();
  const element = control(name);
  if (!element) return false;
  for (let at = element.parentElement; at; at = at.parentElement) if (at instanceof HTMLDetailsElement) at.open = true;
  if (!shown(element)) return false;
  element.classList.add(MARK);
  const { height } = element.getBoundingClientRect();
  element.scrollIntoView({ block: height > innerHeight * 0.6 ? 'start' : 'center', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
  const inside = /** @type {HTMLElement[]} */ ([...element.querySelectorAll(FOCUSABLE)]).find(shown);
  const target = element.matches(FOCUSABLE) ? element : inside;
  if (target) target.focus({ preventScroll: true });
  else {
    element.tabIndex = -1;
    element.focus({ preventScroll: true });
  }
  return true;
}

/** Gives controls values as a person would. @param {[string, string][]} values  data-testid and value */
export function setControls(values) {
  for (const [name, value] of values) {
    const element = control(name);
    if (!(element instanceof HTMLSelectElement || element instanceof HTMLInputElement) || element.disabled) continue;
    element.value = value;
    for (const type of ['input', 'change']) element.dispatchEvent(new Event(type, { bubbles: true }));
  }
}
