//! What a page that moves through doses is shown: real cells once, and for every dose what is predicted there.

use ndarray::{Array2, Axis};
use serde::{Deserialize, Serialize};

use crate::data::subsample;
use crate::embed::Pca;
use crate::metrics::deg::{ConstantGenes, Control, Test};
use crate::metrics::r2::{gene_means, squared_pearson_of};
use crate::models::TrainingSet;
use crate::run::RunError;

/// Real cells that are shown at most.
const MAX_CELLS: usize = 600;
/// Genes of `r2_top100`.
const TOP: usize = 100;

/// A treatment of the scene.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SceneArm {
    /// Its label.
    pub label: String,
    /// The condition, where the data have one.
    pub condition: Option<String>,
    /// The dose, where the data have one; 0 for the control of data with doses.
    pub dose: Option<f64>,
    /// Observed cells of the held-out type.
    pub n_observed: usize,
    /// Other types that were measured under it: what the model could learn from.
    pub n_donors: usize,
}

/// What stays while the dose moves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SliderScene {
    /// The model.
    pub model: String,
    /// The held-out cell type.
    pub cell_type: String,
    /// Seeds that can be asked; none for a model without randomness.
    pub seeds: Vec<u64>,
    /// Whether any dose can be asked, or only those of the arms.
    pub continuous: bool,
    /// The chosen genes.
    pub genes: Vec<String>,
    /// The treatments, the control first.
    pub arms: Vec<SceneArm>,
    /// Real cells of the held-out type, control and treated, at most 600: first and second principal component. The
    /// components are fitted to these cells.
    pub x: Vec<f64>,
    /// Second component.
    pub y: Vec<f64>,
    /// Number of each cell's arm in `arms`.
    pub arm: Vec<usize>,
    /// Share of the variance on each of the two components.
    pub explained: [f64; 2],
    /// What the visitor should know.
    pub notes: Vec<String>,
}

/// How a prediction agrees with the observed cells of an arm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// Label of the arm.
    pub arm: String,
    /// Its dose.
    pub dose: f64,
    /// R2 of the gene means over all genes; null where it is not defined.
    pub r2_all: Option<f64>,
    /// The same over the 100 genes that respond most at this dose (by Wilcoxon score); null for the control.
    pub r2_top100: Option<f64>,
}

/// What is predicted at one dose by one replica.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SliderView {
    /// The dose.
    pub dose: f64,
    /// The condition, where the data have one.
    pub condition: Option<String>,
    /// The seed; null for a model without randomness.
    pub seed: Option<u64>,
    /// Mean log-normalised expression of the predicted cells, per gene.
    pub mean_predicted: Vec<f64>,
    /// Predicted cells on the first component of the scene.
    pub x: Vec<f64>,
    /// On the second one.
    pub y: Vec<f64>,
    /// Against the observed cells of the nearest measured dose on the scale `ln(1 + dose / lowest)`; the control is dose 0.
    pub nearest: Option<Agreement>,
    /// Against those of the next lower measured dose.
    pub below: Option<Agreement>,
    /// Against those of the next higher one.
    pub above: Option<Agreement>,
    /// What the visitor should know about this dose.
    pub notes: Vec<String>,
}

/// Observed cells of the held-out type under one arm, in brief.
struct Measured {
    arm: usize,
    condition: Option<String>,
    dose: f64,
    mean: Vec<f64>,
    /// Genes that respond most; none for the control.
    top: Option<Vec<usize>>,
}

/// The scene with what views are made from.
pub(super) struct Stage {
    pub scene: SliderScene,
    pca: Pca,
    measured: Vec<Measured>,
}

/// Which model a scene is for.
pub(super) struct Player {
    pub model: String,
    pub seeds: Vec<u64>,
    pub continuous: bool,
    pub notes: Vec<String>,
}

impl Stage {
    pub fn new(player: Player, data: &TrainingSet, seed: u64) -> Result<Self, RunError> {
        let design = &data.prepared().design;
        let of_type = |arm| design.cells_of(data.held_out_type(), arm);
        let with_doses = design.arms.iter().any(|arm| arm.dose.is_some());
        let arms: Vec<SceneArm> = (0..design.arms.len())
            .map(|arm| SceneArm {
                label: design.arms[arm].label.clone(),
                condition: design.arms[arm].condition.clone(),
                dose: if arm == 0 && with_doses { Some(0.0) } else { design.arms[arm].dose },
                n_observed: of_type(arm).len(),
                n_donors: data.donors(arm).len(),
            })
            .collect();
        let mut all: Vec<usize> = (0..arms.len()).flat_map(of_type).collect();
        all.sort_unstable();
        let shown: Vec<usize> = subsample(&design.select(&all), MAX_CELLS, seed).into_iter().map(|i| all[i]).collect();
        let cells = data.expression(&shown);
        let pca = Pca::fit(cells.view(), 2, seed)?;
        let (x, y) = coordinates(&pca, &cells)?;
        let share = |i: usize| pca.explained_variance_ratio.get(i).copied().unwrap_or_default();
        let scene = SliderScene {
            model: player.model,
            cell_type: design.cell_types[data.held_out_type()].clone(),
            seeds: player.seeds,
            continuous: player.continuous,
            genes: data.prepared().genes.clone(),
            x,
            y,
            arm: shown.iter().map(|&cell| design.arm[cell] as usize).collect(),
            explained: [share(0), share(1)],
            arms,
            notes: player.notes,
        };
        let measured = measured(data, &scene.arms)?;
        Ok(Self { scene, pca, measured })
    }

    /// The view of predicted cells.
    pub fn view(
        &self,
        predicted: &Array2<f32>,
        condition: Option<String>,
        dose: f64,
        seed: Option<u64>,
    ) -> Result<SliderView, RunError> {
        let mean = gene_means(predicted.view());
        let (x, y) = coordinates(&self.pca, predicted)?;
        let beside: Vec<&Measured> = self.measured.iter().filter(|m| m.arm == 0 || m.condition == condition).collect();
        let lowest = beside.iter().map(|m| m.dose).filter(|dose| *dose > 0.0).fold(f64::INFINITY, f64::min);
        let away = |m: &Measured| ((m.dose / lowest).ln_1p() - (dose / lowest).ln_1p()).abs();
        let agreement = |found: Option<&&Measured>| found.map(|m| self.agreement(m, &mean)).transpose();
        Ok(SliderView {
            nearest: agreement(beside.iter().min_by(|a, b| away(a).total_cmp(&away(b))))?,
            below: agreement(beside.iter().filter(|m| m.dose < dose).max_by(|a, b| a.dose.total_cmp(&b.dose)))?,
            above: agreement(beside.iter().filter(|m| m.dose > dose).min_by(|a, b| a.dose.total_cmp(&b.dose)))?,
            notes: self.beyond(condition.as_deref(), dose).into_iter().collect(),
            dose,
            condition,
            seed,
            mean_predicted: mean,
            x,
            y,
        })
    }

    fn agreement(&self, measured: &Measured, predicted: &[f64]) -> Result<Agreement, RunError> {
        let finite = |value: f64| value.is_finite().then_some(value);
        let r2_all = finite(squared_pearson_of(predicted, &measured.mean, None)?);
        let r2_top100 = match &measured.top {
            Some(top) => finite(squared_pearson_of(predicted, &measured.mean, Some(top))?),
            None => None,
        };
        let arm = self.scene.arms[measured.arm].label.clone();
        Ok(Agreement { arm, dose: measured.dose, r2_all, r2_top100 })
    }

    /// A remark on a dose outside what the model has seen.
    fn beyond(&self, condition: Option<&str>, dose: f64) -> Option<String> {
        let arms = self.scene.arms.iter().skip(1);
        let seen = arms.filter(|arm| arm.condition.as_deref() == condition && arm.n_donors > 0);
        let highest = seen.filter_map(|arm| arm.dose).fold(0.0, f64::max);
        (dose > highest && highest > 0.0).then(|| {
            format!("{dose} is above the highest dose that other cell types were measured at, {highest}: no cell tells whether this is right.")
        })
    }
}

/// The arms with a dose and cells.
fn measured(data: &TrainingSet, arms: &[SceneArm]) -> Result<Vec<Measured>, RunError> {
    let expression =
        |arm| data.prepared().x.select(Axis(0), &data.prepared().design.cells_of(data.held_out_type(), arm));
    let control = expression(0);
    // As the scores: no ranking of fewer than two cells.
    let ranked = if control.nrows() < 2 { None } else { Some(Control::new(control.view())?) };
    let mut measured = Vec::new();
    for (number, arm) in arms.iter().enumerate() {
        let Some(dose) = arm.dose.filter(|_| arm.n_observed > 0) else { continue };
        let cells = expression(number);
        let top = match &ranked {
            Some(control) if number > 0 && cells.nrows() >= 2 => {
                Some(control.rank(cells.view(), Test::Wilcoxon, ConstantGenes::AsScanpy)?.top(TOP).to_vec())
            }
            _ => None,
        };
        measured.push(Measured {
            arm: number,
            condition: arm.condition.clone(),
            dose,
            mean: gene_means(cells.view()),
            top,
        });
    }
    Ok(measured)
}

/// Cells on two components; 0 where there is no such component.
fn coordinates(pca: &Pca, cells: &Array2<f32>) -> Result<(Vec<f64>, Vec<f64>), RunError> {
    let scores = pca.transform(cells.view())?;
    let column = |i: usize| {
        if i < scores.ncols() { scores.column(i).to_vec() } else { vec![0.0; cells.nrows()] }
    };
    Ok((column(0), column(1)))
}
