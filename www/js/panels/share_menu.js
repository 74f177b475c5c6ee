// The menu “Share”: a link, the files of a run, a report, a paragraph of Methods.
import { fill, field, h, options, say } from '../dom.js';
import { errorInfo } from '../failure.js';
import { bytes } from '../numbers.js';
import { bundleLacks, dataFiles, hasResults, methodsText, saveBundle, saveReport, saveRun } from '../save.js';
import { linkOf, runOf, taskOfStep } from '../share.js';
import { SHARE } from '../words_share.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../protocol.js').TaskName} TaskName */

const NAMES = { predict: 'Predict', explore: 'Explore', trade_off: 'Trade-off', mutual_information: 'Playground' };

/** @param {Page} page */
export function shareMenu(page) {
  const { store } = page;
  const what = h('select', { id: 'share-what', test: 'share-what' });
  const said = h('p', { class: 'hint', role: 'status', test: 'share-said' });
  const text = h('textarea', { class: 'share-text', test: 'share-text', rows: 4, readonly: true, 'aria-label': 'Text to copy', hidden: true });
  const withData = h('input', { type: 'checkbox', id: 'share-data', test: 'share-data', 'aria-describedby': 'share-data-hint' });
  const dataLabel = h('span', {});
  const data = h('div', { class: 'field check' }, h('label', {}, withData, ' ', dataLabel), h('p', { class: 'hint', id: 'share-data-hint' }, SHARE.withDataHint));
  /** The choice of the person; else the step decides. @type {TaskName | null} */
  let chosen = null;
  what.addEventListener('change', () => {
    chosen = /** @type {TaskName} */ (what.value);
    draw();
  });
  const task = () => /** @type {TaskName} */ (what.value || taskOfStep(store.state));

  const link = item('share-link', 'Copy link', SHARE.link, copyLink);
  const run = item('share-run', 'Save run', SHARE.run, async () => {
    await saveRun(page, task());
    return hasResults(store.state, task()) ? '' : SHARE.noResults;
  });
  const bundle = item('share-bundle', 'Save bundle', SHARE.bundle, () => saveBundle(page, task(), withData.checked && !data.hidden));
  const report = item('share-report', 'Save report', SHARE.report, async () => {
    await saveReport(page, task());
    return '';
  });
  const methods = item('share-methods', 'Copy Methods text', SHARE.methods, async () => copy(await methodsText(page, task()), SHARE.methodsCopied));
  const lacks = h('p', { class: 'hint rule', test: 'share-bundle-lacks', hidden: true });
  bundle.element.append(lacks, data);
  const body = h('div', { class: 'share-body' }, h('p', { class: 'hint' }, SHARE.menu), field('What', what, SHARE.what),
    h('ul', { class: 'share-list' }, [link, run, bundle, report, methods].map(({ element }) => element)), said, text);
  const element = h('details', { class: 'share', test: 'share' }, h('summary', { test: 'share-open', title: 'Share' }, h('span', { 'aria-hidden': 'true' }, '⇪ '), h('span', { class: 'share-word' }, 'Share')), body);

  /**
   * One thing to do, with its sentence; what it returns is said afterwards.
   * @param {string} test @param {string} label @param {string} hint @param {() => Promise<string>} work
   */
  function item(test, label, hint, work) {
    const button = h('button', { type: 'button', test, 'aria-describedby': `${test}-hint` }, label);
    button.addEventListener('click', async () => {
      button.setAttribute('aria-busy', 'true');
      say(said, '');
      text.hidden = true;
      try {
        say(said, await work());
      } catch (thrown) {
        const { message, hint: help } = errorInfo(thrown);
        say(said, `${message.replace(/\.$/, '')}. ${help}`);
      }
      button.removeAttribute('aria-busy');
    });
    return { button, element: h('li', {}, button, h('p', { class: 'hint', id: `${test}-hint` }, hint)) };
  }

  async function copyLink() {
    const { url, fits } = await linkOf(page, task());
    return fits ? copy(url, SHARE.copied) : SHARE.tooLong;
  }

  /** Copies, or shows what is to be copied by hand. @param {string} words @param {string} done */
  async function copy(words, done) {
    try {
      await navigator.clipboard.writeText(words);
      return done;
    } catch {
      text.value = words;
      text.hidden = false;
      text.focus();
      text.select();
      return SHARE.copyByHand;
    }
  }

  function draw() {
    const { state } = store;
    const tasks = /** @type {TaskName[]} */ (['explore', 'predict', 'trade_off']).filter((name) => runOf(state, name) !== null);
    if (chosen && !tasks.includes(chosen)) chosen = null;
    const by = taskOfStep(state);
    options(what, tasks.map((name) => ({ value: name, label: `${NAMES[name]}${hasResults(state, name) ? '' : ' (no results yet)'}` })), chosen ?? (tasks.includes(by) ? by : tasks[0] ?? ''));
    const ready = state.data.phase === 'ready' && state.engine.phase === 'ready';
    const results = hasResults(state, task());
    link.button.disabled = state.data.phase !== 'ready';
    run.button.disabled = methods.button.disabled = !ready || tasks.length === 0;
    bundle.button.disabled = report.button.disabled = !ready || !results;
    void drawLacks(results);
    const files = dataFiles(page, task());
    data.hidden = files.length === 0;
    if (data.hidden) withData.checked = false;
    fill(dataLabel, `${SHARE.withData} (${files.map(({ name }) => name).join(', ')}, ${bytes(files.reduce((sum, { size }) => sum + size, 0))})`);
  }

  let looked = 0;
  /** What a bundle would go without is said before it is saved. @param {boolean} results */
  async function drawLacks(results) {
    const mine = (looked += 1);
    const missing = results ? await bundleLacks(page, task()) : [];
    if (mine !== looked) return;
    lacks.hidden = missing.length === 0;
    say(lacks, `${SHARE.lacks} ${missing.join(', ')}. ${store.state.shared.stored ? SHARE.lacksOpened : SHARE.lacksKept}`);
  }

  element.addEventListener('toggle', () => {
    if (!element.open) return;
    // Cells leave only when that is said anew each time.
    [chosen, text.hidden, withData.checked] = [null, true, false];
    say(said, '');
    draw();
  });
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !element.open) return;
    element.open = false;
    element.querySelector('summary')?.focus();
  });
  document.addEventListener('click', (event) => {
    if (element.open && event.target instanceof Node && !element.contains(event.target)) element.open = false;
  });
  store.subscribe(['step', 'data', 'engine', 'design', 'results', 'fronts', 'explore', 'shared'], () => element.open && draw());
  return { element };
}
