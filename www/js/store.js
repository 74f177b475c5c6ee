// The one place that holds what the page knows.  Panels read it and draw; only actions.js writes it.
import { usualWorkers } from './lanes.js';

/** @typedef {import('./protocol.js').ErrorInfo} ErrorInfo */

/**
 * Where the open data came from; enough to open it again in a fresh worker.
 * @typedef {{files: File[]} | {preset: string, seed: number}} DataSource
 */

/**
 * @typedef {object} DataState
 * @property {"none" | "opening" | "ready"} phase
 * @property {string} opening                  what is being opened, as a sentence
 * @property {string[]} recognised             what the files look like, one line per file
 * @property {DataSource | null} source
 * @property {import('./protocol.js').DatasetSummary | null} summary
 * @property {ErrorInfo | null} error
 */

/**
 * What the person has chosen to run.
 * @typedef {object} Plan
 * @property {string[]} heldOut                cell types, one at a time
 * @property {string} arm                      a label or "all"
 * @property {string[]} models                 names of trained models, see words_models.js
 * @property {Record<string, "demo" | "paper">} presets   of models that are not at their demo preset
 * @property {boolean} asCounts                also with every prediction drawn as counts
 * @property {string} tuned                    the model whose settings are shown
 * @property {string} seeds                    as typed
 * @property {Record<string, Record<string, any>>} overrides   model -> dotted path in its filled-in settings -> value
 * @property {{genes: number, maxCells: number, withoutHeldOut: boolean}} preprocess
 * @property {Record<string, Record<string, any>>} defaults   model -> the engine's own values of its settings, where they were asked for
 * @property {number} workers                  that share the parts of a run
 * @property {{key: string, seconds: number, bytes: number, busy: boolean, error: string} | null} estimate   of the run file `key`
 */

/**
 * A part of a run.
 * @typedef {object} JobState
 * @property {string} cellType
 * @property {string[]} models
 * @property {boolean} trained
 * @property {number} weight                   its share of the work
 * @property {"waiting" | "running" | "done" | "kept" | "failed"} phase   kept: from an earlier run
 * @property {number} done                     0..1
 * @property {string} text
 * @property {ErrorInfo | null} error
 */

/** @typedef {{model: string, cellType: string, seed: number, unit: string, train: [number, number][], validation: [number, number][]}} LossSeries */

/** @typedef {"idle" | "starting" | "running" | "paused" | "finished" | "cancelled" | "failed"} RunPhase */

/**
 * @typedef {object} RunState
 * @property {RunPhase} phase
 * @property {string} stage                    sentence of the stage
 * @property {string} text                     sentence of the progress
 * @property {number} done                     0..1
 * @property {number} doneBefore               how much of it was there when it began
 * @property {number} activeMs                 time spent running before `since`
 * @property {number | null} since             when it last began to run
 * @property {number} lastEvent
 * @property {Record<number, LossSeries[]>} losses   by part
 * @property {JobState[]} jobs
 * @property {number | null} watched           the part whose loss is shown; null: the one that runs
 * @property {number} workers                  that are at work
 * @property {import('./protocol.js').RunFile | null} file
 * @property {ErrorInfo | null} error
 */

/**
 * @typedef {object} ResultsState
 * @property {import('./protocol.js').ResultRow[]} rows
 * @property {number | null} shown                      index of the shown row
 * @property {import('./protocol.js').PredictionDetail | null} detail
 * @property {ErrorInfo | null} error
 * @property {string} metric                            of the bars
 * @property {"metrics" | "to_control" | "to_no_change" | "truth"} scale
 * @property {"t_test" | "wilcoxon"} test
 * @property {{metric: string, by: "cell_type" | "arm", x: string, y: string, published: boolean, all: boolean}} compare   of models; `all`: every score in the table
 */

/**
 * What the person looks at in Explore.
 * @typedef {object} ExploreChoices
 * @property {"distances" | "cells" | "genes" | "doses"} tab
 * @property {string} metric                    one distance, or "all"
 * @property {"metrics" | "cell_types"} panels  what the plots along the doses are
 * @property {boolean} fits                     fitted curves
 * @property {string | null} cell_type          the one type that is shown; null: all of them
 * @property {string} arm                       dose or condition of the figures at one; "": the last
 * @property {import('./protocol.js').EmbeddingMethod} method
 * @property {string} colour                    of the second picture of the cells: "arm", "gene", "obs:" and a column's name, or "cell_type" for none
 * @property {string} gene                      "": the one that responds most
 * @property {"violins" | "means"} style
 * @property {"cell_types" | "arms"} overlap    between what response genes are compared
 */

/** How often each part of an exploration has come; 0: not yet. @typedef {Record<import('./protocol.js').ExploredPart, number>} Known */

/**
 * @typedef {object} ExploreState
 * @property {RunPhase | "waiting"} phase      waiting: while a model trains
 * @property {string} step                     name of the stage
 * @property {string} stage                    sentence of the stage
 * @property {string} text
 * @property {number} done                     0..1
 * @property {number} activeMs
 * @property {number | null} since
 * @property {number} lastEvent
 * @property {number} design                   counts the designs that were explored: figures of another one are void
 * @property {number} started                  counts the runs
 * @property {Known} known
 * @property {import('./protocol.js').Overview | null} overview
 * @property {import('./protocol.js').RunFile | null} file
 * @property {boolean} allCells                instead of at most so many
 * @property {import('./protocol.js').EmbeddingMethod[]} methods   that are laid out
 * @property {ExploreChoices} choices
 * @property {ErrorInfo | null} error
 */

/** `same`: by the same engine, so that its parts need not be done again. @typedef {{run: import('./protocol.js').RunFile, name: string, at: number, done: number, parts: number, same: boolean}} Earlier */

/** What is pointed at, and in which figure: the others show it. @typedef {{cell_type: string | null, gene: string | null, from: string}} Pointed */

/**
 * @typedef {object} EngineState
 * @property {"starting" | "ready" | "crashed"} phase
 * @property {import('./protocol.js').DeviceInfo | null} info
 * @property {string} why
 * @property {string} offer                    sentence of an engine that could be switched to, or ""
 * @property {ErrorInfo | null} error
 */

/**
 * @typedef {object} State
 * @property {EngineState} engine
 * @property {import('./protocol.js').Preset[]} presets
 * @property {DataState} data
 * @property {import('./protocol.js').Roles} roles
 * @property {{summary: import('./protocol.js').DesignSummary | null, error: ErrorInfo | null, busy: boolean}} design
 * @property {Plan} plan
 * @property {RunState} run
 * @property {ResultsState} results
 * @property {ExploreState} explore
 * @property {Pointed} pointed
 * @property {Earlier | null} earlier          a run from before the page was loaded
 * @property {{at: number, kind: string, text: string}[]} log
 * @property {"auto" | "light" | "dark"} theme
 */

/** @returns {RunState} */
export const noRun = () => ({
  phase: 'idle', stage: '', text: '', done: 0, doneBefore: 0, activeMs: 0, since: null, lastEvent: 0, losses: {}, jobs: [], watched: null, workers: 0, file: null, error: null,
});

/** @returns {Pick<ResultsState, "rows" | "shown" | "detail" | "error">} */
export const noResults = () => ({ rows: [], shown: null, detail: null, error: null });

/** Choices that mean something only in the data they were made in. */
const OF_THE_DATA = { cell_type: null, arm: '', gene: '', colour: 'arm' };

/** @returns {ExploreState} */
const noExploration = () => ({
  phase: 'idle', step: '', stage: '', text: '', done: 0, activeMs: 0, since: null, lastEvent: 0, design: 0, started: 0, known: nothingKnown(), overview: null, file: null,
  allCells: false, methods: ['umap'], error: null,
  choices: { tab: 'distances', metric: 'edistance', panels: 'metrics', fits: false, method: 'umap', style: 'violins', overlap: 'cell_types', ...OF_THE_DATA },
});

/** @returns {Known} */
export const nothingKnown = () => ({ components: 0, distances: 0, genes: 0, doses: 0, embedding: 0 });

/** Before the exploration of another design: only what was chosen in general stays. @param {ExploreState} before @returns {ExploreState} */
export function freshExploration(before) {
  const fresh = noExploration();
  const method = before.choices.method === 'tsne' ? 'umap' : before.choices.method;
  return { ...fresh, design: before.design + 1, started: before.started, choices: { ...before.choices, ...OF_THE_DATA, method } };
}

/** @returns {Pointed} */
export const nothingPointed = () => ({ cell_type: null, gene: null, from: '' });

/** @returns {State} */
export const initialState = () => ({
  engine: { phase: 'starting', info: null, why: '', offer: '', error: null },
  presets: [],
  data: { phase: 'none', opening: '', recognised: [], source: null, summary: null, error: null },
  roles: { cell_type: null, condition: null, control: null, dose: null, batch: null },
  design: { summary: null, error: null, busy: false },
  plan: {
    heldOut: [], arm: 'all', models: ['scgen'], presets: {}, asCounts: false, tuned: 'scgen', seeds: '1', overrides: {}, defaults: {}, workers: usualWorkers(), estimate: null,
    preprocess: { genes: 2000, maxCells: 3000, withoutHeldOut: false },
  },
  run: noRun(),
  results: { ...noResults(), metric: 'r2_all', scale: 'metrics', test: 't_test', compare: { metric: 'r2_all', by: 'cell_type', x: 'r2_all', y: 'common_degs', published: true, all: false } },
  explore: noExploration(),
  pointed: nothingPointed(),
  earlier: null,
  log: [],
  theme: 'auto',
});

export class Store {
  /** @param {State} state */
  constructor(state) {
    /** @type {State} */
    this.state = state;
    /** @type {{keys: (keyof State)[], listener: (state: State) => void}[]} */
    this.listeners = [];
    /** @type {Set<keyof State>} */
    this.changed = new Set();
  }

  /**
   * Calls `listener` now and after every change of one of the keys.
   * @param {(keyof State)[]} keys @param {(state: State) => void} listener
   */
  subscribe(keys, listener) {
    this.listeners.push({ keys, listener });
    listener(this.state);
  }

  /** Replaces some of the state; listeners hear of it once per turn. @param {Partial<State>} patch */
  set(patch) {
    Object.assign(this.state, patch);
    if (this.changed.size === 0) queueMicrotask(() => this.tell());
    for (const key of Object.keys(patch)) this.changed.add(/** @type {keyof State} */ (key));
  }

  /** Changes fields of one part of the state. @template {"engine" | "data" | "design" | "plan" | "run" | "results" | "explore"} K @param {K} key @param {Partial<State[K]>} patch */
  patch(key, patch) {
    this.set(/** @type {Partial<State>} */ ({ [key]: { ...this.state[key], ...patch } }));
  }

  tell() {
    const changed = this.changed;
    this.changed = new Set();
    for (const { keys, listener } of this.listeners) if (keys.some((key) => changed.has(key))) listener(this.state);
  }
}
