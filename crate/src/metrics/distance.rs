//! The distances that two groups of cells can be compared with, by name, and what each of them sees.

use serde::{Deserialize, Serialize};

/// A distance between two groups of cells, in principal components.
///
/// The formulas and sources are those of [`super::distances`], [`super::sinkhorn`] and [`super::emd`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distance {
    /// `2 B - W_x - W_y` of Euclidean distances.
    Edistance,
    /// The same of squared distances: twice the squared distance of the means.
    EdistanceSquared,
    /// Distance of the means.
    Euclidean,
    /// Mean distance of a cell of one group to a cell of the other.
    MeanPairwise,
    /// Squared distance of the means.
    MmdLinear,
    /// Squared maximum mean discrepancy, Gaussian kernel with `gamma = 1`.
    MmdRbf,
    /// The same with the width of the kernel from the median distance.
    MmdRbfMedian,
    /// Entropic transport cost with `eps = 0.05 std(C)`, OTT-JAX 0.4.9 and later.
    Wasserstein,
    /// Entropic transport cost with `eps = 0.05 mean(C)`, OTT-JAX up to 0.4.8.
    WassersteinMean,
    /// Exact transport cost, squared Euclidean distances, POT's `ot.emd2`.
    Emd,
}

impl Distance {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Edistance,
        Self::EdistanceSquared,
        Self::Euclidean,
        Self::MeanPairwise,
        Self::MmdLinear,
        Self::MmdRbf,
        Self::MmdRbfMedian,
        Self::Wasserstein,
        Self::WassersteinMean,
        Self::Emd,
    ];

    /// The name in files, as serde writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Edistance => "edistance",
            Self::EdistanceSquared => "edistance_squared",
            Self::Euclidean => "euclidean",
            Self::MeanPairwise => "mean_pairwise",
            Self::MmdLinear => "mmd_linear",
            Self::MmdRbf => "mmd_rbf",
            Self::MmdRbfMedian => "mmd_rbf_median",
            Self::Wasserstein => "wasserstein",
            Self::WassersteinMean => "wasserstein_mean",
            Self::Emd => "emd",
        }
    }

    /// The name in figures.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Edistance => "E-distance",
            Self::EdistanceSquared => "E-distance, squared",
            Self::Euclidean => "Euclidean distance of means",
            Self::MeanPairwise => "Mean pairwise distance",
            Self::MmdLinear => "MMD, linear kernel",
            Self::MmdRbf => "MMD, RBF kernel, gamma 1",
            Self::MmdRbfMedian => "MMD, RBF kernel, median width",
            Self::Wasserstein => "Wasserstein (entropic, std)",
            Self::WassersteinMean => "Wasserstein (entropic, mean)",
            Self::Emd => "Earth mover's distance",
        }
    }

    /// What it sees and what it misses, in words.
    #[must_use]
    pub fn sees(self) -> &'static str {
        match self {
            Self::Edistance => {
                "Sees any difference of the two distributions, shifts most. An unbiased estimate: about 0 for groups \
                 that do not differ, also slightly below, whatever their size."
            }
            Self::EdistanceSquared => {
                "Sees the shift of the mean only: it is twice the squared Euclidean distance of the means, and misses \
                 every change of spread or shape. Noise makes it larger the fewer cells there are."
            }
            Self::Euclidean => {
                "Sees the shift of the mean only, in the units of the components; misses every change of spread or \
                 shape. Noise makes it larger the fewer cells there are, roughly as 1 / sqrt(n)."
            }
            Self::MeanPairwise => {
                "Sees the shift together with the spread of both groups, and is not 0 for equal groups: there it is \
                 the usual distance between cells. Compare it with its value within control; it hardly depends on n."
            }
            Self::MmdLinear => {
                "Sees the shift of the mean only: it is the squared Euclidean distance of the means, half of the \
                 squared E-distance. Noise makes it larger the fewer cells there are, roughly as 1 / n."
            }
            Self::MmdRbf => {
                "Sees only cells that are nearer to each other than about 1, which in 50 components is hardly any: \
                 then it is about 1 / n + 1 / m, the sizes of the groups and nothing else. Kept because pertpy has it."
            }
            Self::MmdRbfMedian => {
                "Sees shifts and changes of shape at the scale of the median distance, and is hardly moved by \
                 outliers; it saturates where the groups no longer overlap. Slightly above 0 for small equal groups, \
                 roughly as 1 / n."
            }
            Self::Wasserstein => {
                "Sees shift, spread and shape: the cost of moving one group onto the other, squared units. Smoothed by \
                 0.05 standard deviations of the costs and not debiased, so it is not 0 for equal groups, and larger \
                 the fewer cells there are."
            }
            Self::WassersteinMean => {
                "As the Wasserstein distance above with more smoothing, 0.05 of the mean cost, as older versions of \
                 OTT-JAX have it; not 0 for equal groups either, and larger the fewer cells there are."
            }
            Self::Emd => {
                "Sees shift, spread and shape: the exact cost of moving one group onto the other, squared units, \
                 without smoothing. 0 only for the same cells; two samples of one population are far apart in many \
                 dimensions, the more so the fewer cells there are."
            }
        }
    }

    /// Whether a value costs a transport problem.
    #[must_use]
    pub fn is_transport(self) -> bool {
        matches!(self, Self::Wasserstein | Self::WassersteinMean | Self::Emd)
    }

    /// Whether it cannot be below 0; the unbiased E-distance can.
    #[must_use]
    pub fn is_non_negative(self) -> bool {
        // An entropic cost is a cost plus a divergence, both at least 0.
        self != Self::Edistance
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_in_files_and_each_is_explained() {
        for distance in Distance::ALL {
            assert_eq!(serde_json::to_string(&distance).unwrap(), format!("\"{}\"", distance.name()));
            assert!(distance.sees().starts_with("Sees") || distance.sees().starts_with("As the"));
            assert!(!distance.sees().contains("  ") && !distance.title().is_empty());
        }
    }
}
