// The five steps as links that stay in sight; the one that is being read is marked.
import { h, setAttribute } from '../dom.js';

const STEPS = [
  ['data', '1', 'Data'],
  ['explore', '2', 'Explore'],
  ['predict', '3', 'Predict'],
  ['results', '4', 'Results'],
  ['trade-off', '5', 'Trade-off'],
];
// A step counts as read when it begins above this share of the window.
const READ_FROM = 0.4;

/** @param {HTMLElement} place */
export function stepsNav(place) {
  const links = STEPS.map(([id, ordinal, label]) => h('a', { href: `#${id}`, test: `nav-${id}` }, h('span', { 'aria-hidden': 'true' }, `${ordinal} `), label));
  place.append(...links);
  let frame = 0;
  function mark() {
    const tops = STEPS.map(([id]) => document.getElementById(id)?.getBoundingClientRect().top ?? Infinity);
    const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 2 && scrollY > 0;
    const read = tops.findLastIndex((top) => top < innerHeight * READ_FROM);
    const current = atEnd ? STEPS.length - 1 : Math.max(0, read);
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
