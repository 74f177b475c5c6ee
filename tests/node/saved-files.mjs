// What the page reads of saved files by itself: details of figures, sizes, and seeds as they are typed.
import assert from 'node:assert/strict';
import { wholeNumbers } from '../../www/js/numbers.js';
import { readDetails } from '../../www/js/saved_details.js';
import { bundleFits, unpacked } from '../../www/js/saved_files.js';
import { tell, test } from '../lib/runner.mjs';

const overlap = { observed: [0, 2], predicted: [1], common: 0 };
const PREDICTION = {
  index: 0, model: 'scgen', cell_type: 'B', arm: 'stimulated', seed: 1, genes: ['A', 'B', 'C'], mean_control: [0, 1, 2], mean_observed: [0, 1.5, null],
  mean_predicted: [0, 1, 2], mean_truth: null, top_genes: [2, 0], degs: { t_test: overlap, wilcoxon: overlap },
};
const LATENT = { index: 0, width: 2, values: [0, 1, 2, 3, 4, 5], batch: [0, 1, 1], batches: ['a', 'b'], cell_type: [0, 0, 0], cell_types: ['B'], train: [true, false, true] };

test('saved files: details are read as they were saved', () => {
  for (const [task, detail] of [['predict', PREDICTION], ['predict', { ...PREDICTION, mean_truth: [1, 2, 3], more: 1 }], ['trade_off', LATENT], ['trade_off', { ...LATENT, cell_type: [], cell_types: [] }]]) {
    const { details, remark } = readDetails(JSON.stringify({ 0: detail, 12: detail }), task);
    assert.deepEqual([[...details], remark], [[[0, detail], [12, detail]], '']);
  }
  for (const [text, task] of [[null, 'predict'], ['{}', 'trade_off'], ['anything', 'explore']]) assert.deepEqual(readDetails(text, task), { details: new Map(), remark: '' });
});

test('saved files: details of another shape are left out, and the field is named', () => {
  const cases = [
    ['predict', PREDICTION, [
      ['genes', null], ['genes', []], ['genes', ['A', 2, 'C']], ['mean_control', [1, 2]], ['mean_observed', [1, 'two', 3]], ['mean_predicted', undefined], ['mean_truth', 'none'], ['mean_truth', [1]],
      ['top_genes', [3]], ['top_genes', [-1]], ['top_genes', [0.5]], ['degs', null], ['degs', { t_test: overlap }], ['degs', { t_test: { ...overlap, observed: [7] }, wilcoxon: overlap }],
    ]],
    ['trade_off', LATENT, [
      ['width', 0], ['width', 1.5], ['values', [1, 2, 3]], ['values', []], ['values', { 0: 1 }], ['batches', 'ab'], ['batch', [0, 1]], ['batch', [0, 1, 2]], ['cell_types', null], ['cell_type', [0, 0, 1]], ['train', [1, 0, 1]], ['train', [true]],
    ]],
  ];
  for (const [task, whole, changes] of cases) {
    for (const [field, value] of changes) {
      const { details, remark } = readDetails(JSON.stringify({ 0: whole, 3: { ...whole, [field]: value } }), task);
      assert.equal(details.size, 0, remark);
      assert.match(remark, new RegExp(`in details\\.json, ${field}[._a-z]* of result 3 is not `), `${field}: ${remark}`);
    }
  }
  for (const [text, words] of [['{', /not JSON/], ['[]', /not an object/], ['{"first": {}}', /“first”/], ['{"0": null}', /result 0 has no named fields/], [JSON.stringify({ 0: LATENT }), /genes of result 0/]]) {
    const { remark } = readDetails(text, 'predict');
    assert.match(remark, words);
    tell(remark);
  }
});

test('saved files: a bundle that would not fit into memory is refused before it is read', () => {
  bundleFits(3e8, 'a.zip has', '');
  assert.throws(() => bundleFits(7e8, 'a.zip has', 'Unpack it.'), ({ code, message, hint }) => code === 'bundle_too_large' && message.startsWith('a.zip has 700.0 MB') && message.includes('300.0 MB') && hint === 'Unpack it.');
});

test('saved files: data come out of a bundle under the name that they had', () => {
  const bytes = new Uint8Array([1, 2]);
  const { data, run, details } = unpacked([{ name: 'data/a:b.csv', bytes }, { name: 'run.dosefront.json', bytes: new TextEncoder().encode('{}') }]);
  assert.deepEqual([data.map(({ name, size }) => [name, size]), run, details], [[['a:b.csv', 2]], '{}', null]);
});

test('saved files: seeds are whole numbers up to the largest that JavaScript tells from the next', () => {
  assert.deepEqual(wholeNumbers('1, 2;2 9007199254740991'), [1, 2, 9007199254740991]);
  for (const text of ['', '1, x', '-1', '1.5', '1e3', '9007199254740992', '18446744073709551615']) assert.equal(wholeNumbers(text), null, text);
});
