// What the browser keeps, so that a reload or a crash costs nothing: IndexedDB, or memory where there is none. The runs themselves: kept_runs.js.
import { settled } from './idb.js';
import { takeOver } from './kept_before.js';
import { partOfDetail } from './kept_keys.js';
import { KeptRuns, keysOf } from './kept_runs.js';

/** @typedef {import('./protocol.js').RunFile} RunFile */
/** What a finished part leaves; its networks are kept apart, because they are large and seldom wanted. @template P @typedef {{part: P, hasWeights: boolean, at: number}} KeptPart */
/** Why not everything is kept: no storage at all, another tab with an older page, or no room. @typedef {"forbidden" | "blocked" | "full"} KeepTrouble */

const NAME = 'dosefront';
/** 1 had one run of each task. */
const VERSION = 2;
export const STORES = /** @type {const} */ (['runs', 'parts', 'details', 'weights', 'reports', 'meta']);
/** @typedef {typeof STORES[number]} StoreName */
/** @typedef {Record<StoreName, IDBObjectStore>} Stores */
/** What a database of another version, or another tab, may take before memory is used instead. */
const PATIENCE_MS = 4000;

export class Kept {
  constructor() {
    /** @type {Record<StoreName, Map<string, any>>} */
    this.memory = { runs: new Map(), parts: new Map(), details: new Map(), weights: new Map(), reports: new Map(), meta: new Map() };
    /** @type {KeepTrouble | null} */
    this.trouble = null;
    /** Hears of trouble, and of its end. */
    this.onTrouble = () => {};
    /** @type {Promise<IDBDatabase | null>} */
    this.opened = this.open();
    this.runs = new KeptRuns(this);
  }

  /** @param {KeepTrouble | null} trouble */
  note(trouble) {
    if (trouble === this.trouble) return;
    this.trouble = trouble;
    this.onTrouble();
  }

  /** @returns {Promise<IDBDatabase | null>} */
  async open() {
    try {
      const request = indexedDB.open(NAME, VERSION);
      request.onupgradeneeded = ({ oldVersion }) => {
        for (const store of STORES) if (!request.result.objectStoreNames.contains(store)) request.result.createObjectStore(store);
        if (oldVersion === 1 && request.transaction) takeOver(request.transaction);
      };
      // A tab with an older page holds the database as it was.
      const blocked = new Promise((_, reject) => (request.onblocked = () => setTimeout(() => reject(new DOMException('held by another tab', 'BlockedError')), PATIENCE_MS)));
      /** @type {IDBDatabase} */
      const db = await Promise.race([settled(request), blocked]);
      // A newer page in another tab goes first; this one goes on from memory.
      db.onversionchange = () => {
        db.close();
        this.opened = Promise.resolve(null);
        this.note('blocked');
      };
      return db;
    } catch (thrown) {
      // Some private windows have no storage: then things are kept until the page is closed.
      this.note(thrown instanceof DOMException && (thrown.name === 'BlockedError' || thrown.name === 'VersionError') ? 'blocked' : 'forbidden');
      return null;
    }
  }

  /**
   * Work on several stores at once, undone as a whole where it fails: other tabs come before or after it, never between.
   * @template T @param {IDBTransactionMode} mode @param {readonly StoreName[]} names @param {(stores: Stores) => Promise<T>} work
   * @returns {Promise<T | undefined>}  undefined where there is no storage, or it did not work
   */
  async within(mode, names, work) {
    const db = await this.opened;
    if (!db) return undefined;
    /** @type {IDBTransaction | null} */
    let transaction = null;
    try {
      const begun = db.transaction(names, mode);
      transaction = begun;
      const ended = settled(begun);
      ended.catch(() => {});
      const stores = /** @type {Stores} */ (Object.fromEntries(names.map((name) => [name, begun.objectStore(name)])));
      const found = await work(stores);
      await ended;
      return found;
    } catch (thrown) {
      try {
        transaction?.abort();
      } catch {}
      // Firefox gives its own name to a request that fails for want of room.
      const name = thrown instanceof DOMException ? thrown.name : '';
      if (name === 'QuotaExceededError' || name === 'NS_ERROR_DOM_INDEXEDDB_QUOTA_ERR') this.note('full');
      return undefined;
    }
  }

  /** Keeps a value, in memory where there is no room; says whether it will outlast the page. @param {StoreName} store @param {string} key @param {any} value */
  async put(store, key, value) {
    // At hand from now on: who has just put something may ask for it before it is written.
    this.memory[store].set(key, value);
    const done = await this.within('readwrite', [store], async (stores) => {
      await settled(stores[store].put(value, key));
      return true;
    });
    if (done && this.memory[store].get(key) === value) this.memory[store].delete(key);
    return Boolean(done);
  }

  /** @param {StoreName} store @param {string} key @returns {Promise<any>}  undefined where there is none */
  async get(store, key) {
    if (this.memory[store].has(key)) return this.memory[store].get(key);
    const found = await this.within('readonly', [store], (stores) => settled(stores[store].get(key)));
    // It may have been put into memory while the storage was being asked.
    return this.memory[store].has(key) ? this.memory[store].get(key) : found;
  }

  /** Whether there is something, without reading it. @param {StoreName} store @param {string} key */
  async has(store, key) {
    if (this.memory[store].has(key)) return true;
    return (await this.within('readonly', [store], (stores) => settled(stores[store].getKey(key)))) !== undefined;
  }

  /** Drops one value. @param {StoreName} store @param {string} key */
  async drop(store, key) {
    this.memory[store].delete(key);
    await this.within('readwrite', [store], (stores) => settled(stores[store].delete(key)));
  }

  /** Drops one part. @param {string} key */
  dropPart(key) {
    return this.drop('parts', key);
  }

  /** Tries once more to keep what had no room; says whether everything is kept now. */
  async settle() {
    for (const store of STORES) for (const [key, value] of [...this.memory[store]]) if (!(await this.put(store, key, value))) return false;
    if (this.trouble === 'full') this.note(null);
    return true;
  }

  /**
   * Drops everything but what some runs have; says how many values of each kind went.
   * @param {string[]} [held]  runs that some tab is at work on: their finished parts would be missed at their end
   * @returns {Promise<Record<StoreName, number>>}
   */
  async clear(held = []) {
    const gone = /** @type {Record<StoreName, number>} */ (Object.fromEntries(STORES.map((store) => [store, 0])));
    const wanted = new Set(held.flatMap((id) => keysOf(this.memory.runs.get(id))));
    const stays = (/** @type {StoreName} */ store, /** @type {string} */ key, /** @type {any} */ value) => {
      if (store === 'meta') return held.includes(value);
      return store === 'runs' || store === 'reports' ? held.includes(key) : wanted.has(store === 'details' ? partOfDetail(key) : key);
    };
    await this.within('readwrite', STORES, async (stores) => {
      for (const id of held) for (const key of keysOf(await settled(stores.runs.get(id)))) wanted.add(key);
      for (const store of STORES) {
        for (const key of await settled(stores[store].getAllKeys())) {
          if (stays(store, String(key), store === 'meta' ? await settled(stores.meta.get(key)) : null)) continue;
          gone[store] += 1;
          stores[store].delete(key);
        }
      }
    });
    for (const store of STORES) {
      for (const [key, value] of [...this.memory[store]]) {
        if (stays(store, key, value)) continue;
        gone[store] += 1;
        this.memory[store].delete(key);
      }
    }
    if (this.trouble === 'full') this.note(null);
    return gone;
  }
}
