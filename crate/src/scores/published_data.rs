//! Numbers of other people's papers, as they stand there.
//!
//! Sources: *scGen paper* is the authors' reproduction code (M. Lotfollahi et al. 2019; `scgen-reproducibility`, notebooks of figures 2
//! and S2; means of 100 resamples). *thesis* is T. Katzalis 2025: of PBMC the bars of its figures (three seeds, read to .003 and .1
//! gene), for its own models the table `eval_pbmc`; of liver the table `eval_nault` (with the heads of its two Euclidean columns put right)
//! and single runs per dose. *scVIDR paper* is O. Kana et al. 2023, bars of figure 3B.
//!
//! What the thesis calls the E-distance is the squared form, which as a ratio equals that of the linear MMD.

use super::study::Study;

/// Numbers that one source reports in one way.
pub(super) struct Block {
    pub study: Study,
    pub source: &'static str,
    /// The cells behind them.
    pub cells: &'static str,
    pub values: Values,
}

/// Model and its values.
type Rows = &'static [(&'static str, &'static [f64])];

pub(super) enum Values {
    /// A value per cell type.
    Types { metric: &'static str, cell_types: &'static [&'static str], rows: Rows },
    /// A value per dose, of one cell type or (`None`) as a mean of all.
    Doses { metric: &'static str, cell_type: Option<&'static str>, rows: Rows },
    /// Means of everything, a value per metric.
    Means { metrics: &'static [&'static str], rows: Rows },
}

/// The doses of [`Values::Doses`].
pub(super) const DOSES: [f64; 8] = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0];

const KANG_TYPES: &[&str] = &["B", "CD14+Mono", "CD4T", "CD8T", "Dendritic", "FCGR3A+Mono", "NK"];
const KANG_CELLS: &str = "Kang, 6,998 genes";
const NAULT_CELLS: &str = "Nault, 5,000 genes";
const PORTAL: &str = "Hepatocytes - portal";

/// Columns of the thesis' tables.
const TABLE: &[&str] = &[
    "common_degs",
    "r2_all",
    "r2_top20",
    "r2_top100",
    "to_control_edistance_squared",
    "to_control_wasserstein",
    "to_control_euclidean",
    "to_control_mean_pairwise",
];

const fn kang(source: &'static str, values: Values) -> Block {
    Block { study: Study::Kang, source, cells: KANG_CELLS, values }
}

const fn nault(source: &'static str, values: Values) -> Block {
    Block { study: Study::Nault, source, cells: NAULT_CELLS, values }
}

const fn doses(source: &'static str, metric: &'static str, cell_type: Option<&'static str>, rows: Rows) -> Block {
    nault(source, Values::Doses { metric, cell_type, rows })
}

#[rustfmt::skip]
pub(super) const BLOCKS: &[Block] = &[
    kang("scGen paper", Values::Types { metric: "r2_all", cell_types: KANG_TYPES, rows: &[
        ("scgen", &[0.962, 0.916, 0.971, 0.972, 0.950, 0.907, 0.963])] }),
    kang("scGen paper", Values::Types { metric: "r2_top100", cell_types: KANG_TYPES, rows: &[
        ("scgen", &[0.965, 0.853, 0.988, 0.985, 0.929, 0.861, 0.972])] }),
    kang("scGen paper", Values::Types { metric: "r2_all", cell_types: &["CD4T"], rows: &[
        ("cvae", &[0.913]), ("pca_shift", &[0.897]), ("mean_shift", &[0.895]), ("style_transfer_gan", &[0.131]), ("no_change", &[0.867])] }),
    kang("scGen paper", Values::Types { metric: "r2_top100", cell_types: &["CD4T"], rows: &[
        ("cvae", &[0.953]), ("pca_shift", &[0.811]), ("mean_shift", &[0.809]), ("style_transfer_gan", &[0.077]), ("no_change", &[0.652])] }),
    kang("thesis", Values::Types { metric: "r2_all", cell_types: KANG_TYPES, rows: &[
        ("scbutterfly", &[0.898, 0.982, 0.972, 0.977, 0.908, 0.983, 0.914]),
        ("scvidr_single", &[0.968, 0.975, 0.980, 0.986, 0.938, 0.980, 0.962]),
        ("scgen", &[0.900, 0.910, 0.939, 0.912, 0.938, 0.895, 0.908]),
        ("scpregan", &[0.750, 0.936, 0.370, 0.808, 0.897, 0.806, 0.774]),
        ("mtae", &[0.966, 0.890, 0.982, 0.980, 0.931, 0.905, 0.960]),
        ("mtae_adv", &[0.965, 0.975, 0.953, 0.979, 0.972, 0.919, 0.962]),
        ("mtae_adv_gaussian", &[0.945, 0.877, 0.941, 0.962, 0.935, 0.839, 0.917]),
        ("mtvae", &[0.912, 0.969, 0.955, 0.972, 0.946, 0.963, 0.874])] }),
    kang("thesis", Values::Types { metric: "common_degs", cell_types: KANG_TYPES, rows: &[
        ("scbutterfly", &[57.0, 74.0, 65.0, 62.0, 73.0, 83.0, 53.0]),
        ("scvidr_single", &[18.0, 50.0, 36.0, 18.0, 34.0, 20.0, 9.0]),
        ("scgen", &[33.0, 40.0, 33.0, 25.0, 37.0, 29.0, 30.0]),
        ("scpregan", &[25.0, 48.0, 33.0, 28.0, 55.0, 31.0, 27.0]),
        ("mtae", &[71.0, 75.0, 77.0, 80.0, 78.0, 76.0, 73.0]),
        ("mtae_adv", &[67.0, 74.0, 67.0, 81.0, 80.0, 69.0, 69.0]),
        ("mtae_adv_gaussian", &[67.0, 60.0, 64.0, 74.0, 75.0, 57.0, 66.0]),
        ("mtvae", &[59.0, 71.0, 61.0, 78.0, 77.0, 76.0, 62.0])] }),
    kang("thesis", Values::Means { metrics: &["r2_all", "r2_top100", "r2_top20", "common_degs", "to_control_edistance_squared", "to_control_euclidean"], rows: &[
        ("scbutterfly", &[0.948, 0.944, 0.974, 66.7, 0.203, 0.418]),
        ("scvidr_single", &[0.970, 0.961, 0.970, 26.4, 0.168, 0.395]),
        ("scgen", &[0.915, 0.876, 0.876, 32.5, 0.612, 0.760]),
        ("scpregan", &[0.763, 0.789, 0.848, 35.3, 0.509, 0.690])] }),
    kang("thesis", Values::Means { metrics: TABLE, rows: &[
        ("mtae", &[75.714, 0.946, 0.871, 0.917, 0.488, 0.892, 0.651, 0.949]),
        ("mtae_adv", &[72.381, 0.961, 0.955, 0.948, 0.202, 0.604, 0.429, 0.800]),
        ("mtae_adv_gaussian", &[65.905, 0.917, 0.878, 0.901, 0.504, 0.828, 0.681, 0.909]),
        ("mtae_ot", &[41.190, 0.657, 0.668, 0.648, 0.811, 0.947, 0.883, 0.963]),
        ("mtae_plus_ot", &[37.190, 0.670, 0.674, 0.657, 0.810, 0.951, 0.880, 0.966]),
        ("mtvae", &[69.095, 0.942, 0.954, 0.928, 0.261, 0.621, 0.499, 0.800]),
        ("mtvae_ot", &[39.571, 0.669, 0.678, 0.663, 0.813, 0.955, 0.883, 0.966]),
        ("mtvae_plus_ot", &[30.619, 0.661, 0.670, 0.655, 0.821, 0.958, 0.888, 0.968])] }),
    nault("thesis", Values::Means { metrics: TABLE, rows: &[
        ("mtae", &[20.341, 0.862, 0.792, 0.833, 1.386, 1.217, 1.116, 1.050]),
        ("mtae_adv", &[13.716, 0.792, 0.725, 0.743, 1.128, 1.091, 1.011, 1.017]),
        ("mtae_adv_gaussian", &[18.307, 0.808, 0.736, 0.764, 1.164, 1.107, 1.030, 1.029]),
        ("mtae_ot", &[8.652, 0.608, 0.642, 0.590, 0.925, 1.006, 0.951, 0.998]),
        ("mtae_plus_ot", &[8.519, 0.613, 0.644, 0.596, 0.917, 1.004, 0.948, 0.996]),
        ("mtvae", &[18.981, 0.808, 0.724, 0.753, 1.124, 1.100, 1.005, 1.016]),
        ("mtvae_ot", &[8.163, 0.614, 0.642, 0.593, 0.929, 1.009, 0.952, 0.998]),
        ("mtvae_plus_ot", &[8.701, 0.615, 0.645, 0.597, 0.919, 1.006, 0.948, 0.997]),
        ("scbutterfly", &[16.818, 0.740, 0.694, 0.696, 0.984, 1.014, 0.944, 0.990]),
        ("scgen", &[6.288, 0.915, 0.863, 0.897, 2.408, 1.229, 1.387, 1.041]),
        ("scpregan", &[14.511, 0.599, 0.596, 0.562, 0.972, 1.019, 0.969, 1.000]),
        ("scvidr_multi", &[2.352, 0.870, 0.837, 0.852, 9.295, 1.358, 2.425, 1.054]),
        ("scvidr_single", &[3.795, 0.855, 0.797, 0.824, 1.431, 1.174, 1.118, 1.025])] }),
    doses("thesis, one run", "r2_all", None, &[
        ("scgen", &[0.945, 0.946, 0.955, 0.950, 0.927, 0.953, 0.923, 0.745]),
        ("scbutterfly", &[0.734, 0.737, 0.750, 0.752, 0.746, 0.782, 0.741, 0.555]),
        ("scpregan", &[0.586, 0.588, 0.653, 0.651, 0.637, 0.674, 0.666, 0.405])]),
    doses("thesis, one run", "common_degs", None, &[
        ("scgen", &[0.7, 1.0, 2.0, 1.6, 4.9, 11.6, 21.0, 9.1]),
        ("scbutterfly", &[9.5, 12.4, 13.5, 12.1, 18.3, 25.5, 28.0, 14.8]),
        ("scpregan", &[6.7, 10.6, 12.2, 10.0, 17.1, 27.1, 28.6, 10.7])]),
    doses("thesis, one run", "r2_all", Some(PORTAL), &[
        ("scgen", &[0.990, 0.990, 0.990, 0.990, 0.984, 0.984, 0.976, 0.823]),
        ("scbutterfly", &[0.962, 0.951, 0.941, 0.945, 0.941, 0.956, 0.947, 0.861]),
        ("scpregan", &[0.852, 0.841, 0.901, 0.874, 0.850, 0.835, 0.882, 0.534])]),
    doses("thesis, one run", "r2_top100", Some(PORTAL), &[
        ("scgen", &[0.990, 0.989, 0.990, 0.993, 0.987, 0.990, 0.962, 0.753]),
        ("scbutterfly", &[0.963, 0.930, 0.836, 0.921, 0.930, 0.951, 0.914, 0.828]),
        ("scpregan", &[0.804, 0.792, 0.832, 0.843, 0.852, 0.797, 0.857, 0.531])]),
    doses("thesis, one run", "common_degs", Some(PORTAL), &[
        ("scgen", &[1.0, 3.0, 3.0, 5.0, 14.0, 39.0, 39.0, 15.0]),
        ("scbutterfly", &[38.0, 36.0, 54.0, 33.0, 59.0, 70.0, 62.0, 54.0]),
        ("scpregan", &[11.0, 8.0, 23.0, 17.0, 31.0, 41.0, 58.0, 18.0])]),
    doses("scVIDR paper", "r2_all", Some(PORTAL), &[
        ("scvidr_multi", &[0.981, 0.969, 0.976, 0.981, 0.951, 0.910, 0.925, 0.931]),
        ("scgen", &[0.982, 0.969, 0.977, 0.981, 0.949, 0.901, 0.893, 0.853])]),
    doses("scVIDR paper", "r2_top100", Some(PORTAL), &[
        ("scvidr_multi", &[0.953, 0.971, 0.966, 0.982, 0.963, 0.944, 0.911, 0.896]),
        ("scgen", &[0.955, 0.972, 0.967, 0.982, 0.960, 0.939, 0.885, 0.883])]),
];
