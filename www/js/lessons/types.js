// What a lesson is made of, as JSDoc types. There is no code here.

/** @typedef {import('../store.js').State} State */
/** @typedef {import('../main.js').Page} Page */

/**
 * A distance between the control and one arm, as the exploration has found it; a row of the engine's table `distances`.
 * @typedef {object} DistanceRow
 * @property {string} cell_type      `All cells` for all types together
 * @property {string} arm
 * @property {number | null} dose
 * @property {string} metric
 * @property {number} n_control
 * @property {number} n_treated
 * @property {number} value
 * @property {number | null} p_value  null until it has been resampled
 * @property {number | null} floor    what random parts of the control differ by
 * @property {number | null} floor_high  the upper end of that
 */

/**
 * What lessons read: the page's state as it is now, the distances of the exploration, what was looked at in the present step,
 * and numbers that earlier steps have written down.
 * @typedef {State & {distances: DistanceRow[] | null, seen: string[], notes: Record<string, number>}} Live
 */

/** `why`: for a wrong answer a hint, for a right one the explanation with the numbers that are on the page. @typedef {{right: boolean, why: string}} Verdict */
/** @typedef {{value: string, label: string}} Option */

/**
 * @typedef {object} Question
 * @property {string | ((live: Live) => string)} ask
 * @property {(live: Live) => Option[]} [options]   of a multiple choice; without them a number is asked for
 * @property {string} [unit]                        of the number
 * @property {(live: Live) => string} [first]       what has to be done before it can be answered; "" when it can
 * @property {(live: Live, answer: string) => Verdict} check   computed from what is on the page, never from stored numbers
 */

/**
 * Something to do on the page.
 * @typedef {object} Task
 * @property {string} words
 * @property {string} show                          data-testid of the control it speaks of
 * @property {string} [applyWords]                  label of the button that does it
 * @property {(page: Page) => void | Promise<void>} [apply]
 * @property {[string, string][]} [set]             controls by their data-testid, and the values that the button gives them
 * @property {(live: Live) => boolean} done
 */

/**
 * @typedef {object} Step
 * @property {string} title
 * @property {string} text                          two to four plain sentences
 * @property {Task} [task]
 * @property {Question} [question]
 * @property {(live: Live) => string | null} [sees]  what is being looked at, remembered while the step is open
 * @property {(live: Live) => Record<string, number> | null} [notes]   numbers that later steps compare with
 */

/**
 * @typedef {object} Lesson
 * @property {string} id
 * @property {string} title
 * @property {string} question
 * @property {number} minutes
 * @property {string} forWhom
 * @property {string[]} hide                        parts of the page it does without: names of hideable.js
 * @property {boolean} [distances]                  whether it reads the distances of the exploration
 * @property {(page: Page) => void} [begin]         brings into view what it speaks of; ends no work and opens no data
 * @property {Step[]} steps
 */

/** A lesson that a teacher has made: plain texts, whoever wrote them. @typedef {{title: string, steps: OwnStep[]}} OwnLesson */
/** `right` is an index of `options`. @typedef {{title: string, text: string, question?: {ask: string, options: string[], right: number, why: string}}} OwnStep */

/** @typedef {Verdict & {given: string, tries: number, firstRight: boolean}} Answered */

export {};
