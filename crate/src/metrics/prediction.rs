//! Everything that is said about one prediction of one held-out cell type and dose.

use std::collections::BTreeMap;

use ndarray::{Array2, ArrayView2, Axis, concatenate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::deg::{ConstantGenes, Control, PREDICTED_CONSTANT_GENES, Ranking, Test, overlap};
use super::distances::{Between, Group};
use super::r2::{check_genes, gene_means, squared_pearson_of};
use super::sinkhorn::{EpsilonScale, between_points};
use super::{MetricError, check_group, check_pair, check_width};
use crate::embed::Pca;
use crate::random;

/// How predictions are scored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScoreSettings {
    /// Principal components in which distances are measured.
    pub n_pcs: usize,
    /// Cells per group that distances and components are computed from, drawn at random; 0 = all.
    /// R2 and the rankings of genes always use all cells.
    pub max_cells: usize,
    /// Length of the lists of differentially expressed genes.
    pub n_degs: usize,
    /// Fits the components to the predicted cells too, as the thesis of Katzalis does. The basis, and with it the
    /// distance from control to observed, then depends on the prediction.
    pub joint_pca: bool,
    /// What the regularisation of the Wasserstein distance is a share of.
    pub wasserstein_epsilon: EpsilonScale,
    /// Seed of the draw of cells and of the components' start vector.
    pub seed: u64,
}

impl Default for ScoreSettings {
    fn default() -> Self {
        Self {
            n_pcs: 50,
            max_cells: 1000,
            n_degs: 100,
            joint_pca: false,
            wasserstein_epsilon: EpsilonScale::Std,
            seed: 1,
        }
    }
}

/// The scores of one prediction. A value that is not a number (a correlation with a constant, `0 / 0`) is `null` in JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// `r2_all`, `r2_hvg`, `r2_top20`, `r2_top100`, `common_degs` (t-test), `common_degs_wilcoxon`, and the distances
    /// from observed to predicted cells: `edistance`, `edistance_squared`, `euclidean`, `mean_pairwise`, `mmd_linear`,
    /// `mmd_rbf`, `wasserstein`.
    #[serde(serialize_with = "finite_or_null", deserialize_with = "null_or_finite")]
    pub metrics: BTreeMap<String, f64>,
    /// The distances in proportion.
    pub ratios: Ratios,
    /// The genes behind the common DEGs.
    pub degs: Degs,
}

/// Distances from observed to predicted cells in proportion to others, by the distance's name; 0 is perfect.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ratios {
    /// `d(observed, predicted) / d(control, predicted)`: pertpy's `compare_distance`, mode `simple`. Above 1 the prediction
    /// is nearer to control than to the truth. Not a number where the denominator is 0 or less, as for a prediction
    /// that equals control (pertpy divides by it all the same).
    #[serde(serialize_with = "finite_or_null", deserialize_with = "null_or_finite")]
    pub to_control: BTreeMap<String, f64>,
    /// `d(observed, predicted) / d(observed, control)`: 1 is what predicting no change reaches.
    #[serde(serialize_with = "finite_or_null", deserialize_with = "null_or_finite")]
    pub to_no_change: BTreeMap<String, f64>,
}

/// Differentially expressed genes against control.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Degs {
    /// By Welch's t.
    pub t_test: DegOverlap,
    /// By the rank sum.
    pub wilcoxon: DegOverlap,
}

/// Two lists of genes, best first, and how many are in both. Empty if a group has fewer than 2 cells.
///
/// A gene that has the same value in all predicted cells has score 0 in the predicted list: see [`ConstantGenes`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DegOverlap {
    /// Observed cells against control, gene numbers.
    pub observed: Vec<usize>,
    /// Predicted cells against control, gene numbers.
    pub predicted: Vec<usize>,
    /// Number of genes in both lists.
    pub common: usize,
}

/// What every prediction of one held-out cell type and dose is compared with, computed once.
#[derive(Clone, Debug)]
pub struct Reference {
    control: Array2<f32>,
    observed: Array2<f32>,
    hvg: Option<Vec<usize>>,
    settings: ScoreSettings,
    observed_mean: Vec<f64>,
    rankings: Option<Rankings>,
    /// `None` when the components depend on the prediction.
    space: Option<Space>,
}

/// Control, ready to be compared with, and the rankings of the observed cells against it.
#[derive(Clone, Debug)]
struct Rankings {
    control: Control,
    t_test: Ranking,
    wilcoxon: Ranking,
}

/// The real cells in principal components.
#[derive(Clone, Debug)]
struct Space {
    pca: Pca,
    control: Group,
    observed: Group,
    no_change: BTreeMap<String, f64>,
}

impl Reference {
    /// Prepares the comparison with the `observed` cells of the held-out type and dose, given the `control` cells of that
    /// type (both `cells x genes`, log-normalised). `hvg`: genes of `r2_hvg`; all genes for `None`.
    ///
    /// The components are fitted to the real cells, control and observed, so that they are the same for all models.
    /// With fewer than 2 cells in a group there are no rankings, and what rests on them is not a number.
    ///
    /// Errors: shapes that differ, a group without cells, values that are not finite, an unknown gene, a setting of 0.
    pub fn new(
        control: Array2<f32>,
        observed: Array2<f32>,
        hvg: Option<&[usize]>,
        settings: &ScoreSettings,
    ) -> Result<Self, MetricError> {
        check_pair(("control", control.view()), ("observed", observed.view()))?;
        check_genes(hvg.unwrap_or_default(), control.ncols())?;
        for (name, value) in [("n_pcs", settings.n_pcs), ("n_degs", settings.n_degs)] {
            if value == 0 {
                return Err(MetricError::Setting { name, value: 0.0, rule: "at least 1" });
            }
        }
        let rankings = if control.nrows() < 2 || observed.nrows() < 2 {
            None
        } else {
            let control = Control::new(control.view())?;
            let ranking = |test| control.rank(observed.view(), test, ConstantGenes::AsScanpy);
            let (t_test, wilcoxon) = (ranking(Test::TTest)?, ranking(Test::Wilcoxon)?);
            Some(Rankings { control, t_test, wilcoxon })
        };
        let observed_mean = gene_means(observed.view());
        let mut reference = Self {
            control,
            observed,
            hvg: hvg.map(<[usize]>::to_vec),
            settings: settings.clone(),
            observed_mean,
            rankings,
            space: None,
        };
        if !settings.joint_pca {
            reference.space = Some(reference.space(None)?);
        }
        Ok(reference)
    }

    /// Scores predicted cells (`cells x genes`, the genes of the reference).
    ///
    /// Errors: another number of genes, no cells, values that are not finite.
    pub fn score(&self, predicted: ArrayView2<f32>) -> Result<Score, MetricError> {
        check_width(("predicted", predicted.ncols()), ("observed", self.observed.ncols()))?;
        check_group("predicted", predicted)?;
        let mut metrics = self.r2(&gene_means(predicted), &self.observed_mean)?;
        let degs = self.degs(predicted)?;
        let count = |overlap: &DegOverlap| if overlap.predicted.is_empty() { f64::NAN } else { overlap.common as f64 };
        metrics.insert("common_degs".into(), count(&degs.t_test));
        metrics.insert("common_degs_wilcoxon".into(), count(&degs.wilcoxon));

        let sampled = self.sample(predicted, "predicted");
        let joint;
        let space = if let Some(space) = &self.space {
            space
        } else {
            joint = self.space(Some(sampled.view()))?;
            &joint
        };
        let predicted = Group::new(space.pca.transform(sampled.view())?.view());
        let to_observed = self.distances(&space.observed, &predicted);
        let to_control = self.distances(&space.control, &predicted);
        let ratios = Ratios {
            to_control: quotients(&to_observed, &to_control),
            to_no_change: quotients(&to_observed, &space.no_change),
        };
        metrics.extend(to_observed);
        Ok(Score { metrics, ratios, degs })
    }

    /// R2 of predicted means against the true means that a simulator knows, on the same genes as [`Score::metrics`]:
    /// `r2_all`, `r2_hvg`, `r2_top20`, `r2_top100`. Both vectors have one entry per gene.
    pub fn score_truth(&self, predicted: &[f64], truth: &[f64]) -> Result<BTreeMap<String, f64>, MetricError> {
        check_width(("the truth", truth.len()), ("observed", self.observed.ncols()))?;
        self.r2(predicted, truth)
    }

    /// Genes of the observed cells against control by the rank sum, best first; `r2_top20` is over the first 20 of them.
    /// `None` if a group has fewer than 2 cells.
    #[must_use]
    pub fn top_genes(&self, n: usize) -> Option<&[usize]> {
        self.rankings.as_ref().map(|rankings| rankings.wilcoxon.top(n))
    }

    /// Mean of every gene over the observed cells.
    #[must_use]
    pub fn observed_mean(&self) -> &[f64] {
        &self.observed_mean
    }

    fn r2(&self, predicted: &[f64], truth: &[f64]) -> Result<BTreeMap<String, f64>, MetricError> {
        let mut values = score_means(predicted, truth, self.hvg.as_deref())?;
        for (name, n) in [("r2_top20", 20), ("r2_top100", 100)] {
            let value = match self.top_genes(n) {
                Some(genes) => squared_pearson_of(predicted, truth, Some(genes))?,
                None => f64::NAN,
            };
            values.insert(name.into(), value);
        }
        Ok(values)
    }

    fn degs(&self, predicted: ArrayView2<f32>) -> Result<Degs, MetricError> {
        let Some(rankings) = self.rankings.as_ref().filter(|_| predicted.nrows() >= 2) else {
            return Ok(Degs::default());
        };
        let n = self.settings.n_degs;
        let overlap_of = |observed: &Ranking, test| {
            let predicted = rankings.control.rank(predicted, test, PREDICTED_CONSTANT_GENES)?;
            let (observed, predicted) = (observed.top(n).to_vec(), predicted.top(n).to_vec());
            let common = overlap(&observed, &predicted);
            Ok::<_, MetricError>(DegOverlap { observed, predicted, common })
        };
        Ok(Degs {
            t_test: overlap_of(&rankings.t_test, Test::TTest)?,
            wilcoxon: overlap_of(&rankings.wilcoxon, Test::Wilcoxon)?,
        })
    }

    /// Components of the real cells, and of the predicted ones if they are given.
    fn space(&self, predicted: Option<ArrayView2<f32>>) -> Result<Space, MetricError> {
        let control = self.sample(self.control.view(), "control");
        let observed = self.sample(self.observed.view(), "observed");
        let mut groups = vec![control.view(), observed.view()];
        groups.extend(predicted);
        // The widths were checked, so the groups fit on top of each other.
        let cells = concatenate(Axis(0), &groups).unwrap_or_default();
        let pca = Pca::fit(cells.view(), self.settings.n_pcs, self.settings.seed)?;
        let control = Group::new(pca.transform(control.view())?.view());
        let observed = Group::new(pca.transform(observed.view())?.view());
        let no_change = self.distances(&observed, &control);
        Ok(Space { pca, control, observed, no_change })
    }

    fn distances(&self, x: &Group, y: &Group) -> BTreeMap<String, f64> {
        let between = Between::new(x, y);
        let wasserstein = between_points(x.points(), y.points(), self.settings.wasserstein_epsilon);
        [
            ("edistance", between.edistance),
            ("edistance_squared", between.edistance_squared),
            ("euclidean", between.euclidean),
            ("mean_pairwise", between.mean_pairwise),
            ("mmd_linear", between.mmd_linear),
            ("mmd_rbf", between.mmd_rbf),
            ("wasserstein", wasserstein.cost),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// At most `max_cells` of the cells, in their order.
    fn sample(&self, x: ArrayView2<f32>, group: &str) -> Array2<f32> {
        let n = self.settings.max_cells;
        if n == 0 || x.nrows() <= n {
            return x.to_owned();
        }
        let mut rng = random::stream(self.settings.seed, &format!("metrics/sample/{group}"));
        let mut rows = random::permutation(x.nrows(), &mut rng);
        rows.truncate(n);
        rows.sort_unstable();
        x.select(Axis(0), &rows)
    }
}

/// R2 of predicted means against a vector of true means: `r2_all`, and `r2_hvg` over the genes `hvg` (all for `None`).
///
/// For means that are known without cells, such as a simulator's. Errors: lengths that differ, an unknown gene.
pub fn score_means(
    predicted: &[f64],
    truth: &[f64],
    hvg: Option<&[usize]>,
) -> Result<BTreeMap<String, f64>, MetricError> {
    Ok(BTreeMap::from([
        ("r2_all".to_owned(), squared_pearson_of(predicted, truth, None)?),
        ("r2_hvg".to_owned(), squared_pearson_of(predicted, truth, hvg)?),
    ]))
}

/// `above / below` for every name of both; NaN for a denominator that is not positive. 0 is one; the E-distance of nearly
/// equal groups, being unbiased, can be below it.
fn quotients(above: &BTreeMap<String, f64>, below: &BTreeMap<String, f64>) -> BTreeMap<String, f64> {
    let quotient = |above: f64, below: f64| if below > 0.0 { above / below } else { f64::NAN };
    above.iter().filter_map(|(name, &value)| Some((name.clone(), quotient(value, *below.get(name)?)))).collect()
}

fn finite_or_null<S: Serializer>(values: &BTreeMap<String, f64>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(values.iter().map(|(name, value)| (name, Some(value).filter(|value| value.is_finite()))))
}

fn null_or_finite<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, f64>, D::Error> {
    let values = BTreeMap::<String, Option<f64>>::deserialize(deserializer)?;
    Ok(values.into_iter().map(|(name, value)| (name, value.unwrap_or(f64::NAN))).collect())
}
