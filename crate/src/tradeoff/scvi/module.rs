use burn::module::Module;
use burn::tensor::Device;

use super::{Decoder, Encoder, Library, ScviConfig};

/// The networks of scVI. The loss of a cell is `kl_standard(z) [+ kl_to(l, prior)] - log_likelihood(counts)`.
#[derive(Module, Debug)]
pub struct Scvi {
    /// The latent `z` of a cell.
    pub encoder: Encoder,
    /// The logarithm of a cell's library size, where it is latent: one dimension, always one hidden layer.
    pub library: Option<Encoder>,
    /// Counts from latent, batch and library size.
    pub decoder: Decoder,
}

impl Scvi {
    /// Networks with one replica per seed, PyTorch's default initialisation; equal seeds give equal replicas.
    #[must_use]
    pub fn new(n_genes: usize, n_batches: usize, config: &ScviConfig, seeds: &[u64], device: &Device) -> Self {
        let encoder =
            |name: &str, n_layers, n_latent| Encoder::new(name, n_genes, n_layers, n_latent, config, seeds, device);
        Self {
            encoder: encoder("scvi.encoder", config.n_layers, config.n_latent),
            library: (config.library == Library::Latent).then(|| encoder("scvi.library", 1, 1)),
            decoder: Decoder::new("scvi.decoder", n_genes, n_batches, config, seeds, device),
        }
    }
}
