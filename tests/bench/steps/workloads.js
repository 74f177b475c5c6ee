// The networks whose training steps are timed, and where they start from. The numbers are those of the harness that `bench.js` fits.

const ADAM = { lr: 1e-3, b1: 0.9, b2: 0.999, adamEps: 1e-8 };
const COMMON = { ...ADAM, rows: 2000, klWeight: 0.005, lnEps: 1e-5, leaky: 0.01, likelihood: 'gauss' };
const SMALL = { ...COMMON, genes: 1000, hidden: [128], z: 10, act: 'relu', batch: 128 };
const LARGE = { ...COMMON, genes: 2000, hidden: [800, 800], z: 100, act: 'leaky' };

/** By name: what it is, and its numbers as the benchmark's wasm module reads them. */
export const WORKLOADS = {
  w1: { label: 'VAE 1000-128-10, batch 128', config: SMALL },
  w2b32: { label: 'VAE 2000-800-800-100, batch 32', config: { ...LARGE, batch: 32 } },
  w2b128: { label: 'VAE 2000-800-800-100, batch 128', config: { ...LARGE, batch: 128 } },
  w3: { label: 'zero-inflated NB VAE 1000-128-10, batch 128', config: { ...SMALL, likelihood: 'zinb' } },
};

/** Multiplications of matrices in one step, forward and backward, each a multiplication and an addition. */
export function products({ genes, hidden, z, batch, likelihood }) {
  const down = [genes, ...hidden];
  const up = [z, ...[...hidden].reverse()];
  const heads = likelihood === 'zinb' ? 2 : 1;
  const layers = (widths) => widths.slice(1).map((n, i) => widths[i] * n);
  const each = [...layers(down), 2 * down.at(-1) * z, ...layers(up), heads * up.at(-1) * genes];
  const all = each.reduce((sum, n) => sum + n, 0);
  // The gradient by the data is not needed.
  return batch * (3 * all - down[0] * down[1]);
}

/** Numbers from 0 to 1 that are the same everywhere. */
function uniform(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

function normals(n, deviation, seed) {
  const draw = uniform(seed);
  return Float32Array.from({ length: n }, () => deviation * Math.sqrt(-2 * Math.log(draw())) * Math.cos(2 * Math.PI * draw()));
}

/** Data, noise and weights in the order of the network's layers. */
export function inputs({ genes, hidden, z, rows, likelihood }) {
  const parts = [];
  const linear = (n, m) => parts.push(normals(n * m, n ** -0.5, parts.length + 11), new Float32Array(m));
  const layers = (widths) => widths.slice(1).forEach((m, i) => {
    linear(widths[i], m);
    parts.push(new Float32Array(m).fill(1), new Float32Array(m));
  });
  layers([genes, ...hidden]);
  linear(hidden.at(-1), z);
  linear(hidden.at(-1), z);
  layers([z, ...[...hidden].reverse()]);
  linear(hidden[0], genes);
  if (likelihood === 'zinb') {
    linear(hidden[0], genes);
    parts.push(normals(genes, 1, 7));
  }
  const weights = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((place, part) => (weights.set(part, place), place + part.length), 0);
  const count = uniform(3);
  const data = likelihood === 'zinb'
    ? Float32Array.from({ length: rows * genes }, () => Math.floor(-1.2 * Math.log(count())))
    : normals(rows * genes, 1, 1);
  return { data, noise: normals(rows * z, 1, 2), weights };
}
