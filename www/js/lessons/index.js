// The lessons, in the order of the list.
import batchOrBiology from './batch_or_biology.js';
import doseDistance from './dose_distance.js';
import mutualInformation from './mutual_information.js';
import noChange from './no_change.js';
import noiseFloor from './noise_floor.js';
import twoWays from './two_ways.js';

/** @type {import('./types.js').Lesson[]} */
export const LESSONS = [doseDistance, noiseFloor, noChange, twoWays, batchOrBiology, mutualInformation];

/** @param {string} id */
export const lessonOf = (id) => LESSONS.find((lesson) => lesson.id === id) ?? null;
