//! Hill curves along the doses: of each distance, and of the response genes of each type.

use std::collections::BTreeMap;

use ndarray::{ArrayView2, Axis};

use crate::data::Design;
use crate::metrics::MetricError;
use crate::metrics::distance::Distance;
use crate::metrics::hill::{HillFit, fit};

use super::exploration::Exploration;
use super::outcome::{FitOf, FitRow};

/// Fewest treated doses of a curve, which has four parameters.
pub(super) const FEWEST_DOSES: usize = 4;

/// Added to means of counts per target sum before the logarithm, so that a gene that is silent in the control has one.
/// In units of the normalised values, where a count of one cell in a hundred is about .01 to .1.
const PSEUDO_MEAN: f64 = 0.05;

/// The treated arms of one condition that have a dose, ascending.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Series {
    pub condition: Option<String>,
    /// (dose, arm)
    pub arms: Vec<(f64, usize)>,
}

impl Series {
    /// The series of a design, in the order in which their conditions occur.
    pub fn of(design: &Design, arms: &[usize]) -> Vec<Self> {
        let mut series: Vec<Self> = Vec::new();
        for &arm in arms {
            let Some(dose) = design.arms[arm].dose.filter(|&dose| dose > 0.0) else { continue };
            let condition = design.arms[arm].condition.clone();
            match series.iter_mut().find(|one| one.condition == condition) {
                Some(one) => one.arms.push((dose, arm)),
                None => series.push(Self { condition, arms: vec![(dose, arm)] }),
            }
        }
        for one in &mut series {
            one.arms.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        series
    }
}

/// A fitted curve and what it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DoseFit {
    pub cell_type: Option<usize>,
    pub condition: Option<String>,
    pub of: FitOf,
    pub name: String,
    pub fit: HillFit,
    /// (dose, value, standard error) that were fitted.
    pub points: Vec<(f64, f64, Option<f64>)>,
}

impl DoseFit {
    pub fn row(&self, design: &Design) -> FitRow {
        let HillFit { bottom, top, ec50, ec50_low, ec50_high, slope, r2, p_value, at_edge } = self.fit;
        FitRow {
            cell_type: self.cell_type.map(|cell_type| design.cell_types[cell_type].clone()),
            condition: self.condition.clone(),
            of: self.of,
            name: self.name.clone(),
            bottom,
            top,
            ec50,
            ec50_low,
            ec50_high,
            slope,
            r2,
            p_value,
            at_edge,
        }
    }
}

impl Exploration {
    /// Fits every distance of one type along one series. The control is no point of the curve: its distance from itself is 0,
    /// which no group of other cells ever is.
    pub(super) fn fit_distances(
        &self,
        cell_type: Option<usize>,
        series: &Series,
        metrics: &[Distance],
    ) -> Result<Vec<DoseFit>, MetricError> {
        let mut fits = Vec::new();
        for &metric in metrics {
            let mut points = Vec::new();
            for &(dose, arm) in &series.arms {
                let distances = self.comparison(cell_type, arm).and_then(|i| self.distances[i].as_ref());
                let measured = distances.and_then(|d| d.measured.iter().find(|one| one.distance == metric));
                if let Some(measured) = measured.filter(|one| one.value.is_finite()) {
                    points.push((dose, measured.value, None));
                }
            }
            let found = fitted(cell_type, series, FitOf::Distance, metric.name(), points)?;
            // A distance that falls with the dose is no response.
            fits.extend(found.filter(|found| found.fit.top > found.fit.bottom));
        }
        Ok(fits)
    }

    /// Fits the log2 fold change of the means of the genes that respond to any dose of the series, at most `n_genes`, the
    /// most significant first.
    ///
    /// The fold change is that of the means of normalised counts, not of their logarithms, because a Hill curve of the log
    /// fold change is what a constant relative effect gives.
    pub(super) fn fit_genes(
        &self,
        cell_type: Option<usize>,
        series: &Series,
        n_genes: usize,
    ) -> Result<Vec<DoseFit>, MetricError> {
        let mut best: BTreeMap<usize, f64> = BTreeMap::new();
        for &(_, arm) in &series.arms {
            let Some(i) = self.comparison(cell_type, arm) else { continue };
            let (Some(responding), Some(Some(genes))) = (self.responding(i), self.genes.get(i)) else { continue };
            for &gene in responding.up.iter().chain(&responding.down) {
                let score = genes.scores[gene].abs();
                let entry = best.entry(gene).or_insert(score);
                *entry = entry.max(score);
            }
        }
        let mut chosen: Vec<(usize, f64)> = best.into_iter().collect();
        chosen.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        chosen.truncate(n_genes);
        let mut fits = Vec::new();
        for (gene, _) in chosen {
            let points = self.fold_changes(cell_type, series, gene);
            fits.extend(fitted(cell_type, series, FitOf::Gene, &self.prepared.genes[gene], points)?);
        }
        Ok(fits)
    }

    /// (dose, log2 fold change, its standard error) of a gene; the control first.
    pub(super) fn fold_changes(
        &self,
        cell_type: Option<usize>,
        series: &Series,
        gene: usize,
    ) -> Vec<(f64, f64, Option<f64>)> {
        let logged = self.logged();
        let first = series.arms.iter().find_map(|&(_, arm)| self.comparison(cell_type, arm));
        let Some(first) = first else { return Vec::new() };
        let x = self.prepared.x.view();
        let (control, control_error) = log2_mean(x, &self.comparisons[first].control, gene, logged);
        // The lowest dose where there is none of 0.
        let at_control = self.design().arms[0].dose.unwrap_or(0.0);
        let mut points = vec![(at_control, 0.0, Some(control_error))];
        for &(dose, arm) in &series.arms {
            if let Some(i) = self.comparison(cell_type, arm) {
                let (mean, error) = log2_mean(x, &self.comparisons[i].treated, gene, logged);
                points.push((dose, mean - control, Some(error)));
            }
        }
        points
    }
}

/// `None` with too few doses, or where there is nothing to fit.
fn fitted(
    cell_type: Option<usize>,
    series: &Series,
    of: FitOf,
    name: &str,
    points: Vec<(f64, f64, Option<f64>)>,
) -> Result<Option<DoseFit>, MetricError> {
    if points.iter().filter(|point| point.0 > 0.0).count() < FEWEST_DOSES {
        return Ok(None);
    }
    let (doses, values): (Vec<f64>, Vec<f64>) = points.iter().map(|&(dose, value, _)| (dose, value)).unzip();
    let weights: Option<Vec<f64>> = points.iter().map(|(_, _, error)| Some(1.0 / (*error)?.powi(2))).collect();
    let fit = fit(&doses, &values, weights.as_deref())?;
    Ok(Some(DoseFit { cell_type, condition: series.condition.clone(), of, name: name.to_owned(), fit, points }))
}

/// log2 of the mean of the normalised values of a gene, and its standard error by the delta method.
fn log2_mean(x: ArrayView2<f32>, cells: &[usize], gene: usize, logged: bool) -> (f64, f64) {
    let column = x.index_axis(Axis(1), gene);
    let value = |&cell: &usize| {
        let value = f64::from(column[cell]);
        if logged { value.exp_m1() } else { value }
    };
    let n = cells.len() as f64;
    let mean = cells.iter().map(value).sum::<f64>() / n;
    let squares = cells.iter().map(|cell| (value(cell) - mean).powi(2)).sum::<f64>();
    // At least the variance of one count more or less, so that a gene nobody expresses is not certain.
    let variance = (squares / (n - 1.0).max(1.0) / n).max((PSEUDO_MEAN / 2.0).powi(2) / n);
    let shifted = mean + PSEUDO_MEAN;
    (shifted.log2(), variance.sqrt() / shifted / std::f64::consts::LN_2)
}
