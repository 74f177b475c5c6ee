// What the fields of a run file are called, and how their values are read.
import { settingWords } from './words.js';
import { frontSettingWords, measureName, methodName } from './words_fronts.js';

/** By the whole path in the run file. @type {Record<string, string>} */
const LABELS = {
  dosefront: 'Version of the run file', device: 'Engine', dataset: 'Data',
  'dataset.simulated.preset': 'Built-in data', 'dataset.simulated.seed': 'Seed of the data', 'dataset.file.name': 'File', 'dataset.file.sha256': 'Content of the file (SHA-256)',
  'roles.cell_type': 'Column of cell types', 'roles.condition': 'Column of conditions', 'roles.control': 'Control value', 'roles.dose': 'Column of doses', 'roles.batch': 'Column of batches',
  'preprocess.max_cells': 'Most cells', 'preprocess.target_sum': 'Counts per cell after normalisation', 'preprocess.log1p': 'Logarithm', 'preprocess.genes': 'Genes', 'preprocess.genes.hvg_seurat': 'Variable genes',
  'preprocess.genes_without_held_out': 'Genes chosen without the hidden cells', 'preprocess.seed': 'Seed of the drawn cells',
  'task.predict.held_out': 'Held out', 'task.predict.doses': 'Doses', 'task.predict.seeds': 'Seeds',
  'task.trade_off.methods': 'Methods', 'task.trade_off.candidates': 'Candidates K', 'task.trade_off.splits': 'Splits',
  'task.explore.cell_types': 'Cell types', 'task.explore.arms': 'Treatments', 'task.explore.space': 'Space of the distances', 'task.explore.n_pcs': 'Components', 'task.explore.seed': 'Seed',
  'task.explore.embedding.methods': 'Pictures of the cells', 'task.explore.distances.permutations': 'Permutations', 'task.explore.distances.bootstraps': 'Redraws for intervals', 'task.explore.deg.test': 'Test of the genes',
  'task.mutual_information.case': 'Points from', 'task.mutual_information.separation': 'Separation', 'task.mutual_information.n_samples': 'Points', 'task.mutual_information.dims': 'Dimensions',
  'task.mutual_information.seed': 'Seed', 'task.mutual_information.estimators': 'Estimators', 'task.mutual_information.steps': 'Steps',
};

/** What a group of settings is about, where the names of its fields do not say it. @type {Record<string, string>} */
const GROUPS = {
  scvi: 'scVI', saucie: 'SAUCIE', desc: 'DESC', schedule: 'Schedule', evaluation: 'Scoring', de_novo: 'Judging', metrics: 'Metrics', pools: 'Pools', kmeans: 'k-means',
  distances: 'Distances', deg: 'Response genes', doses: 'Dose curves', embedding: 'Pictures', umap: 'UMAP', tsne: 't-SNE', preprocess: 'Cells and genes', roles: 'Columns', dataset: 'Data',
};

/** Fields without words in any form. @type {Record<string, string>} */
const NAMES = { n_pcs: 'components', n_degs: 'genes compared', max_cells: 'most cells', joint_pca: 'components of all cells', wasserstein_epsilon: 'smoothing of Wasserstein' };

/** @type {Record<string, string>} */
const VALUES = { demo: 'demo size', paper: 'as published', cpu: 'CPU', webgpu: 'WebGPU', umap: 'UMAP', tsne: 't-SNE', pca: 'PCA', gaussians: 'ten Gaussians', mixtures: 'two mixtures', true: 'yes', false: 'no', null: 'none' };
/** Where 0 means that there is no limit. */
const NO_LIMIT = new Set(['preprocess.max_cells']);
const SHA_SHOWN = 12;

/** "Epochs" -> "epochs" within a sentence; names and abbreviations stay. @param {string} label */
export const lower = (label) => (/^[A-Z][a-z]*(?=[\s:,(]|$)/.test(label) && !label.startsWith('Adam') ? label.charAt(0).toLowerCase() + label.slice(1) : label);

/** @param {string} name */
const sentenceCase = (name) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ');

/** What the field of a run file at this path is called; settings of models and measures as their forms call them. @param {string} path */
export function settingLabel(path) {
  if (path in LABELS) return LABELS[path];
  const [, task, ...below] = path.split('.');
  const name = path.split('.').at(-1) ?? path;
  if (name === 'preset') return [GROUPS[path.split('.').at(-2) ?? ''], 'size'].filter(Boolean).join(': ').replace(/^size$/, 'Size');
  if (task === 'trade_off' && below[0] !== 'measures') {
    const own = frontSettingWords(below.join('.'));
    if (own) return own.label;
  }
  const known = settingWords(name).label;
  const label = known === name.replaceAll('_', ' ') ? sentenceCase(NAMES[name] ?? name) : known;
  if (/\.(models|measures)\./.test(path)) return label;
  const groups = path.split('.').slice(0, -1).map((group) => GROUPS[group]).filter(Boolean);
  const group = groups.at(-1);
  return group ? `${group}: ${lower(label)}` : label;
}

/** A value as people read it. @param {string} path @param {any} value @returns {string} */
export function valueWords(path, value) {
  const name = path.split('.').at(-1) ?? path;
  const choices = settingWords(name).choices ?? frontSettingWords(path.split('.').slice(2).join('.'))?.choices;
  if (typeof value === 'string' && choices?.[value]) return choices[value];
  if (path === 'preprocess.genes' && value && typeof value === 'object' && Object.keys(value).join() === 'hvg_seurat') return `${value.hvg_seurat} variable`;
  if (path === 'dataset.file.sha256') return `${String(value).slice(0, SHA_SHOWN)}…`;
  if (NO_LIMIT.has(path) && value === 0) return 'all';
  if (path === 'task.trade_off.methods' && Array.isArray(value)) return value.map((method) => methodName(String(method))).join(', ') || 'none';
  if (Array.isArray(value)) return value.map((each) => (each && typeof each === 'object' ? JSON.stringify(each) : VALUES[String(each)] ?? measureOr(path, String(each)))).join(', ') || 'none';
  if (value && typeof value === 'object') return 'with settings of its own';
  return VALUES[String(value)] ?? String(value);
}

/** @param {string} path @param {string} value */
const measureOr = (path, value) => (path.endsWith('.estimators') ? measureName(value) || value : value);
