//! Distances along the doses, and per cell type at one dose.

use crate::chart::{
    DoseLine, DosePanel, DosePoint, DoseResponse, FittedCurve, IntervalPanel, IntervalRow, Intervals, NoiseFloor,
    number,
};
use crate::metrics::contrast::Measured;
use crate::metrics::distance::Distance;
use crate::metrics::hill::HillFit;

use super::Space;
use super::doses::{DoseFit, Series};
use super::exploration::Exploration;
use super::figures::DosePanels;
use super::gene_figures::CERTAIN;
use super::groups::{against, type_name};
use super::outcome::FitOf;

/// Points of a fitted curve.
const CURVE_POINTS: usize = 80;

/// A line per cell type (and condition), a plot per distance or per type.
pub(super) fn along_doses(
    found: &Exploration,
    metrics: &[Distance],
    types: &[Option<usize>],
    panels: DosePanels,
    fits: bool,
) -> DoseResponse {
    let series = found.series();
    let line = |metric: Distance, cell_type: Option<usize>, one: &Series, with_condition: bool| {
        let name = type_name(found.design(), cell_type);
        let points: Vec<DosePoint> =
            one.arms.iter().filter_map(|&(dose, arm)| point(found, metric, cell_type, dose, arm)).collect();
        DoseLine {
            name: match &one.condition {
                Some(condition) if with_condition => format!("{name}, {condition}"),
                _ => name.to_owned(),
            },
            key: name.to_owned(),
            points,
            fit: fits.then(|| found.fit_of(FitOf::Distance, metric.name(), cell_type, one).and_then(curve)).flatten(),
        }
    };
    let lines = |metric: Distance, types: &[Option<usize>]| -> Vec<DoseLine> {
        let each = types.iter().flat_map(|&cell_type| series.iter().map(move |one| (cell_type, one)));
        each.map(|(cell_type, one)| line(metric, cell_type, one, series.len() > 1))
            .filter(|line| !line.points.is_empty())
            .collect()
    };
    let panel = |metric: Distance, types: &[Option<usize>], title: String| DosePanel {
        title,
        // One metric stands in the heading of the whole.
        y_label: if metrics.len() == 1 { String::new() } else { space(found) },
        lines: lines(metric, types),
        floor: shared_floor(found, metric, types),
    };
    let panels: Vec<DosePanel> = match panels {
        DosePanels::Metrics => {
            let title = |metric: Distance| if metrics.len() == 1 { String::new() } else { metric.title().to_owned() };
            metrics.iter().map(|&metric| panel(metric, types, title(metric))).collect()
        }
        DosePanels::CellTypes => {
            let each = metrics.iter().flat_map(|&metric| types.iter().map(move |&cell_type| (metric, cell_type)));
            let title = |metric: Distance, cell_type| {
                let name = type_name(found.design(), cell_type);
                if metrics.len() > 1 { format!("{name}: {}", metric.title()) } else { name.to_owned() }
            };
            each.map(|(metric, cell_type)| panel(metric, &[cell_type], title(metric, cell_type))).collect()
        }
    };
    DoseResponse {
        title: match metrics {
            [only] => format!("{} from control, in {}", only.title(), space(found)),
            _ => "Distances from control".to_owned(),
        },
        shared_y: metrics.len() == 1,
        panels,
        x_label: "dose".to_owned(),
        highlight: None,
        distinct: false,
    }
}

/// A row per cell type, a plot per distance.
pub(super) fn per_type(found: &Exploration, metrics: &[Distance], arm: usize, types: &[Option<usize>]) -> Intervals {
    let row = |metric: Distance, cell_type: Option<usize>| {
        let i = found.comparison(cell_type, arm)?;
        let distances = found.distances[i].as_ref()?;
        let measured = distances.measured.iter().find(|one| one.distance == metric)?;
        let name = type_name(found.design(), cell_type).to_owned();
        Some(IntervalRow {
            key: name.clone(),
            label: name,
            value: finite(measured.value),
            low: measured.low,
            high: measured.high,
            floor: found.floor(i, metric).map(|floor| floor.high),
            note: note(measured, distances.n_control, distances.n_treated),
        })
    };
    let panels = metrics.iter().map(|&metric| IntervalPanel {
        title: if metrics.len() == 1 { String::new() } else { metric.title().to_owned() },
        unit: format!("{} in {}", metric.title(), space(found)),
        log: false,
        rows: types.iter().filter_map(|&cell_type| row(metric, cell_type)).collect(),
        floor: None,
    });
    Intervals {
        title: match metrics {
            [only] => format!("{}: {}", only.title(), against(found.design(), arm)),
            _ => format!("Distances: {}", against(found.design(), arm)),
        },
        panels: panels.collect(),
        highlight: None,
    }
}

fn point(found: &Exploration, metric: Distance, cell_type: Option<usize>, dose: f64, arm: usize) -> Option<DosePoint> {
    let distances = found.distances[found.comparison(cell_type, arm)?].as_ref()?;
    let measured = distances.measured.iter().find(|one| one.distance == metric)?;
    Some(DosePoint {
        dose,
        value: finite(measured.value),
        low: measured.low,
        high: measured.high,
        note: note(measured, distances.n_control, distances.n_treated),
    })
}

fn note(measured: &Measured, n_control: usize, n_treated: usize) -> String {
    let p = measured.p_value.map_or(String::new(), |p| format!(", p {}", number(p)));
    format!("{n_treated} against {n_control} control cells{p}")
}

/// The floor of the types that are drawn; with several, the highest of theirs.
fn shared_floor(found: &Exploration, metric: Distance, types: &[Option<usize>]) -> Option<NoiseFloor> {
    let drawn = found.comparisons.iter().enumerate().filter(|(_, one)| types.contains(&one.cell_type));
    let floors = drawn.filter_map(|(i, _)| found.floor(i, metric));
    let highest = floors.max_by(|a, b| a.high.total_cmp(&b.high))?;
    let label = if types.len() > 1 {
        "control against control, 95 %, highest of the types"
    } else {
        "control against control, 95 %"
    };
    Some(NoiseFloor { value: finite(highest.median), high: finite(highest.high), label: label.to_owned() })
}

/// Where distances are measured.
fn space(found: &Exploration) -> String {
    match found.task.space {
        Space::Pca => format!("{} principal components", found.coordinates),
        Space::Genes if found.logged() => format!("{} genes, log1p", found.coordinates),
        Space::Genes => format!("{} genes", found.coordinates),
    }
}

/// The curve of a fit that is better than a constant.
pub(super) fn curve(fit: &DoseFit) -> Option<FittedCurve> {
    let HillFit { ec50, ec50_low, ec50_high, p_value, at_edge, .. } = fit.fit;
    if p_value >= CERTAIN {
        return None;
    }
    let doses = fit.points.iter().map(|point| point.0).filter(|&dose| dose > 0.0);
    let (low, high) = doses.fold((f64::INFINITY, 0.0f64), |(low, high), dose| (low.min(dose), high.max(dose)));
    let step = (high / low).ln() / (CURVE_POINTS - 1) as f64;
    let along = (0..CURVE_POINTS).map(|i| low * (step * i as f64).exp());
    Some(FittedCurve {
        points: along.map(|dose| (dose, fit.fit.at(dose))).collect(),
        ec50: (!at_edge).then_some(ec50),
        ec50_low: if at_edge { None } else { ec50_low },
        ec50_high: if at_edge { None } else { ec50_high },
    })
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

impl Exploration {
    /// The series of doses that were compared.
    pub(super) fn series(&self) -> Vec<Series> {
        Series::of(self.design(), &self.arms())
    }

    pub(super) fn fit_of(&self, of: FitOf, name: &str, cell_type: Option<usize>, series: &Series) -> Option<&DoseFit> {
        self.fits_of(of).find(|fit| fit.name == name && fit.cell_type == cell_type && fit.condition == series.condition)
    }
}
