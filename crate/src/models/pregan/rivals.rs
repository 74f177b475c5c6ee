use burn::module::Module;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor};

use crate::nn::{AdamConfig, magnitude};

use super::{
    Batch, Config, Discriminators, Encoder, Generator, GeneratorLoss, Generators, discriminator_loss, fakes,
    generator_loss,
};

/// All networks of one treatment, with their optimisers.
pub struct Rivals {
    /// Of the control and treated cells into one latent space.
    pub encoder: Encoder,
    /// Out of it.
    pub generators: Generators,
    /// What encoder and generators are to deceive.
    pub discriminators: Discriminators,
    of_encoder: ModuleOptimizer,
    of_generators: ModuleOptimizer,
    of_discriminators: ModuleOptimizer,
}

/// Cells of both conditions, `[R, cells, genes]`, and their types, one-hot, `[R, cells, types]`.
#[derive(Clone, Debug)]
pub struct Draw {
    /// Expression.
    pub cells: Batch,
    /// Cell types.
    pub classes: Batch,
}

impl Rivals {
    /// Networks with one replica per seed.
    #[must_use]
    pub fn new(n_genes: usize, n_types: usize, config: &Config, seeds: &[u64], device: &Device) -> Self {
        let for_gan = AdamConfig { betas: (0.5, 0.9), ..AdamConfig::PYTORCH };
        Self {
            encoder: Encoder::new(n_genes, config, seeds, device),
            generators: Generators::new(n_genes, config, seeds, device),
            discriminators: Discriminators::new(n_genes, n_types, config, seeds, device),
            of_encoder: AdamConfig::PYTORCH.init(),
            of_generators: for_gan.init(),
            of_discriminators: for_gan.init(),
        }
    }

    /// One iteration, counted from 0: a step of the discriminators on the first cells, then one of encoder and generators on
    /// the second ones. Returns the losses of both.
    ///
    /// Networks are moved through: a second handle on the weights would make the optimisers copy every one of them.
    #[must_use]
    pub fn iterate(
        self,
        config: &Config,
        iteration: usize,
        first: Draw,
        second: Draw,
    ) -> (Self, Tensor<1>, GeneratorLoss) {
        let Self { encoder, generators, mut discriminators, .. } = self;
        let (mut of_encoder, mut of_generators, mut of_discriminators) =
            (self.of_encoder, self.of_generators, self.of_discriminators);
        let factor = config.rate_factor(iteration);
        let rate = config.learning_rate * factor;

        let fakes = fakes(&encoder, &generators, &first.cells);
        let learnt = discriminator_loss(&mut discriminators, first.cells, fakes, &first.classes);
        // Replicas share no weight, so the gradient of the sum is every replica's own gradient.
        let gradients = GradientsParams::from_grads(learnt.clone().sum().backward(), &discriminators);
        let mut discriminators = of_discriminators.step(rate, discriminators, gradients);

        let classes = if config.stale_labels { first.classes } else { second.classes };
        let mut fixed = discriminators.fixed();
        let loss = generator_loss(&encoder, &generators, &mut fixed, second.cells, &classes);
        discriminators.take_iterations(fixed);
        let mut gradients = loss.total(config).sum().backward();
        let for_encoder = GradientsParams::from_module(&mut gradients, &encoder);
        let for_generators = GradientsParams::from_module(&mut gradients, &generators);
        let encoder = of_encoder.step(config.encoder_learning_rate * factor, encoder, for_encoder);
        let generators = of_generators.step(rate, generators, for_generators);
        (
            Self { encoder, generators, discriminators, of_encoder, of_generators, of_discriminators },
            learnt.inner(),
            loss.inner(),
        )
    }

    /// The sum of the absolute values of all weights, `[R]`, without the gradient graph.
    #[must_use]
    pub fn magnitude(&self, replicas: usize, device: &Device) -> Tensor<1> {
        magnitude(&self.encoder.valid(), replicas, device)
            + magnitude(&self.generators.valid(), replicas, device)
            + magnitude(&self.discriminators.valid(), replicas, device)
    }

    /// Numbers that are learnt, of all replicas together.
    #[must_use]
    pub fn n_weights(&self) -> usize {
        self.encoder.num_params() + self.generators.num_params() + self.discriminators.num_params()
    }

    /// What a prediction takes, without the gradient graph.
    #[must_use]
    pub fn translator(&self) -> Translator {
        Translator { encoder: self.encoder.valid(), treated: self.generators.treated.valid() }
    }
}

/// Turns control cells into treated ones.
#[derive(Module, Debug)]
pub struct Translator {
    encoder: Encoder,
    treated: Generator,
}

impl Translator {
    /// # Shapes
    /// `[R, cells, genes]` to the same.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        self.treated.forward(self.encoder.forward(x))
    }
}
