//! All networks but the discriminators, and prediction.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::nn::{Block, mean_squared};

use super::{Autoencoder, BlockMasks, Config, NetBlock, Translator};

/// The random numbers of one pass of paired cells to their translated embeddings.
#[derive(Clone, Debug)]
pub struct Pass {
    /// Dropout of the control encoder.
    pub control: BlockMasks,
    /// Dropout of the treated encoder.
    pub treated: BlockMasks,
    /// Of the control cells' latent space, `[R, cells, latent]`.
    pub control_noise: Tensor<3>,
    /// Of the treated cells' latent space, `[R, cells, latent]`.
    pub treated_noise: Tensor<3>,
}

/// Dropout of the decoders, which are each used twice.
#[derive(Clone, Debug)]
pub struct DecoderMasks {
    /// Control cells as control cells.
    pub control_to_control: BlockMasks,
    /// Control cells as treated cells.
    pub control_to_treated: BlockMasks,
    /// Treated cells as control cells.
    pub treated_to_control: BlockMasks,
    /// Treated cells as treated cells.
    pub treated_to_treated: BlockMasks,
}

/// Embeddings of paired cells, `[R, cells, embedding]`.
#[derive(Clone, Debug)]
pub struct Translated {
    /// Control cells as encoded.
    pub control: Tensor<3>,
    /// Treated cells as encoded.
    pub treated: Tensor<3>,
    /// Translated to the own side.
    pub control_to_control: Tensor<3>,
    /// Translated to the other side.
    pub control_to_treated: Tensor<3>,
    /// Translated to the other side.
    pub treated_to_control: Tensor<3>,
    /// Translated to the own side.
    pub treated_to_treated: Tensor<3>,
    /// Sum of both divergences, each a mean over cells and dimensions, `[R]`.
    pub kl: Tensor<1>,
}

impl Translated {
    /// The same values without the gradient graph behind them.
    #[must_use]
    pub fn detach(self) -> Self {
        Self {
            control: self.control.detach(),
            treated: self.treated.detach(),
            control_to_control: self.control_to_control.detach(),
            control_to_treated: self.control_to_treated.detach(),
            treated_to_control: self.treated_to_control.detach(),
            treated_to_treated: self.treated_to_treated.detach(),
            kl: self.kl.detach(),
        }
    }
}

/// The two parts of a loss, `[R]`.
#[derive(Clone, Debug)]
pub struct Reconstruction {
    /// Mean over cells and genes of squared errors; of the joint training the sum of four.
    pub mse: Tensor<1>,
    /// Kullback-Leibler divergence.
    pub kl: Tensor<1>,
}

impl Reconstruction {
    /// `mse + kl_weight kl`, `[R]`.
    #[must_use]
    pub fn total(&self, kl_weight: f64) -> Tensor<1> {
        self.mse.clone() + self.kl.clone() * kl_weight
    }
}

/// Both autoencoders and the translator between them.
#[derive(Module, Debug)]
pub struct ButterflyModule {
    /// Of control cells.
    pub control: Autoencoder,
    /// Of treated cells.
    pub treated: Autoencoder,
    /// Between their embeddings.
    pub translator: Translator,
}

impl ButterflyModule {
    /// Networks with one replica per seed.
    #[must_use]
    pub fn new(n_genes: usize, config: &Config, seeds: &[u64], device: &Device) -> Self {
        let side = |name: &str, hidden: &[usize]| {
            Autoencoder::new(name, &config.encoder(n_genes, hidden), config.n_latent, seeds, device)
        };
        Self {
            control: side("control", &config.control_layers),
            treated: side("treated", &config.treated_layers),
            translator: Translator::new(config.n_embedding, config.n_latent, seeds, device),
        }
    }

    /// Paired cells to embeddings, in training mode.
    ///
    /// # Shapes
    /// `control` and `treated` are `[R, cells, genes]`.
    pub fn translate_train(&mut self, control: Tensor<3>, treated: Tensor<3>, pass: Pass) -> Translated {
        let control = self.control.encoder.forward_train(control, pass.control);
        let treated = self.treated.encoder.forward_train(treated, pass.treated);
        let translator = &mut self.translator;
        // Both outputs of one side before the other side: batch norms see them in this order.
        let (z, control_kl) = translator.control.forward_train(control.clone(), pass.control_noise);
        let control_to_control = translator.to_control.forward_train(z.clone(), None, None);
        let control_to_treated = translator.to_treated.forward_train(z, None, None);
        let (z, treated_kl) = translator.treated.forward_train(treated.clone(), pass.treated_noise);
        Translated {
            control,
            treated,
            control_to_control,
            control_to_treated,
            treated_to_control: translator.to_control.forward_train(z.clone(), None, None),
            treated_to_treated: translator.to_treated.forward_train(z, None, None),
            kl: control_kl + treated_kl,
        }
    }

    /// The four reconstructions of paired cells from their translated embeddings, in training mode.
    ///
    /// # Shapes
    /// `control` and `treated` are `[R, cells, genes]`.
    pub fn decode_train(
        &mut self,
        translated: Translated,
        control: &Tensor<3>,
        treated: &Tensor<3>,
        masks: DecoderMasks,
    ) -> Reconstruction {
        let (as_control, as_treated) = (&mut self.control.decoder, &mut self.treated.decoder);
        let error = |decoder: &mut NetBlock, x, masks, target: &Tensor<3>| {
            mean_squared(decoder.forward_train(x, masks) - target.clone())
        };
        let mse = error(as_control, translated.control_to_control, masks.control_to_control, control)
            + error(as_treated, translated.control_to_treated, masks.control_to_treated, treated)
            + error(as_control, translated.treated_to_control, masks.treated_to_control, control)
            + error(as_treated, translated.treated_to_treated, masks.treated_to_treated, treated);
        Reconstruction { mse, kl: translated.kl }
    }

    /// The sum of the four reconstruction errors in evaluation mode, `[R]`, with sampled latents: what early stopping
    /// of the joint training watches (there, too, the latents are sampled, unlike in the phases before).
    ///
    /// # Shapes
    /// Cells are `[R, cells, genes]`, the noise `[R, cells, latent]`.
    #[must_use]
    pub fn error(&self, control: &Tensor<3>, treated: &Tensor<3>, noise: (Tensor<3>, Tensor<3>)) -> Tensor<1> {
        let z = [
            self.translator.control.sample(self.control.encoder.forward(control.clone()), noise.0),
            self.translator.treated.sample(self.treated.encoder.forward(treated.clone()), noise.1),
        ];
        let error = |z: Tensor<3>, output: &Block, decoder: &NetBlock, target: &Tensor<3>| {
            mean_squared(decoder.forward(output.forward(z, None)) - target.clone())
        };
        let both = z.map(|z| {
            error(z.clone(), &self.translator.to_control, &self.control.decoder, control)
                + error(z, &self.translator.to_treated, &self.treated.decoder, treated)
        });
        let [from_control, from_treated] = both;
        from_control + from_treated
    }

    /// What a prediction takes.
    #[must_use]
    pub fn into_predictor(self) -> Predictor {
        Predictor {
            encoder: self.control.encoder,
            mean: self.translator.control.mean,
            output: self.translator.to_treated,
            decoder: self.treated.decoder,
        }
    }
}

/// Control cells to treated ones.
#[derive(Module, Debug)]
pub struct Predictor {
    /// Genes to control embedding.
    pub encoder: NetBlock,
    /// Control embedding to latent mean.
    pub mean: Block,
    /// Latent space to treated embedding.
    pub output: Block,
    /// Treated embedding to genes.
    pub decoder: NetBlock,
}

impl Predictor {
    /// One prediction per cell, in evaluation mode.
    ///
    /// # Shapes
    /// `[R, cells, genes]` to the same.
    #[must_use]
    pub fn predict(&self, x: Tensor<3>) -> Tensor<3> {
        let mean = self.mean.forward(self.encoder.forward(x), None);
        self.decoder.forward(self.output.forward(mean, None))
    }
}
