//! The nearest neighbours that the metrics of mixing are computed from, checked once.

use ndarray::ArrayView2;

use super::super::MetricError;

/// Most neighbours that a metric reads, the cell itself counted: those of LISI.
pub const NEIGHBOURS: usize = 90;

/// The nearest other cells of every cell, as `embed::nearest_neighbours` gives them.
#[derive(Clone, Copy, Debug)]
pub struct Nearest<'a> {
    indices: ArrayView2<'a, usize>,
    distances: ArrayView2<'a, f64>,
}

impl<'a> Nearest<'a> {
    /// Checks the rows of other cells, nearest first, and their distances (both `cells x k`).
    ///
    /// `k` has to be 89 or more, or all other cells where there are fewer; what is beyond is not read.
    ///
    /// Errors: no cell, arrays of different shapes, too few neighbours, a neighbour that is no cell or the cell itself, distances
    /// that are negative, not finite or fall along a row.
    pub fn new(indices: ArrayView2<'a, usize>, distances: ArrayView2<'a, f64>) -> Result<Self, MetricError> {
        let (cells, k) = indices.dim();
        if cells == 0 {
            return Err(MetricError::NoCells { group: "the latent space", rows: 0, columns: k });
        }
        if distances.dim() != indices.dim() {
            let (left, right) = (k, distances.ncols());
            if distances.nrows() != cells {
                let labels = distances.nrows();
                return Err(MetricError::OtherCells { name: "rows of distances", labels, cells });
            }
            let (left_name, right_name) = ("the neighbours", "their distances");
            return Err(MetricError::ShapeMismatch { left_name, left, right_name, right });
        }
        let needed = NEIGHBOURS.min(cells) - 1;
        if needed > k {
            return Err(MetricError::Neighbour {
                name: "the number of neighbours needed",
                value: needed,
                limit: k + 1,
            });
        }
        for (row, (neighbours, distances)) in indices.outer_iter().zip(distances.outer_iter()).enumerate() {
            let mut before = 0.0;
            for (column, (&neighbour, &distance)) in neighbours.iter().zip(distances).enumerate() {
                if neighbour >= cells {
                    return Err(MetricError::Neighbour { name: "a cell number", value: neighbour, limit: cells });
                }
                let setting = |name, value, rule| Err(MetricError::Setting { name, value, rule });
                if neighbour == row {
                    return setting("the neighbour of a cell", neighbour as f64, "another cell");
                }
                if !distance.is_finite() {
                    let group = "the distances to neighbours";
                    return Err(MetricError::NotFinite { group, row, column, value: distance });
                }
                if distance < before {
                    return setting("the distance to a neighbour", distance, "0 or more, and rise along a row");
                }
                before = distance;
            }
        }
        Ok(Self { indices, distances })
    }

    /// Number of cells.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.indices.nrows()
    }

    /// Neighbours of each cell in a neighbourhood of `counted` cells, the cell itself being one of them.
    pub(super) fn others(&self, counted: usize) -> usize {
        counted.min(self.cells()) - 1
    }

    /// The nearest `k` neighbours of a cell, with their distances.
    pub(super) fn of(&self, cell: usize, k: usize) -> impl Iterator<Item = (usize, f64)> {
        let pair = |(&neighbour, &distance): (&usize, &f64)| (neighbour, distance);
        self.indices.row(cell).into_iter().zip(self.distances.row(cell)).take(k).map(pair)
    }
}
