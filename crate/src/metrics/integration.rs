//! All metrics of an integrated space with one pass over its distances.

use std::collections::BTreeMap;

use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use super::clustering::{Agreement, KMeansSettings, Silhouette, kmeans, rescaled};
use super::labels::Labels;
use super::mixing::entropy::{self, Pools};
use super::mixing::{self, Nearest, scib_scores};
use super::mutual_information::{self, Ross, minibatches};
use super::points::Points;
use super::{MetricError, check_group};
use crate::embed::{Neighbours, select_nearest};

/// How the metrics are computed; the defaults are the paper's but for the restarts of k-means (10, it takes 200).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IntegrationSettings {
    /// Neighbours of the entropy of batch mixing; all other cells where there are fewer.
    pub be_neighbours: usize,
    /// Pools of its pooled form.
    pub pools: Pools,
    /// K-means, with as many clusters as labels.
    pub kmeans: KMeansSettings,
    /// Neighbours of the mutual information.
    pub mi_neighbours: usize,
    /// Cells of a minibatch of its form of the paper.
    pub mi_minibatch: usize,
}

impl Default for IntegrationSettings {
    fn default() -> Self {
        Self {
            be_neighbours: entropy::NEIGHBOURS,
            pools: Pools::default(),
            kmeans: KMeansSettings::default(),
            mi_neighbours: mutual_information::NEIGHBOURS,
            mi_minibatch: mutual_information::MINIBATCH,
        }
    }
}

impl IntegrationSettings {
    /// Errors: a setting without meaning.
    pub fn check(&self) -> Result<(), MetricError> {
        for (name, value) in [
            ("be_neighbours", self.be_neighbours),
            ("mi_neighbours", self.mi_neighbours),
            ("mi_minibatch", self.mi_minibatch),
        ] {
            if value == 0 {
                return Err(MetricError::Setting { name, value: 0.0, rule: "1 or more" });
            }
        }
        self.pools.check()?;
        self.kmeans.check()
    }
}

/// Names of the metrics that [`integration_scores`] gives of itself, in the order of tables; those of scib-metrics follow
/// ([`mixing::NAMES`]), and its totals.
pub const NAMES: [&str; 10] =
    ["asw", "asw_rescaled", "ari", "nmi", "uca", "be_pooled", "be_exact", "be_relative", "nn_mi", "nn_mi_minibatch"];

/// Neighbours that are kept of every cell: as many as the metric that looks at most needs (LISI of scib-metrics).
const NEIGHBOURS: usize = 90;

/// Every metric of a latent space (`cells x dimensions`) by its name. `before` (`cells x components`) are principal components of the
/// same cells without integration.
///
/// * Of labels (cell types): `asw`, `asw_rescaled` (silhouette), `ari`, `nmi`, `uca` (k-means with as many clusters as labels);
/// * of scib-metrics: see [`scib_scores`]; `bio`, `batch` and `total` are its means ([`mixing::totals`]);
/// * of batches: `be_pooled`, `be_exact`, `be_relative` (entropy of batch mixing), `nn_mi`, `nn_mi_minibatch` (mutual information).
///
/// A metric is `None` where it is not defined: without labels, with one label or batch, with too few cells. All names are always there.
/// Distances are computed once, a few rows at a time.
///
/// Errors: another number of batches or labels than of cells, a latent space that is empty or not finite, settings without meaning.
pub fn integration_scores(
    latent: ArrayView2<f32>,
    before: Option<ArrayView2<f32>>,
    batch: &[u32],
    labels: Option<&[u32]>,
    settings: &IntegrationSettings,
    seed: u64,
) -> Result<BTreeMap<String, Option<f64>>, MetricError> {
    check_group("the latent space", latent)?;
    let n = latent.nrows();
    let batches = Labels::new("batches", batch, n)?;
    let types = labels.map(|labels| Labels::new("labels", labels, n)).transpose()?;
    let points = Points::new(latent);

    let mut silhouette = types.as_ref().map(Silhouette::new).map(defined).transpose()?.flatten();
    let mut ross = defined(Ross::new(&batches, settings.mi_neighbours))?;
    let k = NEIGHBOURS.max(settings.be_neighbours).min(n - 1);
    let mut neighbours = Neighbours { indices: Array2::zeros((n, k)), distances: Array2::zeros((n, k)) };
    let mut nearest = Vec::new();
    points.each_row(|i, squared| {
        select_nearest(squared, i, k, &mut nearest);
        for (rank, &(squared, j)) in nearest.iter().enumerate() {
            neighbours.indices[(i, rank)] = j;
            neighbours.distances[(i, rank)] = squared.sqrt();
        }
        if let Some(silhouette) = &mut silhouette {
            silhouette.see(i, squared);
        }
        if let Some(ross) = &mut ross {
            ross.see(i, squared);
        }
    });

    let mut scores: BTreeMap<String, Option<f64>> = NAMES.iter().map(|name| ((*name).to_owned(), None)).collect();
    let mut give = |name: &str, value: Option<f64>| {
        scores.insert(name.to_owned(), value.filter(|value| value.is_finite()));
    };
    let asw = silhouette.map(|silhouette| silhouette.mean());
    give("asw", asw);
    give("asw_rescaled", asw.map(rescaled));
    if let (Some(labels), Some(types)) = (labels, types.filter(|types| types.groups() > 1)) {
        let clusters = kmeans(latent, types.groups(), &settings.kmeans, seed)?.clusters;
        let agreement = Agreement::new(labels, &clusters)?;
        give("ari", Some(agreement.adjusted_rand()));
        give("nmi", Some(agreement.normalised_mutual_information()));
        give("uca", agreement.clustering_accuracy().ok());
    }
    let among = settings.be_neighbours.min(n - 1);
    if n > 1
        && let Some(entropies) = defined(entropy::per_cell(neighbours.indices.view(), batch, among))?
    {
        let exact = entropy::mean(&entropies);
        give("be_exact", Some(exact));
        give("be_relative", Some(exact / batches.entropy()));
        give("be_pooled", Some(entropy::pooled_mean(&entropies, settings.pools, seed)?));
    }
    give("nn_mi", ross.map(|ross| ross.value()));
    let minibatch = minibatches(&points, batch, settings.mi_neighbours, settings.mi_minibatch, seed);
    give("nn_mi_minibatch", defined(minibatch)?);

    let nearest = Nearest::new(neighbours.indices.view(), neighbours.distances.view())?;
    scores.extend(scib_scores(latent, before, batch, labels, &nearest)?);
    let totals = mixing::totals(&scores);
    for (name, value) in [("bio", totals.bio), ("batch", totals.batch), ("total", totals.total)] {
        scores.insert(name.to_owned(), value);
    }
    Ok(scores)
}

/// `None` where there are too few groups for a metric; other errors stay errors.
fn defined<T>(found: Result<T, MetricError>) -> Result<Option<T>, MetricError> {
    match found {
        Ok(value) => Ok(Some(value)),
        Err(MetricError::Groups { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
