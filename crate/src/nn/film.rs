use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::{Linear, leaky_relu};

/// What a condition does to the features of a hidden layer, both `[R, cells, F]`.
#[derive(Clone, Debug)]
pub struct Modulation {
    /// Factor of every feature.
    pub gamma: Tensor<3>,
    /// Added to every feature.
    pub beta: Tensor<3>,
}

impl Modulation {
    /// `gamma * x + beta`.
    #[must_use]
    pub fn apply(self, x: Tensor<3>) -> Tensor<3> {
        self.gamma * x + self.beta
    }
}

/// A generator of feature-wise linear modulation (FiLM, Perez et al. 2018): small networks from a condition vector to the
/// scale and shift of one hidden layer.
///
/// As in the multi-task autoencoder of Katzalis' thesis, every layer ends in a leaky ReLU, the ones that give `gamma` and
/// `beta` too, so both are hardly ever negative. Hidden layers are shared by `gamma` and `beta` and have no norm.
#[derive(Module, Debug)]
pub struct FilmGenerator {
    /// Condition to the last hidden layer; may be empty.
    pub hidden: Vec<Linear>,
    /// Last hidden layer, or the condition, to the scales.
    pub gamma: Linear,
    /// Last hidden layer, or the condition, to the shifts.
    pub beta: Linear,
}

impl FilmGenerator {
    /// A generator for `n_features` features from `n_conditions` numbers, Xavier-uniform.
    #[must_use]
    pub fn new(
        name: &str,
        n_conditions: usize,
        hidden: &[usize],
        n_features: usize,
        seeds: &[u64],
        device: &Device,
    ) -> Self {
        let mut width = n_conditions;
        let mut layers = Vec::new();
        for (i, &next) in hidden.iter().enumerate() {
            layers.push(Linear::xavier(&format!("{name}.hidden.{i}"), width, next, seeds, device));
            width = next;
        }
        Self {
            hidden: layers,
            gamma: Linear::xavier(&format!("{name}.gamma"), width, n_features, seeds, device),
            beta: Linear::xavier(&format!("{name}.beta"), width, n_features, seeds, device),
        }
    }

    /// # Shapes
    /// Conditions `[R, cells, C]` to a modulation of `[R, cells, F]`.
    #[must_use]
    pub fn forward(&self, condition: Tensor<3>) -> Modulation {
        let hidden = self.hidden.iter().fold(condition, |h, layer| leaky_relu(layer.forward(h)));
        Modulation {
            gamma: leaky_relu(self.gamma.forward(hidden.clone())),
            beta: leaky_relu(self.beta.forward(hidden)),
        }
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]
mod tests {
    use super::*;

    #[test]
    fn equal_conditions_are_modulated_equally_and_hardly_ever_negatively() {
        let device = Device::flex();
        for hidden in [&[][..], &[5]] {
            let film = FilmGenerator::new("t", 2, hidden, 7, &[1, 2], &device);
            let one_hot = Tensor::from_data([[[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]; 2], &device);
            let Modulation { gamma, beta } = film.forward(one_hot);
            assert_eq!((gamma.dims(), beta.dims()), ([2, 3, 7], [2, 3, 7]));
            let gamma = gamma.into_data().try_to_vec::<f32>().unwrap();
            assert_eq!(gamma[..7], gamma[14..21]);
            assert_ne!(gamma[..7], gamma[7..14]);
            assert_ne!(gamma[..7], gamma[21..28]);
            assert!(gamma.iter().all(|&v| v > -0.05));
        }
    }
}
