use ndarray::{Array2, Axis};

/// Scaling of every gene to mean 0 and variance 1 over the training cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    mean: Vec<f32>,
    deviation: Vec<f32>,
    max_value: f32,
}

impl Scale {
    /// From `cells x genes`, at least two cells. Deviations are unbiased; a gene that does not vary keeps the scale it has.
    /// Values further than `max_value` from 0 are cut off.
    ///
    /// Source: scanpy `pp.scale`.
    #[must_use]
    pub fn new(x: &Array2<f32>, max_value: f64) -> Self {
        let x = x.mapv(f64::from);
        let n = x.nrows() as f64;
        let mean = x.sum_axis(Axis(0)) / n;
        let squares = (&x - &mean).mapv(|v| v * v).sum_axis(Axis(0));
        let deviation = squares.mapv(|sum| (sum / (n - 1.0)).sqrt() as f32);
        let deviation = deviation.mapv(|deviation| if deviation > 0.0 { deviation } else { 1.0 });
        Self { mean: mean.mapv(|v| v as f32).to_vec(), deviation: deviation.to_vec(), max_value: max_value as f32 }
    }

    /// Cells of the same genes, scaled.
    #[must_use]
    pub fn apply(&self, x: &Array2<f32>) -> Array2<f32> {
        let mut scaled = x.clone();
        for mut row in scaled.rows_mut() {
            for ((value, mean), deviation) in row.iter_mut().zip(&self.mean).zip(&self.deviation) {
                *value = ((*value - mean) / deviation).clamp(-self.max_value, self.max_value);
            }
        }
        scaled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn genes_get_mean_0_and_variance_1_and_others_are_scaled_alike() {
        let x = array![[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]];
        let scale = Scale::new(&x, 3.0);
        assert_eq!(scale.apply(&x), array![[-1.0, 0.0], [0.0, 0.0], [1.0, 0.0]]);
        assert_eq!(scale.apply(&array![[100.0, 6.0], [-100.0, 4.0]]), array![[3.0, 1.0], [-3.0, -1.0]]);
    }
}
