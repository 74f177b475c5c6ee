//! How surely each neighbour of a cell is one: UMAP's local fuzzy sets.

/// Allowed deviation of the sum of memberships.
const TOLERANCE: f64 = 1e-5;
/// Halvings of the interval at most.
const STEPS: usize = 64;
/// The bandwidth is at least this share of the mean distance.
const MIN_BANDWIDTH: f64 = 1e-3;

/// Replaces the distances of a cell's neighbours, nearest first, by memberships `exp(-max(0, d - rho) / sigma)`: `rho` is the
/// smallest distance above 0, and `sigma` makes their sum `log2(neighbours + 1)`.
///
/// umap-learn's `smooth_knn_dist` and `compute_membership_strengths`, which count the cell itself as a neighbour.
pub(crate) fn memberships(distances: &mut [f64]) {
    let counted = distances.len() as f64 + 1.0;
    let rho = distances.iter().copied().find(|&distance| distance > 0.0).unwrap_or_default();
    let mean = distances.iter().sum::<f64>() / counted;
    let target = counted.log2();
    let (mut sigma, mut low, mut high) = (1.0_f64, 0.0_f64, f64::INFINITY);
    for _ in 0..STEPS {
        let sum: f64 = distances.iter().map(|&distance| membership(distance - rho, sigma)).sum();
        if (sum - target).abs() < TOLERANCE {
            break;
        }
        if sum > target {
            high = sigma;
            sigma = f64::midpoint(low, high);
        } else {
            low = sigma;
            sigma = if high.is_finite() { f64::midpoint(low, high) } else { sigma * 2.0 };
        }
    }
    let sigma = sigma.max(MIN_BANDWIDTH * mean);
    for distance in distances {
        *distance = membership(*distance - rho, sigma);
    }
}

fn membership(beyond: f64, sigma: f64) -> f64 {
    if beyond > 0.0 { (-beyond / sigma).exp() } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_the_logarithm_of_the_neighbours() {
        let mut weights: Vec<f64> = (1..15).map(f64::from).collect();
        memberships(&mut weights);
        assert!((weights.iter().sum::<f64>() - 15.0_f64.log2()).abs() < 1e-5);
        assert!((weights[0] - 1.0).abs() < 1e-15 && weights.is_sorted_by(|a, b| a > b));
    }

    #[test]
    fn equal_cells_belong_together() {
        let mut weights = [0.0; 9];
        memberships(&mut weights);
        assert!(weights.iter().all(|weight| (weight - 1.0).abs() < 1e-15));
        let mut weights = [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0];
        memberships(&mut weights);
        assert!((weights[5] - 1.0).abs() < 1e-15 && weights[6] < 1e-9);
    }
}
