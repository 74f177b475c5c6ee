// Makes the page work without a network after the first visit, and notices new versions. The service worker (sw.js) keeps the files; this registers it, asks it now
// and then whether there is something newer, and changes over only when the person says so.
import { trains } from './store.js';

/** @typedef {import('./store.js').Store} Store */

const CHECK_EVERY_MS = 30 * 60_000;
const LOCK = 'dosefront trains';

export class OfflineActions {
  /** @param {Store} store @param {import('./engine_actions.js').EngineActions} engines */
  constructor(store, engines) {
    this.store = store;
    this.engines = engines;
    /** @type {ServiceWorkerRegistration | null} */
    this.registration = null;
    this.asked = false;
    this.checked = 0;
  }

  /** After the engine has started: what the first visit needs comes first. */
  async begin() {
    await this.engines.booted;
    // Absent in some private windows and at addresses without https: the page then works as it always did.
    const workers = 'serviceWorker' in navigator ? navigator.serviceWorker : null;
    if (!workers) return;
    const build = this.engines.build;
    try {
      // On a developer's own server nothing is kept; a worker that an earlier build left there takes itself away when it looks again.
      if (!build?.offline) await (await workers.getRegistration(document.baseURI))?.update();
      else this.registration = (await workers.register(new URL('sw.js', document.baseURI), { updateViaCache: 'none' })) ?? null;
    } catch {
      // Storage forbidden or full, or no network: nothing is lost.
    }
    if (this.registration) this.watch(this.registration, workers);
  }

  /** @param {ServiceWorkerRegistration} registration @param {ServiceWorkerContainer} workers */
  watch(registration, workers) {
    // The first worker takes over a page that had none: that is no change of version.
    let controlled = workers.controller !== null;
    workers.addEventListener('controllerchange', () => {
      if (this.asked) location.reload();
      else if (controlled) this.store.patch('app', { update: 'elsewhere' });
      controlled = true;
    });
    const look = () => this.look(registration);
    registration.addEventListener('updatefound', () => {
      registration.installing?.addEventListener('statechange', look);
    });
    registration.installing?.addEventListener('statechange', look);
    look();
    const check = () => {
      if (document.visibilityState !== 'visible' || Date.now() - this.checked < CHECK_EVERY_MS) return;
      this.checked = Date.now();
      registration.update().catch(() => {});
    };
    this.checked = Date.now();
    setInterval(check, CHECK_EVERY_MS);
    document.addEventListener('visibilitychange', check);
    this.holdWhileTraining();
  }

  /** @param {ServiceWorkerRegistration} registration */
  look(registration) {
    const ready = registration.active?.state === 'activated';
    if (ready && !this.store.state.app.ready) {
      this.store.patch('app', { ready: true });
      // A visitor whose engine is WebGPU needs it offline too; for the others its many megabytes are not kept.
      const engine = this.engines.build?.engines.webgpu?.path;
      if (this.engines.device === 'webgpu' && engine) registration.active?.postMessage({ keep: engine.replace(/[^/]*$/, '') });
    } else if (!ready) {
      registration.active?.addEventListener('statechange', () => this.look(registration), { once: true });
    }
    if (registration.waiting && registration.active && this.store.state.app.update === 'none') this.store.patch('app', { update: 'ready' });
  }

  /** Other tabs share the worker, so each holds a lock while it trains: nobody changes the version under a run. */
  holdWhileTraining() {
    if (!navigator.locks) return;
    /** @type {(() => void) | null} */
    let release = null;
    this.store.subscribe(['run', 'frontRun'], (state) => {
      if (trains(state) && !release) {
        const over = new Promise((/** @type {(value: void) => void} */ resolve) => (release = resolve));
        void navigator.locks.request(LOCK, { mode: 'shared' }, () => over);
      } else if (!trains(state) && release) {
        release();
        release = null;
      }
    });
  }

  /** Changes to the new version, unless something trains in any tab. */
  async reload() {
    if (trains(this.store.state)) return;
    const held = (await navigator.locks?.query())?.held ?? [];
    if (held.some(({ name }) => name === LOCK)) {
      this.store.patch('app', { update: 'busy' });
      return;
    }
    this.asked = true;
    if (this.registration?.waiting && this.store.state.app.update !== 'elsewhere') this.registration.waiting.postMessage({ takeOver: true });
    else location.reload();
  }

  later() {
    this.store.patch('app', { update: 'later' });
  }
}
