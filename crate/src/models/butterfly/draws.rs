use burn::tensor::{Device, Tensor};
use rand::RngExt;

use crate::nn::Noise;
use crate::random::{Stream, stream};

use super::{AutoencoderDraws, BlockMasks, Config, DecoderMasks, JointDraws, Labels, Pass, soft_label};

/// The random numbers of one phase of the training, from streams of its own: so a phase does not depend on how long the
/// ones before it took.
pub(super) struct Draws {
    noise: Noise,
    labels: Vec<Stream>,
    device: Device,
    config: Config,
    n_genes: usize,
}

impl Draws {
    pub fn new(phase: &str, seeds: &[u64], config: &Config, n_genes: usize, device: &Device) -> Self {
        let purpose = format!("scbutterfly/{phase}");
        Self {
            noise: Noise::new(&purpose, seeds),
            labels: seeds.iter().map(|&seed| stream(seed, &format!("{purpose}/labels"))).collect(),
            device: device.clone(),
            config: config.clone(),
            n_genes,
        }
    }

    /// For each replica the numbers `0..n` in random order.
    pub fn shuffles(&mut self, n: usize) -> Vec<Vec<usize>> {
        self.noise.shuffles(n)
    }

    /// Standard normal noise of the latent space.
    pub fn latent(&mut self, cells: usize) -> Tensor<3> {
        self.noise.normal(cells, self.config.n_latent, &self.device)
    }

    /// One step of the control or the treated autoencoder, whose hidden layers are given.
    pub fn autoencoder(&mut self, layers: &[usize], cells: usize) -> AutoencoderDraws {
        AutoencoderDraws {
            encoder: self.encoder(layers, cells),
            noise: self.latent(cells),
            decoder: self.decoder(layers, cells),
        }
    }

    /// One joint step.
    pub fn joint(&mut self, cells: usize) -> JointDraws {
        let (control, treated) = (self.config.control_layers.clone(), self.config.treated_layers.clone());
        let learn = (self.pass(cells), self.labels(cells));
        let fool = (self.pass(cells), self.labels(cells));
        let pass = self.pass(cells);
        let masks = DecoderMasks {
            control_to_control: self.decoder(&control, cells),
            control_to_treated: self.decoder(&treated, cells),
            treated_to_control: self.decoder(&control, cells),
            treated_to_treated: self.decoder(&treated, cells),
        };
        JointDraws { learn, fool, reconstruct: (pass, masks) }
    }

    fn pass(&mut self, cells: usize) -> Pass {
        let (control, treated) = (self.config.control_layers.clone(), self.config.treated_layers.clone());
        Pass {
            control: self.encoder(&control, cells),
            treated: self.encoder(&treated, cells),
            control_noise: self.latent(cells),
            treated_noise: self.latent(cells),
        }
    }

    fn labels(&mut self, cells: usize) -> Labels {
        let of_replica = |rng: &mut Stream| (0..cells).map(|_| soft_label(rng.random())).collect();
        let labels: Vec<Vec<f32>> = self.labels.iter_mut().map(of_replica).collect();
        Labels::new(&labels, &self.device)
    }

    fn encoder(&mut self, layers: &[usize], cells: usize) -> BlockMasks {
        let input = self.mask(cells, self.n_genes, self.config.mask);
        BlockMasks { input, hidden: layers.iter().map(|&width| self.mask(cells, width, self.config.dropout)).collect() }
    }

    fn decoder(&mut self, layers: &[usize], cells: usize) -> BlockMasks {
        let hidden = layers.iter().rev().map(|&width| self.mask(cells, width, self.config.dropout)).collect();
        BlockMasks { input: None, hidden }
    }

    fn mask(&mut self, cells: usize, width: usize, p: f64) -> Option<Tensor<3>> {
        (p > 0.0).then(|| self.noise.dropout(cells, width, p, &self.device))
    }
}
