//! The steps of the training.

use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use crate::nn::WarmUp;

use super::model::Opponent;
use super::{Adversary, Discriminator, Goal, Masks, Mtae, MtaeModule, Step, Task, goals};
use crate::models::examples::Example;

impl Mtae {
    /// One optimiser step of a task, on the next batch of the epoch.
    pub(super) fn train_step(&mut self, task: Task) {
        let examples = self.examples(task);
        let rate = WarmUp { rate: self.config.learning_rate, steps: self.config.warm_up }.at(self.step_of_phase);
        let loss = match (task, self.opponent.take()) {
            (Task::Discriminate, Some(mut opponent)) => {
                let z = Tensor::from_inner(self.evaluated().encode(self.inputs(&examples).inner()));
                let goal = opponent.goals(&examples, &z).1;
                let loss = self.teach(&mut opponent, z, goal, rate);
                self.opponent = Some(opponent);
                Some(loss)
            }
            (Task::Joint, Some(mut opponent)) => {
                let loss = self.joint_step(&mut opponent, &examples, rate);
                self.opponent = Some(opponent);
                loss
            }
            (_, opponent) => {
                self.opponent = opponent;
                self.autoencoder_step(task, &examples, rate)
            }
        };
        if let Some(loss) = loss {
            self.log.add(loss, 1.0 / self.steps_per_epoch(task) as f64);
        }
    }

    fn autoencoder_step(&mut self, task: Task, examples: &[Vec<Example>], rate: f64) -> Option<Tensor<1>> {
        let mut network = self.network.take()?;
        let loss = self.forward(&mut network, examples).total(self.kl_weight(task));
        self.descend(network, &loss, rate);
        Some(loss)
    }

    /// The autoencoder against the discriminator, then the discriminator on the same latents. The loss that is told is the
    /// reconstruction alone, to go on from the loss of the first phase.
    fn joint_step(&mut self, opponent: &mut Opponent, examples: &[Vec<Example>], rate: f64) -> Option<Tensor<1>> {
        let mut network = self.network.take()?;
        let step = self.forward(&mut network, examples);
        let (fool, learn) = opponent.goals(examples, &step.latent);
        let mask = Discriminator::mask(&mut self.noise, step.latent.dims()[1], &self.device);
        let fooled = opponent.discriminator.as_mut()?.loss(step.latent.clone(), fool, mask);
        let weight = self.config.adversarial_weight;
        let loss = step.mse.clone() * (1.0 - weight) + fooled * weight;
        self.descend(network, &loss, rate);
        self.teach(opponent, step.latent.detach(), learn, rate);
        Some(step.mse)
    }

    fn forward(&mut self, network: &mut MtaeModule, examples: &[Vec<Example>]) -> Step {
        let cells = examples[0].len();
        let x = self.inputs(examples);
        let target = if examples.iter().flatten().all(|example| example.input == example.target) {
            x.clone()
        } else {
            self.cells.gather(&column(examples, |example| example.target))
        };
        let condition = self.condition(&column(examples, |example| example.arm), &self.device);
        let variational = self.config.variant.is_variational();
        let noise = variational.then(|| self.noise.normal(cells, self.config.n_latent(), &self.device));
        let masks = Masks::draw(&mut self.noise, &self.config, self.cells.n_genes(), cells, &self.device);
        network.forward_train(x, target, &condition, noise, masks)
    }

    /// One optimiser step of the autoencoder. The network was moved out and is moved back: a second handle on the weights
    /// would make the optimiser copy every one of them.
    fn descend(&mut self, network: MtaeModule, loss: &Tensor<1>, rate: f64) {
        // Replicas share no weight, so the gradient of the sum is every replica's own gradient.
        let gradients = GradientsParams::from_grads(loss.clone().sum().backward(), &network);
        self.network = Some(self.optimiser.step(rate, network, gradients));
    }

    /// One optimiser step of the discriminator; returns its loss.
    fn teach(&mut self, opponent: &mut Opponent, z: Tensor<3>, goal: Goal, rate: f64) -> Tensor<1> {
        let [replicas, cells, features] = z.dims();
        let z = match opponent.adversary {
            Adversary::Condition => z,
            Adversary::Gaussian => Tensor::cat(vec![self.noise.normal(cells, features, &self.device), z], 1),
        };
        let mask = Discriminator::mask(&mut self.noise, z.dims()[1], &self.device);
        let Some(mut discriminator) = opponent.discriminator.take() else {
            return Tensor::zeros([replicas], &self.device);
        };
        let loss = discriminator.loss(z, goal, mask);
        let gradients = GradientsParams::from_grads(loss.clone().sum().backward(), &discriminator);
        opponent.discriminator = Some(opponent.optimiser.step(rate, discriminator, gradients));
        loss
    }

    fn inputs(&self, examples: &[Vec<Example>]) -> Tensor<3> {
        self.cells.gather(&column(examples, |example| example.input))
    }

    /// The weight of the divergence for batches of `B` out of `N` examples: `kl_weight * B / N`.
    fn kl_weight(&self, task: Task) -> f64 {
        self.config.kl_weight * self.batch(task) as f64 / self.n_examples(task) as f64
    }
}

impl Opponent {
    /// What the encoder and the discriminator want of a batch.
    fn goals(&self, examples: &[Vec<Example>], z: &Tensor<3>) -> (Goal, Goal) {
        let of_batch = |(labels, batch): (&Vec<f32>, &Vec<Example>)| batch.iter().map(|e| labels[e.input]).collect();
        let labels: Vec<Vec<f32>> = self.labels.iter().zip(examples).map(of_batch).collect();
        goals(self.adversary, &labels, &column(examples, |example| example.arm != 0), &z.device())
    }
}

/// One property of the examples of each replica.
fn column<T>(examples: &[Vec<Example>], property: impl Fn(&Example) -> T) -> Vec<Vec<T>> {
    examples.iter().map(|batch| batch.iter().map(&property).collect()).collect()
}
