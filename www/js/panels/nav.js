// The six steps as links that stay in sight; the one that is being read is marked.
import { h, setAttribute } from '../dom.js';

const STEPS = [
  ['data', '1', 'Data'],
  ['explore', '2', 'Explore'],
  ['predict', '3', 'Predict'],
  ['results', '4', 'Results'],
  ['trade-off', '5', 'Trade-off'],
  ['runs', '6', 'Runs'],
];
// A step counts as read when it begins above this share of the window.
const READ_FROM = 0.4;

/** @param {HTMLElement} place @param {(step: string) => void} [onRead]  told which step is read */
export function stepsNav(place, onRead = () => {}) {
  const links = STEPS.map(([id, ordinal, label]) => h('a', { href: `#${id}`, test: `nav-${id}` }, h('span', { 'aria-hidden': 'true' }, `${ordinal} `), label));
  place.append(...links);
  let frame = 0;
  function mark() {
    // A lesson may hide some of them: these are at no place.
    const tops = STEPS.map(([id]) => {
      const section = document.getElementById(id);
      return section && section.getClientRects().length > 0 ? section.getBoundingClientRect().top : Infinity;
    });
    const last = tops.findLastIndex(Number.isFinite);
    const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 2 && scrollY > 0;
    const read = tops.findLastIndex((top) => top < innerHeight * READ_FROM);
    const current = Math.max(0, atEnd ? last : read);
    onRead(STEPS[current][0]);
    links.forEach((link, i) => setAttribute(link, 'aria-current', i === current ? 'location' : null));
  }
  const soon = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(mark);
  };
  addEventListener('scroll', soon, { passive: true });
  // Also when a step above grows: what is in sight moves without a scroll.
  new ResizeObserver(soon).observe(document.body);
}
