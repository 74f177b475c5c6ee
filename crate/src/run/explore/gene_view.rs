//! The expression of one gene in every cell type and dose.

use crate::chart::{Expression, ExpressionGroup, ExpressionPanel, ExpressionStyle};
use crate::run::RunError;

use super::exploration::Exploration;
use super::groups::type_name;

/// Points of a density.
const GRID: usize = 48;
/// Fewest cells whose density is drawn.
const FEWEST: usize = 5;

/// A plot per cell type, a group per arm, the control first.
pub(super) fn expression(
    found: &Exploration,
    gene: &str,
    style: ExpressionStyle,
    types: &[Option<usize>],
) -> Result<Expression, RunError> {
    let values = found.expression(gene)?;
    let design = found.design();
    let highest = values.iter().copied().fold(0.0, f32::max);
    let panels = types.iter().map(|&cell_type| ExpressionPanel {
        title: type_name(design, cell_type).to_owned(),
        key: type_name(design, cell_type).to_owned(),
        groups: design
            .arms
            .iter()
            .enumerate()
            .map(|(arm, label)| {
                let in_group = |i: &usize| {
                    design.arm[*i] as usize == arm
                        && cell_type.is_none_or(|wanted| design.cell_type[*i] as usize == wanted)
                };
                let group: Vec<f64> = (0..values.len()).filter(in_group).map(|i| f64::from(values[i])).collect();
                ExpressionGroup {
                    key: label.label.clone(),
                    label: label.label.clone(),
                    dose: label.dose,
                    ..summarised(group, f64::from(highest))
                }
            })
            .collect(),
    });
    Ok(Expression { title: gene.to_owned(), unit: found.unit(), style, panels: panels.collect(), highlight: None })
}

/// Mean with 95 % interval (normal), quartiles, density.
fn summarised(mut values: Vec<f64>, highest: f64) -> ExpressionGroup {
    let n = values.len();
    if n == 0 {
        return ExpressionGroup::default();
    }
    values.sort_by(f64::total_cmp);
    let mean = values.iter().sum::<f64>() / n as f64;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n as f64 - 1.0).max(1.0);
    let half = (n > 1).then(|| 1.96 * (variance / n as f64).sqrt());
    let quantile = |q: f64| {
        let at = q * (n - 1) as f64;
        let (below, above) = (values[at.floor() as usize], values[at.ceil() as usize]);
        below + (above - below) * at.fract()
    };
    ExpressionGroup {
        n,
        mean: Some(mean),
        low: half.map(|half| (mean - half).max(0.0)),
        high: half.map(|half| mean + half),
        fraction: Some(values.iter().filter(|&&value| value > 0.0).count() as f64 / n as f64),
        density: if n < FEWEST { Vec::new() } else { density(&values, variance.sqrt(), highest) },
        quartiles: Some([quantile(0.25), quantile(0.5), quantile(0.75)]),
        ..ExpressionGroup::default()
    }
}

/// A Gaussian kernel density with Silverman's width, from 0 to `highest`.
fn density(values: &[f64], sd: f64, highest: f64) -> Vec<(f64, f64)> {
    let n = values.len() as f64;
    let width = (1.06 * sd * n.powf(-0.2)).max(highest / GRID as f64).max(1e-6);
    let at = |i: usize| highest * i as f64 / (GRID - 1) as f64;
    let kernel = |x: f64| values.iter().map(|value| (-0.5 * ((x - value) / width).powi(2)).exp()).sum::<f64>();
    let scale = n * width * (2.0 * std::f64::consts::PI).sqrt();
    (0..GRID).map(|i| (at(i), kernel(at(i)) / scale)).collect()
}

impl Exploration {
    /// Expression of a gene of the data set in every cell that is used, whether or not it was chosen in preprocessing.
    pub(super) fn expression(&self, gene: &str) -> Result<Vec<f32>, RunError> {
        let column = self.dataset.genes.iter().position(|name| name == gene);
        let column = column.ok_or_else(|| RunError::UnknownGene { gene: gene.to_owned() })?;
        Ok(self.prepared.expression_of(column, self.log1p))
    }

    /// The unit of expression.
    pub(super) fn unit(&self) -> String {
        let target = crate::chart::count(self.prepared.target_sum.round() as usize);
        if self.logged() { format!("log1p of counts per {target}") } else { format!("counts per {target}") }
    }
}
