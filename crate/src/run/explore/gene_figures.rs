//! Response genes: along the doses, by significance, shared between groups, by EC50.

use std::collections::BTreeMap;

use crate::chart::{
    DoseLine, DosePanel, DosePoint, DoseResponse, Intersection, IntervalPanel, IntervalRow, Intervals, OverlapSet,
    SetOverlap, Volcano, number,
};
use crate::run::RunError;

use super::distance_figures::curve;
use super::doses::DoseFit;
use super::exploration::Exploration;
use super::groups::{against, type_name};
use super::outcome::FitOf;

/// -log10 of the smallest p that is told apart from 0.
const MOST_SIGNIFICANT: f64 = 300.0;
/// Genes named in an intersection.
const EXAMPLES: usize = 8;
/// Curves whose p-value is not below this are not claimed.
pub(super) const CERTAIN: f64 = 0.05;
/// Most intersections that a figure lists.
const MOST_INTERSECTIONS: usize = 30;

/// A plot per gene: log2 fold change with 95 % intervals, a line per cell type.
pub(super) fn along_doses(
    found: &Exploration,
    genes: &[String],
    types: &[Option<usize>],
) -> Result<DoseResponse, RunError> {
    let series = found.series();
    let mut panels = Vec::new();
    for gene in genes {
        let number = found.prepared.genes.iter().position(|name| name == gene);
        let number = number.ok_or_else(|| RunError::GeneNotChosen { gene: gene.clone() })?;
        let mut lines = Vec::new();
        for (&cell_type, one) in types.iter().flat_map(|cell_type| series.iter().map(move |one| (cell_type, one))) {
            let points = found.fold_changes(cell_type, one, number);
            // A fold change is a difference, so the control's error is in every point but its own.
            let control_error = points.first().and_then(|point| point.2).unwrap_or(0.0);
            let name = type_name(found.design(), cell_type);
            lines.push(DoseLine {
                name: match &one.condition {
                    Some(condition) if series.len() > 1 => format!("{name}, {condition}"),
                    _ => name.to_owned(),
                },
                key: name.to_owned(),
                points: points
                    .iter()
                    .map(|&(dose, value, error)| DosePoint {
                        dose,
                        value: Some(value),
                        low: error.map(|error| value - 1.96 * error.hypot(control_error)),
                        high: error.map(|error| value + 1.96 * error.hypot(control_error)),
                        note: String::new(),
                    })
                    .collect(),
                fit: found.fit_of(FitOf::Gene, gene, cell_type, one).and_then(curve),
            });
        }
        panels.push(DosePanel {
            title: gene.clone(),
            y_label: "log2 fold change of the mean".to_owned(),
            lines,
            floor: None,
        });
    }
    Ok(DoseResponse {
        title: "Genes along the doses".to_owned(),
        panels,
        x_label: "dose".to_owned(),
        shared_y: false,
        highlight: None,
        distinct: false,
    })
}

/// Every gene of one comparison.
pub(super) fn volcano(found: &Exploration, cell_type: Option<usize>, arm: usize) -> Volcano {
    let design = found.design();
    let part = found.task.deg.clone().unwrap_or_default();
    let title = format!("{}: {}", type_name(design, cell_type), against(design, arm));
    let Some(Some(genes)) = found.comparison(cell_type, arm).map(|i| found.genes[i].as_ref()) else {
        return Volcano { title, ..Volcano::default() };
    };
    Volcano {
        title,
        genes: found.prepared.genes.clone(),
        x: genes.log2_fold_changes.clone(),
        y: genes.adjusted_p_values.iter().map(|&p| (-p.log10()).clamp(0.0, MOST_SIGNIFICANT)).collect(),
        x_label: "log2 fold change".to_owned(),
        y_label: "−log10 adjusted p".to_owned(),
        threshold_x: Some(part.min_log2_fold_change),
        threshold_y: Some(-part.max_adjusted_p.log10()),
        label_top: 10,
        highlight: None,
    }
}

/// Response genes at one arm, shared between cell types.
pub(super) fn overlap_of_types(found: &Exploration, arm: usize) -> SetOverlap {
    let design = found.design();
    let sets = found.comparisons.iter().enumerate().filter(|(_, one)| one.arm == arm && one.cell_type.is_some());
    let sets = sets.map(|(i, one)| (type_name(design, one.cell_type).to_owned(), i)).collect();
    overlap(found, format!("Response genes shared between cell types: {}", against(design, arm)), sets)
}

/// Response genes of one type, shared between arms.
pub(super) fn overlap_of_arms(found: &Exploration, cell_type: Option<usize>) -> SetOverlap {
    let design = found.design();
    let sets = found.comparisons.iter().enumerate().filter(|(_, one)| one.cell_type == cell_type);
    let sets = sets.map(|(i, one)| (design.arms[one.arm].label.clone(), i)).collect();
    overlap(found, format!("Response genes of {} shared between treatments", type_name(design, cell_type)), sets)
}

fn overlap(found: &Exploration, title: String, sets: Vec<(String, usize)>) -> SetOverlap {
    // Which sets each gene is in, and its best score there.
    let mut members: BTreeMap<usize, (Vec<usize>, f64)> = BTreeMap::new();
    let mut sizes = Vec::new();
    for (number, &(_, comparison)) in sets.iter().enumerate() {
        let responding = found.responding(comparison).unwrap_or_default();
        sizes.push(responding.up.len() + responding.down.len());
        let scores = found.genes[comparison].as_ref().map(|genes| &genes.scores);
        for &gene in responding.up.iter().chain(&responding.down) {
            let entry = members.entry(gene).or_default();
            entry.0.push(number);
            entry.1 = entry.1.max(scores.map_or(0.0, |scores| scores[gene].abs()));
        }
    }
    let mut groups: BTreeMap<Vec<usize>, Vec<(usize, f64)>> = BTreeMap::new();
    for (gene, (sets, score)) in members {
        groups.entry(sets).or_default().push((gene, score));
    }
    let mut intersections: Vec<Intersection> = groups
        .into_iter()
        .map(|(members, mut genes)| {
            genes.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            let examples = genes.iter().take(EXAMPLES).map(|&(gene, _)| found.prepared.genes[gene].clone()).collect();
            Intersection { members, size: genes.len(), examples }
        })
        .collect();
    intersections.sort_by(|a, b| b.size.cmp(&a.size).then_with(|| a.members.cmp(&b.members)));
    intersections.truncate(MOST_INTERSECTIONS);
    let sets = sets.into_iter().zip(sizes).map(|((name, _), size)| OverlapSet { key: name.clone(), name, size });
    SetOverlap { title, sets: sets.collect(), intersections, unit: "response genes".to_owned(), highlight: None }
}

/// EC50 with its interval, of the genes with the most certain curves in the given types.
pub(super) fn ec50(found: &Exploration, types: &[Option<usize>], n: usize) -> Intervals {
    let design = found.design();
    let several = found.series().len() > 1;
    let wanted = |fit: &&DoseFit| !fit.fit.at_edge && fit.fit.p_value < CERTAIN && types.contains(&fit.cell_type);
    let label = |fit: &DoseFit| {
        let mut words = vec![fit.name.as_str()];
        if types.len() != 1 {
            words.push(type_name(design, fit.cell_type));
        }
        words.extend(fit.condition.as_deref().filter(|_| several));
        words.join(", ")
    };
    let rows = found.fits_of(FitOf::Gene).filter(wanted).take(n).map(|fit| IntervalRow {
        label: label(fit),
        key: fit.name.clone(),
        value: Some(fit.fit.ec50),
        low: fit.fit.ec50_low,
        high: fit.fit.ec50_high,
        floor: None,
        note: format!("slope {}, R2 {}", number(fit.fit.slope), number(fit.fit.r2)),
    });
    let mut rows: Vec<IntervalRow> = rows.collect();
    rows.sort_by(|a, b| a.value.unwrap_or_default().total_cmp(&b.value.unwrap_or_default()));
    Intervals {
        title: "Dose of half the effect (EC50)".to_owned(),
        panels: vec![IntervalPanel {
            title: String::new(),
            unit: "EC50, in the unit of the doses".to_owned(),
            log: true,
            rows,
            floor: None,
        }],
        highlight: None,
    }
}
