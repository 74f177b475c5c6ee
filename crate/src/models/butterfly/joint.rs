//! One step of the joint training: the discriminators, then everything else against them.

use burn::optim::{GradientsParams, ModuleOptimizer, SgdConfig};
use burn::tensor::Tensor;

use crate::nn::AdamConfig;

use super::{ButterflyModule, DecoderMasks, Judges, Labels, Pass, Reconstruction};

/// The discriminators' loss from which on they are confused enough, and the others no longer work against them.
const CONFUSED: f64 = 1.35;

/// The random numbers of one step. As in scButterfly, the cells pass through encoders and translator three times.
#[derive(Clone, Debug)]
pub struct JointDraws {
    /// What the discriminators learn from.
    pub learn: (Pass, Labels),
    /// What the discriminators say when the others learn.
    pub fool: (Pass, Labels),
    /// What the reconstructions come from.
    pub reconstruct: (Pass, DecoderMasks),
}

/// Losses of one step, `[R]`.
#[derive(Clone, Debug)]
pub struct JointLosses {
    /// The discriminators' loss before their own step.
    pub learnt: Tensor<1>,
    /// The discriminators' loss after it, on another pass.
    pub fooled: Tensor<1>,
    /// The reconstructions.
    pub reconstruction: Reconstruction,
}

impl JointLosses {
    /// What the autoencoders and the translator minimise: `mse + kl_weight kl - fooled`, without the last term in replicas
    /// where it is 1.35 or more.
    #[must_use]
    pub fn total(&self, kl_weight: f64) -> Tensor<1> {
        let confused = self.fooled.clone().greater_equal_elem(CONFUSED);
        self.reconstruction.total(kl_weight) - self.fooled.clone().mask_fill(confused, 0.0)
    }
}

/// Adam for the autoencoders and the translator, plain gradient descent for the discriminators.
pub struct Optimisers {
    networks: ModuleOptimizer,
    judges: ModuleOptimizer,
}

impl Optimisers {
    /// Fresh optimisers.
    #[must_use]
    pub fn fresh() -> Self {
        Self { networks: AdamConfig::PYTORCH.init(), judges: SgdConfig::new().init() }
    }

    /// One step of Adam along the gradient of `loss`, `[R]`. Weights without a part in it stay as they are.
    pub fn descend(&mut self, network: ButterflyModule, loss: Tensor<1>, rate: f64) -> ButterflyModule {
        // Replicas share no weight, so the gradient of the sum is every replica's own gradient.
        let gradients = GradientsParams::from_grads(loss.sum().backward(), &network);
        self.networks.step(rate, network, gradients)
    }

    /// One step of the discriminators along the gradient of `loss`, `[R]`.
    pub fn teach(&mut self, judges: Judges, loss: Tensor<1>, rate: f64) -> Judges {
        let gradients = GradientsParams::from_grads(loss.sum().backward(), &judges);
        self.judges.step(rate, judges, gradients)
    }
}

/// One step on paired cells, `[R, cells, genes]` each. The networks are moved in and out: a second handle on the weights would
/// make the optimisers copy every one of them.
///
/// `rates` are the learning rates of the networks and of the discriminators.
pub fn joint_step(
    (mut network, mut judges): (ButterflyModule, Judges),
    optimisers: &mut Optimisers,
    (control, treated): (&Tensor<3>, &Tensor<3>),
    draws: JointDraws,
    kl_weight: f64,
    rates: (f64, f64),
) -> (ButterflyModule, Judges, JointLosses) {
    let mut pass = |draws| network.translate_train(control.clone(), treated.clone(), draws);
    let shown = pass(draws.learn.0).detach();
    let learnt = judges.loss(&shown, &draws.learn.1);
    judges = optimisers.teach(judges, learnt.clone(), rates.1);
    let fooled = judges.loss(&pass(draws.fool.0), &draws.fool.1);
    let translated = pass(draws.reconstruct.0);
    let reconstruction = network.decode_train(translated, control, treated, draws.reconstruct.1);
    let losses = JointLosses { learnt, fooled, reconstruction };
    network = optimisers.descend(network, losses.total(kl_weight), rates.0);
    (network, judges, losses)
}
