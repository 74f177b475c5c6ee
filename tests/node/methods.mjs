// The Methods page has an entry for everything that results are named by, and every link to it leads somewhere.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../lib/paths.mjs';
import { tell, test } from '../lib/runner.mjs';

const read = (...path) => readFileSync(join(ROOT, ...path), 'utf8');
const script = (name) => import(pathToFileURL(join(ROOT, 'www', 'js', name)).href);
const html = read('www', 'methods.html');
const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
const entries = new Set([...html.matchAll(/<code id="([^"]+)">\1<\/code>/g)].map(([, id]) => id));

/** Names that serde makes of the variants of an enum. */
function variants(source, name) {
  const body = new RegExp(`pub enum ${name} \\{([\\s\\S]*?)\\n\\}`).exec(source);
  assert.ok(body, `no enum ${name}`);
  return [...body[1].matchAll(/^ {4}([A-Z]\w*)/gm)].map(([, variant]) => variant.replace(/(?<!^)([A-Z])/g, '_$1').toLowerCase());
}

/** Strings of a constant array. */
function strings(source, name) {
  const body = new RegExp(`const ${name}: [^=]*=\\s*&?\\[([\\s\\S]*?)\\];`).exec(source);
  assert.ok(body, `no constant ${name}`);
  return [...body[1].matchAll(/"([a-z][a-z0-9_]*)"/g)].map(([, text]) => text);
}

function expectAll(what, names, least) {
  assert.ok(names.length >= least, `${what}: only ${names.length} names were found in the sources`);
  assert.deepEqual(names.filter((name) => !entries.has(name)), [], `${what} without an entry in www/methods.html`);
}

test('methods: every model, metric, measure and solver of the page’s words has an entry', async () => {
  const [models, metrics, fronts] = await Promise.all(['words_models.js', 'words_metrics.js', 'words_fronts.js'].map(script));
  expectAll('models', [...Object.keys(models.TRAINED), ...models.BASELINES], 21);
  expectAll('metrics', [...Object.keys(metrics.METRICS), ...Object.keys(metrics.SCALES).filter((scale) => scale !== 'metrics')], 16);
  expectAll('solvers and measures', [...Object.keys(fronts.METHODS), ...Object.keys(fronts.MEASURES)], 10);
});

test('methods: every name of the Rust sources has an entry', () => {
  const crate = (...path) => read('crate', 'src', ...path);
  expectAll('distances', variants(crate('metrics', 'distance.rs'), 'Distance'), 10);
  expectAll('tests of genes', variants(crate('metrics', 'deg.rs'), 'Test'), 2);
  expectAll('members of the multi-task family', variants(crate('models', 'mtae', 'variant.rs'), 'Variant'), 8);
  expectAll('batch-effect measures', variants(crate('tradeoff', 'measure', 'mod.rs'), 'Measure'), 4);
  expectAll('estimators of the playground', variants(crate('tradeoff', 'playground', 'estimation.rs'), 'Estimator'), 3);
  expectAll('solvers', variants(crate('run', 'trade_off', 'task.rs'), 'Method'), 6);
  expectAll('metrics of an integrated space', [...strings(crate('metrics', 'integration.rs'), 'NAMES'), ...strings(crate('metrics', 'mixing', 'scib.rs'), 'NAMES')], 18);
  expectAll('metrics of a front', [...crate('fronts', 'metric.rs').matchAll(/entry\(\s*"([a-z_]+)"/g)].map(([, name]) => name), 20);
  expectAll('scores', [...crate('scores', 'metric.rs').matchAll(/^ {4}\("([a-z0-9_]+)", "/gm)].map(([, name]) => name), 13);
  expectAll('models', [...crate('scores', 'model_names.rs').matchAll(/^ {4}\("([a-z0-9_]+)", "/gm)].map(([, name]) => name), 23);
  expectAll('built-in data sets', [...crate('data', 'simulate', 'presets.rs').matchAll(/name: "([a-z]+(?:-[a-z0-9]+)+)",\n\s*title/g)].map(([, name]) => name), 4);
});

test('methods: anchors are unique, and every link within the page and to it leads somewhere', async () => {
  assert.deepEqual(ids.filter((id, i) => ids.indexOf(id) !== i), []);
  const links = [...html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  assert.ok(links.length > 150, `${links.length} links`);
  assert.deepEqual(links.filter((id) => !ids.includes(id)), []);
  const help = await script('words_help.js');
  const asked = help.HELP_NAMES.flatMap((name) => {
    const { methods, items, text, title } = help.helpWords(name);
    assert.ok(title && text.every((words) => words.length > 20), name);
    return [methods, ...items.map((item) => item.methods)];
  });
  const [models, metrics] = await Promise.all(['words_models.js', 'words_metrics.js'].map(script));
  asked.push(...Object.keys(metrics.METRICS).map((name) => help.helpWords(`metric:${name}`).methods), ...Object.keys(models.TRAINED).map((name) => help.helpWords(`model:${name}_counts`).methods));
  const targets = asked.filter((anchor) => anchor !== null);
  assert.ok(targets.length > 70, `${targets.length} targets`);
  assert.deepEqual(targets.filter((anchor) => !ids.includes(anchor)), []);
});

test('methods: every entry has a sentence, a source, what it is tested against and when it misleads', () => {
  const articles = html.split('<article class="method">').slice(1);
  assert.ok(articles.length > 60, `${articles.length} entries`);
  for (const article of articles) {
    const name = /<h3>(.*?)<\/h3>/.exec(article)?.[1];
    assert.ok(/<p class="says">.{40,}<\/p>/.test(article), `${name}: no sentence`);
    for (const fact of ['Source', 'Tested against', 'When it misleads']) assert.ok(new RegExp(`<dt>${fact}</dt><dd>.{6,}</dd>`).test(article), `${name}: ${fact}`);
    assert.ok(/<dt>(Range|Gives)<\/dt><dd>.{4,}<\/dd>/.test(article), `${name}: neither range nor what it gives`);
  }
  assert.ok(!/ style=| on\w+=|<script>|menclose/.test(html), 'nothing that the Content-Security-Policy or a browser without plug-ins refuses');
  tell(`${articles.length} entries`);
});

test('methods: every figure of the page explains itself, and no explanation is left unused', async () => {
  const help = await script('words_help.js');
  const folder = join(ROOT, 'www', 'js', 'panels');
  const source = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
  const figures = [...source.matchAll(/(?:figureCard|exploreFigure|exploreTable)\([^{]*\{\s*name: '([a-z0-9_]+)'/g)].map(([, name]) => name);
  assert.ok(figures.length > 25, `${figures.length} figures`);
  assert.deepEqual(figures.filter((name) => !help.HELP_NAMES.includes(name)), [], 'figures without words in words_help.js');
  const used = new Set([...figures, ...[...source.matchAll(/(?:help|helpWords)\('([a-zA-Z0-9_]+)'/g)].map(([, name]) => name)]);
  assert.deepEqual([...used].filter((name) => !help.HELP_NAMES.includes(name)), [], 'explanations without words');
  assert.deepEqual(help.HELP_NAMES.filter((name) => !used.has(name) && name !== 'explore_metric'), [], 'words that nothing shows');
});

test('methods: the page cites what CITATION.cff says', async () => {
  const cff = read('CITATION.cff');
  const field = (name) => new RegExp(`^${name}: "?([^"\\n]+)"?$`, 'm').exec(cff)?.[1];
  const { CITE } = await script('words.js');
  assert.ok(CITE.items[0].includes(field('title')), field('title'));
  assert.equal(field('version'), /\[workspace\.package\][^[]*?\nversion = "([^"]+)"/.exec(read('Cargo.toml'))[1]);
});
