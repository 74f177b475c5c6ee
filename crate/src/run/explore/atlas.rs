//! The whole atlas of an exploration's figures, for the command line.

use std::collections::BTreeMap;

use crate::chart::{ExpressionStyle, Figure};
use crate::metrics::distance::Distance;
use crate::run::RunError;

use super::exploration::Exploration;
use super::groups::{all_cells, type_name};
use super::{ColourBy, DosePanels, FigureQuery};

/// Genes with the most certain curves that are drawn.
const GENES: usize = 6;

/// Every figure of the thesis' overview of its data, with a file name each: cell counts; each distance for all cells, for one
/// type, for the highest and the lowest dose (or each condition), and per type; the cells in two dimensions by type and by
/// treatment; response genes.
pub fn atlas(found: &Exploration) -> Result<Vec<(String, Figure)>, RunError> {
    let mut queries = vec![("cell-counts".to_owned(), FigureQuery::CellCounts {})];
    let metrics = found.task.distances.as_ref().map_or(&[][..], |part| &part.metrics);
    for &metric in metrics {
        queries.extend(distances(found, metric));
    }
    for &method in found.embeddings.keys() {
        let title = method.title().to_lowercase();
        for (name, colour) in [("cell-type", ColourBy::CellType), ("treatment", ColourBy::Arm)] {
            let query = FigureQuery::Embedding { method, colour, only: None, highlight: None };
            queries.push((format!("{title}-by-{name}"), query));
        }
    }
    queries.extend(genes(found));
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    let figures = queries.into_iter().map(|(name, query)| {
        // Different labels may give one file name.
        let count = names.entry(name.clone()).or_default();
        *count += 1;
        let name = if *count > 1 { format!("{name}-{count}") } else { name };
        Ok((name, found.figure(&query)?))
    });
    figures.collect()
}

fn distances(found: &Exploration, metric: Distance) -> Vec<(String, FigureQuery)> {
    let name = metric.name().replace('_', "-");
    let along = |cell_types: Option<Vec<String>>, panels| FigureQuery::DistancesAlongDoses {
        metrics: vec![metric],
        cell_types,
        panels,
        fits: false,
        highlight: None,
    };
    let at = |arm: usize| FigureQuery::DistancesPerType {
        metrics: vec![metric],
        arm: found.design().arms[arm].label.clone(),
        cell_types: None,
        highlight: None,
    };
    let one_type = found.largest_type().map(|cell_type| type_name(found.design(), Some(cell_type)).to_owned());
    let mut queries = Vec::new();
    let series = found.series();
    if series.iter().all(|one| one.arms.len() < 2) {
        // Conditions instead of doses: a figure per condition, all cells and every type in its rows.
        queries.extend(
            found
                .arms()
                .into_iter()
                .map(|arm| (format!("distance-{name}-{}", file_name(&found.design().arms[arm].label)), at(arm))),
        );
        return queries;
    }
    if found.comparisons.iter().any(|one| one.cell_type.is_none()) {
        let all = Some(vec![all_cells(found.design()).to_owned()]);
        queries.push((format!("distance-{name}-all-cells"), along(all, DosePanels::Metrics)));
    }
    if let Some(one) = one_type {
        queries.push((format!("distance-{name}-{}", file_name(&one)), along(Some(vec![one]), DosePanels::Metrics)));
    }
    queries.push((format!("distance-{name}-by-type"), along(None, DosePanels::Metrics)));
    queries.push((format!("distance-{name}-each-type"), along(None, DosePanels::CellTypes)));
    for one in &series {
        let condition = one
            .condition
            .as_deref()
            .filter(|_| series.len() > 1)
            .map_or(String::new(), |c| format!("-{}", file_name(c)));
        if let (Some(&(_, lowest)), Some(&(_, highest))) = (one.arms.first(), one.arms.last()) {
            queries.push((format!("distance-{name}{condition}-highest-dose"), at(highest)));
            queries.push((format!("distance-{name}{condition}-lowest-dose"), at(lowest)));
        }
    }
    queries
}

fn genes(found: &Exploration) -> Vec<(String, FigureQuery)> {
    let mut queries = Vec::new();
    let arms = found.arms();
    let Some(&strongest) = arms.last().filter(|_| found.task.deg.is_some()) else { return queries };
    let arm = found.design().arms[strongest].label.clone();
    if let Some(cell_type) = found.largest_type() {
        let cell_type = type_name(found.design(), Some(cell_type)).to_owned();
        let volcano = FigureQuery::Volcano { cell_type: cell_type.clone(), arm: arm.clone(), highlight: None };
        queries.push((format!("volcano-{}", file_name(&cell_type)), volcano));
        if arms.len() > 1 {
            let overlap =
                FigureQuery::ResponseOverlap { arm: None, cell_type: Some(cell_type.clone()), highlight: None };
            queries.push((format!("response-genes-{}-by-treatment", file_name(&cell_type)), overlap));
        }
    }
    let overlap = FigureQuery::ResponseOverlap { arm: Some(arm), cell_type: None, highlight: None };
    queries.push(("response-genes-by-type".to_owned(), overlap));
    let fitted: Vec<String> = found.fitted_genes().into_iter().take(GENES).collect();
    if !fitted.is_empty() {
        let along = FigureQuery::GenesAlongDoses { genes: fitted, cell_types: None, highlight: None };
        queries.push(("genes-along-doses".to_owned(), along));
        queries.push(("ec50".to_owned(), FigureQuery::Ec50 { cell_type: None, n: 20, highlight: None }));
    }
    if let Some(gene) = found.strongest_gene(strongest) {
        for (style, name) in [(ExpressionStyle::Violins, "violins"), (ExpressionStyle::Means, "means")] {
            let query = FigureQuery::GeneExpression { gene: gene.clone(), style, cell_types: None, highlight: None };
            queries.push((format!("gene-{}-{name}", file_name(&gene)), query));
        }
    }
    queries
}

impl Exploration {
    /// The arms that were compared, ascending.
    pub(super) fn arms(&self) -> Vec<usize> {
        let mut arms: Vec<usize> = self.comparisons.iter().map(|one| one.arm).collect();
        arms.sort_unstable();
        arms.dedup();
        arms
    }

    /// The compared type with the most cells.
    fn largest_type(&self) -> Option<usize> {
        let counts = self.design().counts();
        let types = self.comparisons.iter().filter_map(|one| one.cell_type);
        // `max_by_key` returns the last of equals; reversed, that is the first type.
        types.rev().max_by_key(|&cell_type| counts.row(cell_type).sum())
    }

    /// The gene with the best score under an arm, in all cells together or else in the largest type.
    fn strongest_gene(&self, arm: usize) -> Option<String> {
        let i = self.comparison(None, arm).or_else(|| self.comparison(self.largest_type(), arm))?;
        let best = *self.genes[i].as_ref()?.strongest().first()?;
        Some(self.prepared.genes[best].clone())
    }
}

/// A text as a part of a file name.
fn file_name(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}
