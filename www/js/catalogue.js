// Published data sets and where they are: facts only, nothing is fetched here.
//
// `file` is there where a single file of a size that a browser tab can hold exists; the Content-Security-Policy in index.html allows exactly the hosts of these
// files (a test compares them). Numbers and column names were checked against the pages that `links` name; what could not be checked is not said.

/** @typedef {{label: string, url: string}} Link */

/**
 * A file that can be asked for directly.
 * @typedef {object} CatalogueFile
 * @property {string} name
 * @property {string} url
 * @property {number} bytes
 * @property {string} sha256                                 of the file as it was when this list was made
 * @property {import('./protocol.js').Roles} roles           what its columns mean
 */

/**
 * @typedef {object} CatalogueEntry
 * @property {string} id
 * @property {string} title
 * @property {string} what
 * @property {string} cells                                  how many cells and genes
 * @property {string} design
 * @property {string} suits                                  which step it is good for
 * @property {string} size
 * @property {string} terms
 * @property {Link} paper
 * @property {Link[]} links                                  the pages it comes from
 * @property {string[]} steps                                how to load it, in order
 * @property {CatalogueFile | null} file
 */

/** What the disclaimer of GEO says. */
const GEO_TERMS = 'NCBI places no restrictions on the use of GEO data; those who deposited them may claim rights of their own.';
const KEEP_PART = 'Keep at most some 20,000 cells, save them as .h5ad with one column per role, and drop the file here.';

/** @type {CatalogueEntry[]} */
export const CATALOGUE = [
  {
    id: 'kang',
    title: 'Kang: blood cells and interferon-β',
    what: 'Blood cells of eight lupus patients, six hours with or without interferon-β. The set that most papers on predicting perturbations use.',
    cells: '24,673 cells × 15,706 genes, raw counts; 8 cell types',
    design: 'Two conditions, each patient in both.',
    suits: 'Explore (2) and Predict (3): hold one cell type out.',
    size: '38.4 MB, one .h5ad',
    terms: `Of this file: see its page. Of the deposit it comes from (GSE96583): ${GEO_TERMS}`,
    paper: { label: 'Kang et al., Nature Biotechnology 36, 89–94 (2018)', url: 'https://doi.org/10.1038/nbt.4042' },
    links: [
      { label: 'pertpy, whose example it is', url: 'https://pertpy.readthedocs.io/en/stable/api/data/pertpy.data.kang_2018.html' },
      { label: 'GEO GSE96583', url: 'https://www.ncbi.nlm.nih.gov/geo/query/acc.cgi?acc=GSE96583' },
    ],
    steps: [
      'Press Load, or download the file and drop it here.',
      'Cell type: cell_type. Condition: label, with the control value ctrl. Batch: replicate (the patient). Load chooses these by itself.',
      'The papers use another file of the same cells: 18,868 cells, 6,998 genes, seven types, already normalised. Numbers differ a little for that reason.',
    ],
    file: {
      name: 'kang_2018.h5ad',
      url: 'https://exampledata.scverse.org/pertpy/kang_2018.h5ad',
      bytes: 38_356_412,
      sha256: 'e6a5adac64dcdeb36eaba27db49b63e0c64bb0ed4a64c6705971506b41c39830',
      roles: { cell_type: 'cell_type', condition: 'label', control: 'ctrl', dose: null, batch: 'replicate' },
    },
  },
  {
    id: 'nault',
    title: 'Nault: mouse liver and TCDD, nine doses',
    what: 'Liver nuclei of male mice given the dioxin TCDD every four days for 28 days. The dose-response set of scVIDR and of the thesis that this page follows.',
    cells: '131,613 nuclei; 11 cell (sub)types',
    design: 'Vehicle and 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30 µg/kg.',
    suits: 'Explore (2), along the doses, and Predict (3) at one dose or all.',
    size: 'Too many cells for a browser tab as a whole: take a part',
    terms: `Deposit: ${GEO_TERMS} Single Cell Portal: see its page.`,
    paper: { label: 'Nault et al., Toxicological Sciences 191, 135–148 (2023)', url: 'https://doi.org/10.1093/toxsci/kfac109' },
    links: [
      { label: 'GEO GSE184506', url: 'https://www.ncbi.nlm.nih.gov/geo/query/acc.cgi?acc=GSE184506' },
      { label: 'Broad Single Cell Portal SCP1871 (asks you to sign in)', url: 'https://singlecell.broadinstitute.org/single_cell/study/SCP1871/' },
      { label: 'scVIDR, which links a ready .h5ad', url: 'https://github.com/BhattacharyaLab/scVIDR' },
    ],
    steps: [
      'Download it from one of the pages. The portal asks you to sign in, and the whole set is too large for this page, so there is no Load here.',
      `${KEEP_PART} An even draw from each type and dose is best.`,
      'Cell type: celltype. Dose: Dose (0 is the control). These are the names in the file of scVIDR.',
    ],
    file: null,
  },
  {
    id: 'marrow',
    title: 'Tabula Muris: bone marrow, two techniques',
    what: 'Mouse bone marrow, once in droplets (10x) and once sorted onto plates (Smart-seq2): the same tissue with a strong technical difference. The first set of the trade-off paper.',
    cells: 'Droplets: two channels of marrow, of 70,118 cells × 23,341 genes in all organs. Plates: one table of marrow',
    design: 'Two batches, droplet and FACS; no treatment.',
    suits: 'Trade-off (5).',
    size: 'Two zip archives with all organs, of which marrow is a part',
    terms: 'See the pages on figshare.',
    paper: { label: 'Tabula Muris Consortium, Nature 562, 367–372 (2018)', url: 'https://doi.org/10.1038/s41586-018-0590-4' },
    links: [
      { label: 'figshare: droplet', url: 'https://doi.org/10.6084/m9.figshare.5968960' },
      { label: 'figshare: FACS', url: 'https://doi.org/10.6084/m9.figshare.5829687' },
    ],
    steps: [
      'Download droplet.zip and FACS.zip with their annotations. Marrow is spread over parts of both archives, so there is no Load here.',
      'Take the folders Marrow-10X_P7_2 and Marrow-10X_P7_3, and the table Marrow-counts.csv. Join them on the genes that both have.',
      'The paper first divides the plates’ counts by gene length, relative to the mean length, and rounds down.',
      'Save them as one .h5ad with a column of the annotated cell_ontology_class and a column batch (droplet or FACS), and drop it here.',
    ],
    file: null,
  },
  {
    id: 'retina',
    title: 'Macaque retina: bipolar cells of two regions',
    what: 'Retina cells of macaques, from the fovea and from the periphery. The trade-off paper takes the bipolar cells and treats the region as the batch, though part of that difference is biology.',
    cells: '165,000 cells in all; 30,302 bipolar cells of 12 types in the trade-off paper',
    design: 'Two regions, several animals; no treatment.',
    suits: 'Trade-off (5).',
    size: 'Several large tables: take the bipolar cells only',
    terms: `Deposit: ${GEO_TERMS} Single Cell Portal: see its page.`,
    paper: { label: 'Peng et al., Cell 176, 1222–1237 (2019)', url: 'https://doi.org/10.1016/j.cell.2019.01.004' },
    links: [
      { label: 'GEO GSE118480', url: 'https://www.ncbi.nlm.nih.gov/geo/query/acc.cgi?acc=GSE118480' },
      { label: 'Broad Single Cell Portal SCP212 (cell labels; asks you to sign in)', url: 'https://singlecell.broadinstitute.org/single_cell/study/SCP212/' },
    ],
    steps: [
      'Download the count tables of fovea and periphery from GEO, and Macaque_NN_RGC_AC_BC_HC_PR_metadata_3.txt from the portal, which asks you to sign in.',
      'Keep the cells whose Cluster is a bipolar type: BB/GB*, DB1, DB2, DB3a, DB3b, DB4, DB5*, DB6, FMB, IMB, OFFx, RB.',
      KEEP_PART,
      'Cell type: Cluster. Batch: Subcluster (Fovea or Periphery).',
    ],
    file: null,
  },
];

/** The only places beside its own that the page may ask, each only after a press of Load. */
export const HOSTS = [...new Set(CATALOGUE.flatMap(({ file }) => (file ? [new URL(file.url).origin] : [])))];
