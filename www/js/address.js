// The address of the page follows what is looked at, and the page follows the address: links that are opened, back and forward.
import { addressOptions } from './device.js';
import { decode, encode, LONGEST } from './link.js';
import { exploreFile, predictFile, tradeOffFile } from './run_file.js';
import { applyView, docOf, goTo, shortened, STEPS, taskOfStep } from './share.js';

/** @typedef {import('./main.js').Page} Page */
/** @typedef {import('./link.js').LinkDoc} LinkDoc */
/** @typedef {import('./protocol.js').TaskName} TaskName */

/** Browsers refuse addresses that change many times a second. */
const REST_MS = 400;
/** Marks entries of the history that the page has written itself: these are no links from somebody. */
const OWN = { dosefront: true };
const TASKS = /** @type {TaskName[]} */ (['explore', 'predict', 'trade_off']);

/** What the form asks for; "" where it cannot be said. @param {import('./store.js').State} state @param {TaskName} task */
function asked(state, task) {
  try {
    return JSON.stringify(task === 'explore' ? exploreFile(state) : task === 'trade_off' ? tradeOffFile(state) : predictFile(state));
  } catch {
    return '';
  }
}

export class Address {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    this.timer = 0;
    this.asked = 0;
    /** Run files as the page had them at first, which go without saying. @type {Map<TaskName, string>} */
    this.usual = new Map();
    /** Whether the address is left alone, until what it asks for is there. */
    this.held = true;
    addEventListener('popstate', (event) => void this.follow(event.state));
  }

  /** Opens the link in the address, if there is one; says whether it has brought data. */
  async begin() {
    const { hash } = location;
    const { doc, remarks } = await decode(hash);
    const own = history.state?.dosefront === true;
    // So that going back to it is not taken for a link.
    history.replaceState(OWN, '', location.href);
    if (doc) await this.page.shared.openLink(doc, remarks, own);
    const step = hash.slice(1);
    if (STEPS.includes(step)) this.page.store.set({ step });
    return this.page.store.state.data.phase !== 'none';
  }

  /** From now on the address follows. */
  async watch() {
    const { store } = this.page;
    this.remember();
    this.held = false;
    store.subscribe(['step', 'plan', 'frontPlan', 'run', 'frontRun', 'explore', 'results', 'fronts', 'roles', 'design', 'data', 'shared', 'lesson'], () => this.soon());
  }

  /** What the page means before anybody has changed anything: the same every time, so links of it need not say so. */
  remember() {
    const { state } = this.page.store;
    if (location.hash !== '') return;
    for (const task of TASKS) this.usual.set(task, asked(state, task));
  }

  /** Whether nobody has asked for anything of a task: an exploration begins by itself. @param {TaskName} task */
  untouched(task) {
    const { page } = this;
    const { state } = page.store;
    const done = state.shared.stored || (task === 'predict' ? state.run.file : task === 'trade_off' ? state.frontRun.file : page.explore.exact) !== null;
    return !done && asked(state, task) !== '' && asked(state, task) === this.usual.get(task);
  }

  soon() {
    // Not put off by what comes meanwhile: an exploration never rests.
    if (this.held || this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = 0;
      void this.write();
    }, REST_MS);
  }

  /** Writes the address without a new entry. */
  async write() {
    const mine = (this.asked += 1);
    const { store } = this.page;
    // While data are being opened, the state is neither here nor there.
    if (store.state.data.phase === 'opening' || store.state.design.busy || store.state.shared.phase === 'opening') return;
    /** @type {LinkDoc} */
    let doc = docOf(store.state);
    // Not even shortened, which would fetch what shortens.
    if (this.untouched(taskOfStep(store.state))) doc = { ...doc, run: undefined };
    doc = await shortened(this.page, doc);
    const plain = !doc.run && !doc.view && !doc.lesson && !doc.hide;
    let hash = plain ? (doc.step === STEPS[0] ? '' : String(doc.step)) : await encode(doc);
    if (hash.length > LONGEST) hash = await encode({ ...doc, run: undefined });
    if (mine !== this.asked || this.held) return;
    const { engine, software } = addressOptions({ search: '', hash: location.hash });
    const options = [engine && `engine=${engine}`, software && 'software=1'].filter(Boolean);
    // An anchor and options are not read together: with options it is a link.
    const whole = [...(plain && hash && options.length > 0 ? [await encode(doc)] : [hash]), ...options].filter(Boolean).join('&');
    if (location.hash.slice(1) !== whole) history.replaceState(OWN, '', `${location.pathname}${location.search}${whole ? `#${whole}` : ''}`);
  }

  /** The address has changed: by back and forward, by an anchor, or by hand. @param {any} state  of the entry */
  async follow(state) {
    const { page } = this;
    const { doc, remarks } = await decode(location.hash);
    if (state?.dosefront) {
      clearTimeout(this.timer);
      this.timer = 0;
      this.asked += 1;
      const step = doc?.step ?? (location.hash.slice(1) || STEPS[0]);
      await applyView(page, doc?.view ?? {}, []);
      // The browser has scrolled to where it was, unless the page has grown since.
      if (STEPS.includes(step) && step !== page.store.state.step) await goTo(page, step);
    } else if (doc) {
      history.replaceState(OWN, '', location.href);
      await page.shared.openLink(doc, remarks, false);
    } else {
      // An anchor: the browser goes there, and the new entry gets the whole state.
      const step = document.getElementById(location.hash.slice(1))?.closest('section.step')?.id;
      history.replaceState(OWN, '', location.href);
      if (step) page.store.set({ step });
      this.soon();
    }
  }
}
