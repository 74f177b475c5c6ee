// Everything that crosses between the page, its worker and the two wasm packages, as JSDoc types. There is no code here.

/**
 * What a failure looks like everywhere in the page.
 * @typedef {object} ErrorInfo
 * @property {string} code     stable snake_case name
 * @property {string} message  what was wrong and where
 * @property {string} hint     what the visitor can change
 */

/** @typedef {"cpu" | "webgpu"} Device */

/**
 * @typedef {object} DeviceInfo
 * @property {Device} engine
 * @property {string | null} adapter
 * @property {boolean} software
 * @property {string} repeats    `same bits` or `within tolerance`
 * @property {Record<string, string>} versions
 */

/**
 * @typedef {object} Preset
 * @property {string} name
 * @property {string} title
 * @property {string} description
 * @property {number} n_cells
 * @property {number} n_genes
 * @property {number} cell_types
 * @property {number} arms
 */

/**
 * Which obs columns mean what; `control` is a value of the condition column, the others are column names.
 * @typedef {object} Roles
 * @property {string | null} cell_type
 * @property {string | null} condition
 * @property {string | null} control
 * @property {string | null} dose
 * @property {string | null} batch
 */
/** @typedef {keyof Roles} RoleName */

/**
 * @typedef {object} ObsInfo
 * @property {string} name
 * @property {"labels" | "numbers"} type
 * @property {number | null} n_levels
 * @property {string[] | null} levels   the first 100
 * @property {number} missing
 * @property {number | null} min
 * @property {number | null} max
 */

/**
 * @typedef {object} DatasetSummary
 * @property {string} name
 * @property {any} source                as it goes into a run file
 * @property {boolean} simulated
 * @property {"counts" | "log_normalised" | "normalised"} kind
 * @property {number} n_cells
 * @property {number} n_genes
 * @property {ObsInfo[]} obs
 * @property {{what: string, why: string}[]} skipped
 * @property {string[]} notes
 * @property {Roles} roles               guessed
 */

/** @typedef {{label: string, condition: string | null, dose: number | null, control: boolean}} Arm */

/**
 * @typedef {object} DesignSummary
 * @property {string[]} cell_types
 * @property {Arm[]} arms                the control first
 * @property {number[][]} counts         cells per type and arm
 * @property {string[]} batches
 * @property {number} used
 * @property {number} dropped
 * @property {string[]} notes
 * @property {string[]} possible         cell types that can be held out
 * @property {string | null} held_out    a good first choice
 */

/**
 * @typedef {object} PredictTask
 * @property {(string | Record<string, any>)[]} models
 * @property {string[] | "all"} held_out
 * @property {string[] | "all"} doses
 * @property {number[]} seeds
 */

/** @typedef {"explore" | "predict" | "trade_off" | "mutual_information"} TaskName */

/**
 * Fronts between biology kept and batch effect removed; every field has a default in the engine.
 * @typedef {object} TradeOffTask
 * @property {string[]} methods          pareto_mtl, scalarisation, one_run, scvi_hsic ...
 * @property {Record<string, any>[]} measures   `{measure: "mine"}` and its settings
 * @property {number} candidates         K, between the two ends
 * @property {number[]} splits           seeds
 * @property {Record<string, any>} [scvi]
 * @property {Record<string, any>} [schedule]
 * @property {Record<string, any>} [evaluation]
 * @property {number} [train_fraction]
 */

/**
 * Estimators of mutual information against the truth, on simulated points.
 * @typedef {object} MutualInformationTask
 * @property {"gaussians" | "mixtures"} case
 * @property {number} separation
 * @property {number} n_samples
 * @property {number} dims
 * @property {number} seed
 * @property {("mine" | "nn" | "classifier")[]} [estimators]
 * @property {number} [steps]
 */

/**
 * What is asked before any model; every field has a default in the engine, and a part that is null is left out.
 * @typedef {object} ExploreTask
 * @property {string[] | "all"} [cell_types]
 * @property {string[] | "all"} [arms]
 * @property {"pca" | "genes"} [space]
 * @property {number} [n_pcs]
 * @property {number} [seed]
 * @property {Record<string, any> | null} [distances]
 * @property {Record<string, any> | null} [deg]
 * @property {Record<string, any> | null} [doses]
 * @property {Record<string, any> | null} [embedding]
 */

/** @typedef {"pca" | "tsne" | "umap"} EmbeddingMethod */
/** @typedef {"components" | "distances" | "genes" | "doses" | "embedding"} ExploredPart */

/**
 * @typedef {object} RunFile
 * @property {1} dosefront
 * @property {any} dataset
 * @property {Roles} roles
 * @property {Record<string, any>} preprocess
 * @property {{predict?: PredictTask, explore?: ExploreTask, trade_off?: TradeOffTask, mutual_information?: MutualInformationTask}} task   one of them
 * @property {Device} device
 */

/**
 * A part of a prediction run: a run of its own.
 * @typedef {{run: RunFile, cell_type: string, models: string[], trained: boolean, predictions: number}} GridJob
 */
/** Seconds that each part will take on one worker, and the bytes a worker needs. @typedef {{jobs: GridJob[], seconds: number[], worker_bytes: number}} Estimate */
/** What joining needs of a finished part. @typedef {{timings: Record<string, number>, notes: string[], results: ResultRow[], failures: any[], fits: any[]}} GridPart */

/** How many genes respond. @typedef {{contrast: string, cell_type: string | null, arm: string, condition: string | null, dose: number | null, n_control: number, n_treated: number, up: number, down: number}} ResponseRow */

/**
 * What an exploration has found so far, to offer its figures.
 * @typedef {object} Overview
 * @property {number} n_cells          that are used
 * @property {number} n_cells_all      that there are
 * @property {number} times_longer     the distances would take with all cells
 * @property {string[]} cell_types     `All cells` first, where there are several types
 * @property {string[]} arms           compared with the control
 * @property {boolean} along_doses     whether there are at least two doses
 * @property {string[]} metrics
 * @property {EmbeddingMethod[]} methods   embeddings that have positions
 * @property {string[]} genes          the chosen ones, those that respond most first
 * @property {string[]} fitted_genes   with a dose-response curve, the most certain first
 * @property {ResponseRow[]} responses
 * @property {boolean} resampled       whether all distances have their intervals and p-values
 */

/** A figure of an exploration, asked for by `show` and the fields that crate/src/run/explore/figures.rs names. @typedef {{show: string, [field: string]: any}} FigureQuery */

/** @typedef {Record<string, number | null>} Metrics */

/**
 * @typedef {object} ResultRow
 * @property {number} index
 * @property {string} model
 * @property {string} cell_type
 * @property {string} arm
 * @property {string | null} condition
 * @property {number | null} dose
 * @property {number | null} seed        null for a model without randomness
 * @property {number} n_control
 * @property {number} n_observed
 * @property {number} n_predicted
 * @property {Metrics} metrics
 * @property {{to_control: Metrics, to_no_change: Metrics}} ratios
 * @property {Metrics | null} truth     R2 of the prediction and, with `observed_` before the name, of the observed cells
 */

/** @typedef {{observed: number[], predicted: number[], common: number}} DegOverlap */

/**
 * @typedef {object} PredictionDetail
 * @property {number} index
 * @property {string} model
 * @property {string} cell_type
 * @property {string} arm
 * @property {number | null} seed
 * @property {string[]} genes
 * @property {number[]} mean_control
 * @property {number[]} mean_observed
 * @property {number[]} mean_predicted
 * @property {number[] | null} mean_truth
 * @property {number[]} top_genes      the 100 that respond most, by Wilcoxon score
 * @property {{t_test: DegOverlap, wilcoxon: DegOverlap}} degs
 */

/** @typedef {{kind: "stage", stage: "prepare" | "distances" | "genes" | "doses" | "embedding" | "resample" | "train" | "predict" | "score", text: string}} StageEvent */
/** @typedef {{kind: "progress", done: number, text: string}} ProgressEvent */
/**
 * @typedef {object} LossEvent
 * @property {"loss"} kind
 * @property {string} model
 * @property {string} cell_type
 * @property {string} unit                         what is counted: "epoch", or "iteration" for models without epochs
 * @property {number} epoch
 * @property {number} epochs
 * @property {number} step
 * @property {number[]} train                      one per seed; NaN for one that has diverged
 * @property {(number | null)[] | null} validation
 */
/** The worker adds the details. @typedef {{kind: "result", result: ResultRow, detail?: PredictionDetail}} ResultEvent */
/**
 * A model, or one seed of it, that could not be fitted or asked; the run goes on without it.
 * @typedef {{kind: "left_out", failure: ErrorInfo & {model: string, cell_type: string, arm: string | null, seed: number | null}}} LeftOutEvent
 */
/** A part of an exploration has come or changed. @typedef {{kind: "explored", part: ExploredPart}} ExploredEvent */
/** @typedef {{kind: "finished"}} FinishedEvent */
/** How a prediction agrees with the cells observed at a measured dose. @typedef {{arm: string, dose: number, r2_all: number | null, r2_top100: number | null}} Agreement */
/**
 * What stays while the dose moves: real cells of the held-out type on two components.
 * @typedef {object} SliderScene
 * @property {string} model
 * @property {string} cell_type
 * @property {number[]} seeds
 * @property {boolean} continuous
 * @property {string[]} genes
 * @property {{label: string, condition: string | null, dose: number | null, n_observed: number, n_donors: number}[]} arms  the control first
 * @property {number[]} x
 * @property {number[]} y
 * @property {number[]} arm          of each cell
 * @property {[number, number]} explained
 * @property {string[]} notes
 */
/**
 * What is predicted at one dose.
 * @typedef {object} SliderView
 * @property {number} dose
 * @property {number[]} mean_predicted
 * @property {number[]} x
 * @property {number[]} y
 * @property {Agreement | null} nearest
 * @property {Agreement | null} below
 * @property {Agreement | null} above
 * @property {string[]} notes
 */

/** A part of a trade-off: some candidates of one front. @typedef {{run: RunFile, method: string, measure: string | null, split: number, places: number[]}} FrontJob */
/** What joining needs of it. @typedef {{timings: Record<string, number>, notes: string[], candidates: CandidateRow[], failures: FrontFailure[]}} FrontPart */
/** @typedef {ErrorInfo & {method: string, measure: string | null, split: number}} FrontFailure */

/**
 * A candidate, as reports have it: crate/src/fronts/rows.rs.
 * @typedef {object} CandidateRow
 * @property {number} index
 * @property {string} method
 * @property {string | null} measure
 * @property {number} split
 * @property {number} place              0 is batch effect only, K + 1 scVI only
 * @property {"batch_only" | "preference" | "scvi_only" | "peer"} kind
 * @property {[number, number] | null} preference
 * @property {number} steps
 * @property {number | null} u
 * @property {number | null} v
 * @property {Metrics} train
 * @property {Metrics} test
 * @property {string[]} remarks
 */

/** The latent space of a candidate; codes are numbers into the names. @typedef {{index: number, width: number, values: Float32Array, batch: number[], batches: string[], cell_type: number[], cell_types: string[], train: boolean[]}} CandidateLatent */
/** A picture on its way. @typedef {{progress: number, positions: [number, number][]}} PictureState */

/** Where the candidates of a part are while they are trained. @typedef {{kind: "front", method: string, measure: string, split: number, points: {place: number, losses: [number | null, number | null]}[]}} FrontEvent */
/** The worker adds the latent space. @typedef {{kind: "candidate", row: CandidateRow, detail?: CandidateLatent}} CandidateEvent */
/** @typedef {{kind: "front_left_out", failure: FrontFailure}} FrontLeftOutEvent */
/** @typedef {{kind: "estimate", estimate: {estimator: "mine" | "nn" | "classifier", step: number, value: number}, truth: number}} EstimateEvent */

/** Places along a front that one network covers, by the length of the front from 0 to 1. @typedef {{track: {position: number, angle: number, u: number, nn_mi: number}[]}} FrontTrack */
/** One of these places: `place` is between candidates, metrics are interpolated, positions lie in one plane for all places. @typedef {{position: number, preference: [number, number], place: number, metrics: Metrics, positions: [number, number][]}} FrontAt */
/** @typedef {{progress: number, row?: CandidateRow | null}} PolishState */

/** Points of the mutual-information task, and the category of each. @typedef {{x: number[], y: number[], category: number[]}} SimulatedPoints */
/** What an axis of a front can be: crate/src/fronts/metric.rs. @typedef {{id: string, label: string, unit: string, better: "lower" | "higher", group: "objective" | "biology" | "batch", meaning: string}} FrontMetric */
/** A figure of a front: `FrontQuery` in crate/src/fronts/figures.rs. @typedef {{x?: string, y?: string, cells?: "train" | "test", split?: number | null, fronts?: {method: string, measure: string | null, hidden?: boolean}[], candidates?: number | null, live?: object[], highlight?: string | null, cursor?: object | null}} FrontQuery */

/** The two below are made by the worker, not by the engine. */
/** @typedef {{kind: "failed", error: ErrorInfo}} FailedEvent */
/** @typedef {{kind: "crashed", error: ErrorInfo}} CrashedEvent */
/** @typedef {StageEvent | ProgressEvent | LossEvent | ResultEvent | LeftOutEvent | FrontEvent | CandidateEvent | FrontLeftOutEvent | EstimateEvent | ExploredEvent | FinishedEvent} EngineEvent */
/** @typedef {EngineEvent | FailedEvent | CrashedEvent} WorkerEvent */

/** @typedef {{name: string, bytes: ArrayBuffer}} OpenFile */

/** A run file or report that was saved; `report` is null for a run file alone. @typedef {{run: RunFile, report: any, remarks: string[]}} Saved */
/** A file of a bundle; the name is what it was called, which need not be one for a path. @typedef {{name: string, bytes: Uint8Array}} BundleFile */
/** The largest difference of a metric; null is a number that is not defined. @typedef {{metric: string, where: string, before: number | null, after: number | null, absolute: number | null, relative: number | null, within: boolean}} Difference */
/**
 * How the reports of two runs agree: crate/src/run/saved/compare.rs.
 * @typedef {object} Comparison
 * @property {"identical" | "within_tolerance" | "differs" | "not_comparable"} verdict
 * @property {"same" | "other" | "unknown"} data   where they are not the same, the sentence begins with that
 * @property {string} sentence
 * @property {number} numbers      that were compared
 * @property {{relative: number, absolute: number, counts: number}} tolerance   all 0 where the same bits are promised
 * @property {Difference[]} metrics   beyond the tolerance first; empty when identical
 * @property {string[]} missing    results that only one of them has, and texts and settings that differ
 * @property {{versions: Record<string, string> | null, device: Record<string, any> | null}[]} environments   of the first and the second
 */

/**
 * The calls a page can make: name -> arguments and value.
 * @typedef {object} Calls
 * @property {(device: Device, adapter: string | null, software: boolean, url: string, savedUrl?: string) => DeviceInfo} init
 * @property {() => Preset[]} presets
 * @property {(files: OpenFile[]) => DatasetSummary} open_files
 * @property {(preset: string, seed: number) => DatasetSummary} open_simulated
 * @property {(roles: Roles) => DesignSummary} design
 * @property {(run: RunFile) => RunFile} check_run
 * @property {(run: RunFile) => any} start
 * @property {(task: TaskName) => void} pause
 * @property {(task: TaskName) => void} resume
 * @property {(task: TaskName) => void} cancel
 * @property {(run: RunFile) => GridJob[] | FrontJob[]} jobs
 * @property {(run: RunFile, budgetMs: number) => Estimate} estimate
 * @property {(task: TaskName) => {part: GridPart | FrontPart, weights: Uint8Array[]}} part   what the finished run leaves
 * @property {(run: RunFile, parts: (GridPart | FrontPart)[]) => string} merge    one report, as JSON text
 * @property {(values: Float32Array, width: number, method: EmbeddingMethod) => PictureState} picture_open
 * @property {(budgetMs: number) => PictureState} picture_step
 * @property {() => FrontTrack | null} front_track
 * @property {(position: number) => FrontAt} front_at
 * @property {(position: number, steps: number) => any} front_polish
 * @property {(budgetMs: number) => PolishState} front_polish_step
 * @property {() => SimulatedPoints} playground_points
 * @property {(run: RunFile, cellType: string, model: number, weights: Uint8Array) => SliderScene} replay_open
 * @property {(dose: number, seed: number | undefined, condition: string | undefined) => SliderView} replay_dose
 * @property {(run: RunFile, rows: ResultRow[], weights: Uint8Array[], real: boolean) => Uint8Array} results_h5ad
 * @property {() => Overview} overview
 * @property {(query: FigureQuery) => Figure} figure
 * @property {(name: "distances" | "response_genes" | "dose_fits") => Table} table
 * @property {(task: TaskName) => string} report
 * @property {(run: RunFile) => any} shorten
 * @property {(text: string) => Saved} open_saved
 * @property {(before: string, after: string) => Comparison} compare_reports
 * @property {(files: BundleFile[]) => Uint8Array} bundle_write
 * @property {(bytes: Uint8Array) => BundleFile[]} bundle_read
 * @property {(run: RunFile) => Methods} methods
 * @property {(report: string, figures: ReportFigure[]) => string} report_html   one HTML file that holds everything
 */

/** @typedef {{id: number, call: keyof Calls, args: any[]}} ToWorker */
/** @typedef {{id: number, ok: any} | {id: number, error: ErrorInfo} | {event: WorkerEvent, task: TaskName | null}} FromWorker */

/**
 * The class that `engine-*\/engine.js` exports.
 * @typedef {object} Engine
 * @property {() => DeviceInfo} device_info
 * @property {() => Preset[]} presets
 * @property {(names: string[], buffers: Uint8Array[]) => DatasetSummary | Promise<DatasetSummary>} open_files
 * @property {(preset: string, seed: number) => DatasetSummary | Promise<DatasetSummary>} open_simulated
 * @property {(roles: Roles) => DesignSummary} design
 * @property {(run: RunFile) => RunFile} check_run
 * @property {(run: RunFile) => any} start
 * @property {(task: TaskName, budgetMs: number) => Promise<EngineEvent[]>} step
 * @property {(task: TaskName) => void} cancel
 * @property {(index: number) => PredictionDetail} detail
 * @property {(run: RunFile) => GridJob[] | FrontJob[]} jobs
 * @property {(run: RunFile, budgetMs: number) => Promise<Estimate>} estimate
 * @property {(task: string) => GridPart | FrontPart} part
 * @property {(index: number) => any} latent
 * @property {(values: Float32Array, width: number, method: string) => PictureState} picture_open
 * @property {(budgetMs: number) => PictureState} picture_step
 * @property {() => Promise<FrontTrack | null>} front_track
 * @property {(position: number) => FrontAt | Promise<FrontAt>} front_at
 * @property {(position: number, steps: number) => any} front_polish
 * @property {(budgetMs: number) => PolishState | Promise<PolishState>} front_polish_step
 * @property {() => SimulatedPoints} playground_points
 * @property {(fit: number) => Uint8Array} weights
 * @property {(run: RunFile, cellType: string, model: number, weights: Uint8Array) => SliderScene} replay_open
 * @property {(dose: number, seed: number | undefined, condition: string | undefined) => Promise<SliderView>} replay_dose
 * @property {(run: RunFile, rows: ResultRow[], weights: Uint8Array[], real: boolean) => Promise<Uint8Array>} results_h5ad
 * @property {(run: RunFile, parts: any[]) => string} merge
 * @property {() => Overview} overview
 * @property {(query: FigureQuery) => Figure} figure
 * @property {(name: string) => Table} table
 * @property {(task: TaskName) => string} report
 */
/** A work that Methods refer to; `url` may be empty. @typedef {{key: string, text: string, url: string}} Citation */
/** The Methods section of a run: paragraphs apart by an empty line, `[1, 2]` are the citations in their order. @typedef {{paragraph: string, citations: Citation[]}} Methods */
/** A figure for a report; `svg` is one svg element. @typedef {{title: string, caption: string, svg: string}} ReportFigure */

/**
 * The module of saved runs: web/saved.
 * @typedef {object} SavedModule
 * @property {(run: RunFile) => any} shorten
 * @property {(text: string) => Saved} open_saved
 * @property {(before: string, after: string) => Comparison} compare_reports
 * @property {(names: string[], buffers: Uint8Array[]) => Uint8Array} bundle_write
 * @property {(bytes: Uint8Array) => BundleFile[]} bundle_read
 * @property {(run: RunFile) => Methods} methods
 * @property {(report: string, figures: ReportFigure[]) => string} report_html   one HTML file that holds everything
 */

/** @typedef {{default: (options?: any) => Promise<any>, Engine: {create: (device: Device, adapter: string | undefined, software: boolean) => Promise<Engine>}}} EngineModule */

/** @typedef {{text: string, x: number, y: number, index: number, key?: string | null, radius: number, rect: [number, number, number, number] | null}} Hit */
/** @typedef {{hit: (x: number, y: number) => Hit | null, count: number, mark: (n: number) => Hit | null, free: () => void}} Drawn */
/** @typedef {{columns: string[], rows: (string | number | null)[][]}} Table */
/** A figure as the view draws it; `figure` names its kind, the rest depends on the kind.
 * @typedef {{figure: "cell_counts" | "loss" | "r2_scatter" | "bars" | "deg_overlap" | "dose_response" | "intervals" | "embedding" | "expression" | "volcano" | "set_overlap" | "score_bars" | "score_heat_map" | "model_front" | "candidate_front" | "embedding_pair" | "mutual_information", [field: string]: any}} Figure */

/**
 * The module `view/view.js`.
 * @typedef {object} ViewModule
 * @property {(options?: any) => Promise<any>} default
 * @property {(canvas: HTMLCanvasElement, figure: Figure, theme: object, dpr: number) => Drawn} draw
 * @property {(figure: Figure, width: number, height: number) => string} svg
 * @property {(figure: Figure) => string} summary
 * @property {(figure: Figure) => Table} table
 * @property {(figure: Figure, width: number, theme: object | null) => number} height
 * @property {(results: ResultRow[], query: object) => ScoreTable} score_table   query: `TableQuery` in crate/src/scores/table.rs
 * @property {(results: ResultRow[], query: object) => string} score_csv
 * @property {(results: ResultRow[], query: ScoreFigureQuery) => Figure} score_figure
 * @property {(rows: CandidateRow[], query: FrontQuery) => Figure} front_figure
 * @property {() => FrontMetric[]} front_metrics
 * @property {(rows: CandidateRow[], units: "scaled" | "paper") => Table} front_table   in the layout of the paper
 * @property {(rows: CandidateRow[]) => string} front_csv
 */

/** A figure of results, asked for by `show` and the fields that crate/src/scores/figures.rs names. @typedef {{show: "bars" | "heat_map" | "front" | "along_doses", [field: string]: any}} ScoreFigureQuery */

/** Mean and spread over seeds. @typedef {{mean: number | null, sd: number | null, n: number, seeds: number[], n_scores: number, n_expected: number, complete: boolean}} ScoreStat */
/** @typedef {{id: string, label: string, axis: string, better: "lower" | "higher", meaning: string}} ScoreMetric */
/** `scores` and `marks` are parallel to the metrics of the table. @typedef {{group: number, model: string, name: string, baseline: boolean, n_results: number, n_expected: number, n_failed: number, complete: boolean, scores: ScoreStat[], marks: ("best" | "second" | null)[]}} ScoreRow */
/** No part of any mean. @typedef {{model: string, name: string, metric: string, cell_type: string | null, arm: string | null, value: number, source: string, over: string, label: string}} PublishedScore */
/** @typedef {{group_by: string, metrics: ScoreMetric[], seeds: number[], groups: {name: string, cell_type: string | null, arm: string | null, dose: number | null}[], rows: ScoreRow[], published: PublishedScore[]}} ScoreTable */

/** @typedef {{path: string, bytes: number, gzip: number, hash: string}} BuiltPart */
/**
 * `build.json`, which the build writes beside the page.
 * @typedef {object} BuildInfo
 * @property {string} version
 * @property {{cpu: BuiltPart | null, webgpu: BuiltPart | null}} engines
 * @property {BuiltPart | null} view
 * @property {BuiltPart | null} saved
 * @property {string[]} building   engines that are still being built
 * @property {boolean} [offline]   whether the service worker is to keep the page's files
 */

export {};
