// Our training steps for a harness that times libraries beside each other: loss and steps of one workload on one engine.

export const name = 'dosefront';
export const backends = [{ name: 'cpu' }, { name: 'cpu', variant: 'R=12' }, { name: 'webgpu' }, { name: 'webgpu', variant: 'R=12' }];

/**
 * Times `steps` steps of a workload, by the protocol of `ctx.drive`.
 * @param {string} _workload @param {'cpu' | 'webgpu'} backend @param {number} steps @param {any} ctx
 */
export async function bench(_workload, backend, steps, ctx) {
  const { default: init, Bench } = await import(`./${backend}/bench.js`);
  await init();
  const replicas = ctx.variant === 'R=12' ? 12 : 1;
  const { genes, hidden, z, batch, rows, act, leaky, likelihood, lr, b1, b2, adamEps, klWeight, lnEps } = ctx.config;
  const workload = JSON.stringify({ genes, hidden, z, batch, rows, act, leaky, likelihood, lr, b1, b2, adamEps, klWeight, lnEps });
  const weights = new Float32Array(Object.values(ctx.params).reduce((sum, { data }) => sum + data.length, 0));
  let place = 0;
  for (const { data } of Object.values(ctx.params)) {
    weights.set(data, place);
    place += data.length;
  }
  const training = await Bench.create(backend, workload, ctx.data, ctx.noise, weights, replicas);
  const result = await ctx.drive({
    step: (s) => training.step(ctx.start(s)),
    read: () => training.loss(),
  }, steps);
  return { ...result, info: `${replicas} replicas` };
}
