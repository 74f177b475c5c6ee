//! All networks, and the losses of the two tasks.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::nn::mean_squared;

use super::{Config, Identifier, Modality};

/// The networks of the control, of every dose, and of the cell types.
#[derive(Module, Debug)]
pub struct UnitedNetModule {
    /// The control first.
    pub modalities: Vec<Modality>,
    /// Which cell type a pair is of.
    pub identifier: Identifier,
}

/// The parts of the translation's loss, `[R]` each; sums over the two modalities.
pub struct Translation {
    /// Mean squared error of cells that were encoded and decoded as what they are.
    pub reconstruction: Tensor<1>,
    /// Mean squared error of cells that were encoded as one modality and decoded as the other, against their partners.
    pub translation: Tensor<1>,
    /// Of the discriminators.
    pub discriminator: Tensor<1>,
    /// Of the networks that translate, against the discriminators.
    pub generator: Tensor<1>,
}

impl Translation {
    /// What is reported, `[R]`: the squared errors.
    #[must_use]
    pub fn squared(&self) -> Tensor<1> {
        self.reconstruction.clone() + self.translation.clone()
    }

    /// What is minimised, `[R]`: `reconstruction + translation + weight * (discriminator + generator)`.
    #[must_use]
    pub fn total(self, adversarial_weight: f64) -> Tensor<1> {
        self.squared() + (self.discriminator + self.generator) * adversarial_weight
    }
}

impl UnitedNetModule {
    /// A network with one replica per seed.
    #[must_use]
    pub fn new(
        n_genes: usize,
        n_modalities: usize,
        n_types: usize,
        config: &Config,
        seeds: &[u64],
        device: &Device,
    ) -> Self {
        Self {
            modalities: (0..n_modalities).map(|arm| Modality::new(arm, n_genes, config, seeds, device)).collect(),
            identifier: Identifier::new(n_modalities, n_types, config, seeds, device),
        }
    }

    /// The losses of a step of translation between control cells and their partners under `arm`, which is not 0. Updates the
    /// running statistics.
    ///
    /// # Shapes
    /// `[R, pairs, genes]`.
    pub fn translate(&mut self, control: Tensor<3>, treated: Tensor<3>, arm: usize) -> Translation {
        let (z_control, z_treated) = self.latents(control.clone(), treated.clone(), arm);
        let mut decode = |arm: usize, z: &Tensor<3>| self.modalities[arm].decoder.forward_train(z.clone(), None);
        let own = mean_squared(decode(0, &z_control) - control.clone())
            + mean_squared(decode(arm, &z_treated) - treated.clone());
        let (to_treated, to_control) = (decode(arm, &z_control), decode(0, &z_treated));
        let (first, second) = (&self.modalities[0].judge, &self.modalities[arm].judge);
        Translation {
            reconstruction: own,
            translation: mean_squared(to_treated.clone() - treated.clone())
                + mean_squared(to_control.clone() - control.clone()),
            discriminator: first.learning(control, to_control.clone()) + second.learning(treated, to_treated.clone()),
            generator: first.fooling(to_control) + second.fooling(to_treated),
        }
    }

    /// The loss of a step of identification, `[R]`. Updates the encoders' running statistics.
    ///
    /// # Shapes
    /// Cells `[R, pairs, genes]`; targets as in [`Identifier::loss`].
    pub fn identify(&mut self, control: Tensor<3>, treated: Tensor<3>, arm: usize, target: Tensor<3>) -> Tensor<1> {
        let (control, treated) = self.latents(control, treated, arm);
        self.identifier.loss(self.identifier.fuse(control, treated, arm), target)
    }

    /// Control cells as they would be under `arm`, in evaluation mode; for arm 0 their reconstruction.
    ///
    /// # Shapes
    /// `[R, cells, genes]` to the same.
    #[must_use]
    pub fn predict(&self, control: Tensor<3>, arm: usize) -> Tensor<3> {
        self.modalities[arm].decoder.forward(self.modalities[0].encode(control))
    }

    fn latents(&mut self, control: Tensor<3>, treated: Tensor<3>, arm: usize) -> (Tensor<3>, Tensor<3>) {
        let control = self.modalities[0].encode_train(control);
        (control, self.modalities[arm].encode_train(treated))
    }
}
