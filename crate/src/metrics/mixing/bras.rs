//! BRAS: within each cell type, whether a cell is nearer to its own batch than to the others.

use ndarray::{Array2, ArrayView2, Axis, Slice};

use super::super::labels::Labels;
use super::super::points::Points;
use super::super::{MetricError, Value, check_group};

/// The mean over labels of the mean of `1 - |silhouette of the batches|` of their cells, 0 to 1, higher is better.
///
/// The silhouette of a label's cells is `(b - a) / max(a, b)` by cosine distance, `a` the mean distance to the other cells of the same
/// batch, and `b` that to *all* cells of other batches, where the usual one takes the nearest batch; 0 for a cell that is alone with
/// its batch, and where `a = b = 0`. A cell at the origin has no direction and is
/// at distance 1 from those that have one.
///
/// `None` if no label has two batches, one of them with two cells. Source: Rautenstrauch and Ohler 2025; scib-metrics 0.6.0 `bras`. Errors:
/// other numbers of labels or batches than of cells, a value that is not finite.
pub fn bras<T: Value>(x: ArrayView2<T>, labels: &[u32], batch: &[u32]) -> Result<Option<f64>, MetricError> {
    check_group("the latent space", x)?;
    let labels = Labels::new("labels", labels, x.nrows())?;
    let batch = Labels::new("batches", batch, x.nrows())?;
    let directions = directions(x);
    let mut scores = Vec::new();
    for cells in labels.members() {
        let codes: Vec<u32> = cells.iter().map(|&cell| batch.codes()[cell] as u32).collect();
        let batches = Labels::new("batches", &codes, cells.len())?;
        if batches.groups() > 1 && batches.groups() < cells.len() {
            scores.push(mixed(&directions.select(&cells), &batches));
        }
    }
    Ok((!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64))
}

/// The mean of `1 - |silhouette|` of the cells of one label.
fn mixed(directions: &Points, batch: &Labels) -> f64 {
    let counts = batch.counts();
    let mut total = 0.0;
    directions.each_row(|i, squared| {
        let own = batch.codes()[i];
        let (mut within, mut between) = (0.0, 0.0);
        for (j, (squared, &code)) in squared.iter().zip(batch.codes()).enumerate() {
            // 1 - cos is half the squared distance of the directions, and exactly 0 for equal ones.
            let cosine = squared / 2.0;
            if code != own {
                between += cosine;
            } else if j != i {
                within += cosine;
            }
        }
        let b = between / (batch.len() - counts[own]) as f64;
        let silhouette = match counts[own] {
            1 => 0.0,
            count => {
                let a = within / (count - 1) as f64;
                if a.max(b) > 0.0 { (b - a) / a.max(b) } else { 0.0 }
            }
        };
        total += 1.0 - f64::abs(silhouette);
    });
    total / batch.len() as f64
}

/// The cells scaled to length 1. Those at the origin get a dimension of their own, at distance 1 from all that have a direction.
fn directions<T: Value>(x: ArrayView2<T>) -> Points {
    let (cells, dims) = x.dim();
    let mut unit = Array2::zeros((cells, dims + 1));
    for (mut row, values) in unit.outer_iter_mut().zip(x.outer_iter()) {
        let values = values.mapv(Into::into);
        // By the largest entry first, so that no square is too large or too small.
        let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        if largest > 0.0 {
            let values = values / largest;
            row.slice_axis_mut(Axis(0), Slice::from(..dims)).assign(&(&values / values.dot(&values).sqrt()));
        } else {
            row[dims] = 1.0;
        }
    }
    Points::new(unit.view())
}
