// The Methods page reads well without this; here is only the box that finds entries by their words.
import { field, h, say } from './dom.js';

const place = document.getElementById('filter');
const entries = [...document.querySelectorAll('article.method')].map((element) => ({
  element: /** @type {HTMLElement} */ (element),
  words: wordsOf(element),
  link: document.querySelector(`.contents a[href="#${element.querySelector('.names code')?.id}"]`)?.closest('li'),
}));

/** Formulas are not searched: their parts are letters. @param {Element} element */
function wordsOf(element) {
  const copy = /** @type {Element} */ (element.cloneNode(true));
  for (const math of copy.querySelectorAll('math')) math.remove();
  return plain(copy.textContent ?? '');
}

/** R2 finds R², Szekely finds Székely. @param {string} text */
function plain(text) {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** @param {string} wanted */
function filter(wanted) {
  const parts = plain(wanted).split(/\s+/).filter(Boolean);
  let found = 0;
  for (const { element, words, link } of entries) {
    const shown = parts.every((part) => words.includes(part));
    found += Number(shown);
    element.hidden = !shown;
    if (link) link.hidden = !shown;
  }
  for (const section of document.querySelectorAll('main > section')) {
    const empty = !section.querySelector('article:not([hidden])');
    /** @type {HTMLElement} */ (section).hidden = empty;
    const link = document.querySelector(`.contents a[href="#${section.id}"]`)?.closest('li');
    if (link) link.hidden = empty;
  }
  return parts.length === 0 ? '' : found === 0 ? 'Nothing has these words.' : `${found} of ${entries.length} entries`;
}

if (place) {
  const input = h('input', { type: 'search', id: 'filter-words', test: 'methods-filter', autocomplete: 'off', spellcheck: 'false' });
  const answer = h('p', { class: 'hint', role: 'status', test: 'methods-found' });
  const show = () => say(answer, filter(input.value));
  input.addEventListener('input', show);
  place.append(field('Find', input, ''), answer);
  place.hidden = false;
  // An address within the page is shown whatever is filtered.
  addEventListener('hashchange', () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target?.closest('[hidden]')) return;
    input.value = '';
    show();
    target.scrollIntoView();
  });
}

// Where there is little room the contents would push the methods out of sight.
const contents = document.querySelector('.contents details');
if (contents && matchMedia('(max-width: 980px)').matches) contents.removeAttribute('open');
