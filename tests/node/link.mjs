// Links: whatever is put into one comes out of it, and one that was cut, edited or made by somebody else's hand is read as far as it can be.
import assert from 'node:assert/strict';
import { deflateRawSync } from 'node:zlib';
import { decode, encode, LONGEST, READABLE } from '../../www/js/link.js';
import { tell, test } from '../lib/runner.mjs';

/** Numbers that are the same in every run. */
function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return { next, below: (n) => Math.floor(next() * n), from: (list) => list[Math.floor(next() * list.length)] };
}

const LETTERS = ['a', 'Z', '7', ' ', '"', '\\', '&', '=', '#', '%', '+', '/', ':', ',', 'é', 'β', '細', '🧬', '\n', '\u0000', '}', '“'];
const word = (draw) => Array.from({ length: draw.below(12) }, () => draw.from(LETTERS)).join('');
const NUMBERS = [0, -0.5, 1e-9, 0.1 + 0.2, 5e-324, 1.7976931348623157e308, 2 ** 53 - 1, -3];

function value(draw, depth) {
  const kind = draw.below(depth > 4 ? 4 : 6);
  if (kind === 0) return word(draw);
  if (kind === 1) return draw.from(NUMBERS);
  if (kind === 2) return draw.next() < 0.5;
  if (kind === 3) return null;
  if (kind === 4) return Array.from({ length: draw.below(5) }, () => value(draw, depth + 1));
  return object(draw, depth + 1);
}
const object = (draw, depth = 0) => Object.fromEntries(Array.from({ length: draw.below(7) }, (_, i) => [`${word(draw)}${i}`, value(draw, depth)]));

function randomDoc(draw, long) {
  const doc = { v: 1 };
  if (draw.next() < 0.7) doc.step = draw.from(['data', 'explore', 'predict', 'results', 'trade-off', 'runs']);
  if (long || draw.next() < 0.7) doc.run = object(draw);
  if (long) doc.run.padding = Array.from({ length: 60 + draw.below(120) }, () => `${word(draw)}${draw.below(1e9)}`);
  if (draw.next() < 0.6) doc.view = object(draw);
  if (draw.next() < 0.3) doc.lesson = word(draw);
  if (draw.next() < 0.3) doc.hide = Array.from({ length: draw.below(6) }, () => word(draw));
  return doc;
}

const LONG = { v: 1, step: 'results', run: { names: Array.from({ length: 400 }, (_, i) => `cell type ${(i * 7919) % 1009}`) } };

test('link: random documents come out as they went in, readable or packed', async () => {
  let packed = 0;
  let longest = 0;
  for (let seed = 1; seed <= 400; seed++) {
    const doc = randomDoc(random(seed), seed % 3 === 0);
    const hash = await encode(doc);
    assert.match(hash, /^v=1/, `seed ${seed}`);
    // Nothing that ends a link in a text, or that a browser would rewrite.
    assert.match(hash, /^[A-Za-z0-9\-_.!~*'():,/%&=]*$/, `seed ${seed}`);
    assert.deepEqual(await decode(`#${hash}`), { doc, remarks: [] }, `seed ${seed}`);
    const address = new URL(`https://example.org/page/#${hash}`);
    assert.deepEqual((await decode(address.hash)).doc, doc, `seed ${seed}, through an address`);
    if (hash.includes('&z=')) packed += 1;
    else assert.ok(hash.length <= READABLE);
    longest = Math.max(longest, hash.length);
  }
  assert.ok(packed > 50 && packed < 350, `${packed} packed`);
  tell(`400 documents, ${packed} of them packed; the longest has ${longest} characters`);
});

test('link: a long document is a fraction of its JSON, and says when it is too long for a link', async () => {
  const hash = await encode(LONG);
  assert.match(hash, /^v=1&z=[\w-]+&c=\w+$/);
  assert.ok(hash.length < JSON.stringify(LONG).length / 2, `${hash.length}`);
  const draw = random(5);
  const noise = { v: 1, run: { noise: Array.from({ length: 1500 }, () => draw.next()) } };
  assert.ok((await encode(noise)).length > LONGEST);
});

test('link: what is no link is left to the browser', async () => {
  for (const hash of ['', '#', '#predict', '#front-results', '#engine=cpu&software=1', '#top', '#:target']) assert.deepEqual(await decode(hash), { doc: null, remarks: [] }, hash);
  assert.deepEqual(await decode('#v=1&engine=cpu&step=data'), { doc: { v: 1, step: 'data' }, remarks: [] });
});

test('link: what looks like one, and is none, is said', async () => {
  for (const hash of ['#a=b', '#access=1&x=2', '#a=b&engine=cpu', `#${'y'.repeat(5000)}=1`]) {
    const { doc, remarks } = await decode(hash);
    assert.equal(doc, null, hash);
    assert.ok(remarks.length === 1 && /no link of this page/.test(remarks[0]) && remarks[0].length < 300, remarks.join());
  }
  // The version is lost, the rest is there: that is read.
  const { doc, remarks } = await decode('#step=predict&run={"dosefront":1}&engine=cpu');
  assert.deepEqual(doc, { v: 1, step: 'predict', run: { dosefront: 1 } });
  assert.ok(remarks.length === 1 && /which version/.test(remarks[0]), remarks.join());
});

test('link: a lesson of one’s own may be as long as the link it fits into', async () => {
  const lesson = JSON.stringify({ title: 'Long', steps: Array.from({ length: 12 }, (_, i) => ({ title: `Step ${i}`, text: `Look at number ${i}. `.repeat(50) })) });
  assert.ok(lesson.length > 10_000);
  const hash = await encode({ v: 1, lesson, hide: [] });
  assert.ok(hash.length < LONGEST, `${hash.length}`);
  assert.deepEqual(await decode(hash), { doc: { v: 1, lesson, hide: [] }, remarks: [] });
});

test('link: a packed link that is cut anywhere, or has one letter changed, is never taken for another one', async () => {
  const hash = await encode(LONG);
  const start = hash.indexOf('z=') + 2;
  const end = hash.lastIndexOf('&c=');
  let whole = 0;
  for (let length = start; length < end; length += 3) {
    const { doc, remarks } = await decode(hash.slice(0, length));
    assert.equal(doc.v, 1);
    if (doc.run) {
      assert.deepEqual(doc, LONG);
      whole += 1;
    } else assert.equal(remarks.length, 1, `cut at ${length}`);
  }
  // Only where no more than padding is lost.
  assert.ok(whole <= 2, `${whole}`);
  const draw = random(9);
  for (let times = 0; times < 300; times++) {
    const at = start + draw.below(end - start);
    const other = draw.from([...'ABCxyz019-_'].filter((letter) => letter !== hash[at]));
    const { doc, remarks } = await decode(hash.slice(0, at) + other + hash.slice(at + 1));
    // The last letter has bits that mean nothing.
    if (doc.run) assert.deepEqual(doc, LONG, `letter ${at}`);
    else assert.ok(remarks.length === 1 && /cut off or was changed/.test(remarks[0]) || /unfolds/.test(remarks[0]), remarks.join());
  }
});

test('link: a readable link that is cut is read as far as it goes', async () => {
  const hash = await encode({ v: 1, step: 'explore', run: { dosefront: 1, dataset: { simulated: { preset: 'liver-dose-response', seed: 1 } } }, view: { explore: { tab: 'genes' } } });
  for (let length = 4; length < hash.length; length++) {
    const { doc, remarks } = await decode(hash.slice(0, length));
    if (length > hash.indexOf('&run=')) assert.equal(doc.step, 'explore');
    if (length > hash.indexOf('&run=') + 5 && length < hash.indexOf('&view=')) assert.ok(!doc.run && remarks.length === 1, `cut at ${length}: ${remarks}`);
    if (length >= hash.indexOf('&view=')) assert.equal(doc.run.dosefront, 1);
  }
});

test('link: a newer link opens what is known, and says what is not', async () => {
  const { doc, remarks } = await decode('#v=2&step=predict&run={"dosefront":1}&tour=3');
  assert.deepEqual(doc, { v: 1, step: 'predict', run: { dosefront: 1 } });
  assert.ok(remarks.length === 2 && /newer version/.test(remarks[0]) && /tour/.test(remarks[1]), remarks.join('\n'));
});

test('link: wrong types, unknown keys and things twice are left out one by one', async () => {
  const cases = [
    ['#v=1&step=Pre dict!', {}, /the step/],
    ['#v=1&run=[1,2]', {}, /the run/],
    ['#v=1&run=7&step=data', { step: 'data' }, /the run/],
    ['#v=1&view="x"', {}, /the view/],
    ['#v=1&hide={"a":1}', {}, /hidden/],
    ['#v=1&hide=[1]', {}, /hidden/],
    ['#v=1&hide=["settings"]', { hide: ['settings'] }, null],
    ['#v=1&step=data&step=predict', { step: 'data' }, /twice/],
    ['#v=1&nonsense=1', {}, /nonsense/],
    ['#v=1&__proto__=1', {}, /__proto__/],
    ['#v=x&step=data', { step: 'data' }, /which version/],
    ['#v=1&run=%7B%', {}, /cut off/],
    ['#v=1&run={"a":', {}, /cut off/],
    ['#v=1&z=', {}, /cut off/],
    ['#v=1&z=***', {}, /cut off/],
    [`#v=1&z=${'A'.repeat(40)}`, {}, /cut off/],
  ];
  for (const [hash, rest, words] of cases) {
    const { doc, remarks } = await decode(hash);
    assert.deepEqual(doc, { v: 1, ...rest }, hash);
    assert.equal(remarks.length, words ? 1 : 0, `${hash}: ${remarks}`);
    if (words) assert.match(remarks[0], words);
  }
});

test('link: hostile links neither fill the memory nor reach behind objects', async () => {
  const pack = (text) => deflateRawSync(Buffer.from(text)).toString('base64url');
  const begun = performance.now();
  const bomb = await decode(`#v=1&z=${pack(`{"run":{"a":"${'0'.repeat(60_000_000)}"}}`)}`);
  assert.ok(!bomb.doc.run && /unfolds to more/.test(bomb.remarks[0]), bomb.remarks.join());
  assert.ok(performance.now() - begun < 5000, 'a bomb is given up at once');
  for (const deep of [`{"run":${'['.repeat(300_000)}`, `{"run":{"a":${'['.repeat(2000)}${']'.repeat(2000)}}}`]) {
    const { doc, remarks } = await decode(`#v=1&z=${pack(deep)}`);
    assert.ok(!doc.run && /nested too deeply/.test(remarks[0]), remarks.join());
  }
  const { doc } = await decode('#v=1&view={"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":1}');
  assert.equal({}.polluted, undefined);
  assert.deepEqual(doc.view, { a: 1 });
  const endless = await decode(`#v=1&run=${'x'.repeat(3_000_000)}`);
  assert.ok(!endless.doc.run && /more than any link/.test(endless.remarks[0]));
});
