// The sentences of Explore.

export const EXPLORE = {
  lead: 'What the data say before any model: how far treated cells are from the control, and which genes respond.',
  waiting: 'Begins by itself as soon as the data are there.',
  resampling: 'Intervals and p-values are being computed; they come last.',
  noDose: 'No dose column: distances are shown per condition.',
  oneDose: 'Only one dose beside the control: there is no curve to draw, and distances are shown at that dose.',
  noTreatment: 'No treatment is known in these data, so there is nothing to compare. A condition or dose column (step 1) brings distances, response genes and a picture of the cells.',
  along: 'Distance of treated from control cells at each dose, a line per cell type. Grey: what random parts of the control cells differ by; the parts are smaller than the groups, so the grey is rather too high. What stands clear of it is a response.',
  alongUse: 'For the rest, see the p-values in the table.',
  perType: 'Distance of treated from control cells, of all cells together and of each type, with 95 % intervals. The tick marks what random parts of the control differ by.',
  allMetrics: 'All distances side by side; they have different units, so compare shapes and orders, not heights. Choose one to read what it sees and misses.',
  embedding: 'Each point is a cell. Neighbours are alike; lengths and gaps mean little, in UMAP and t-SNE even less than in PCA.',
  embeddingBy: 'The same places in other colours: where the treatment moves the cells, whether batches mix, where a gene is on.',
  computing: 'is being laid out; its first picture comes in a moment.',
  volcano: 'Each point is a gene: change against the control (across) and how certain it is (up; Wilcoxon test, adjusted for many genes).',
  volcanoUse: 'Choose a point to follow that gene.',
  responses: 'The genes with the strongest evidence in this comparison. Choose one to follow it; choose a column head to sort.',
  gene: 'Expression of one gene in each cell type and treatment. Small groups are shown as they are.',
  overlap: 'How many response genes are shared, and by whom: between cell types at one dose or condition, or between these in one type.',
  genesAlong: 'log2 fold change of each gene along the doses, with 95 % intervals and the fitted Hill curve where it beats a constant.',
  ec50: 'Dose of half the effect, with its 95 % interval, of the genes with the most certain curves.',
  fits: 'Fitted Hill curves, the most certain first. Choose a row to follow the gene.',
  nothing: 'Nothing responds in this comparison.',
  runFile: 'The run: what defines this exploration and all its numbers (.dosefront.json). Whoever drops it on this page can do it again.',
  report: 'The report: one web page to read and print, with the figures that you have looked at.',
};

export const TABS = /** @type {const} */ ([
  ['distances', 'Distances'],
  ['cells', 'Cells'],
  ['genes', 'Genes'],
  ['doses', 'Dose response'],
]);

/** @type {Record<import('./protocol.js').EmbeddingMethod, string>} */
export const METHODS = { pca: 'PCA', umap: 'UMAP', tsne: 't-SNE' };
