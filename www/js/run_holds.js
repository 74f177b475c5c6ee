// Which runs are being worked on, over all tabs: a lock for each, which the browser lets go when its tab ends, however it ends.

const PREFIX = 'dosefront run ';

export class Holds {
  constructor() {
    /** Those of this tab: how each is let go. @type {Map<string, () => Promise<any>>} */
    this.own = new Map();
  }

  /** @param {string} id */
  take(id) {
    if (this.own.has(id)) return;
    /** @type {(nothing: null) => void} */
    let letGo = () => {};
    const over = new Promise((resolve) => (letGo = resolve));
    // Without locks (a page that is not served securely) each tab knows its own runs alone.
    let granted = false;
    const held = navigator.locks?.request(PREFIX + id, () => {
      granted = true;
      return over;
    }).catch(() => {});
    this.own.set(id, async () => {
      letGo(null);
      // Where another tab has it, this one was only waiting for it.
      if (granted) await held;
    });
  }

  /** Settled when the other tabs see it, too. @param {string} id */
  async release(id) {
    const letGo = this.own.get(id);
    this.own.delete(id);
    await letGo?.();
  }

  /** Runs that some tab is at work on. @returns {Promise<string[]>} */
  async all() {
    try {
      const { held = [] } = (await navigator.locks?.query()) ?? {};
      return [...new Set([...this.own.keys(), ...held.flatMap(({ name }) => (name?.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : []))])];
    } catch {
      return [...this.own.keys()];
    }
  }
}
