// The right side of the masthead: which engine runs and why, the privacy sentence, theme, citation; and the bar of an engine that stopped.
import { fill, h, say } from '../dom.js';
import { errorBox } from '../errors.js';
import { applyTheme, nextTheme } from '../theme.js';
import { CITE } from '../words.js';
import { measureName, methodName } from '../words_fronts.js';
import { modelWords, plain } from '../words_models.js';

/** @typedef {import('../main.js').Page} Page */

const THEMES = { auto: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' };

/** @param {HTMLElement} side @param {HTMLElement} trouble @param {Page} page */
export function headerPanel(side, trouble, { store, engines }) {
  const name = h('strong', {});
  const why = h('span', { class: 'badge-why' });
  const badge = h('details', { class: 'badge', test: 'device-badge' }, h('summary', {}, h('span', { class: 'dot', 'aria-hidden': 'true' }), name), why);
  closeOnEscape(badge);
  const theme = h('button', { type: 'button', class: 'quiet', test: 'theme' });
  theme.addEventListener('click', () => {
    const next = nextTheme(store.state.theme);
    applyTheme(next);
    store.set({ theme: next });
  });
  const dialog = citeDialog(() => store.state.engine.info?.versions?.dosefront ?? engines.build?.version ?? '', () => methodsUsed(store.state));
  const cite = h('button', { type: 'button', class: 'quiet', test: 'cite', on: { click: () => dialog.open() } }, 'Cite');
  document.getElementById('cite-line')?.append(h('button', { type: 'button', class: 'link', test: 'cite-footer', on: { click: () => dialog.open() } }, 'How to cite Dosefront and the methods you used'));
  fill(side, badge, h('span', { class: 'stays' }, 'Your data stays here'), theme, cite, dialog.element);

  const box = errorBox('error');
  const offer = h('div', { class: 'offer', hidden: true });
  fill(trouble, box.element, offer);

  store.subscribe(['engine', 'run'], ({ engine, run }) => {
    badge.dataset.engine = engine.phase === 'ready' ? engine.info?.engine ?? '' : engine.phase;
    const adapter = engine.info?.adapter ? ` · ${engine.info.adapter}` : '';
    say(name, engine.phase === 'ready' ? (engine.info?.engine === 'webgpu' ? `WebGPU engine${adapter}` : 'CPU engine') : engine.phase === 'starting' ? 'Engine is starting' : 'Engine stopped');
    say(why, engine.why || 'The engine is being loaded.');
    badge.title = why.textContent ?? '';
    const restart = { label: 'Restart engine', test: 'restart-engine', action: () => void engines.restart() };
    const cpu = { label: 'Use the CPU engine instead', action: () => void engines.restart('cpu', 'WebGPU failed, so the models train on the processor.') };
    box.show(engine.phase === 'crashed' ? engine.error : null, engines.device === 'webgpu' ? [restart, cpu] : [restart]);
    const busy = run.phase === 'running' || run.phase === 'paused' || run.phase === 'starting';
    offer.hidden = !engine.offer || engine.phase !== 'ready';
    if (!offer.hidden) {
      fill(offer, h('span', {}, busy ? `${engine.offer} You can switch when this run has ended.` : `${engine.offer} `),
        busy ? null : h('button', { type: 'button', test: 'switch-webgpu', on: { click: () => void engines.switchToWebgpu() } }, 'Switch to WebGPU'),
        h('button', { type: 'button', class: 'quiet', on: { click: () => store.patch('engine', { offer: '' }) } }, 'Not now'));
    }
  });
  store.subscribe(['theme'], (state) => {
    say(theme, THEMES[state.theme]);
    theme.title = 'Follows the system until you choose; choose again to go back';
  });
}

/** @param {HTMLDetailsElement} details */
function closeOnEscape(details) {
  details.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') details.open = false;
  });
  document.addEventListener('click', (event) => {
    if (details.open && event.target instanceof Node && !details.contains(event.target)) details.open = false;
  });
}

/** Models, solvers and measures whose results are on the page, each an entry of the Methods page. @param {import('../store.js').State} state */
function methodsUsed({ results, fronts }) {
  const used = [
    ...results.rows.map(({ model }) => [plain(model), modelWords(plain(model)).name]),
    ...fronts.rows.flatMap(({ method, measure }) => [['scvi', 'scVI'], [method, methodName(method)], ...(measure ? [[measure, measureName(measure)]] : [])]),
  ];
  return [...new Map(/** @type {[string, string][]} */ (used))].map(([id, name]) => ({ id, name }));
}

/** @param {() => string} version @param {() => {id: string, name: string}[]} used */
function citeDialog(version, used) {
  const list = h('ul', { test: 'cite-list' });
  const close = h('button', { type: 'button', on: { click: () => element.close() } }, 'Close');
  const copied = h('span', { class: 'hint', role: 'status' });
  const copy = h('button', { type: 'button', class: 'primary' }, 'Copy as text');
  copy.addEventListener('click', async () => {
    const text = [...list.children].map((item) => item.textContent).join('\n');
    await navigator.clipboard.writeText(text).then(() => say(copied, 'Copied.'), () => say(copied, 'The browser does not allow copying; select the text instead.'));
  });
  const element = h('dialog', { class: 'dialog', 'aria-labelledby': 'cite-title' },
    h('h2', { id: 'cite-title' }, 'How to cite'), h('p', {}, CITE.text), list, h('p', { class: 'buttons' }, copy, close, copied));
  return {
    element,
    open() {
      const methods = used();
      fill(list, CITE.items.map((item) => h('li', {}, item.replace('{version}', version() || 'of today'))),
        h('li', {}, methods.length > 0 ? CITE.used : CITE.none, ' ', methods.flatMap(({ id, name }, i) => [i > 0 ? ', ' : '', h('a', { href: `methods.html#${id}`, target: '_blank' }, name)]), methods.length > 0 ? '.' : h('a', { href: 'methods.html', target: '_blank' }, 'Methods')));
      say(copied, '');
      element.showModal();
    },
  };
}
