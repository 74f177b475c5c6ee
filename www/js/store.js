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
 * A part of a run, of whatever task.
 * @typedef {object} PartState
 * @property {string} name                     what it is called in the log
 * @property {number} weight                   its share of the work
 * @property {"waiting" | "running" | "done" | "kept" | "failed"} phase   kept: from an earlier run
 * @property {number} done                     0..1
 * @property {string} text
 * @property {ErrorInfo | null} error
 */
/** A part of a prediction. @typedef {PartState & {cellType: string, models: string[], trained: boolean}} JobState */
/** A part of a front. @typedef {PartState & {method: string, measure: string | null, split: number, places: number[]}} FrontJobState */

/** @typedef {{model: string, cellType: string, seed: number, unit: string, train: [number, number][], validation: [number, number][]}} LossSeries */

/** @typedef {"idle" | "starting" | "running" | "paused" | "finished" | "cancelled" | "failed"} RunPhase */

/**
 * How far a run in parts is.
 * @template {PartState} J
 * @typedef {object} RunProgress
 * @property {RunPhase} phase
 * @property {string} stage                    sentence of the stage
 * @property {string} text                     sentence of the progress
 * @property {number} done                     0..1
 * @property {number} doneBefore               how much of it was there when it began
 * @property {number} activeMs                 time spent running before `since`
 * @property {number | null} since             when it last began to run
 * @property {number} lastEvent
 * @property {J[]} jobs
 * @property {number} workers                  that are at work
 * @property {import('./protocol.js').RunFile | null} file
 * @property {ErrorInfo | null} error
 */

/**
 * The run of Predict: `losses` by part; `watched` is the part whose loss is shown, null for the one that runs.
 * @typedef {RunProgress<JobState> & {losses: Record<number, LossSeries[]>, watched: number | null}} RunState
 */
/** The run of Trade-off. @typedef {RunProgress<FrontJobState>} FrontRunState */

/**
 * What the person has chosen to train in Trade-off.
 * @typedef {object} FrontPlan
 * @property {string[]} methods
 * @property {string[]} measures
 * @property {number} candidates               K, between the two ends
 * @property {string} splits                   as typed
 * @property {"demo" | "paper"} preset
 * @property {Record<string, any>} overrides   dotted path in the task -> value
 * @property {Record<string, any>} defaults    the engine's own values, where they were asked for
 * @property {number} genes
 * @property {number} maxCells
 */

/**
 * What Trade-off has found, and how it is looked at.
 * @typedef {object} FrontsState
 * @property {import('./protocol.js').CandidateRow[]} rows
 * @property {Record<number, import('./protocol.js').FrontEvent>} live   latest places of candidates in training, by part
 * @property {import('./protocol.js').CandidateRow[]} polished           fine-tuned at a place of the slider
 * @property {number | null} chosen            index of a row
 * @property {string} x                        metric across
 * @property {string} y                        metric up
 * @property {"train" | "test"} cells
 * @property {number | null} split             null: all of them, as means
 * @property {string[]} hidden                 fronts that are not shown, as `method/measure`
 * @property {import('./protocol.js').EmbeddingMethod} picture
 * @property {"scaled" | "paper"} units        of the paper's table
 * @property {boolean} all                     every metric in the table
 * @property {{x: number | null, y: number | null, label: string} | null} cursor   where the slider stands
 * @property {string | null} alive             the front whose network is in the page's own engine, as `method/measure`
 * @property {FrontCheck} check
 */

/** Whether the open data and the plan can be trained: the engine's own word. @typedef {{key: string, parts: number, error: ErrorInfo | null}} FrontCheck */

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
 * The list of runs, and what of it is looked at.
 * @typedef {object} ListState
 * @property {boolean} ready
 * @property {import('./kept_runs.js').KeptRun[]} runs     in order
 * @property {string[]} damaged                entries that cannot be read
 * @property {string[]} held                   runs that some tab is at work on
 * @property {string[]} mine                   those of this tab among them
 * @property {import('./kept.js').KeepTrouble | null} trouble
 * @property {string} remark                   on what was done last
 * @property {Record<import('./protocol.js').TaskName, string | null>} shown   runs whose results stand in the steps above
 * @property {string[]} again                  those among them that are shown from what is kept
 * @property {string[]} compared               two at most
 * @property {{id: string, report: any} | null} open   an exploration whose kept numbers are shown in the list
 */

/**
 * @typedef {object} EngineState
 * @property {"starting" | "ready" | "crashed"} phase
 * @property {import('./protocol.js').DeviceInfo | null} info
 * @property {string} why
 * @property {string} offer                    sentence of an engine that could be switched to, or ""
 * @property {ErrorInfo | null} error
 */

/** What was estimated in the playground: the last value of each estimator. @typedef {{kind: string, separation: number, samples: number, dims: number, truth: number, categories: number, estimates: Partial<Record<"mine" | "nn" | "classifier", number>>, finished: boolean}} PlaygroundRun */
/** The latest run comes last. @typedef {{open: boolean, runs: PlaygroundRun[]}} PlaygroundState */

/**
 * The open lesson.
 * @typedef {object} LessonState
 * @property {string} id                       `own` for one that somebody has made
 * @property {import('./lessons/types.js').OwnLesson | null} own
 * @property {string[]} hide                   parts of the page: names of lessons/hideable.js
 * @property {number} step                     from 0; one beyond the last is the end
 * @property {Record<number, import('./lessons/types.js').Answered>} answers   by step
 * @property {Record<number, string[]>} seen   what was looked at, by step
 * @property {Record<string, number>} notes    numbers that later steps compare with
 * @property {boolean} hiding                  whether `hide` is hidden now
 * @property {boolean} folded                  whether only its head is shown
 * @property {import('./lessons/types.js').DistanceRow[] | null} distances   of the exploration, for lessons that read them
 */

/**
 * A run that somebody has saved or sent, while it is looked at.
 * @typedef {object} SharedState
 * @property {"none" | "opening" | "open"} phase
 * @property {"link" | "run" | "report" | "bundle" | "lesson"} from   run: a bare run file
 * @property {string} name                     of the file
 * @property {import('./protocol.js').RunFile | null} run
 * @property {string | null} text              the saved report, as it stands in the file
 * @property {Record<string, any> | null} report   the same, read
 * @property {string} step                     where the link leads; "": nowhere
 * @property {string[]} files                  of the bundle
 * @property {string[]} remarks                what was left out
 * @property {string[]} beyond                 settings that the form has no place for
 * @property {boolean} set                     the form and the data are those of the run
 * @property {boolean} stored                  its stored results are shown
 * @property {{name: string, sha256: string} | null} other   data that were opened for it, but are not its own
 * @property {"none" | "running" | "comparing" | "compared"} rerun
 * @property {import('./protocol.js').Comparison | null} comparison
 * @property {ErrorInfo | null} error
 */

/**
 * What is known about the page itself: whether it works without a network, and whether there is a newer one.
 * @typedef {{ready: boolean, update: "none" | "ready" | "busy" | "elsewhere" | "later"}} AppState
 */

/**
 * The published set that is being loaded. `held`: it has arrived and waits, `why`.
 * @typedef {{id: string, phase: "idle" | "loading" | "held", got: number, total: number, why: string, error: ErrorInfo | null}} CatalogueState
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
 * @property {FrontPlan} frontPlan
 * @property {FrontRunState} frontRun
 * @property {FrontsState} fronts
 * @property {ResultsState} results
 * @property {ExploreState} explore
 * @property {Pointed} pointed
 * @property {Record<"predict" | "trade_off", Earlier | null>} earlier   runs from before the page was loaded
 * @property {ListState} list
 * @property {{at: number, task: string, kind: string, text: string}[]} log
 * @property {"auto" | "light" | "dark"} theme
 * @property {PlaygroundState} playground
 * @property {LessonState | null} lesson
 * @property {string} step                     id of the section that is read
 * @property {SharedState} shared
 * @property {AppState} app
 * @property {CatalogueState} catalogue
 */

/** Before anything has run. */
export const noProgress = () => ({
  phase: /** @type {RunPhase} */ ('idle'), stage: '', text: '', done: 0, doneBefore: 0, activeMs: 0, since: null, lastEvent: 0, jobs: [], workers: 0, file: null, error: null,
});

/** @returns {RunState} */
export const noRun = () => ({ ...noProgress(), losses: {}, watched: null });

/** @returns {Pick<FrontsState, "rows" | "live" | "polished" | "chosen" | "split" | "hidden" | "cursor" | "alive">} */
export const noFronts = () => ({ rows: [], live: {}, polished: [], chosen: null, split: null, hidden: [], cursor: null, alive: null });

/** Whether either task trains, or is held in the middle of it. @param {{phase: RunPhase}} run */
const under = ({ phase }) => phase === 'starting' || phase === 'running' || phase === 'paused';
/** Predict is under way. @param {State} state */
export const predicts = ({ run }) => under(run);
/** Trade-off is under way. @param {State} state */
export const trades = ({ frontRun }) => under(frontRun);
/** Something is being trained: what the data mean has to stay. @param {State} state */
export const trains = (state) => predicts(state) || trades(state);

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

/** @returns {SharedState} */
export const nothingShared = () => ({
  phase: 'none', from: 'link', name: '', run: null, text: null, report: null, step: '', files: [], remarks: [], beyond: [], set: false, stored: false, other: null, rerun: 'none', comparison: null, error: null,
});

/** @returns {ListState} */
const noList = () => ({
  ready: false, runs: [], damaged: [], held: [], mine: [], trouble: null, remark: '', shown: { predict: null, trade_off: null, explore: null, mutual_information: null }, again: [], compared: [], open: null,
});

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
  frontPlan: { methods: ['pareto_mtl'], measures: ['mine'], candidates: 10, splits: '1', preset: 'demo', overrides: {}, defaults: {}, genes: 1000, maxCells: 2000 },
  frontRun: noProgress(),
  fronts: { ...noFronts(), x: 'u', y: 'v', cells: 'test', picture: 'umap', units: 'scaled', all: false, check: { key: '', parts: 0, error: null } },
  results: { ...noResults(), metric: 'r2_all', scale: 'metrics', test: 't_test', compare: { metric: 'r2_all', by: 'cell_type', x: 'r2_all', y: 'common_degs', published: true, all: false } },
  explore: noExploration(),
  pointed: nothingPointed(),
  earlier: { predict: null, trade_off: null },
  list: noList(),
  log: [],
  theme: 'auto',
  playground: { open: false, runs: [] },
  lesson: null,
  step: 'data',
  shared: nothingShared(),
  app: { ready: false, update: 'none' },
  catalogue: { id: '', phase: 'idle', got: 0, total: 0, why: '', error: null },
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

  /** Changes fields of one part of the state. @template {"engine" | "data" | "design" | "plan" | "run" | "frontPlan" | "frontRun" | "fronts" | "results" | "explore" | "app" | "catalogue" | "shared" | "list"} K @param {K} key @param {Partial<State[K]>} patch */
  patch(key, patch) {
    this.set(/** @type {Partial<State>} */ ({ [key]: { ...this.state[key], ...patch } }));
  }

  tell() {
    const changed = this.changed;
    this.changed = new Set();
    for (const { keys, listener } of this.listeners) {
      if (!keys.some((key) => changed.has(key))) continue;
      // One that fails must not keep the news from the others.
      try {
        listener(this.state);
      } catch (thrown) {
        reportError(thrown);
      }
    }
  }
}
