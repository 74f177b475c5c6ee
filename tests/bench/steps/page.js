// Times training steps in a page, and counts what a step asks of WebGPU.
import { WORKLOADS, inputs } from './workloads.js';

const WARM_UP = 5;

/** Counts launches, submissions and the sizes of the buffers that launches are given, from now on. */
function counted() {
  const counts = { launches: 0, submissions: 0, bytes: 0 };
  if (typeof GPUDevice === 'undefined') return counts;
  const sizes = new WeakMap();
  const groups = new WeakMap();
  const { createBindGroup } = GPUDevice.prototype;
  GPUDevice.prototype.createBindGroup = function (descriptor) {
    const group = createBindGroup.call(this, descriptor);
    sizes.set(group, [...descriptor.entries].reduce((sum, { resource }) => sum + (resource.size ?? resource.buffer?.size ?? 0), 0));
    return group;
  };
  const { setBindGroup, dispatchWorkgroups } = GPUComputePassEncoder.prototype;
  GPUComputePassEncoder.prototype.setBindGroup = function (index, group, ...rest) {
    groups.set(this, group);
    return setBindGroup.call(this, index, group, ...rest);
  };
  GPUComputePassEncoder.prototype.dispatchWorkgroups = function (...args) {
    counts.launches += 1;
    counts.bytes += sizes.get(groups.get(this)) ?? 0;
    return dispatchWorkgroups.apply(this, args);
  };
  const { submit } = GPUQueue.prototype;
  GPUQueue.prototype.submit = function (...args) {
    counts.submissions += 1;
    return submit.apply(this, args);
  };
  return counts;
}

/**
 * Steps per second, the best of several spells, and what a step asks of WebGPU.
 * @param {{ engine: 'cpu' | 'webgpu', workload: string, replicas: number, seconds: number }} job
 */
export async function time({ engine, workload, replicas, seconds }) {
  const counts = counted();
  const { default: init, Bench } = await import(`./${engine}/bench.js`);
  await init();
  const { config } = WORKLOADS[workload];
  const { data, noise, weights } = inputs(config);
  const training = await Bench.create(engine, JSON.stringify(config), data, noise, weights, replicas);
  const batches = Math.floor(config.rows / config.batch);
  let done = 0;
  const steps = async (n) => {
    const before = performance.now();
    for (let i = 0; i < n; i += 1, done += 1) training.step((done % batches) * config.batch);
    const loss = await training.loss();
    return { ms: (performance.now() - before) / n, loss };
  };
  const first = await steps(1);
  const { ms } = await steps(WARM_UP - 1);
  const before = { ...counts };
  const spell = Math.max(1, Math.round((seconds * 1000) / 5 / ms));
  const spells = [];
  for (let i = 0; i < 5; i += 1) spells.push(await steps(spell));
  const n = 5 * spell;
  const each = (name) => (counts[name] - before[name]) / n;
  return {
    perSecond: 1000 / Math.min(...spells.map(({ ms: of }) => of)),
    first: first.loss,
    last: spells.at(-1).loss,
    launches: each('launches'),
    submissions: each('submissions'),
    bytes: each('bytes'),
  };
}

/** The WebGPU adapter in words; null where there is none. */
export async function adapter() {
  const info = (await navigator.gpu?.requestAdapter())?.info;
  return info ? [info.vendor, info.architecture, info.description].filter(Boolean).join(' ') : null;
}

/** What the processor does at most with 128-bit vectors in a page: thousand million multiplications and additions per second. */
export async function peak() {
  const { default: init, busy } = await import('./cpu/bench.js');
  await init();
  const ROUNDS = 2_000_000;
  let best = Infinity;
  for (let i = 0; i < 7; i += 1) {
    const before = performance.now();
    busy(ROUNDS);
    best = Math.min(best, performance.now() - before);
  }
  // `busy` has eight vectors of four numbers.
  return (ROUNDS * 32) / best / 1e6;
}
