//! What the networks minimise. All losses are `[R]`.

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::activation::softmax;

use crate::nn::{binary_cross_entropy, mean_squared};

use super::{Config, Discriminator, Discriminators, Encoder, Generators};

/// Something of the control cells and of the treated cells of a batch, each `[R, cells, features]`; equally many of both.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Of the control cells.
    pub control: Tensor<3>,
    /// Of the treated cells.
    pub treated: Tensor<3>,
}

/// The parts of what encoder and generators minimise.
pub struct GeneratorLoss {
    /// What six kinds of generated cells are told by the discriminators.
    pub adversarial: Tensor<1>,
    /// Squared error of cells that are generated in their own condition.
    pub reconstruction: Tensor<1>,
    /// Squared distance of generated cells in latent space from the cells they were made of.
    pub encoding: Tensor<1>,
}

impl GeneratorLoss {
    /// The weighted sum.
    #[must_use]
    pub fn total(&self, config: &Config) -> Tensor<1> {
        self.adversarial.clone() * config.adversarial_weight
            + self.reconstruction.clone() * config.reconstruction_weight
            + self.encoding.clone() * config.encoding_weight
    }

    /// Without the gradient graph.
    #[must_use]
    pub fn inner(self) -> Self {
        Self {
            adversarial: self.adversarial.inner(),
            reconstruction: self.reconstruction.inner(),
            encoding: self.encoding.inner(),
        }
    }
}

/// Cells as one condition's discriminator sees them: their classes (one-hot) and what it should say of them.
struct Exhibit {
    cells: Tensor<3>,
    class: Tensor<3>,
    observed: bool,
}

/// Sum over the exhibits, which have equally many cells, of the means over their cells of `BCE(D(x), observed) - p(class)`.
///
/// The binary cross-entropy is taken from the logits. The class term is the negative log-likelihood loss applied to probabilities instead of their logarithms, as in the original.
fn verdict(judge: &mut Discriminator, exhibits: Vec<Exhibit>) -> Tensor<1> {
    let [replicas, n, _] = exhibits[0].cells.dims();
    let (mut cells, mut classes, mut targets) = (Vec::new(), Vec::new(), Vec::new());
    for exhibit in exhibits {
        let target = f32::from(u8::from(exhibit.observed));
        targets.push(Tensor::full([replicas, n, 1], target, &exhibit.cells.device()));
        cells.push(exhibit.cells);
        classes.push(exhibit.class);
    }
    let (logits, class_logits) = judge.forward_train(Tensor::cat(cells, 1));
    let entropy = binary_cross_entropy(logits, Tensor::cat(targets, 1));
    let of_class = (softmax(class_logits, 2) * Tensor::cat(classes, 1)).sum_dim(2);
    ((entropy - of_class).sum_dim(1) / n as f64).reshape([replicas])
}

/// Control cells made of treated ones and treated cells made of control ones, without a gradient:
/// `G_control(E(treated))` and `G_treated(E(control))`.
#[must_use]
pub fn fakes(encoder: &Encoder, generators: &Generators, batch: &Batch) -> Batch {
    let (encoder, generators) = (encoder.valid(), generators.valid());
    let n = batch.control.dims()[1];
    let z = encoder.forward(Tensor::cat(vec![batch.treated.clone(), batch.control.clone()], 1).inner());
    Batch {
        control: Tensor::from_inner(generators.control.forward(z.clone().narrow(1, 0, n))),
        treated: Tensor::from_inner(generators.treated.forward(z.narrow(1, n, n))),
    }
}

/// What the discriminators minimise: for both conditions
/// `BCE(D(x), 1) - p(class of x) + BCE(D(fake), 0) - p(class of the cell that the fake was made of)`.
///
/// # Shapes
/// `classes` are one-hot, `[R, cells, classes]`.
pub fn discriminator_loss(judges: &mut Discriminators, batch: Batch, fakes: Batch, classes: &Batch) -> Tensor<1> {
    let (control, treated) = (&classes.control, &classes.treated);
    let exhibits = |cells, class: &Tensor<3>, fakes, class_of_fakes: &Tensor<3>| {
        let observed = Exhibit { cells, class: class.clone(), observed: true };
        vec![observed, Exhibit { cells: fakes, class: class_of_fakes.clone(), observed: false }]
    };
    verdict(&mut judges.control, exhibits(batch.control, control, fakes.control, treated))
        + verdict(&mut judges.treated, exhibits(batch.treated, treated, fakes.treated, control))
}

/// What encoder and generators minimise. With A control and B treated cells, `AB` for `G_B(E(A))` and so on:
///
/// * adversarial: over AA, BA, ABA (discriminator of A) and BB, AB, BAB (that of B), the sum of `BCE(D, 1) - p(class)`;
/// * reconstruction: `MSE(AA, A) + MSE(BB, B)`;
/// * encoding: `MSE(E(AA), E(A)) + MSE(E(AB), E(A)) + MSE(E(BB), E(B)) + MSE(E(BA), E(B))`, the second arguments fixed.
///
/// # Shapes
/// `classes` are one-hot, `[R, cells, classes]`; with stale labels they are those of another batch.
pub fn generator_loss(
    encoder: &Encoder,
    generators: &Generators,
    judges: &mut Discriminators,
    batch: Batch,
    classes: &Batch,
) -> GeneratorLoss {
    let n = batch.control.dims()[1];
    let part = |x: &Tensor<3>, i: usize| x.clone().narrow(1, i * n, n);
    let z = encoder.forward(Tensor::cat(vec![batch.control.clone(), batch.treated.clone()], 1));
    let (za, zb) = (part(&z, 0), part(&z, 1));
    // AA and BA, BB and AB.
    let controls = generators.control.forward(z);
    let treated = generators.treated.forward(Tensor::cat(vec![zb.clone(), za.clone()], 1));
    let (za, zb) = (za.detach(), zb.detach());
    let again = encoder.forward(Tensor::cat(vec![controls.clone(), treated.clone()], 1));
    let goal = Tensor::cat(vec![za.clone(), zb.clone(), zb, za], 1);
    let aba = generators.control.forward(part(&again, 3));
    let bab = generators.treated.forward(part(&again, 1));

    let reconstruction =
        mean_squared(part(&controls, 0) - batch.control) + mean_squared(part(&treated, 0) - batch.treated);
    // The mean over all four, times four.
    let encoding = mean_squared(again - goal) * 4.0;
    let exhibits = |pair: &Tensor<3>, there_and_back, own: &Tensor<3>, other: &Tensor<3>| {
        let exhibit = |cells, class: &Tensor<3>| Exhibit { cells, class: class.clone(), observed: true };
        vec![exhibit(part(pair, 0), own), exhibit(part(pair, 1), other), exhibit(there_and_back, own)]
    };
    let adversarial = verdict(&mut judges.control, exhibits(&controls, aba, &classes.control, &classes.treated))
        + verdict(&mut judges.treated, exhibits(&treated, bab, &classes.treated, &classes.control));
    GeneratorLoss { adversarial, reconstruction, encoding }
}
