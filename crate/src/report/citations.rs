//! Every work that a report can refer to, in one table.

use serde::Serialize;

/// A work to refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Citation {
    /// Its stable name.
    pub key: &'static str,
    /// Authors, title, where and when.
    pub text: &'static str,
    /// Its DOI as an address, or where it is found; empty where neither is sure.
    pub url: &'static str,
}

const fn work(key: &'static str, text: &'static str, url: &'static str) -> Citation {
    Citation { key, text, url }
}

/// The work with this key.
#[must_use]
pub fn citation(key: &str) -> Option<&'static Citation> {
    CITATIONS.iter().find(|citation| citation.key == key)
}

/// All of them: this program, models, batch-effect measures and solvers, metrics, preprocessing and pictures, data that simulations are
/// modelled on.
pub const CITATIONS: [Citation; 48] = [
    work(
        "dosefront",
        concat!(
            "The Dosefront authors. Dosefront: single-cell perturbation models trained in the browser. Version ",
            env!("CARGO_PKG_VERSION"),
            "."
        ),
        "",
    ),
    work("burn", "The Burn authors. Burn: a deep learning framework in Rust.", "https://github.com/tracel-ai/burn"),
    work(
        "scgen",
        "Lotfollahi M, Wolf FA, Theis FJ. scGen predicts single-cell perturbation responses. Nature Methods 16, 715\u{2013}721 (2019).",
        "https://doi.org/10.1038/s41592-019-0494-8",
    ),
    work(
        "scvidr",
        "Kana O, Nault R, Filipovic D, Marri D, Zacharewski T, Bhattacharya S. Generative modeling of single-cell gene expression for \
         dose-dependent chemical perturbations. Patterns 4, 100817 (2023).",
        "https://doi.org/10.1016/j.patter.2023.100817",
    ),
    work(
        "scpregan",
        "Wei X, Dong J, Wang F. scPreGAN, a deep generative model for predicting the response of single-cell expression to perturbation. \
         Bioinformatics 38, 3377\u{2013}3384 (2022).",
        "https://doi.org/10.1093/bioinformatics/btac357",
    ),
    work(
        "scbutterfly",
        "Cao Y, Zhao X, Tang S, Jiang Q, Li S, Li S, Chen S. scButterfly: a versatile single-cell cross-modality translation method via \
         dual-aligned variational autoencoders. Nature Communications 15, 2973 (2024).",
        "https://doi.org/10.1038/s41467-024-47418-x",
    ),
    work(
        "unitednet",
        "Tang X, Zhang J, He Y, et al. Explainable multi-task learning for multi-modality biological data analysis. Nature Communications \
         14, 2546 (2023).",
        "https://doi.org/10.1038/s41467-023-37477-x",
    ),
    work(
        "katzalis",
        "Katzalis T. Multi-task learning in perturbation modeling. Thesis, Aristotle University of Thessaloniki (2025).",
        "https://github.com/thodkatz/thesis",
    ),
    work(
        "film",
        "Perez E, Strub F, de Vries H, Dumoulin V, Courville A. FiLM: visual reasoning with a general conditioning layer. Proceedings of \
         the AAAI Conference on Artificial Intelligence 32 (2018).",
        "https://doi.org/10.1609/aaai.v32i1.11671",
    ),
    work(
        "baselines",
        "Ahlmann-Eltze C, Huber W, Anders S. Deep-learning-based gene perturbation effect prediction does not yet outperform simple linear \
         baselines. Nature Methods 22, 1657\u{2013}1661 (2025).",
        "https://doi.org/10.1038/s41592-025-02772-6",
    ),
    work(
        "li_wei",
        "Li H, McCarthy DJ, Shim H, Wei S. Trade-off between conservation of biological variation and batch effect removal in deep \
         generative modeling for single-cell transcriptomics. BMC Bioinformatics 23, 460 (2022).",
        "https://doi.org/10.1186/s12859-022-05003-3",
    ),
    work(
        "scvi",
        "Lopez R, Regier J, Cole MB, Jordan MI, Yosef N. Deep generative modeling for single-cell transcriptomics. Nature Methods 15, \
         1053\u{2013}1058 (2018).",
        "https://doi.org/10.1038/s41592-018-0229-2",
    ),
    work(
        "saucie",
        "Amodio M, van Dijk D, Srinivasan K, et al. Exploring single-cell data with deep multitasking neural networks. Nature Methods 16, \
         1139\u{2013}1145 (2019).",
        "https://doi.org/10.1038/s41592-019-0576-7",
    ),
    work(
        "desc",
        "Li X, Wang K, Lyu Y, et al. Deep learning enables accurate clustering with batch effect removal in single-cell RNA-seq analysis. \
         Nature Communications 11, 2338 (2020).",
        "https://doi.org/10.1038/s41467-020-15851-3",
    ),
    work(
        "mine",
        "Belghazi MI, Baratin A, Rajeswar S, Ozair S, Bengio Y, Courville A, Hjelm RD. Mutual information neural estimation. Proceedings of \
         Machine Learning Research 80 (ICML), 531\u{2013}540 (2018).",
        "https://proceedings.mlr.press/v80/belghazi18a.html",
    ),
    work(
        "mmd",
        "Gretton A, Borgwardt KM, Rasch MJ, Sch\u{f6}lkopf B, Smola A. A kernel two-sample test. Journal of Machine Learning Research 13, \
         723\u{2013}773 (2012).",
        "https://jmlr.org/papers/v13/gretton12a.html",
    ),
    work(
        "hsic",
        "Gretton A, Bousquet O, Smola A, Sch\u{f6}lkopf B. Measuring statistical dependence with Hilbert-Schmidt norms. Algorithmic \
         Learning Theory, 63\u{2013}77 (2005).",
        "https://doi.org/10.1007/11564089_7",
    ),
    work(
        "hcv",
        "Lopez R, Regier J, Jordan MI, Yosef N. Information constraints on auto-encoding variational Bayes. Advances in Neural Information \
         Processing Systems 31 (2018).",
        "https://arxiv.org/abs/1805.08672",
    ),
    work(
        "pareto_mtl",
        "Lin X, Zhen H-L, Li Z, Zhang Q-F, Kwong S. Pareto multi-task learning. Advances in Neural Information Processing Systems 32 (2019).",
        "https://arxiv.org/abs/1912.12854",
    ),
    work(
        "min_norm",
        "Sener O, Koltun V. Multi-task learning as multi-objective optimization. Advances in Neural Information Processing Systems 31 (2018).",
        "https://arxiv.org/abs/1810.04650",
    ),
    work(
        "mgda",
        "D\u{e9}sid\u{e9}ri J-A. Multiple-gradient descent algorithm (MGDA) for multiobjective optimization. Comptes Rendus Math\u{e9}matique \
         350, 313\u{2013}318 (2012).",
        "https://doi.org/10.1016/j.crma.2012.03.014",
    ),
    work(
        "tchebycheff",
        "Lin X, Zhang X, Yang Z, Liu F, Wang Z, Zhang Q. Smooth Tchebycheff scalarization for multi-objective optimization. International \
         Conference on Machine Learning (2024).",
        "https://arxiv.org/abs/2402.19078",
    ),
    work(
        "scperturb",
        "Peidli S, Green TD, Shen C, et al. scPerturb: harmonized single-cell perturbation data. Nature Methods 21, 531\u{2013}540 (2024).",
        "https://doi.org/10.1038/s41592-023-02144-y",
    ),
    work(
        "energy",
        "Sz\u{e9}kely GJ, Rizzo ML. Energy statistics: a class of statistics based on distances. Journal of Statistical Planning and \
         Inference 143, 1249\u{2013}1272 (2013).",
        "https://doi.org/10.1016/j.jspi.2013.03.018",
    ),
    work(
        "pertpy",
        "Heumos L, et al. Pertpy: an end-to-end framework for perturbation analysis. Nature Methods (2025).",
        "https://doi.org/10.1038/s41592-025-02909-7",
    ),
    work(
        "median_heuristic",
        "Garreau D, Jitkrittum W, Kanagawa M. Large sample analysis of the median heuristic. arXiv 1707.07269 (2017).",
        "https://arxiv.org/abs/1707.07269",
    ),
    work(
        "sinkhorn",
        "Cuturi M. Sinkhorn distances: lightspeed computation of optimal transport. Advances in Neural Information Processing Systems 26 \
         (2013).",
        "https://arxiv.org/abs/1306.0895",
    ),
    work(
        "ott",
        "Cuturi M, Meng-Papaxanthos L, Tian Y, Bunne C, Davis G, Teboul O. Optimal Transport Tools (OTT): a JAX toolbox for all things \
         Wasserstein. arXiv 2201.12324 (2022).",
        "https://arxiv.org/abs/2201.12324",
    ),
    work(
        "pot",
        "Flamary R, Courty N, Gramfort A, et al. POT: Python Optimal Transport. Journal of Machine Learning Research 22(78), 1\u{2013}8 (2021).",
        "https://jmlr.org/papers/v22/20-451.html",
    ),
    work(
        "benjamini_hochberg",
        "Benjamini Y, Hochberg Y. Controlling the false discovery rate: a practical and powerful approach to multiple testing. Journal of \
         the Royal Statistical Society B 57, 289\u{2013}300 (1995).",
        "https://doi.org/10.1111/j.2517-6161.1995.tb02031.x",
    ),
    work(
        "scib",
        "Luecken MD, B\u{fc}ttner M, Chaichoompu K, et al. Benchmarking atlas-level data integration in single-cell genomics. Nature \
         Methods 19, 41\u{2013}50 (2022).",
        "https://doi.org/10.1038/s41592-021-01336-8",
    ),
    work(
        "lisi",
        "Korsunsky I, Millard N, Fan J, et al. Fast, sensitive and accurate integration of single-cell data with Harmony. Nature Methods \
         16, 1289\u{2013}1296 (2019).",
        "https://doi.org/10.1038/s41592-019-0619-0",
    ),
    work(
        "kbet",
        "B\u{fc}ttner M, Miao Z, Wolf FA, Teichmann SA, Theis FJ. A test metric for assessing single-cell RNA-seq batch correction. Nature \
         Methods 16, 43\u{2013}49 (2019).",
        "https://doi.org/10.1038/s41592-018-0254-1",
    ),
    work(
        "bras",
        "Rautenstrauch P, Ohler U. Shortcomings of silhouette in single-cell integration benchmarking. Nature Biotechnology (2025).",
        "https://doi.org/10.1038/s41587-025-02743-4",
    ),
    work(
        "silhouette",
        "Rousseeuw PJ. Silhouettes: a graphical aid to the interpretation and validation of cluster analysis. Journal of Computational and \
         Applied Mathematics 20, 53\u{2013}65 (1987).",
        "https://doi.org/10.1016/0377-0427(87)90125-7",
    ),
    work(
        "rand_index",
        "Hubert L, Arabie P. Comparing partitions. Journal of Classification 2, 193\u{2013}218 (1985).",
        "https://doi.org/10.1007/BF01908075",
    ),
    work(
        "ross",
        "Ross BC. Mutual information between discrete and continuous data sets. PLoS ONE 9, e87357 (2014).",
        "https://doi.org/10.1371/journal.pone.0087357",
    ),
    work(
        "hypervolume",
        "Zitzler E, Thiele L. Multiobjective evolutionary algorithms: a comparative case study and the strength Pareto approach. IEEE \
         Transactions on Evolutionary Computation 3, 257\u{2013}271 (1999).",
        "https://doi.org/10.1109/4235.797969",
    ),
    work(
        "distinct_choices",
        "Wu J, Azarm S. Metrics for quality assessment of a multiobjective design optimization solution set. Journal of Mechanical Design \
         123, 18\u{2013}25 (2001).",
        "https://doi.org/10.1115/1.1329875",
    ),
    work(
        "scanpy",
        "Wolf FA, Angerer P, Theis FJ. SCANPY: large-scale single-cell gene expression data analysis. Genome Biology 19, 15 (2018).",
        "https://doi.org/10.1186/s13059-017-1382-0",
    ),
    work(
        "seurat",
        "Satija R, Farrell JA, Gennert D, Schier AF, Regev A. Spatial reconstruction of single-cell gene expression data. Nature \
         Biotechnology 33, 495\u{2013}502 (2015).",
        "https://doi.org/10.1038/nbt.3192",
    ),
    work(
        "seurat_v3",
        "Stuart T, Butler A, Hoffman P, et al. Comprehensive integration of single-cell data. Cell 177, 1888\u{2013}1902 (2019).",
        "https://doi.org/10.1016/j.cell.2019.05.031",
    ),
    work(
        "tsne",
        "van der Maaten L, Hinton G. Visualizing data using t-SNE. Journal of Machine Learning Research 9, 2579\u{2013}2605 (2008).",
        "https://jmlr.org/papers/v9/vandermaaten08a.html",
    ),
    work(
        "barnes_hut",
        "van der Maaten L. Accelerating t-SNE using tree-based algorithms. Journal of Machine Learning Research 15, 3221\u{2013}3245 (2014).",
        "https://jmlr.org/papers/v15/vandermaaten14a.html",
    ),
    work(
        "umap",
        "McInnes L, Healy J, Melville J. UMAP: uniform manifold approximation and projection for dimension reduction. arXiv 1802.03426 \
         (2018).",
        "https://arxiv.org/abs/1802.03426",
    ),
    work(
        "kang",
        "Kang HM, Subramaniam M, Targ S, et al. Multiplexed droplet single-cell RNA-sequencing using natural genetic variation. Nature \
         Biotechnology 36, 89\u{2013}94 (2018).",
        "https://doi.org/10.1038/nbt.4042",
    ),
    work(
        "nault",
        "Nault R, Saha S, Bhattacharya S, et al. Benchmarking of a Bayesian single cell RNAseq differential gene expression test for \
         dose\u{2013}response study designs. Nucleic Acids Research 50, e48 (2022).",
        "https://doi.org/10.1093/nar/gkac019",
    ),
    work(
        "kmeans",
        "Arthur D, Vassilvitskii S. k-means++: the advantages of careful seeding. Proceedings of the ACM-SIAM Symposium on Discrete \
         Algorithms, 1027\u{2013}1035 (2007).",
        "",
    ),
];
