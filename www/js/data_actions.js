// Opening data and saying what its columns mean.
import { errorInfo } from './failure.js';
import { recognise } from './recognise.js';
import { noFronts, noProgress, noResults, noRun } from './store.js';

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./store.js').DataSource} DataSource */
/** @typedef {import('./protocol.js').DesignSummary} DesignSummary */

export const FIRST_PRESET = { preset: 'liver-dose-response', seed: 1 };
const FEW_CELLS = 10;

/**
 * The treatment to begin with: the strongest that has enough cells of the held-out type to be scored.
 * @param {DesignSummary} design @param {string} heldOut
 */
export function firstArm(design, heldOut) {
  const counts = design.counts[design.cell_types.indexOf(heldOut)] ?? [];
  const arms = design.arms.map((arm, i) => ({ arm, n: counts[i] ?? 0 })).filter(({ arm, n }) => !arm.control && n >= FEW_CELLS);
  return arms.at(-1)?.arm.label ?? 'all';
}

export class DataActions {
  /** @param {Store} store @param {import('./engine_actions.js').EngineActions} engines */
  constructor(store, engines) {
    this.store = store;
    this.engines = engines;
    // A newer request makes the answer of an older one void.
    this.opened = 0;
    this.asked = 0;
    engines.onFresh = () => this.reopen();
    /** Takes saved runs out of what was chosen or dropped; what is left is data. @type {(files: File[]) => Promise<File[]>} */
    this.takeSaved = async (files) => files;
  }

  /** @param {string} preset @param {number} [seed] */
  openPreset(preset, seed = 1) {
    return this.open({ preset, seed }, []);
  }

  /** @param {File[]} chosen */
  async openFiles(chosen) {
    const files = await this.takeSaved(chosen);
    if (files.length === 0) return;
    const { lines, error } = await recognise(files);
    if (error) this.store.patch('data', { recognised: lines, error });
    else await this.open({ files }, lines);
  }

  /**
   * Opens data; what was open stays until the new data is there, and also when they cannot be read.
   * @param {DataSource} source @param {string[]} recognised
   */
  async open(source, recognised) {
    const mine = (this.opened += 1);
    const before = this.store.state.data;
    const what = 'preset' in source ? `Simulating ${source.preset}` : `Reading ${source.files.map((file) => file.name).join(', ')}`;
    this.store.patch('data', { phase: 'opening', opening: what, recognised, error: null });
    try {
      const summary = await this.read(source);
      if (mine !== this.opened) return;
      this.store.patch('data', { phase: 'ready', source, summary });
      const { results, fronts } = this.store.state;
      this.store.set({ run: noRun(), results: { ...results, ...noResults() }, frontRun: noProgress(), fronts: { ...fronts, ...noFronts() } });
      await this.setRoles(summary.roles, true);
    } catch (thrown) {
      if (mine === this.opened) this.store.patch('data', { phase: before.summary ? 'ready' : 'none', error: errorInfo(thrown) });
    }
  }

  /** @param {DataSource} source @param {import('./engine_client.js').EngineClient} [into]  another worker than the page's own */
  async read(source, into) {
    await this.engines.booted;
    const engine = into ?? this.engines.engine;
    if ('preset' in source) return engine.send('open_simulated', [source.preset, source.seed]);
    const files = await Promise.all(source.files.map(async (file) => ({ name: file.name, bytes: await contents(file) })));
    return engine.send('open_files', [files], files.map((file) => file.bytes));
  }

  /** The open data in another worker. @param {import('./engine_client.js').EngineClient} into */
  readAgain(into) {
    const { source } = this.store.state.data;
    if (!source) throw { code: 'no_data', message: 'No data set is open.', hint: 'Open a file or choose a built-in data set first.' };
    return this.read(source, into);
  }

  /** The same data in a fresh worker, with the same choices. */
  async reopen() {
    const { source } = this.store.state.data;
    if (!source) {
      await this.openPreset(FIRST_PRESET.preset, FIRST_PRESET.seed);
      return;
    }
    this.store.patch('data', { phase: 'opening', opening: 'Opening the data again', recognised: [], error: null });
    try {
      const summary = await this.read(source);
      this.store.patch('data', { phase: 'ready', summary });
      if (this.store.state.run.phase === 'failed') this.store.set({ run: noRun() });
      // A fresh engine has no trained network.
      this.store.patch('fronts', { alive: null, cursor: null });
      if (this.store.state.frontRun.phase === 'failed') this.store.set({ frontRun: noProgress() });
      await this.setRoles(this.store.state.roles, false);
    } catch (thrown) {
      this.store.patch('data', { phase: 'none', summary: null, error: errorInfo(thrown) });
    }
  }

  /**
   * @param {import('./protocol.js').Roles} roles
   * @param {boolean} afresh  choose what to hold out anew even where the old choice is still possible
   */
  async setRoles(roles, afresh = false) {
    const mine = (this.asked += 1);
    this.store.set({ roles, design: { ...this.store.state.design, busy: true, error: null } });
    try {
      const summary = await this.engines.engine.send('design', [roles]);
      if (mine !== this.asked) return;
      const { plan } = this.store.state;
      const still = afresh ? [] : plan.heldOut.filter((name) => summary.possible.includes(name));
      const heldOut = still.length > 0 ? still : [summary.held_out || summary.cell_types[0] || ''];
      const keepArm = still.length > 0 && (plan.arm === 'all' || summary.arms.some((arm) => !arm.control && arm.label === plan.arm));
      this.store.set({
        design: { summary, error: null, busy: false },
        plan: { ...plan, heldOut, arm: keepArm ? plan.arm : firstArm(summary, heldOut[0]) },
      });
    } catch (thrown) {
      if (mine === this.asked) this.store.set({ design: { summary: null, error: errorInfo(thrown), busy: false } });
    }
  }

  /** @param {import('./protocol.js').RoleName} role @param {string | null} value */
  changeRole(role, value) {
    const roles = { ...this.store.state.roles, [role]: value };
    if (role === 'condition') {
      const column = this.store.state.data.summary?.obs.find((obs) => obs.name === value);
      if (!column?.levels?.includes(roles.control ?? '')) roles.control = column?.levels?.find((level) => /^(ctrl|control|vehicle|dmso|unst|untreated|pbs|mock)/i.test(level)) ?? column?.levels?.[0] ?? null;
    }
    return this.setRoles(roles);
  }
}

/** @param {File} file */
async function contents(file) {
  try {
    return await file.arrayBuffer();
  } catch (thrown) {
    throw {
      code: 'file_not_readable',
      message: `The browser could not read ${file.name}: ${thrown instanceof Error ? thrown.message : thrown}`,
      hint: 'If the file was moved, changed or is a folder, choose it again. If it is very large, close other tabs first.',
    };
  }
}
