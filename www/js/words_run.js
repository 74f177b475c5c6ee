// A run file in a few words, for whoever has not made it.
import { plural } from './numbers.js';
import { modelOf } from './run_differences.js';
import { isBaseline, modelWords } from './words_models.js';
import { measureName, methodName } from './words_fronts.js';

/** @typedef {import('./protocol.js').RunFile} RunFile */

/** A hash that can be read out. @param {string} sha256 */
export const shortHash = (sha256) => (sha256.length > 16 ? `${sha256.slice(0, 8)}…${sha256.slice(-4)}` : sha256 || 'none');

/** @param {string[]} names @param {number} [most] */
const listed = (names, most = 4) => (names.length > most ? `${names.slice(0, most).join(', ')} and ${names.length - most} more` : names.join(', '));

/** What is asked. @param {RunFile} run */
export function taskWords(run) {
  const { predict, trade_off, explore, mutual_information } = run.task;
  if (predict) {
    const trained = predict.models.map((spec) => modelOf(spec)[0]).filter((name) => !isBaseline(name));
    const held = predict.held_out === 'all' ? 'every cell type' : listed(predict.held_out);
    const doses = predict.doses === 'all' ? 'all treatments' : listed(predict.doses);
    return `Prediction by ${trained.length > 0 ? listed(trained.map((name) => modelWords(name).name)) : 'the baselines'}; held out: ${held}; ${doses}; ${plural(predict.seeds.length, 'seed')} (${listed(predict.seeds.map(String), 6)})`;
  }
  if (trade_off) {
    return `Trade-off by ${listed(trade_off.methods.map(methodName))} against ${listed(trade_off.measures.map(({ measure }) => measureName(measure)))}; ${plural(trade_off.candidates, 'candidate')} between the ends; ${plural(trade_off.splits.length, 'split')}`;
  }
  if (mutual_information) return `Mutual information of simulated points: ${mutual_information.n_samples} points, separation ${mutual_information.separation}, ${plural(mutual_information.dims, 'dimension')}`;
  return explore ? 'Exploration: distances, response genes, dose response, pictures of the cells' : 'An unknown task';
}

/** Where its data come from. @param {RunFile} run @param {import('./protocol.js').Preset[]} presets */
export function dataWords({ dataset: { simulated, file } }, presets) {
  if (simulated) return `${presets.find(({ name }) => name === simulated.preset)?.title ?? simulated.preset} (built in, simulated with seed ${simulated.seed})`;
  return file ? `${file.name} (a file, SHA-256 ${shortHash(String(file.sha256))})` : 'unknown';
}

/** What a report was made with. @param {{versions?: Record<string, string>, device?: Record<string, any>} | null} report */
export function madeWords(report) {
  const { versions, device } = report ?? {};
  if (!versions && !device) return '';
  const engine = device?.engine === 'webgpu' ? `the WebGPU engine${device.adapter ? ` on ${device.adapter}` : ''}` : 'the CPU engine';
  return `Dosefront ${versions?.dosefront ?? '?'} (burn ${versions?.burn ?? '?'}), ${engine}${device?.repeats ? `, ${device.repeats === 'same bits' ? 'which gives the same bits everywhere' : 'which repeats within a tolerance'}` : ''}`;
}
