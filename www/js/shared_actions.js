// A run that somebody has saved or sent: opened, looked at, done again and held against what it gave before.
import { errorInfo } from './failure.js';
import { plural } from './numbers.js';
import { readDetails } from './saved_details.js';
import { bundleFits, savedKind, savedText, unpacked } from './saved_files.js';
import { dataAreOpen, taskOf } from './run_file.js';
import { applyDoc, applyRun, asHere, goTo, isStep, noStep } from './share.js';
import { noFronts, noProgress, noResults, noRun, nothingShared, trains } from './store.js';
import { isBaseline } from './words_models.js';

/** @typedef {import('./main.js').Page} Page */
/** @typedef {import('./protocol.js').RunFile} RunFile */
/** @typedef {import('./protocol.js').ErrorInfo} ErrorInfo */
/** @typedef {import('./store.js').SharedState} SharedState */

/** Where the results of a task are. */
const PLACE = /** @type {const} */ ({ predict: 'results', trade_off: 'trade-off', explore: 'explore', mutual_information: 'trade-off' });

export class SharedActions {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    this.opened = 0;
    /** The data that are open. @type {import('./store.js').DataSource | null} */
    this.source = null;
    /** Those that were open when the run came: no answer to “open its file”. @type {import('./store.js').DataSource | null} */
    this.before = null;
    /** The data that came in the bundle. @type {File[]} */
    this.dataFiles = [];
    /** What else came in the bundle: networks, cells, details, as they were. @type {File[]} */
    this.beside = [];
    /** Details that came in the bundle, by the index of their result. @type {Map<number, any>} */
    this.details = new Map();
    /** Links take their turn: what they open must not mix. @type {Promise<unknown>} */
    this.applied = Promise.resolve();
    /** Who else wants to know of an opened link: lessons. Remarks grow by what could not be read. @type {((doc: import('./link.js').LinkDoc, remarks: string[]) => void)[]} */
    this.listeners = [];
    page.data.takeSaved = (files) => this.take(files);
    page.store.subscribe(['data'], () => this.followData());
    page.store.subscribe(['run', 'frontRun'], () => this.followRuns());
  }

  get now() {
    return this.page.store.state.shared;
  }

  /** @param {Partial<SharedState>} change */
  patch(change) {
    this.page.store.patch('shared', change);
  }

  // Opening.

  /** Opens the saved run among some files; the others are data. @param {File[]} files @returns {Promise<File[]>} */
  async take(files) {
    const kinds = await Promise.all(files.map((file) => savedKind(file).catch(() => null)));
    const at = kinds.findIndex((kind) => kind !== null);
    if (at < 0) return files;
    await this.open(files[at], /** @type {import('./saved_files.js').SavedKind} */ (kinds[at]));
    const more = kinds.filter((kind) => kind !== null).length - 1;
    if (more > 0) this.patch({ remarks: [...this.now.remarks, `${plural(more, 'other saved run was', 'other saved runs were')} left aside: open one at a time.`] });
    return files.filter((_, i) => kinds[i] === null);
  }

  /** @param {File} file @param {import('./saved_files.js').SavedKind} kind */
  async open(file, kind) {
    const mine = (this.opened += 1);
    const { engines, store } = this.page;
    this.forget();
    this.before = store.state.data.source;
    store.set({ shared: { ...nothingShared(), phase: 'opening', from: kind === 'bundle' ? 'bundle' : 'report', name: file.name } });
    try {
      await engines.booted;
      let text = '';
      /** @type {string | null} */
      let details = null;
      if (kind === 'bundle') {
        bundleFits(file.size, `${file.name} has`, 'Unpack it, and drop its run.dosefront.json here; where it asks for the data, the file in its folder “data”.');
        const packed = await file.arrayBuffer();
        const files = await engines.engine.send('bundle_read', [new Uint8Array(packed)], [packed]);
        const inside = unpacked(files);
        if (inside.run === null) throw { code: 'not_a_bundle', message: `${file.name} has no run.dosefront.json in it.`, hint: 'Choose a bundle that this page has saved.' };
        if (mine !== this.opened) return;
        this.dataFiles = inside.data;
        this.beside = inside.beside;
        details = inside.details;
        this.patch({ files: files.map(({ name }) => name) });
        text = inside.run;
      } else {
        text = await savedText(file, kind);
      }
      const opened = await this.read(text);
      if (mine !== this.opened) return;
      const read = readDetails(details, opened.run ? taskOf(opened.run) : 'predict');
      this.details = read.details;
      if (read.remark) opened.remarks = [...opened.remarks, read.remark];
      this.patch({ phase: 'open', ...opened, from: kind === 'bundle' ? 'bundle' : opened.report ? 'report' : 'run' });
      this.followData();
      if (opened.run && opened.text) void this.page.list.addOpened(opened.run, opened.text, file.name.replace(/(\.dosefront)?\.(json|zip)$/i, ''));
    } catch (thrown) {
      if (mine === this.opened) this.patch({ phase: 'open', error: named(errorInfo(thrown), file.name) });
    }
  }

  /**
   * The text of a run file or report. Where results do not belong to their run they are refused, and the run is kept.
   * @param {string} text @returns {Promise<Pick<SharedState, "run" | "report" | "text" | "remarks" | "error">>}
   */
  async read(text) {
    const { engines } = this.page;
    try {
      const { run, report, remarks } = await engines.engine.send('open_saved', [text]);
      return { run, report, text: report ? text : null, remarks, error: null };
    } catch (thrown) {
      const error = errorInfo(thrown);
      if (error.code !== 'results_do_not_belong') throw thrown;
      const { run, remarks } = await engines.engine.send('open_saved', [JSON.stringify(JSON.parse(text).run)]);
      return { run, report: null, text: null, remarks, error };
    }
  }

  /**
   * Opens a link. What the page has written itself needs no words: after a reload never, coming back to it only where it cannot be had as it was.
   * @param {import('./link.js').LinkDoc} doc @param {string[]} remarks @param {"opened" | "back" | "reloaded"} [how] @param {"link" | "lesson"} [from]
   * @returns {Promise<RunFile | null>}  the run that it asks for
   */
  async openLink(doc, remarks, how = 'opened', from = 'link') {
    const mine = (this.opened += 1);
    const { page } = this;
    const { store } = page;
    if (how !== 'reloaded') {
      this.forget();
      this.before = store.state.data.source;
      store.set({ shared: { ...nothingShared(), phase: 'opening', from, remarks } });
    }
    // Where to look comes last: a banner is above all steps, and is to be seen first.
    const turn = this.applied.then(() => (mine === this.opened ? applyDoc(page, { ...doc, step: undefined }) : null));
    this.applied = turn.catch(() => {});
    const applied = await turn;
    if (!applied || mine !== this.opened) return null;
    for (const listener of this.listeners) listener(doc, remarks);
    if (how === 'reloaded') {
      this.patch({ phase: 'none' });
      if (doc.step !== undefined && isStep(doc.step)) await goTo(page, doc.step);
      return applied.run;
    }
    if (doc.step !== undefined && !isStep(doc.step)) remarks.push(noStep(doc.step));
    const { run, file, beyond, set, remarks: more } = applied;
    // What only says where to look needs no banner, unless something was wrong with it. An exploration begins by itself.
    const quiet = remarks.length + more.length === 0 && (!run || (Boolean(run.task.explore) && !file) || doc.lesson !== undefined || (how === 'back' && set));
    if (quiet) {
      this.patch({ phase: 'none' });
      if (doc.step !== undefined) await goTo(page, doc.step);
    } else this.patch({ phase: 'open', step: doc.step !== undefined && isStep(doc.step) ? doc.step : '', run, beyond, remarks: [...remarks, ...more], set });
    this.followData();
    return run;
  }

  /** Says what is wrong with something that was not opened; a run that is on offer stays. @param {"link" | "lesson"} from @param {Partial<SharedState>} words */
  tell(from, { remarks = [], ...words }) {
    if (this.now.run) this.patch({ phase: 'open', ...words, remarks: [...this.now.remarks, ...remarks] });
    else this.page.store.set({ shared: { ...nothingShared(), phase: 'open', from, ...words, remarks } });
  }

  /** Forgets what came with the last one. */
  forget() {
    this.dataFiles = [];
    this.beside = [];
    this.details = new Map();
    if (this.now.stored) this.dropStored();
  }

  close() {
    this.opened += 1;
    // What is shown of it stays, as results of the page would.
    const { stored, run, text } = this.now;
    this.page.store.set({ shared: { ...nothingShared(), ...(stored ? { stored, run, text } : {}) } });
  }

  // The data.

  /** When data are opened while a run waits for its own: are they these? */
  followData() {
    const { shared, data } = this.page.store.state;
    if (data.source !== this.source && data.phase === 'ready') {
      this.source = data.source;
      // Opening data clears what was shown.
      if (shared.stored) this.patch({ stored: false, ...(shared.phase === 'none' ? nothingShared() : {}) });
    }
    if (shared.phase !== 'open' || !shared.run || data.phase !== 'ready') return;
    const { file } = shared.run.dataset;
    if (!file) return;
    const found = data.summary?.source?.file ?? null;
    if (dataAreOpen(shared.run, this.page.store.state)) {
      if (shared.other) this.patch({ other: null });
      if (!shared.set) void this.setUp();
    } else if (found && found.sha256 !== shared.other?.sha256 && data.source !== this.before) {
      this.patch({ other: { name: found.name, sha256: found.sha256 }, set: false });
      if (shared.report) void this.showStored();
    }
  }

  /** Other results take the place of stored ones. */
  followRuns() {
    const { shared, run, frontRun } = this.page.store.state;
    const task = shared.run && taskOf(shared.run);
    if (!shared.stored || (task === 'predict' ? run.phase : task === 'trade_off' ? frontRun.phase : 'idle') === 'idle') return;
    this.patch({ stored: false, ...(shared.phase === 'none' ? nothingShared() : {}) });
    this.page.runs.stored.clear();
    this.page.fronts.stored.clear();
  }

  /** Brings data, roles and form to the run. @returns {Promise<boolean>}  whether it can be done now */
  async setUp() {
    const { page } = this;
    const { run } = this.now;
    if (!run) return false;
    /** @type {string[]} */
    const remarks = [];
    try {
      // Before the data are there, so that their coming does not ask for this once more.
      this.patch({ set: true, error: null });
      if (!dataAreOpen(run, page.store.state) && this.dataFiles.length > 0) await page.data.openFiles(this.dataFiles);
      const { file, beyond } = await applyRun(page, run, remarks);
      this.patch({ set: !file, beyond: beyond ?? [], remarks: [...this.now.remarks, ...remarks.filter((each) => !this.now.remarks.includes(each))] });
      return !file;
    } catch (thrown) {
      this.patch({ set: false, error: errorInfo(thrown) });
      return false;
    }
  }

  // Results.

  /** Shows the results in the file, where rows alone can be shown. */
  async showStored() {
    const { page } = this;
    const { run, report } = this.now;
    if (!run || !report || trains(page.store.state)) return;
    const { store, runs, fronts } = page;
    const task = taskOf(run);
    if (task === 'predict') {
      const { results } = store.state;
      const rows = /** @type {import('./protocol.js').ResultRow[]} */ (report.results ?? []);
      runs.end();
      runs.grid = null;
      runs.picked = false;
      runs.stored = this.details;
      store.set({ run: { ...noRun(), file: run }, results: { ...results, ...noResults(), rows } });
      this.patch({ stored: true });
      const first = rows.find((row) => !isBaseline(row.model)) ?? rows[0];
      if (first) await runs.show(first.index);
    } else if (task === 'trade_off') {
      fronts.end();
      fronts.grid = null;
      fronts.picked = false;
      fronts.stored = new Map([...this.details].map(([index, latent]) => [index, { ...latent, values: Float32Array.from(latent.values ?? []) }]));
      store.set({ frontRun: { ...noProgress(), file: run }, fronts: { ...store.state.fronts, ...noFronts(), rows: report.candidates ?? [] } });
      this.patch({ stored: true });
      fronts.completed();
    } else {
      this.patch({ stored: true });
      return;
    }
    await goTo(page, PLACE[task], task === 'trade_off' ? 'front-results' : undefined);
  }

  dropStored() {
    const { store, runs, fronts } = this.page;
    const task = this.now.run && taskOf(this.now.run);
    runs.stored = new Map();
    fronts.stored = new Map();
    this.patch({ stored: false });
    if (task === 'predict') store.set({ run: noRun(), results: { ...store.state.results, ...noResults() } });
    if (task === 'trade_off') store.set({ frontRun: noProgress(), fronts: { ...store.state.fronts, ...noFronts() } });
  }

  /** Does the run, exactly as it is written; a saved report is then held against what comes out. */
  async rerun() {
    const { page } = this;
    const { run, text } = this.now;
    const mine = this.opened;
    if (!run || trains(page.store.state)) return;
    this.patch({ rerun: 'none', comparison: null, error: null });
    if (!(await this.setUp()) || mine !== this.opened) return;
    const task = taskOf(run);
    const exact = asHere(page, run);
    this.patch({ rerun: 'running' });
    try {
      await goTo(page, task === 'predict' ? 'predict' : PLACE[task]);
      // Afresh: what is kept of an earlier run would prove nothing.
      const afresh = text !== null;
      if (task === 'predict') await page.runs.begin(() => exact, afresh);
      else if (task === 'trade_off') await page.fronts.begin(() => exact, afresh);
      else if (task === 'explore') await this.explored(exact);
      else await page.playground.now?.run(exact);
      if (mine !== this.opened) return;
      const ended = { predict: page.runs.now.phase, trade_off: page.fronts.now.phase, explore: page.explore.now.phase, mutual_information: page.playground.now?.phase() }[task];
      if (ended !== 'finished' || text === null) {
        this.patch({ rerun: 'none' });
        return;
      }
      this.patch({ rerun: 'comparing' });
      const comparison = await page.engines.engine.send('compare_reports', [text, await this.reportOf(task)]);
      if (mine === this.opened) this.patch({ rerun: 'compared', comparison });
    } catch (thrown) {
      if (mine === this.opened) this.patch({ rerun: 'none', error: errorInfo(thrown) });
    }
  }

  /** Explores, to the end. @param {RunFile} run */
  async explored(run) {
    const { store, explore } = this.page;
    await explore.begin(run);
    const started = explore.now.started;
    // Not for ever: who explores something else, or cancels, ends the waiting.
    await new Promise((resolve) => {
      store.subscribe(['explore'], ({ explore: { phase, started: now } }) => {
        if (now !== started || phase === 'finished' || phase === 'failed' || phase === 'cancelled') resolve(undefined);
      });
    });
  }

  /** The report of what a task has found. @param {import('./protocol.js').TaskName} task */
  reportOf(task) {
    const { shared } = this.page.store.state;
    if (shared.stored && shared.text !== null && shared.run && taskOf(shared.run) === task) return Promise.resolve(shared.text);
    if (task === 'predict') return this.page.runs.report();
    if (task === 'trade_off') return this.page.fronts.report();
    return this.page.engines.engine.send('report', [task]);
  }
}

/** @param {ErrorInfo} error @param {string} name @returns {ErrorInfo} */
const named = (error, name) => (error.message.includes(name) ? error : { ...error, message: `${name}: ${error.message}` });
