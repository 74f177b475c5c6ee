use burn::module::Module;
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor};

use crate::random::{Stream, stream};

use super::cells::Cells;
use super::critic::{Learner, mix, pick};
use super::kernels::contrasts;
use super::{
    Critic, Measure, MeasureConfig, MeasureError, classifier_bound, hsic, log_mean_exp, mine_bound, mine_loss, mmd,
};

/// A measure of the batch effect in latents that are still being learnt, with its critic where it has one.
///
/// A copy (`clone`) is a snapshot: setting it in place of the original undoes every step since, the random numbers included.
#[derive(Clone)]
pub struct BatchMeasure {
    config: MeasureConfig,
    n_latent: usize,
    n_batches: usize,
    condition: usize,
    /// Only of measures that have a critic.
    learner: Option<Learner>,
    /// Logarithm of MINE's moving average, `[R, groups]`; none before the first step.
    average: Option<Tensor<2>>,
    /// The permutations of MINE, one stream per replica.
    shuffles: Vec<Stream>,
}

impl BatchMeasure {
    /// A measure for latents of `n_latent` dimensions and so many batches; one replica per seed (seeds may be equal).
    ///
    /// `condition` is the width of a vector that the critic sees beside every cell's latent, e.g. of the preference that a model
    /// was asked with; 0 for none. MMD and HSIC take no notice of it. `device` may have automatic differentiation or not.
    ///
    /// Errors: fewer than 2 batches; a latent space without dimensions.
    pub fn new(
        config: &MeasureConfig,
        n_latent: usize,
        n_batches: usize,
        condition: usize,
        seeds: &[u64],
        device: &Device,
    ) -> Result<Self, MeasureError> {
        Self::named(config.measure.name(), config, n_latent, n_batches, condition, seeds, device)
    }

    /// The same with random streams of its own: a critic of the same seeds under another `name` starts from other weights and
    /// sees other permutations. [`BatchMeasure::new`] takes the name of the measure.
    ///
    /// Errors: as above.
    pub fn named(
        name: &str,
        config: &MeasureConfig,
        n_latent: usize,
        n_batches: usize,
        condition: usize,
        seeds: &[u64],
        device: &Device,
    ) -> Result<Self, MeasureError> {
        if n_batches < 2 {
            return Err(MeasureError::OneBatch { found: n_batches });
        }
        if n_latent == 0 || seeds.is_empty() {
            let found = vec![seeds.len(), n_latent];
            return Err(MeasureError::Shape { what: "replicas and latent dimensions", found, expected: vec![1, 1] });
        }
        let device = device.clone().autodiff();
        let learner = config.measure.has_critic().then(|| {
            let (n_in, n_out) = match config.measure {
                Measure::Classifier => (n_latent + condition, n_batches),
                _ => (n_latent + n_batches + condition, 1),
            };
            Learner::new(Critic::new(name, config, n_in, n_out, seeds, &device), config.learning_rate)
        });
        let purpose = format!("{name}/shuffle");
        Ok(Self {
            config: config.clone(),
            n_latent,
            n_batches,
            condition,
            learner,
            average: None,
            shuffles: seeds.iter().map(|&seed| stream(seed, &purpose)).collect(),
        })
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> &MeasureConfig {
        &self.config
    }

    /// Replicas.
    #[must_use]
    pub fn replicas(&self) -> usize {
        self.shuffles.len()
    }

    /// Width of the vector that the critic sees beside a latent; 0 for none.
    #[must_use]
    pub fn condition(&self) -> usize {
        self.condition
    }

    /// How often to [`learn`](Self::learn) before each step of the model: 0 for a measure without a critic.
    #[must_use]
    pub fn critic_steps(&self) -> usize {
        if self.learner.is_some() { self.config.critic_steps } else { 0 }
    }

    /// The network behind the bound, to look at or to replace its weights.
    pub fn critic_mut(&mut self) -> Option<&mut Critic> {
        self.learner.as_mut().map(|learner| &mut learner.critic)
    }

    /// One optimiser step of the critic on latents that stay as they are; nothing for MMD and HSIC.
    ///
    /// The loss is a mean over the groups. MINE keeps one moving average per replica and place of a group in the minibatch, so
    /// groups should come in a fixed order where they mean something (e.g. bins of a preference); it starts anew when
    /// their number changes.
    ///
    /// # Shapes
    /// `z` `[R, groups * n, d]`, groups one behind the other; `batch` `groups * n` codes, the same for every replica; `condition`
    /// `[R, groups * n, C]`.
    ///
    /// Errors: shapes that do not fit.
    pub fn learn(
        &mut self,
        z: Tensor<3>,
        batch: &[u32],
        groups: usize,
        condition: Option<Tensor<3>>,
    ) -> Result<(), MeasureError> {
        let cells = self.cells(vec![batch.to_vec(); self.replicas()], groups)?;
        self.learn_from(z, &cells, condition, None)
    }

    /// How much the latents say about the batch, with a gradient in `z` where it has a graph. Nothing of the measure is
    /// trained by it; only the stream of permutations moves on.
    ///
    /// What the value of a group is depends on its own cells alone. In a group without cells of a batch, MINE, HSIC and the
    /// classifier measure what the batches that are there say; MMD, a distance between batches, is an error.
    ///
    /// # Shapes
    /// As for [`learn`](Self::learn); to `[R, groups]`, on the device of `z`.
    ///
    /// Errors: shapes that do not fit; a group without cells of a batch (MMD).
    pub fn value(
        &mut self,
        z: Tensor<3>,
        batch: &[u32],
        groups: usize,
        condition: Option<Tensor<3>>,
    ) -> Result<Tensor<2>, MeasureError> {
        let cells = self.cells(vec![batch.to_vec(); self.replicas()], groups)?;
        self.value_of(z, &cells, condition, None)
    }

    /// [`learn`](Self::learn) with MINE's permuted codes given, one list per replica.
    pub fn learn_with(
        &mut self,
        z: Tensor<3>,
        batch: &[u32],
        groups: usize,
        condition: Option<Tensor<3>>,
        permuted: Vec<Vec<u32>>,
    ) -> Result<(), MeasureError> {
        let cells = self.cells(vec![batch.to_vec(); self.replicas()], groups)?;
        let permuted = self.cells(permuted, groups)?;
        self.learn_from(z, &cells, condition, Some(permuted))
    }

    /// [`value`](Self::value) with MINE's permuted codes given, one list per replica.
    pub fn value_with(
        &mut self,
        z: Tensor<3>,
        batch: &[u32],
        groups: usize,
        condition: Option<Tensor<3>>,
        permuted: Vec<Vec<u32>>,
    ) -> Result<Tensor<2>, MeasureError> {
        let cells = self.cells(vec![batch.to_vec(); self.replicas()], groups)?;
        let permuted = self.cells(permuted, groups)?;
        self.value_of(z, &cells, condition, Some(permuted))
    }

    /// Only these replicas, in this order.
    #[must_use]
    pub fn select(&self, replicas: &[usize]) -> Self {
        Self {
            learner: self.learner.as_ref().map(|learner| learner.select(replicas)),
            average: self.average.clone().map(|average| pick(average, replicas)),
            shuffles: replicas.iter().filter_map(|&r| self.shuffles.get(r).cloned()).collect(),
            ..self.clone()
        }
    }

    /// Takes these replicas back to where they were in an earlier copy: weights, moments and moving averages. The permutations
    /// go on, so that the same steps are not repeated with the same numbers, and so does the count of Adam's steps.
    pub fn restore(&mut self, earlier: &Self, replicas: &[usize]) {
        if let (Some(learner), Some(earlier)) = (&mut self.learner, &earlier.learner) {
            learner.restore(earlier, replicas);
        }
        self.average = match (self.average.take(), &earlier.average) {
            (Some(new), Some(old)) if new.dims() == old.dims() => Some(mix(&new, old, replicas)),
            // Of the first step: the average starts anew.
            _ => None,
        };
    }

    /// Codes of every replica as groups.
    pub(super) fn cells(&self, codes: Vec<Vec<u32>>, groups: usize) -> Result<Cells, MeasureError> {
        Cells::new(codes, groups, self.n_batches)
    }

    pub(super) fn learn_from(
        &mut self,
        z: Tensor<3>,
        cells: &Cells,
        condition: Option<Tensor<3>>,
        permuted: Option<Cells>,
    ) -> Result<(), MeasureError> {
        self.check(&z, cells, condition.as_ref())?;
        let Some(mut learner) = self.learner.take() else { return Ok(()) };
        let z = Tensor::from_inner(z.inner());
        let condition = condition.map(|condition| Tensor::from_inner(condition.inner()));
        let permuted = permuted.unwrap_or_else(|| self.permuted(cells));
        let loss = if self.config.measure == Measure::Mine {
            let (joint, marginal) = said(&learner.critic, z, cells, &permuted, condition);
            let average = self.average.take().filter(|average| average.dims()[1] == cells.groups);
            let average = average.map(Tensor::from_inner);
            let (loss, average) = mine_loss(joint, marginal, average, self.config.average_rate);
            self.average = Some(average.inner());
            loss
        } else {
            -told_apart(&learner.critic, z, cells, condition)
        };
        // Replicas share no weight, so the gradient of the sum is every replica's own gradient.
        learner.step(&loss.mean_dim(1).sum().backward());
        self.learner = Some(learner);
        Ok(())
    }

    pub(super) fn value_of(
        &mut self,
        z: Tensor<3>,
        cells: &Cells,
        condition: Option<Tensor<3>>,
        permuted: Option<Cells>,
    ) -> Result<Tensor<2>, MeasureError> {
        self.check(&z, cells, condition.as_ref())?;
        let shape = [cells.replicas(), cells.groups];
        let measure = self.config.measure;
        if let Some(learner) = &self.learner {
            let critic = frozen(&learner.critic, &z);
            if measure == Measure::Classifier {
                return Ok(told_apart(&critic, z, cells, condition));
            }
            let permuted = permuted.unwrap_or_else(|| self.permuted(cells));
            let (joint, marginal) = said(&critic, z, cells, &permuted, condition);
            return Ok(mine_bound(joint, marginal));
        }
        let weights = contrasts(measure, cells, &z.device())?;
        let z = z.reshape([shape[0] * shape[1], cells.per_group(), self.n_latent]);
        let value = match measure {
            Measure::Mmd => mmd(z, weights, &self.config.bandwidths, self.config.standardise),
            _ => hsic(z, weights, self.config.standardise),
        };
        Ok(value.reshape(shape))
    }

    /// What the critic says of every cell, without a graph. The classifier: the logarithm of the probability that it gives to the
    /// cell's own batch, `[R, 1, cells]`. MINE, `[R, 2, cells]`: `t` of the cell, and `t` of the pair that stands for independence, or
    /// the logarithm of its mean over several.
    pub(super) fn said_of(
        &self,
        z: Tensor<3>,
        cells: &Cells,
        independent: &Independent<'_>,
    ) -> Result<Option<Tensor<3>>, MeasureError> {
        self.check(&z, cells, None)?;
        let Some(learner) = &self.learner else { return Ok(None) };
        let critic = learner.critic.valid();
        let z = z.inner();
        let [replicas, n, _] = z.dims();
        let own = cells.one_hot(&z.device());
        if self.config.measure == Measure::Classifier {
            let said = (log_softmax(critic.forward(z), 2) * own).sum_dim(2);
            return Ok(Some(said.reshape([replicas, 1, n])));
        }
        let with = |one_hot: Tensor<3>| critic.forward(Tensor::cat(vec![z.clone(), one_hot], 2));
        let apart = match independent {
            Independent::Permuted(codes) => with(codes.one_hot(&z.device())),
            Independent::Shares(shares) => {
                let pairs = shares.iter().enumerate().filter(|(_, share)| **share > 0.0).map(|(batch, share)| {
                    let codes = Cells { codes: vec![vec![batch as u32; n]; replicas], ..*cells };
                    with(codes.one_hot(&z.device())) + share.ln()
                });
                let all = Tensor::cat(pairs.collect(), 2);
                let pairs = all.dims()[2] as f64;
                log_mean_exp(all).reshape([replicas, n, 1]) + pairs.ln()
            }
        };
        Ok(Some(Tensor::cat(vec![with(own), apart], 2).swap_dims(1, 2)))
    }

    /// Sets the learning rate of the critic's next steps.
    pub(super) fn set_learning_rate(&mut self, rate: f64) {
        if let Some(learner) = &mut self.learner {
            learner.rate = rate;
        }
    }

    fn permuted(&mut self, cells: &Cells) -> Cells {
        // The classifier has no use for them, and no stream is moved for nothing.
        if self.config.measure == Measure::Mine { cells.shuffled(&mut self.shuffles) } else { cells.clone() }
    }

    fn check(&self, z: &Tensor<3>, cells: &Cells, condition: Option<&Tensor<3>>) -> Result<(), MeasureError> {
        let expected = |width| vec![self.replicas(), cells.cells(), width];
        if z.dims().to_vec() != expected(self.n_latent) || cells.replicas() != self.replicas() {
            let expected = expected(self.n_latent);
            return Err(MeasureError::Shape { what: "the latents", found: z.dims().to_vec(), expected });
        }
        let found = condition.map_or(expected(0), |condition| condition.dims().to_vec());
        if self.learner.is_some() && found != expected(self.condition) {
            return Err(MeasureError::Shape { what: "the condition", found, expected: expected(self.condition) });
        }
        Ok(())
    }
}

/// Pairs of latents and batches that have nothing to do with each other.
pub(super) enum Independent<'a> {
    /// Each latent with one batch.
    Permuted(&'a Cells),
    /// Each with all batches, which have these shares.
    Shares(&'a [f64]),
}

/// The critic with weights that no gradient is computed for, on the kind of device that `z` is on.
fn frozen(critic: &Critic, z: &Tensor<3>) -> Critic {
    if z.device().is_autodiff() { critic.clone().no_grad() } else { critic.valid() }
}

fn beside(z: Tensor<3>, condition: Option<Tensor<3>>) -> Tensor<3> {
    match condition {
        Some(condition) => Tensor::cat(vec![z, condition], 2),
        None => z,
    }
}

/// MINE's `t` of the cells with their own batches and with permuted ones, both `[R, groups, n]`.
///
/// Permuting the batches gives the same pairs as permuting the latents, and needs no gathering on the device.
fn said(
    critic: &Critic,
    z: Tensor<3>,
    cells: &Cells,
    permuted: &Cells,
    condition: Option<Tensor<3>>,
) -> (Tensor<3>, Tensor<3>) {
    let device = z.device();
    let z = beside(z, condition);
    let of = |z: Tensor<3>, cells: &Cells| Tensor::cat(vec![z, cells.one_hot(&device)], 2);
    let t = critic.forward(Tensor::cat(vec![of(z.clone(), cells), of(z, permuted)], 1));
    let n = cells.cells();
    let shape = [cells.replicas(), cells.groups, cells.per_group()];
    (t.clone().narrow(1, 0, n).reshape(shape), t.narrow(1, n, n).reshape(shape))
}

/// The classifier bound of every group.
fn told_apart(critic: &Critic, z: Tensor<3>, cells: &Cells, condition: Option<Tensor<3>>) -> Tensor<2> {
    let device = z.device();
    classifier_bound(critic.forward(beside(z, condition)), cells.one_hot(&device), cells.entropy(&device))
}
