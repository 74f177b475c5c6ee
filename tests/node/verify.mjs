// Does a saved run again in the CPU engine of the built page, without a browser, and says whether it comes out the same:
//   node tests/node/verify.mjs RUN.dosefront.json [DATA ...]
// The run may be in a bundle (.dosefront.zip). Ends as `dosefront verify` does: with 0 when the results are identical or within the tolerance,
// with 1 when they differ, and with 2 when that could not be found out.
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { finishRun, newEngine, savedModule } from '../lib/node_engine.mjs';

const RUN_IN_BUNDLE = 'run.dosefront.json';
const DATA_IN_BUNDLE = 'data/';
const MOST_METRICS = 20;
const MOST_MISSING = 10;
const [SAME, OTHER, TROUBLE] = [0, 1, 2];

/** The text of the report, and the data that came with it. */
async function open(saved, path) {
  const bytes = await readFile(path);
  if (bytes.subarray(0, 2).toString('latin1') !== 'PK') return { text: bytes.toString('utf8'), packed: [] };
  const files = saved.bundle_read(bytes);
  const run = files.find(({ name }) => name === RUN_IN_BUNDLE);
  if (!run) throw { message: `the bundle has no ${RUN_IN_BUNDLE}`, hint: 'Ask for the bundle as it was saved.' };
  const packed = files.filter(({ name }) => name.startsWith(DATA_IN_BUNDLE)).map(({ name, bytes: content }) => ({ name: name.slice(DATA_IN_BUNDLE.length), bytes: content }));
  return { text: new TextDecoder().decode(run.bytes), packed };
}

/** Opens what the run asks for: built-in data, the given files, those of the bundle, or a file of its name beside the report. */
async function openData(engine, source, path, dataPaths, packed) {
  if (source.simulated) {
    if (dataPaths.length > 0) throw { message: 'the run asks for simulated data, so a data file has no place here', hint: 'Leave it out.' };
    return engine.open_simulated(source.simulated.preset, source.simulated.seed);
  }
  if (dataPaths.length === 0 && packed.length > 0) return engine.open_files(packed.map(({ name }) => name), packed.map(({ bytes }) => bytes));
  const paths = dataPaths.length > 0 ? dataPaths : [join(dirname(path), source.file.name)];
  const buffers = await Promise.all(paths.map(async (each) => {
    try {
      return new Uint8Array(await readFile(each));
    } catch (error) {
      throw { message: `cannot read the data: ${error.message}`, hint: 'Name the data file behind the report.' };
    }
  }));
  return engine.open_files(paths.map((each) => basename(each)), buffers);
}

/**
 * Runs a saved run again.
 * @param {string} path a report, or a bundle with one
 * @param {string[]} [dataPaths]
 * @param {(text: string) => void} [say]
 * @returns the comparison, as `compare_reports` gives it, and the new report as text
 */
export async function verify(path, dataPaths = [], say = () => {}) {
  const [engine, saved] = [await newEngine(), await savedModule()];
  const { text, packed } = await open(saved, path);
  const { run, report, remarks } = saved.open_saved(text);
  if (!report) throw { message: `${path} is a run file without results, so there is nothing to compare with`, hint: 'Take a report that was saved.' };
  remarks.forEach((remark) => say(`note: ${remark}`));
  await openData(engine, run.dataset, path, dataPaths, packed);
  // A file that is not the one of the report is refused by `start`, with both hashes.
  const again = await finishRun(engine, run, ({ kind, text: words, failure }) => {
    if (kind === 'stage') say(words);
    if (failure) say(`  left out: ${failure.message}`);
  });
  return { comparison: saved.compare_reports(text, again), report: again };
}

/** What was found, as lines. */
function lines({ sentence, metrics, missing, environments }) {
  const number = (value, show) => (value === null ? '-' : show(value));
  const row = (cells, end) => `  ${cells[0].padEnd(32)} ${cells[1].padStart(14)} ${cells[2].padStart(14)} ${cells[3].padStart(10)} ${cells[4].padStart(10)}${end}`;
  const short = (all, most, show) => [...all.slice(0, most).map(show), ...(all.length > most ? [`  and ${all.length - most} more`] : [])];
  const environment = ({ versions, device }) => [
    ...Object.entries(versions ?? {}).map((pair) => pair.join(' ')), ...['engine', 'adapter', 'repeats'].map((field) => device?.[field]),
  ].filter(Boolean).join(', ');
  return [
    sentence,
    ...(metrics.length > 0 ? ['', 'largest difference of each metric:', row(['metric', 'before', 'after', 'absolute', 'relative'], '')] : []),
    ...short(metrics, MOST_METRICS, (each) => row([
      each.metric, number(each.before, (x) => x.toFixed(6)), number(each.after, (x) => x.toFixed(6)),
      number(each.absolute, (x) => x.toExponential(1)), number(each.relative, (x) => x.toExponential(1)),
    ], `${each.within ? '' : '  beyond'}  ${each.where}`)),
    ...short(missing, MOST_MISSING, (each) => `  ${each}`),
    `before: ${environment(environments[0])}`,
    `after:  ${environment(environments[1])}`,
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [path, ...dataPaths] = process.argv.slice(2);
  if (!path) {
    console.error('usage: node tests/node/verify.mjs RUN.dosefront.json [DATA ...]');
    process.exit(TROUBLE);
  }
  try {
    const { comparison } = await verify(path, dataPaths, console.log);
    console.log(`\n${lines(comparison).join('\n')}`);
    process.exit({ identical: SAME, within_tolerance: SAME, differs: OTHER, not_comparable: TROUBLE }[comparison.verdict]);
  } catch (error) {
    console.error(`error: ${error.message ?? error}`);
    if (error.hint) console.error(`hint: ${error.hint}`);
    process.exit(TROUBLE);
  }
}
