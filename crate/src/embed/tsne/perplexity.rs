//! How strongly a cell is tied to each of its neighbours, so that all cells have the same effective number of them.

/// Allowed deviation of the entropy, in nats.
const TOLERANCE: f64 = 1e-5;
/// Halvings of the interval at most.
const STEPS: usize = 100;

/// Replaces the squared distances of a cell's neighbours, nearest first, by `p(j | i) = exp(-beta d^2) / sum` with the `beta`
/// for which the entropy of p is `ln(perplexity)`.
///
/// The search is that of scikit-learn's `_binary_search_perplexity`, in units of the cell's own mean distance. Where the
/// neighbours are all equally near, no `beta` does it and p is uniform.
pub(super) fn calibrate(distances: &mut [f64], perplexity: f64) {
    let nearest = distances.first().copied().unwrap_or_default();
    let mean = distances.iter().map(|d| d - nearest).sum::<f64>() / distances.len() as f64;
    for distance in &mut *distances {
        // Less the nearest, which does not change p and keeps the largest exponential at 1.
        *distance = if mean > 0.0 { (*distance - nearest) / mean } else { 0.0 };
    }
    let target = perplexity.ln();
    let (mut beta, mut low, mut high) = (1.0_f64, 0.0_f64, f64::INFINITY);
    let mut weights = vec![0.0; distances.len()];
    let mut sum = 0.0;
    for _ in 0..STEPS {
        sum = 0.0;
        let mut weighted = 0.0;
        for (weight, &distance) in weights.iter_mut().zip(&*distances) {
            *weight = (-beta * distance).exp();
            sum += *weight;
            weighted += distance * *weight;
        }
        let excess = sum.ln() + beta * weighted / sum - target;
        if excess.abs() <= TOLERANCE {
            break;
        }
        if excess > 0.0 {
            low = beta;
            beta = if high.is_finite() { f64::midpoint(beta, high) } else { beta * 2.0 };
        } else {
            high = beta;
            beta = f64::midpoint(beta, low);
        }
    }
    for (distance, weight) in distances.iter_mut().zip(&weights) {
        *distance = weight / sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entropy_is_that_of_the_perplexity_in_any_unit() {
        for scale in [1e-200, 1.0, 1e100] {
            let mut p: Vec<f64> = (0..30).map(|i| f64::from(i * i + 3) * scale).collect();
            calibrate(&mut p, 8.0);
            assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            let entropy: f64 = p.iter().filter(|&&p| p > 0.0).map(|p| -p * p.ln()).sum();
            assert!((entropy - 8.0_f64.ln()).abs() < 1e-5, "{scale}: {entropy}");
        }
    }

    #[test]
    fn equally_near_neighbours_have_equal_shares() {
        for distance in [0.0, 4.0] {
            let mut p = [distance; 10];
            calibrate(&mut p, 3.0);
            assert!(p.iter().all(|p| (p - 0.1).abs() < 1e-12));
        }
        // More equal ones at the front than the perplexity: the rest gets nothing, and nothing is NaN.
        let mut p = [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0];
        calibrate(&mut p, 2.0);
        assert!(p[..5].iter().all(|p| (p - 0.2).abs() < 1e-6) && p[6] < 1e-6);
    }
}
