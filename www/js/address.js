// The address of the page follows what is looked at, and the page follows the address: links that are opened, back and forward.
import { addressOptions } from './device.js';
import { LessonActions } from './lesson_actions.js';
import { decode, encode, LONGEST } from './link.js';
import { exploreFile, predictFile, taskOf, tradeOffFile } from './run_file.js';
import { applyView, docOf, goTo, noStep, shortened, STEPS, taskOfStep } from './share.js';

/** @typedef {import('./main.js').Page} Page */
/** @typedef {import('./link.js').LinkDoc} LinkDoc */
/** @typedef {import('./protocol.js').RunFile} RunFile */
/** @typedef {import('./protocol.js').TaskName} TaskName */
/**
 * What an entry of the history that the page has written knows beside its address. `link`: the link that brought the page there, "" for none, and
 * `brought`: its run, or the page's first, since the address has that of the step; `offered`: the run of the address waits for its data or for somebody; `run`: one that is
 * too long for the address; `lesson`: how far it has come.
 * @typedef {{dosefront: true, link: string, brought?: RunFile, offered?: boolean, run?: LinkDoc["run"], lesson?: import('./lesson_actions.js').KeptLesson}} Entry
 */

/** Browsers refuse addresses that change many times a second. */
const REST_MS = 400;
const TASKS = /** @type {TaskName[]} */ (['explore', 'predict', 'trade_off']);

/** What the page has written; null of entries that are links, or anchors. @param {any} state @returns {Entry | null} */
const entryOf = (state) => (state?.dosefront === true ? { ...state, link: String(state.link ?? '') } : null);
/** Tells links apart, in other visits too. */
const freshLink = () => String(performance.timeOrigin + performance.now());
/** The part of the page that an anchor leads to. @param {string} hash */
const partOf = (hash) => document.getElementById(hash.slice(1));

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
    /** The link that the page shows, or has grown out of. */
    this.link = '';
    /** The run that it brought. @type {RunFile | undefined} */
    this.brought = undefined;
    /** Run files as the page had them at first, which go without saying. @type {Map<TaskName, string>} */
    this.usual = new Map();
    /** Whether the address is left alone, until what it asks for is there. */
    this.held = true;
    addEventListener('popstate', (event) => void this.follow(entryOf(event.state)));
  }

  /** Opens the link in the address, if there is one; says whether it has brought data. */
  async begin() {
    const { page } = this;
    const { hash } = location;
    const entry = entryOf(history.state);
    const { doc, remarks } = await decode(hash);
    this.link = entry?.link ?? (doc ? freshLink() : '');
    this.brought = entry?.brought;
    // So that going back to it is not taken for a link.
    if (!entry) this.put({});
    if (doc) await this.open(doc, remarks, entry, entry && !entry.offered ? 'reloaded' : 'opened');
    else this.complain(hash, remarks);
    const step = hash.slice(1);
    if (STEPS.includes(step)) page.store.set({ step });
    return page.store.state.data.phase !== 'none';
  }

  /** From now on the address follows. */
  async watch() {
    const { store } = this.page;
    this.remember();
    this.held = false;
    // At once, since nothing has to be asked for it: what somebody has answered is not to be lost.
    store.subscribe(['lesson'], () => this.put({}));
    store.subscribe(['step', 'plan', 'frontPlan', 'run', 'frontRun', 'explore', 'results', 'fronts', 'roles', 'design', 'data', 'shared', 'lesson'], () => this.soon());
  }

  /** What the page means before anybody has changed anything: the same every time, so links of it need not say so. */
  remember() {
    const { state } = this.page.store;
    if (location.hash !== '' && !STEPS.includes(location.hash.slice(1))) return;
    for (const task of TASKS) this.usual.set(task, asked(state, task));
    const usual = this.usual.get('predict');
    if (this.link === '' && usual) this.brought = JSON.parse(usual);
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
    const { shared, data, design } = store.state;
    // While data are being opened, the state is neither here nor there.
    if (data.phase === 'opening' || design.busy || shared.phase === 'opening') return;
    // A link that waits for its data, or for the end of another run, is still what this page is about.
    const offered = shared.phase === 'open' && (shared.from === 'link' || shared.from === 'lesson') && shared.run !== null && !shared.set;
    /** @type {LinkDoc} */
    let doc = docOf(store.state);
    if (offered && shared.run) doc = { ...doc, run: shared.run };
    // Not even shortened, which would fetch what shortens.
    else if (this.untouched(taskOfStep(store.state))) doc = { ...doc, run: undefined };
    doc = await shortened(this.page, doc);
    const plain = !doc.run && !doc.view && !doc.lesson && !doc.hide;
    let hash = plain ? (doc.step === STEPS[0] ? '' : String(doc.step)) : await encode(doc);
    const long = hash.length > LONGEST;
    if (long) hash = await encode({ ...doc, run: undefined });
    if (hash.length > LONGEST) hash = await encode({ ...doc, run: undefined, lesson: undefined, hide: undefined });
    if (mine !== this.asked || this.held) return;
    const { engine, software } = addressOptions({ search: '', hash: location.hash });
    const options = [engine && `engine=${engine}`, software && 'software=1'].filter(Boolean);
    // An anchor and options are not read together: with options it is a link.
    const whole = [...(plain && hash && options.length > 0 ? [await encode(doc)] : [hash]), ...options].filter(Boolean).join('&');
    this.put({ offered: offered || undefined, run: long ? doc.run : undefined }, `${location.pathname}${location.search}${whole ? `#${whole}` : ''}`);
  }

  /** Writes into this entry of the history, where that says something new. @param {Partial<Entry>} change @param {string} [address] */
  put(change, address = location.href) {
    const now = entryOf(history.state);
    const { lesson } = this.page.store.state;
    // Without what is undefined, so that the same is the same.
    const entry = JSON.parse(JSON.stringify({ ...now, ...change, dosefront: true, link: this.link, brought: this.brought, lesson: lesson ? LessonActions.kept(lesson) : undefined }));
    if (JSON.stringify(entry) !== JSON.stringify(now) || new URL(address, location.href).href !== location.href) history.replaceState(entry, '', address);
  }

  /** The address has changed: by back and forward, by an anchor, or by hand. @param {Entry | null} entry */
  async follow(entry) {
    const { page } = this;
    const { hash } = location;
    // What is about to be written belongs to another entry.
    clearTimeout(this.timer);
    this.timer = 0;
    const mine = (this.asked += 1);
    const { doc, remarks } = await decode(hash);
    if (mine !== this.asked) return;
    if (!entry && doc) {
      this.link = freshLink();
      this.brought = undefined;
      this.put({});
      await this.open(doc, remarks, null, 'opened');
    } else if (!entry) {
      // An anchor: the browser goes there, and the new entry gets the whole state.
      const step = partOf(hash)?.closest('section.step')?.id;
      this.put({});
      if (step) page.store.set({ step });
      this.complain(hash, remarks);
      this.soon();
    } else if (entry.link !== this.link) {
      this.link = entry.link;
      this.brought = entry.brought;
      // The lesson of the other link is kept in its entry.
      if (!entry.lesson && page.store.state.lesson) page.lessons.leave();
      const step = hash.slice(1) || STEPS[0];
      const left = entry.run ?? doc?.run;
      // What the step says of the link's own task is newer; of the page before any link it is all there is.
      const run = left && (entry.link === '' || !entry.brought || taskOf(/** @type {RunFile} */ (left)) === taskOf(entry.brought)) ? left : entry.brought;
      await this.open({ ...(doc ?? { v: 1, ...(STEPS.includes(step) ? { step } : {}) }), run }, [], { ...entry, run: undefined }, entry.link === '' && !entry.offered ? 'back' : 'opened');
    } else {
      const step = doc?.step ?? (hash.slice(1) || STEPS[0]);
      await applyView(page, doc?.view ?? {}, []);
      // The browser has scrolled to where it was, unless the page has grown since.
      if (STEPS.includes(step) && step !== page.store.state.step) await goTo(page, step);
    }
  }

  /** Opens a link, with what its entry knows beside it. @param {LinkDoc} doc @param {string[]} remarks @param {Entry | null} entry @param {"opened" | "back" | "reloaded"} how */
  async open(doc, remarks, entry, how) {
    const { shared, lessons } = this.page;
    const run = await shared.openLink({ ...doc, ...(entry?.run ? { run: entry.run } : {}), ...(entry?.lesson ? LessonActions.linkPart(entry) : {}) }, remarks, how);
    if (entry?.lesson) lessons.resume(entry.lesson);
    if (!run || entry) return;
    this.brought = run;
    this.put({});
  }

  /** Says so where the address leads nowhere. @param {string} hash @param {string[]} remarks */
  complain(hash, remarks) {
    // “#top” every browser knows.
    const lost = hash.length > 1 && hash !== '#top' && !hash.includes('=') && !partOf(hash) && !partOf(decoded(hash));
    const said = lost ? [...remarks, noStep(hash.slice(0, 60))] : remarks;
    if (said.length > 0) this.page.shared.tell('link', { remarks: said });
  }
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
