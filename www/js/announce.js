// The polite status region for screen readers: one sentence at a time, not more often than they can be read.
const GAP_MS = 2500;

let last = 0;
let timer = 0;
let waiting = '';

/** @param {string} text @param {boolean} [now] at once: the answer to a key */
export function announce(text, now = false) {
  waiting = text;
  clearTimeout(timer);
  timer = setTimeout(() => {
    const region = document.getElementById('status');
    if (region && region.textContent !== waiting) region.textContent = waiting;
    last = Date.now();
  }, now ? 0 : Math.max(0, last + GAP_MS - Date.now()));
}
