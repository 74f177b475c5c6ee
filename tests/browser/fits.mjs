// Whether everything on the page has room: nothing sticks out of the window, no text is cut off.

/** What does not fit, in words; runs in the page. */
function misfits() {
  const SLACK = 1.5;
  const found = [];
  const name = (element) => {
    const test = element.closest('[data-testid]')?.dataset.testid ?? element.closest('[id]')?.id ?? '';
    return `${element.tagName.toLowerCase()}${element.className && typeof element.className === 'string' ? `.${element.className.split(' ').join('.')}` : ''} in ${test} “${(element.innerText ?? '').trim().replace(/\s+/g, ' ').slice(0, 50)}”`;
  };
  const style = (element) => getComputedStyle(element);
  const scrolls = (element) => /auto|scroll/.test(style(element).overflowX);
  const ignored = (element) => element.closest('.for-readers, .skip, .share-word') !== null;
  const seen = (element) => element.checkVisibility({ visibilityProperty: true }) && !ignored(element);
  const scroller = (element) => {
    for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) if (scrolls(at)) return at;
    return null;
  };
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) found.push(`the page is ${root.scrollWidth - root.clientWidth} px wider than the window`);
  if (document.body.scrollWidth > document.body.clientWidth) found.push('the body scrolls sideways');

  for (const element of document.body.querySelectorAll('*')) {
    if (!seen(element) || element.closest('svg, math')) continue;
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    if (!scroller(element) && (box.right > root.clientWidth + SLACK || box.left < -SLACK)) {
      found.push(`sticks out of the window (${box.left.toFixed(0)} to ${box.right.toFixed(0)}): ${name(element)}`);
    }
    const own = style(element);
    // A card that cuts what it holds; inline boxes have no width of their own.
    const cuts = own.overflowX === 'hidden' || own.overflowX === 'clip';
    if (cuts && element.tagName !== 'PROGRESS' && (element.scrollWidth > element.clientWidth + SLACK || element.scrollHeight > element.clientHeight + SLACK)) found.push(`cut: ${name(element)}`);
    if (own.display !== 'inline' && !scrolls(element) && !cuts && element.matches('section, article, fieldset, form, dialog, li, figure, .figure, .run, .field, .key-number, .catalogue-entry, .share-body, .shared-run, .verdict-panel, .compare-verdict') && element.scrollWidth > element.clientWidth + SLACK) {
      found.push(`holds more than it is wide (${element.scrollWidth} in ${element.clientWidth}): ${name(element)}`);
    }
    // What scrolls sideways has to do so by keyboard: with the focus on it, or on something inside.
    if (scrolls(element) && element.scrollWidth > element.clientWidth + SLACK && element.tabIndex < 0 && !element.querySelector('button, a[href], input, select, [tabindex="0"]')) {
      found.push(`scrolls, but not by keyboard: ${name(element)}`);
    }
    if (element.matches('button, summary, .tab, .tag, label, legend, h1, h2, h3, h4')) {
      const range = document.createRange();
      range.selectNodeContents(element);
      const text = range.getBoundingClientRect();
      const absolute = [...element.querySelectorAll('*')].some((child) => style(child).position === 'absolute');
      if (!absolute && text.width > 0 && (text.left < box.left - SLACK || text.right > box.right + SLACK || text.top < box.top - 3 || text.bottom > box.bottom + 3)) {
        found.push(`its text is larger than it (${text.width.toFixed(0)}x${text.height.toFixed(0)} in ${box.width.toFixed(0)}x${box.height.toFixed(0)}): ${name(element)}`);
      }
    }
    if (element.matches('select')) {
      const pen = document.createElement('canvas').getContext('2d');
      pen.font = own.font;
      const wanted = pen.measureText(element.selectedOptions[0]?.label ?? '').width;
      // The arrow takes about 20 px.
      const room = element.clientWidth - parseFloat(own.paddingLeft) - parseFloat(own.paddingRight) - 20;
      if (wanted > room) found.push(`its choice is cut (${wanted.toFixed(0)} in ${room.toFixed(0)}): ${element.id} “${element.selectedOptions[0]?.label}”`);
    }
  }
  return [...new Set(found)];
}

/** What does not fit on the page as it is now, in words; empty when all does. */
export const whatDoesNotFit = (page) => page.evaluate(misfits);
