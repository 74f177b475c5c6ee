//! Which works the models, measures and metrics of a run file rest on, by the names that a run file and a report give them.

/// What needs no reference: explained in full where it is named, or nobody's invention.
pub const NEED_NONE: [&str; 10] = [
    "no_change",
    "mean_shift",
    "pca_shift",
    "count_fold_change",
    "as_counts",
    // A lower bound of mutual information by a classifier: textbook, and not of the paper.
    "classifier",
    // V is what its measure is.
    "v",
    "pca",
    "t_test",
    "wilcoxon",
];

/// A name, and the keys of what it rests on.
const SOURCES: [(&str, &[&str]); 71] = [
    // Models.
    ("pca_regressed_shift", &["scvidr"]),
    ("scgen", &["scgen"]),
    ("scvidr_single", &["scvidr"]),
    ("scvidr_multi", &["scvidr"]),
    ("mtae", &["katzalis", "film"]),
    ("mtvae", &["katzalis", "film"]),
    ("mtae_adv", &["katzalis", "film"]),
    ("mtae_adv_gaussian", &["katzalis", "film"]),
    // Their pairs of cells are scButterfly's.
    ("mtae_ot", &["katzalis", "film", "scbutterfly"]),
    ("mtae_plus_ot", &["katzalis", "film", "scbutterfly"]),
    ("mtvae_ot", &["katzalis", "film", "scbutterfly"]),
    ("mtvae_plus_ot", &["katzalis", "film", "scbutterfly"]),
    ("scpregan", &["scpregan"]),
    ("scbutterfly", &["scbutterfly"]),
    ("multi_head", &["katzalis"]),
    ("unitednet", &["unitednet", "scbutterfly"]),
    ("film_nb", &["film", "dosefront"]),
    // Methods and measures of a trade-off.
    ("pareto_mtl", &["pareto_mtl", "li_wei"]),
    ("scalarisation", &["li_wei"]),
    ("one_run", &["film", "tchebycheff", "dosefront"]),
    ("scvi_hsic", &["hcv"]),
    ("saucie_mmd", &["saucie"]),
    ("desc", &["desc"]),
    ("mine", &["mine"]),
    ("mmd", &["mmd"]),
    ("hsic", &["hsic", "hcv"]),
    ("scvi", &["scvi"]),
    ("saucie", &["saucie"]),
    // Estimators of mutual information, beside MINE and the classifier.
    ("nn", &["ross"]),
    // Scores of a prediction.
    ("r2_all", &["scgen"]),
    ("r2_hvg", &["scgen"]),
    ("r2_top20", &["scgen"]),
    ("r2_top100", &["scgen"]),
    ("common_degs", &["katzalis", "scanpy"]),
    ("common_degs_wilcoxon", &["katzalis", "scanpy"]),
    // Distances.
    ("edistance", &["energy", "scperturb"]),
    ("edistance_squared", &["scperturb", "pertpy"]),
    ("euclidean", &["pertpy"]),
    ("mean_pairwise", &["pertpy"]),
    ("mmd_linear", &["mmd", "pertpy"]),
    ("mmd_rbf", &["mmd", "pertpy"]),
    ("mmd_rbf_median", &["mmd", "median_heuristic"]),
    ("wasserstein", &["sinkhorn", "ott"]),
    ("wasserstein_mean", &["sinkhorn", "ott"]),
    ("emd", &["pot"]),
    // Metrics of a front.
    ("u", &["scvi"]),
    ("asw", &["silhouette"]),
    ("asw_rescaled", &["silhouette", "scib"]),
    ("nmi", &["scib"]),
    ("ari", &["rand_index"]),
    ("uca", &["li_wei"]),
    ("clisi", &["lisi", "scib"]),
    ("isolated_labels", &["scib"]),
    ("be_pooled", &["li_wei", "scvi"]),
    ("be_exact", &["li_wei", "scvi"]),
    ("be_relative", &["li_wei", "scvi"]),
    ("nn_mi", &["ross"]),
    ("nn_mi_minibatch", &["ross", "li_wei"]),
    ("ilisi", &["lisi", "scib"]),
    ("kbet", &["kbet", "scib"]),
    ("kbet_lite", &["kbet"]),
    ("bras", &["bras"]),
    ("graph_connectivity", &["scib"]),
    ("pcr", &["kbet", "scib"]),
    // Gene choices and pictures.
    ("hvg_seurat", &["seurat", "scanpy"]),
    ("hvg_seurat_v3", &["seurat_v3", "scanpy"]),
    ("tsne", &["tsne", "barnes_hut"]),
    ("umap", &["umap"]),
    // Built-in data sets, by what they are modelled on.
    ("liver-dose-response", &["nault"]),
    ("liver-dose-response-11", &["nault"]),
    ("pbmc-two-condition", &["kang"]),
];

/// The keys of what a model, method, measure, metric or gene choice rests on; empty for what is in [`NEED_NONE`], `None` for a name that is
/// in neither list. A model drawn as counts rests on what the model does.
#[must_use]
pub fn works_behind(name: &str) -> Option<&'static [&'static str]> {
    let known = |name: &str| SOURCES.iter().find(|entry| entry.0 == name).map(|entry| entry.1);
    let none = |name: &str| NEED_NONE.contains(&name).then_some(&[][..]);
    let plain = name.strip_suffix("_counts").unwrap_or(name);
    known(name).or_else(|| none(name)).or_else(|| known(plain)).or_else(|| none(plain))
}

/// The same for several names, each key once.
pub(super) fn works_of<'n>(names: impl IntoIterator<Item = &'n str>) -> Vec<&'static str> {
    let mut keys = Vec::new();
    for key in names.into_iter().flat_map(|name| works_behind(name).unwrap_or_default()) {
        if !keys.contains(key) {
            keys.push(*key);
        }
    }
    keys
}
