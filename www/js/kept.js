// Finished parts of runs, kept by the browser so that a reload or a crash costs nothing: IndexedDB, or memory where there is none.

/** @typedef {import('./protocol.js').RunFile} RunFile */

/**
 * A run as it was started: `keys` of its parts, in order, and the version of the engine that does them.
 * @typedef {{run: RunFile, name: string, version: string, keys: string[], at: number}} KeptRun
 */
/** What a finished part leaves; its networks are kept apart, because they are large and seldom wanted. @template P @typedef {{part: P, hasWeights: boolean, at: number}} KeptPart */
/** The tasks whose last run is kept. @typedef {"predict" | "trade_off"} KeptTask */

const NAME = 'dosefront';
const VERSION = 1;
const STORES = /** @type {const} */ (['runs', 'parts', 'details', 'weights']);
/** @typedef {typeof STORES[number]} StoreName */
/** Under which name a task's last run is kept. */
const LAST = /** @type {const} */ ({ predict: 'last', trade_off: 'last trade_off' });

/** @param {IDBRequest | IDBTransaction} request @returns {Promise<any>} */
const settled = (request) => new Promise((resolve, reject) => {
  const done = () => resolve('result' in request ? request.result : undefined);
  if ('result' in request) request.onsuccess = done;
  else request.oncomplete = done;
  request.onerror = () => reject(request.error);
  if ('onabort' in request) request.onabort = () => reject(request.error);
});

export class Kept {
  constructor() {
    /** @type {Record<StoreName, Map<string, any>>} */
    this.memory = { runs: new Map(), parts: new Map(), details: new Map(), weights: new Map() };
    /** @type {Promise<IDBDatabase | null>} */
    this.opened = this.open();
  }

  /** @returns {Promise<IDBDatabase | null>} */
  async open() {
    try {
      const request = indexedDB.open(NAME, VERSION);
      request.onupgradeneeded = () => STORES.forEach((store) => request.result.objectStoreNames.contains(store) || request.result.createObjectStore(store));
      return await settled(request);
    } catch {
      // Some private windows have no storage: then things are kept until the page is closed.
      return null;
    }
  }

  /** @param {StoreName} store @param {string} key @param {any} value */
  async put(store, key, value) {
    const db = await this.opened;
    try {
      if (!db) throw new Error('no storage');
      const transaction = db.transaction(store, 'readwrite');
      transaction.objectStore(store).put(value, key);
      await settled(transaction);
    } catch {
      this.memory[store].set(key, value);
    }
  }

  /** @param {StoreName} store @param {string} key @returns {Promise<any>}  undefined where there is none */
  async get(store, key) {
    if (this.memory[store].has(key)) return this.memory[store].get(key);
    const db = await this.opened;
    try {
      return db ? await settled(db.transaction(store).objectStore(store).get(key)) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Whether there is something, without reading it. @param {StoreName} store @param {string} key */
  async has(store, key) {
    if (this.memory[store].has(key)) return true;
    const db = await this.opened;
    try {
      return db ? (await settled(db.transaction(store).objectStore(store).getKey(key))) !== undefined : false;
    } catch {
      return false;
    }
  }

  /** The last run of a task. @param {KeptTask} task @returns {Promise<KeptRun | undefined>} */
  lastRun(task) {
    return this.get('runs', LAST[task]);
  }

  /** Makes a run the last one of its task; parts and details that no last run has are dropped. @param {KeptTask} task @param {KeptRun} run */
  async beginRun(task, run) {
    await this.keepOnly(task, run.keys);
    await this.put('runs', LAST[task], run);
  }

  /** Forgets the last run of a task. @param {KeptTask} task */
  async forget(task) {
    await this.keepOnly(task, []);
    await this.dropWhere('runs', (key) => key === LAST[task]);
  }

  /** Drops one part. @param {string} key */
  async dropPart(key) {
    await this.dropWhere('parts', (other) => other === key);
  }

  /** Drops what belongs neither to these parts of a task nor to the last run of another one. @param {KeptTask} task @param {string[]} keys */
  async keepOnly(task, keys) {
    const others = await Promise.all(/** @type {KeptTask[]} */ (Object.keys(LAST)).filter((other) => other !== task).map((other) => this.lastRun(other)));
    const wanted = new Set([...keys, ...others.flatMap((run) => run?.keys ?? [])]);
    await this.dropWhere('parts', (key) => !wanted.has(key));
    await this.dropWhere('weights', (key) => !wanted.has(key));
    await this.dropWhere('details', (key) => !wanted.has(key.slice(0, key.lastIndexOf('#'))));
  }

  /** @param {StoreName} store @param {(key: string) => boolean} unwanted */
  async dropWhere(store, unwanted) {
    for (const key of [...this.memory[store].keys()].filter(unwanted)) this.memory[store].delete(key);
    const db = await this.opened;
    if (!db) return;
    try {
      const keys = /** @type {string[]} */ (await settled(db.transaction(store).objectStore(store).getAllKeys()));
      const transaction = db.transaction(store, 'readwrite');
      for (const key of keys.filter(unwanted)) transaction.objectStore(store).delete(key);
      await settled(transaction);
    } catch {}
  }
}

/**
 * The key of a part: everything that decides its numbers.
 * @param {RunFile} run @param {string} version  of the engine
 */
export const partKey = (run, version) => `${version} ${JSON.stringify(run)}`;
/** The key of one of its predictions. @param {string} part @param {number} index */
export const detailKey = (part, index) => `${part}#${index}`;
