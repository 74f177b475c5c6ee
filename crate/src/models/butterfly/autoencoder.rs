use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::nn::mean_squared;

use super::{BlockMasks, NetBlock, Reconstruction, SingleTranslator};

/// The random numbers of one training step of one autoencoder.
#[derive(Clone, Debug)]
pub struct AutoencoderDraws {
    /// Dropout of the encoder.
    pub encoder: BlockMasks,
    /// Of the latent space, `[R, cells, latent]`.
    pub noise: Tensor<3>,
    /// Dropout of the decoder.
    pub decoder: BlockMasks,
}

/// The variational autoencoder of one side, control or treated.
#[derive(Module, Debug)]
pub struct Autoencoder {
    /// Genes to embedding.
    pub encoder: NetBlock,
    /// Embedding to embedding, in the phase that trains this side alone.
    pub translator: SingleTranslator,
    /// Embedding to genes.
    pub decoder: NetBlock,
}

impl Autoencoder {
    /// `encoder` are the widths from genes to embedding, which the decoder has in reverse.
    pub(super) fn new(name: &str, encoder: &[usize], n_latent: usize, seeds: &[u64], device: &Device) -> Self {
        let decoder: Vec<usize> = encoder.iter().rev().copied().collect();
        Self {
            encoder: NetBlock::new(&format!("{name}.encoder"), encoder, seeds, device),
            translator: SingleTranslator::new(&format!("{name}.translator"), decoder[0], n_latent, seeds, device),
            decoder: NetBlock::new(&format!("{name}.decoder"), &decoder, seeds, device),
        }
    }

    /// One training step of this side alone, `mse + kl_weight kl` being what is minimised.
    ///
    /// # Shapes
    /// `x` is `[R, cells, genes]`.
    pub fn forward_train(&mut self, x: Tensor<3>, draws: AutoencoderDraws) -> Reconstruction {
        let embedded = self.encoder.forward_train(x.clone(), draws.encoder);
        let (z, kl) = self.translator.posterior.forward_train(embedded, draws.noise);
        let embedded = self.translator.output.forward_train(z, None, None);
        let decoded = self.decoder.forward_train(embedded, draws.decoder);
        Reconstruction { mse: mean_squared(decoded - x), kl }
    }

    /// The reconstruction error in evaluation mode, `[R]`, with the latent mean.
    ///
    /// # Shapes
    /// `x` is `[R, cells, genes]`.
    #[must_use]
    pub fn error(&self, x: Tensor<3>) -> Tensor<1> {
        let embedded = self.encoder.forward(x.clone());
        let mean = self.translator.posterior.mean.forward(embedded, None);
        let decoded = self.decoder.forward(self.translator.output.forward(mean, None));
        mean_squared(decoded - x)
    }
}
