//! All metrics of scib-metrics for one space, and their totals.

use std::collections::BTreeMap;

use ndarray::ArrayView2;

use super::super::labels::Labels;
use super::super::{MetricError, check_group};
use super::{Nearest, bras, graph_connectivity, isolated_labels, kbet, lisi, pcr};

/// Names of the metrics that [`scib_scores`] gives, in the order of tables.
pub const NAMES: [&str; 8] =
    ["isolated_labels", "clisi", "bras", "ilisi", "kbet", "kbet_lite", "graph_connectivity", "pcr"];

/// Metrics of kept biology in [`totals`]: those that scib-metrics takes by default. `nmi` and `ari` are those of k-means, `asw_rescaled`
/// is the silhouette of the labels; [`super::super::integration`] gives these three.
pub const BIO: [&str; 5] = ["isolated_labels", "nmi", "ari", "asw_rescaled", "clisi"];

/// Metrics of removed batch effect in [`totals`]: those that scib-metrics takes by default.
pub const BATCH: [&str; 5] = ["bras", "ilisi", "kbet", "graph_connectivity", "pcr"];

/// Share of [`BIO`] in the total.
const SHARE_OF_BIO: f64 = 0.6;

/// Every metric of a latent space (`cells x dimensions`) by its name: 0 to 1, higher is better.
///
/// `before` (`cells x components`) are principal components of the same cells without integration, for `pcr`; `nearest` are the
/// neighbours in the latent space. Number labels in the order of their names, see [`kbet::kbet_of_labels`].
///
/// A metric is `None` where it is not defined: `isolated_labels`, `clisi`, `bras`, `kbet` and `graph_connectivity` without labels, `pcr`
/// without `before`, and as each of them says with one batch, one label or too few cells. All names are always there.
///
/// Errors: other numbers of cells, values that are not finite.
pub fn scib_scores(
    latent: ArrayView2<f32>,
    before: Option<ArrayView2<f32>>,
    batch: &[u32],
    labels: Option<&[u32]>,
    nearest: &Nearest,
) -> Result<BTreeMap<String, Option<f64>>, MetricError> {
    check_group("the latent space", latent)?;
    let cells = latent.nrows();
    if nearest.cells() != cells {
        return Err(MetricError::OtherCells { name: "lists of neighbours", labels: nearest.cells(), cells });
    }
    let batches = Labels::new("batches", batch, cells)?;
    let mut scores: BTreeMap<String, Option<f64>> = NAMES.iter().map(|name| ((*name).to_owned(), None)).collect();
    let mut give = |name: &str, value: Option<f64>| {
        scores.insert(name.to_owned(), value.filter(|value| value.is_finite()));
    };
    let weights = lisi::Weights::new(nearest);
    give("ilisi", weights.as_ref().and_then(|weights| weights.ilisi(&batches)));
    give("kbet_lite", kbet::kbet_lite(nearest, batch)?);
    if let Some(before) = before {
        give("pcr", pcr::pcr_comparison(before, latent, batch)?);
    }
    if let Some(labels) = labels {
        let types = Labels::new("labels", labels, cells)?;
        give("clisi", weights.as_ref().and_then(|weights| weights.clisi(&types)));
        give("kbet", kbet::kbet(nearest, batch, labels)?);
        give("graph_connectivity", graph_connectivity(nearest, labels)?);
        give("isolated_labels", isolated_labels(latent, labels, batch)?);
        give("bras", bras(latent, labels, batch)?);
    }
    Ok(scores)
}

/// Means of the metrics of an integration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Totals {
    /// Mean of [`BIO`].
    pub bio: Option<f64>,
    /// Mean of [`BATCH`].
    pub batch: Option<f64>,
    /// `0.6 bio + 0.4 batch`.
    pub total: Option<f64>,
}

/// Means over those of [`BIO`] and of [`BATCH`] that there are among these scores, and `0.6 bio + 0.4 batch`; `None` where there is
/// nothing to take a mean of.
///
/// Totals can only be compared between spaces with the same metrics. Source: Luecken et al. 2022; scib-metrics 0.6.0
/// `Benchmarker.get_results`, without its scaling.
#[must_use]
pub fn totals(scores: &BTreeMap<String, Option<f64>>) -> Totals {
    let mean = |names: &[&str]| {
        let values: Vec<f64> = names.iter().filter_map(|&name| scores.get(name).copied().flatten()).collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    let (bio, batch) = (mean(&BIO), mean(&BATCH));
    let total = bio.zip(batch).map(|(bio, batch)| SHARE_OF_BIO * bio + (1.0 - SHARE_OF_BIO) * batch);
    Totals { bio, batch, total }
}
