// Loading a published data set: the one place of the page that asks another host for anything, and only when somebody presses Load.
import { announce } from './announce.js';
import { CATALOGUE } from './catalogue.js';
import { download, sha256 } from './download.js';
import { errorInfo } from './failure.js';
import { trains } from './store.js';

/** @typedef {import('./catalogue.js').CatalogueFile} CatalogueFile */

export class CatalogueActions {
  /** @param {import('./store.js').Store} store @param {import('./data_actions.js').DataActions} data */
  constructor(store, data) {
    this.store = store;
    this.data = data;
    this.ending = new AbortController();
    /** What has arrived and waits to be opened. @type {{file: File, entry: CatalogueFile} | null} */
    this.held = null;
  }

  /** @param {string} id */
  async load(id) {
    const entry = CATALOGUE.find((one) => one.id === id)?.file;
    if (!entry || this.store.state.catalogue.phase === 'loading') return;
    const before = this.store.state.data.source;
    this.held = null;
    this.ending = new AbortController();
    this.store.patch('catalogue', { id, phase: 'loading', got: 0, total: entry.bytes, why: '', error: null });
    announce(`Downloading ${entry.name}`);
    try {
      const bytes = await download(entry, this.ending.signal, (got, total) => this.store.patch('catalogue', { got, total }));
      this.held = { file: new File([bytes], entry.name), entry };
      const found = await sha256(bytes);
      const why = found !== null && found !== entry.sha256
        ? `${entry.name} has arrived whole, but it is not the file that was described here: its SHA-256 is another one (${found.slice(0, 12)}…). It may have been brought up to date.`
        : this.reasonToWait(before);
      if (why) this.hold(why);
      else await this.openHeld();
    } catch (thrown) {
      const error = errorInfo(thrown);
      this.store.patch('catalogue', { phase: 'idle', error: error.code === 'cancelled' ? null : error });
      announce(error.message);
    }
  }

  cancel() {
    this.ending.abort();
  }

  /** Why what has arrived is not opened at once; "" where it may be. @param {import('./store.js').DataSource | null} before */
  reasonToWait(before) {
    if (trains(this.store.state)) return 'It has arrived. Opening it would end what is being trained, so it waits.';
    return this.store.state.data.source !== before ? 'It has arrived. Other data were opened meanwhile, so it waits.' : '';
  }

  /** @param {string} why */
  hold(why) {
    this.store.patch('catalogue', { phase: 'held', why });
    announce(why);
  }

  /** Opens what has arrived, and says what its columns mean. */
  async openHeld() {
    if (!this.held) return;
    const { file, entry } = this.held;
    this.held = null;
    this.store.patch('catalogue', { phase: 'idle', why: '' });
    await this.data.openFiles([file]);
    const { summary, error } = this.store.state.data;
    const columns = new Set(summary?.obs.map(({ name }) => name));
    const { cell_type, condition, dose, batch } = entry.roles;
    const named = [cell_type, condition, dose, batch].filter((name) => name !== null);
    if (!error && summary?.name === entry.name && named.every((name) => columns.has(name))) await this.data.setRoles(entry.roles, true);
  }

  /** Forgets what has arrived, or what went wrong. */
  drop() {
    this.held = null;
    this.store.patch('catalogue', { phase: 'idle', why: '', error: null });
  }
}
