//! The networks: variational autoencoders with layer norm, for expression (squared errors) or counts (zero-inflated negative
//! binomial).

use burn::module::{Module, Param};
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor};
use dosefront::nn::{AdamConfig, LayerNorm, Linear, rectified, to_tensor};
use dosefront::tradeoff::scvi::{CountParameters, count_constant};
use serde::Deserialize;

/// The numbers of a workload.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Workload {
    genes: usize,
    hidden: Vec<usize>,
    z: usize,
    batch: usize,
    rows: usize,
    /// `relu` or `leaky`
    act: String,
    leaky: f64,
    /// `gauss` or `zinb`
    likelihood: String,
    lr: f64,
    b1: f64,
    b2: f64,
    adam_eps: f32,
    kl_weight: f64,
    ln_eps: f64,
}

/// What a training starts from.
pub struct Inputs {
    /// `[rows, genes]`
    pub data: Vec<f32>,
    /// `[rows, latent]`
    pub noise: Vec<f32>,
    /// Every parameter: encoder layers (weight, bias, gamma, beta), mean, log variance, decoder layers, output, and for counts the
    /// excess zeros and the dispersion.
    pub weights: Vec<f32>,
}

/// A linear layer, a layer norm, a rectifier.
#[derive(Module, Debug)]
struct Hidden {
    linear: Linear,
    norm: LayerNorm,
    slope: f64,
}

impl Hidden {
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let x = self.norm.forward(self.linear.forward(x));
        rectified(x, self.slope)
    }
}

/// The part of a network that only counts have.
#[derive(Module, Debug)]
struct Excess {
    dropout: Linear,
    /// `[R, 1, genes]`
    log_theta: Param<Tensor<3>>,
}

#[derive(Module, Debug)]
struct Network {
    encoder: Vec<Hidden>,
    mean: Linear,
    log_var: Linear,
    decoder: Vec<Hidden>,
    output: Linear,
    excess: Option<Excess>,
}

/// A network, its optimiser and its data.
pub struct Training {
    workload: Workload,
    network: Option<Network>,
    optimiser: ModuleOptimizer,
    /// `[1, rows, genes]`
    data: Tensor<3>,
    /// `[1, rows, latent]`
    noise: Tensor<3>,
    /// Logarithm of every cell's counts, and what of its likelihood depends on them alone: `[1, rows, 1]`, for counts.
    of_cells: Option<[Tensor<3>; 2]>,
}

/// Takes parameters from the front of a slice, the same for every replica.
struct Weights<'a> {
    left: &'a [f32],
    replicas: usize,
    device: Device,
}

impl Weights<'_> {
    fn take(&mut self, rows: usize, columns: usize) -> Result<Param<Tensor<3>>, String> {
        let short = || format!("the weights end {} numbers too early", rows * columns - self.left.len());
        let (values, left) = self.left.split_at_checked(rows * columns).ok_or_else(short)?;
        self.left = left;
        let values = values.repeat(self.replicas);
        Ok(Param::from_tensor(to_tensor(values, [self.replicas, rows, columns], &self.device)))
    }

    fn linear(&mut self, n_in: usize, n_out: usize) -> Result<Linear, String> {
        Ok(Linear { weight: self.take(n_in, n_out)?, bias: self.take(1, n_out)? })
    }

    fn hidden(&mut self, n_in: usize, n_out: usize, workload: &Workload) -> Result<Hidden, String> {
        let linear = self.linear(n_in, n_out)?;
        let mut norm = LayerNorm::new(n_out, workload.ln_eps, self.replicas, &self.device);
        (norm.gamma, norm.beta) = (self.take(1, n_out)?, self.take(1, n_out)?);
        Ok(Hidden { linear, norm, slope: if workload.act == "relu" { 0.0 } else { workload.leaky } })
    }

    fn stack(&mut self, widths: &[usize], workload: &Workload) -> Result<Vec<Hidden>, String> {
        widths.windows(2).map(|pair| self.hidden(pair[0], pair[1], workload)).collect()
    }

    fn network(&mut self, workload: &Workload) -> Result<Network, String> {
        let Workload { genes, z, hidden, .. } = workload;
        let down: Vec<usize> = [*genes].into_iter().chain(hidden.iter().copied()).collect();
        let up: Vec<usize> = [*z].into_iter().chain(hidden.iter().rev().copied()).collect();
        let (last_down, last_up) = (down[down.len() - 1], up[up.len() - 1]);
        let network = Network {
            encoder: self.stack(&down, workload)?,
            mean: self.linear(last_down, *z)?,
            log_var: self.linear(last_down, *z)?,
            decoder: self.stack(&up, workload)?,
            output: self.linear(last_up, *genes)?,
            excess: match workload.likelihood.as_str() {
                "zinb" => Some(Excess { dropout: self.linear(last_up, *genes)?, log_theta: self.take(1, *genes)? }),
                _ => None,
            },
        };
        if self.left.is_empty() { Ok(network) } else { Err(format!("{} weights are left over", self.left.len())) }
    }
}

impl Training {
    /// # Errors
    /// When the inputs have not the sizes that the workload says.
    pub fn new(workload: Workload, inputs: &Inputs, replicas: usize, device: &Device) -> Result<Self, String> {
        let (rows, genes, z) = (workload.rows, workload.genes, workload.z);
        if inputs.data.len() != rows * genes || inputs.noise.len() != rows * z {
            return Err(format!("data and noise are not {rows} x {genes} and {rows} x {z} numbers"));
        }
        let device = device.clone().autodiff();
        let network = Weights { left: &inputs.weights, replicas, device: device.clone() }.network(&workload)?;
        let of_cells = network.excess.is_some().then(|| {
            let cells = || inputs.data.chunks_exact(genes);
            let library: Vec<f32> = cells().map(|cell| cell.iter().sum::<f32>().ln()).collect();
            let constant = cells().map(|cell| count_constant(cell.iter().copied())).collect();
            [library, constant].map(|values| to_tensor(values, [1, rows, 1], &device))
        });
        let adam = AdamConfig { betas: (workload.b1, workload.b2), epsilon: workload.adam_eps, weight_decay: 0.0 };
        Ok(Self {
            optimiser: adam.init(),
            data: to_tensor(inputs.data.clone(), [1, rows, genes], &device),
            noise: to_tensor(inputs.noise.clone(), [1, rows, z], &device),
            of_cells,
            network: Some(network),
            workload,
        })
    }

    /// One step on the minibatch that begins at row `start`; the loss of every replica before it, `[R]`.
    #[allow(clippy::expect_used, reason = "a benchmark that goes on without a network would time nothing")]
    #[allow(clippy::missing_panics_doc, reason = "it does not")]
    pub fn step(&mut self, start: usize) -> Tensor<1> {
        let network = self.network.take().expect("it is only ever away within this function");
        let loss = self.loss(&network, start);
        let gradients = GradientsParams::from_grads(loss.clone().sum().backward(), &network);
        self.network = Some(self.optimiser.step(self.workload.lr, network, gradients));
        loss.inner()
    }

    fn loss(&self, network: &Network, start: usize) -> Tensor<1> {
        let batch = |of: &Tensor<3>| of.clone().narrow(1, start, self.workload.batch);
        let x = batch(&self.data);
        let entered = if network.excess.is_some() { x.clone().log1p() } else { x.clone() };
        let hidden = network.encoder.iter().fold(entered, |x, layer| layer.forward(x));
        let (mean, log_var) = (network.mean.forward(hidden.clone()), network.log_var.forward(hidden));
        let sampled = mean.clone() + (log_var.clone() * 0.5).exp() * batch(&self.noise);
        let decoded = network.decoder.iter().fold(sampled, |x, layer| layer.forward(x));
        let output = network.output.forward(decoded.clone());
        let [replicas, cells, _] = output.dims();
        let misfit = match (&network.excess, &self.of_cells) {
            (Some(excess), Some([library, constant])) => {
                let parameters = CountParameters {
                    logits: output,
                    log_library: batch(library),
                    log_theta: excess.log_theta.val(),
                    dropout: Some(excess.dropout.forward(decoded)),
                };
                parameters.log_likelihood(x, batch(constant)).neg()
            }
            _ => (output - x).square().sum_dim(2).reshape([replicas, cells]),
        };
        let divergence = mean.square() + log_var.clone().exp() - log_var - 1.0;
        let divergence = divergence.sum_dim(2).reshape([replicas, cells]) * (0.5 * self.workload.kl_weight);
        (misfit + divergence).mean_dim(1).reshape([replicas])
    }
}
