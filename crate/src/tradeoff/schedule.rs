use serde::{Deserialize, Serialize};

use crate::models::ModelError;
use crate::models::checker::Checker;

/// A set of defaults for everything that [`ScheduleSettings`] leaves open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// A front in minutes, on a laptop.
    #[default]
    Demo,
    /// The schedule of Li, Wei et al. (Table 3, and their code): days of one processor.
    Paper,
}

/// Which parameters the solver weighs the two gradients over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shared {
    /// The encoder's, which both objectives depend on; the decoder, which only the generative loss depends on, follows
    /// that loss alone, as in multi-objective descent with task-specific parts (Sener & Koltun 2018).
    #[default]
    Encoder,
    /// All of them, the decoder's step scaled by the weight of the generative loss, as the paper's code does.
    All,
}

/// How long a front is trained; what is left out comes from the preset. Epochs are passes over the training cells.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScheduleSettings {
    /// Where the other fields come from when they are not given.
    pub preset: Preset,
    /// Epochs of scVI alone, which every candidate starts from.
    pub pretrain_epochs: Option<usize>,
    /// Critic steps on the latent of that scVI, before anything is trained against the critic.
    pub critic_warm_up: Option<usize>,
    /// Epochs of the two ends alone, which give the ranges that both objectives are scaled by.
    pub range_epochs: Option<usize>,
    /// Epochs of all candidates together.
    pub epochs: Option<usize>,
    /// Epochs after which a candidate that has not reached its cone goes on without.
    pub feasible_epochs: Option<usize>,
    /// Epochs of the decoder alone, for the candidate whose encoder only minimised the batch effect.
    pub refit_epochs: Option<usize>,
    /// Epochs of scVI alone, where one network serves the whole front.
    pub one_run_pretrain_epochs: Option<usize>,
    /// Epochs of that network with preferences; each of its steps is on five minibatches, one per preference.
    pub one_run_epochs: Option<usize>,
    /// Steps, about, over which losses are averaged before they are compared with ranges and cones; 1 takes every
    /// minibatch as it comes.
    pub smoothing: Option<f64>,
    /// Which parameters the solver weighs gradients over. One network for a whole front takes the encoder's in any case.
    pub shared: Option<Shared>,
    /// Ranges are the least and the largest minibatch losses of the two ends, fixed before the candidates are trained, as
    /// in the paper, rather than running means of the ends. One network for a whole front, whose ends are trained with the
    /// rest, takes running means in any case.
    pub fixed_ranges: Option<bool>,
    /// A candidate that has left the cone of its preference goes back into it; the paper's steps only ever lower both losses.
    pub hold_cones: Option<bool>,
}

/// Checked settings with nothing left open.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of `ScheduleSettings`")]
pub struct Schedule {
    pub pretrain_epochs: usize,
    pub critic_warm_up: usize,
    pub range_epochs: usize,
    pub epochs: usize,
    pub feasible_epochs: usize,
    pub refit_epochs: usize,
    pub one_run_pretrain_epochs: usize,
    pub one_run_epochs: usize,
    pub smoothing: f64,
    pub shared: Shared,
    pub fixed_ranges: bool,
    pub hold_cones: bool,
}

impl ScheduleSettings {
    /// Fills in the preset's defaults and checks every value.
    pub fn resolve(&self) -> Result<Schedule, ModelError> {
        let preset = match self.preset {
            Preset::Demo => Schedule {
                pretrain_epochs: 80,
                critic_warm_up: 200,
                range_epochs: 10,
                epochs: 50,
                feasible_epochs: 2,
                refit_epochs: 5,
                one_run_pretrain_epochs: 80,
                one_run_epochs: 60,
                smoothing: 10.0,
                shared: Shared::Encoder,
                fixed_ranges: false,
                hold_cones: true,
            },
            Preset::Paper => Schedule {
                pretrain_epochs: 200,
                critic_warm_up: 400 * 59,
                range_epochs: 150,
                epochs: 150,
                feasible_epochs: 2,
                refit_epochs: 150,
                one_run_pretrain_epochs: 200,
                one_run_epochs: 150,
                smoothing: 1.0,
                shared: Shared::All,
                fixed_ranges: true,
                hold_cones: false,
            },
        };
        let schedule = Schedule {
            pretrain_epochs: self.pretrain_epochs.unwrap_or(preset.pretrain_epochs),
            critic_warm_up: self.critic_warm_up.unwrap_or(preset.critic_warm_up),
            range_epochs: self.range_epochs.unwrap_or(preset.range_epochs),
            epochs: self.epochs.unwrap_or(preset.epochs),
            feasible_epochs: self.feasible_epochs.unwrap_or(preset.feasible_epochs),
            refit_epochs: self.refit_epochs.unwrap_or(preset.refit_epochs),
            one_run_pretrain_epochs: self.one_run_pretrain_epochs.unwrap_or(preset.one_run_pretrain_epochs),
            one_run_epochs: self.one_run_epochs.unwrap_or(preset.one_run_epochs),
            smoothing: self.smoothing.unwrap_or(preset.smoothing),
            shared: self.shared.unwrap_or(preset.shared),
            fixed_ranges: self.fixed_ranges.unwrap_or(preset.fixed_ranges),
            hold_cones: self.hold_cones.unwrap_or(preset.hold_cones),
        };
        let checker = Checker("schedule");
        for (name, epochs) in [
            ("pretrain_epochs", schedule.pretrain_epochs),
            ("range_epochs", schedule.range_epochs),
            ("epochs", schedule.epochs),
            ("one_run_pretrain_epochs", schedule.one_run_pretrain_epochs),
            ("one_run_epochs", schedule.one_run_epochs),
        ] {
            checker.check(name, epochs, (1..=10_000).contains(&epochs), "between 1 and 10000")?;
        }
        for (name, epochs) in [("feasible_epochs", schedule.feasible_epochs), ("refit_epochs", schedule.refit_epochs)] {
            checker.check(name, epochs, epochs <= 10_000, "at most 10000")?;
        }
        let steps = schedule.critic_warm_up;
        checker.check("critic_warm_up", steps, steps <= 1_000_000, "at most 1000000")?;
        let smoothing = schedule.smoothing;
        checker.check("smoothing", smoothing, (1.0..=1e4).contains(&smoothing), "between 1 and 10000")?;
        Ok(schedule)
    }

    /// The same settings with every field given, for the report.
    pub fn completed(&self) -> Result<Self, ModelError> {
        let schedule = self.resolve()?;
        Ok(Self {
            preset: self.preset,
            pretrain_epochs: Some(schedule.pretrain_epochs),
            critic_warm_up: Some(schedule.critic_warm_up),
            range_epochs: Some(schedule.range_epochs),
            epochs: Some(schedule.epochs),
            feasible_epochs: Some(schedule.feasible_epochs),
            refit_epochs: Some(schedule.refit_epochs),
            one_run_pretrain_epochs: Some(schedule.one_run_pretrain_epochs),
            one_run_epochs: Some(schedule.one_run_epochs),
            smoothing: Some(schedule.smoothing),
            shared: Some(schedule.shared),
            fixed_ranges: Some(schedule.fixed_ranges),
            hold_cones: Some(schedule.hold_cones),
        })
    }
}
