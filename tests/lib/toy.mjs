// A data set that is small enough for a software graphics adapter, made here so that no file has to be kept.

const TYPES = ['B', 'T', 'NK'];
const CONDITIONS = ['control', 'treated'];

/** Uniform numbers in [0, 1) from a linear congruential generator: the same on every machine. */
export function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Counts of `cellsPerGroup` cells for each of 3 types x 2 conditions over `nGenes` genes: a CSV with two label columns. */
export function toyCsv(cellsPerGroup = 20, nGenes = 60) {
  const next = uniform(7);
  const genes = Array.from({ length: nGenes }, (_, g) => `GENE${g + 1}`);
  const rows = [['cell', 'cell_type', 'condition', ...genes].join(',')];
  TYPES.forEach((type, t) => CONDITIONS.forEach((condition, c) => {
    for (let i = 0; i < cellsPerGroup; i++) {
      const counts = genes.map((_, g) => {
        const mean = 4 + (g % TYPES.length === t ? 8 : 0) + (c === 1 && g % 5 === 0 ? 12 : 0);
        return Math.floor(2 * mean * next());
      });
      rows.push([`${type}-${condition}-${i + 1}`, type, condition, ...counts].join(','));
    }
  }));
  return `${rows.join('\n')}\n`;
}

/**
 * Counts with other types and doses (as they are written): `sizes` are the cells of each type at each dose. Genes rise with the step
 * of the dose.
 */
export function doseCsv(sizes, doses, nGenes = 40) {
  const next = uniform(11);
  const genes = Array.from({ length: nGenes }, (_, g) => `GENE${g + 1}`);
  const rows = [['cell', 'cell_type', 'dose', ...genes].join(',')];
  sizes.forEach((size, t) => doses.forEach((dose, d) => {
    for (let i = 0; i < size; i++) {
      const counts = genes.map((_, g) => Math.floor(2 * (4 + (g % sizes.length === t ? 8 : 0) + (g % 4 === 0 ? 5 * d : 0)) * next()));
      rows.push([`${t}-${d}-${i + 1}`, `Type ${t + 1}`, dose, ...counts].join(','));
    }
  }));
  return `${rows.join('\n')}\n`;
}
