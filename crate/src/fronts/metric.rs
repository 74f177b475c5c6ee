//! The metrics that a front can be drawn in: names, directions and words.

use serde::{Deserialize, Serialize};

use crate::chart::Better;

use super::error::FrontError;
use super::rows::{CandidateRow, Cells};

/// What a metric is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricGroup {
    /// What was minimised in training.
    Objective,
    /// How well cell types are kept.
    Biology,
    /// How much of the batch effect is gone.
    Batch,
}

/// Which end of a front a metric is good at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Biology,
    Batch,
}

/// A metric in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FrontMetric {
    /// Its stable name, as in the maps of a [`CandidateRow`].
    pub id: &'static str,
    /// Its name.
    pub label: &'static str,
    /// Its unit; empty for a plain number.
    pub unit: &'static str,
    /// Which values are good.
    pub better: Better,
    /// What it is about.
    pub group: MetricGroup,
    /// What it says, in a sentence or two.
    pub meaning: &'static str,
}

/// The pairs of metrics of the paper's tables: biology, batch effect.
pub const PAPER_PAIRS: [(&str, &str); 3] = [("u", "nn_mi_minibatch"), ("asw", "be_pooled"), ("nmi", "be_pooled")];

const fn entry(
    id: &'static str,
    label: &'static str,
    unit: &'static str,
    better: Better,
    group: MetricGroup,
    meaning: &'static str,
) -> FrontMetric {
    FrontMetric { id, label, unit, better, group, meaning }
}

use Better::{Higher, Lower};
use MetricGroup::{Batch, Biology, Objective};

/// All of them, in the order of lists and tables.
pub const METRICS: [FrontMetric; 20] = [
    entry(
        "u",
        "Generative loss U",
        "nats per cell",
        Lower,
        Objective,
        "Negative ELBO of scVI: how badly the model describes the counts.",
    ),
    entry(
        "v",
        "Batch-effect measure V",
        "",
        Lower,
        Objective,
        "What was minimised against the batch effect. Of different measures it is not comparable.",
    ),
    entry(
        "asw",
        "Silhouette of cell types (ASW)",
        "",
        Higher,
        Biology,
        "How much nearer cells are to their own type than to the next one, -1 to 1; 0 where types overlap.",
    ),
    entry(
        "asw_rescaled",
        "Silhouette of cell types, (s + 1) / 2",
        "",
        Higher,
        Biology,
        "The silhouette as scib gives it, 0 to 1; 0.5 where types overlap.",
    ),
    entry(
        "nmi",
        "NMI of k-means",
        "",
        Higher,
        Biology,
        "Normalised mutual information (arithmetic) of cell types and as many clusters, 0 to 1.",
    ),
    entry(
        "ari",
        "ARI of k-means",
        "",
        Higher,
        Biology,
        "Adjusted Rand index of cell types and as many clusters: 1 for equal, about 0 for random ones.",
    ),
    entry(
        "uca",
        "Clustering accuracy (UCA)",
        "",
        Higher,
        Biology,
        "Share of cells in the cluster of their type, under the best one-to-one map of clusters to types.",
    ),
    entry(
        "clisi",
        "cLISI",
        "",
        Higher,
        Biology,
        "How few cell types a neighbourhood holds, 0 to 1; 1 where neighbours are of one type.",
    ),
    entry(
        "isolated_labels",
        "Isolated labels",
        "",
        Higher,
        Biology,
        "Silhouette of the cell types that occur in the fewest batches, 0 to 1.",
    ),
    entry(
        "be_pooled",
        "Entropy of batch mixing (BE)",
        "nats",
        Higher,
        Batch,
        "Mean entropy of the batches among 50 neighbours, over 50 random pools of 100 cells as in the paper; ln 2 = 0.69 at most for two batches, less for unequal ones.",
    ),
    entry(
        "be_exact",
        "Entropy of batch mixing, all cells",
        "nats",
        Higher,
        Batch,
        "The same over all cells, so without the noise of random pools.",
    ),
    entry(
        "be_relative",
        "Entropy of batch mixing \u{f7} that of the batches",
        "",
        Higher,
        Batch,
        "Over all cells, divided by what neighbourhoods like the whole would have: about 1 where batches are mixed.",
    ),
    entry(
        "nn_mi",
        "Mutual information with the batch (NN)",
        "nats",
        Lower,
        Batch,
        "What a cell's place says about its batch, from nearest neighbours among all cells (Ross 2014); 0 where nothing.",
    ),
    entry(
        "nn_mi_minibatch",
        "Mutual information with the batch (NN), per minibatch",
        "nats",
        Lower,
        Batch,
        "The same averaged over minibatches, as the paper computes it, which is biased upwards.",
    ),
    entry("ilisi", "iLISI", "", Higher, Batch, "How many batches a neighbourhood holds, from 0, one, to 1, all."),
    entry(
        "kbet",
        "kBET",
        "",
        Higher,
        Batch,
        "Share of neighbourhoods whose batches a chi-square test does not tell from the whole, per cell type.",
    ),
    entry(
        "kbet_lite",
        "kBET, simple form",
        "",
        Higher,
        Batch,
        "Share of neighbourhoods of 50 whose batches a chi-square test does not tell from the whole, over all cells.",
    ),
    entry(
        "bras",
        "BRAS",
        "",
        Higher,
        Batch,
        "Batch removal adapted silhouette: 1 where the batches of a cell type lie over each other.",
    ),
    entry(
        "graph_connectivity",
        "Graph connectivity",
        "",
        Higher,
        Batch,
        "Share of a cell type that hangs together in the graph of nearest neighbours.",
    ),
    entry(
        "pcr",
        "PCR comparison",
        "",
        Higher,
        Batch,
        "How much less of the variance the batch explains than before integration, 0 to 1.",
    ),
];

/// A metric by its name. Errors with [`FrontError::UnknownMetric`].
pub fn metric(id: &str) -> Result<&'static FrontMetric, FrontError> {
    METRICS.iter().find(|metric| metric.id == id).ok_or_else(|| FrontError::UnknownMetric {
        metric: id.to_owned(),
        metrics: METRICS.iter().map(|metric| metric.id.to_owned()).collect(),
    })
}

/// The metrics that at least one candidate has a value of, in the order of [`METRICS`].
#[must_use]
pub fn present(rows: &[CandidateRow]) -> Vec<&'static FrontMetric> {
    let has = |metric: &&FrontMetric| {
        rows.iter().any(|row| [Cells::Train, Cells::Test].iter().any(|cells| metric.of(row, *cells).is_some()))
    };
    METRICS.iter().filter(has).collect()
}

impl FrontMetric {
    /// Its value for a candidate; `None` where it is not defined, or not finite.
    ///
    /// V of MINE and of the classifier is a lower bound of mutual information, which is never below 0: where an estimate is, by
    /// noise or because its critic diverged, it says 0.
    #[must_use]
    pub fn of(&self, row: &CandidateRow, cells: Cells) -> Option<f64> {
        let bound = self.id == "v" && matches!(row.measure.as_deref(), Some("mine" | "classifier"));
        self.raw(row, cells).map(|value| if bound { value.max(0.0) } else { value })
    }

    /// The same as it was estimated.
    pub(super) fn raw(&self, row: &CandidateRow, cells: Cells) -> Option<f64> {
        let value = match cells {
            Cells::Train => row.train.get(self.id).copied().flatten(),
            Cells::Test => row.test.get(self.id).copied().flatten().or(match self.id {
                "u" => row.u,
                "v" => row.v,
                _ => None,
            }),
        };
        value.filter(|value| value.is_finite())
    }

    /// A value so that smaller is better, and back.
    #[must_use]
    pub fn minimised(&self, value: f64) -> f64 {
        if self.better == Higher { -value } else { value }
    }

    /// Its name with the unit, for an axis.
    #[must_use]
    pub fn axis(&self) -> String {
        if self.unit.is_empty() { self.label.to_owned() } else { format!("{} ({})", self.label, self.unit) }
    }

    pub(super) fn side(&self) -> Side {
        match self.group {
            Biology => Side::Biology,
            Objective if self.id == "u" => Side::Biology,
            Batch | Objective => Side::Batch,
        }
    }
}
