//! From one stage of a front to the next.

use std::f64::consts::FRAC_PI_2;

use burn::module::Module;

use crate::nn::{Noise, join, replica};
use crate::tradeoff::TradeOffError;
use crate::tradeoff::aim::Aim;
use crate::tradeoff::measure::BatchMeasure;
use crate::tradeoff::network::Network;
use crate::tradeoff::ranges::Ranges;
use crate::tradeoff::sampler::Sampler;
use crate::tradeoff::scvi::Scvi;
use crate::tradeoff::solver;
use crate::tradeoff::trainer::{Setup, Trainer};

use super::{BINS, Critics, FrontFit, FrontSetup, Solver, Stage, Start, Trained};

impl FrontFit {
    /// Aims and places of the candidates' training: both ends first, because ranges follow them.
    pub(super) fn aims(&self) -> Vec<(usize, Aim)> {
        let k = self.setup.candidates;
        let mut aims = Vec::new();
        if self.is_one_run() {
            // Places are those of the bins' middles, for the points that are shown on the way.
            let place = |share: f64| (share * (k + 1) as f64).round() as usize;
            aims.push((0, Aim::Batch));
            aims.extend((0..BINS).map(|bin| (place((bin as f64 + 0.5) / BINS as f64), Aim::Bin(bin, BINS))));
            aims.push((k + 1, Aim::Biology));
            return aims;
        }
        if self.needs_ends() {
            aims.push((0, Aim::Batch));
        }
        aims.push((k + 1, Aim::Biology));
        let weights = solver::scalarisation_weights(k);
        for &place in self.setup.places.iter().filter(|&&place| place > 0 && place <= k) {
            aims.push((
                place,
                match self.setup.solver {
                    Solver::ParetoMtl => Aim::Cone(place - 1),
                    Solver::Scalarisation => Aim::Weighted(weights[place - 1]),
                    Solver::Penalty | Solver::OneRun => Aim::Penalty(penalty(place, k)),
                },
            ));
        }
        aims
    }

    pub(super) fn trained_places(&self) -> Vec<usize> {
        self.aims().into_iter().map(|(place, _)| place).collect()
    }

    pub(super) fn trainer(
        &self,
        module: Network,
        aims: Vec<Aim>,
        measure: Option<BatchMeasure>,
        ranges: Ranges,
        purpose: &'static str,
    ) -> Trainer {
        let FrontSetup { schedule, .. } = &self.setup;
        let per_epoch = Sampler::minibatches(self.setup.train.len(), self.setup.scvi.batch_size);
        Trainer::new(Setup {
            scvi: self.setup.scvi.clone(),
            module,
            follow_ranges: purpose == "tradeoff/ends" || !schedule.fixed_ranges,
            aims,
            measure,
            cells: self.setup.cells.clone(),
            train: self.setup.train.clone(),
            ranges,
            preferences: self.preferences.clone(),
            shared: schedule.shared,
            apart: self.setup.solver == Solver::ParetoMtl && purpose == "tradeoff/candidates",
            smoothing: schedule.smoothing,
            hold_cones: schedule.hold_cones,
            feasible_steps: schedule.feasible_epochs * per_epoch,
            total_steps: self.epochs() * per_epoch,
            seed: self.setup.seed,
            purpose,
            device: self.setup.device.clone(),
        })
    }

    /// From trained weights without a graph to `n` trainable replicas of them.
    fn copies(&self, of: &Network, n: usize) -> Network {
        self.joined(&vec![of.clone(); n])
    }

    fn joined(&self, parts: &[Network]) -> Network {
        let seeds = vec![self.setup.seed; parts.len()];
        let autodiff = self.setup.device.clone().autodiff();
        let (n_genes, n_batches) = (self.setup.cells.n_genes(), self.setup.cells.n_batches);
        join(Network::plain(Scvi::new(n_genes, n_batches, &self.setup.scvi, &seeds, &autodiff)), parts)
    }

    pub(super) fn begin_measure(&mut self, start: Start) -> Result<(), TradeOffError> {
        self.start = Some(start);
        let seed = self.setup.seed;
        let batch: Vec<u32> = self.setup.train.iter().map(|&cell| self.setup.cells.batch[cell]).collect();
        let measure = BatchMeasure::new(
            &self.setup.measure,
            self.setup.scvi.n_latent,
            self.setup.cells.n_batches,
            if self.is_one_run() { 2 } else { 0 },
            &[seed],
            &self.setup.device,
        )?;
        let (n_batches, size) = (self.setup.cells.n_batches, self.setup.scvi.batch_size);
        let left = if measure.critic_steps() == 0 { 0 } else { self.setup.schedule.critic_warm_up };
        if left == 0 {
            self.begin_ends(&measure);
            return Ok(());
        }
        self.stage = Stage::Critics(Box::new(Critics {
            measure,
            sampler: Sampler::new(&batch, n_batches, size, seed, "tradeoff/critic/minibatches"),
            noise: Noise::new("tradeoff/critic/warm-up", &[seed]),
            left,
        }));
        Ok(())
    }

    pub(super) fn begin_ends(&mut self, measure: &BatchMeasure) {
        let Some(Start { network, .. }) = self.start.clone() else { return };
        if !self.needs_ends() {
            let aims: Vec<Aim> = self.aims().into_iter().map(|(_, aim)| aim).collect();
            let measure = measure.select(&vec![0; aims.len()]);
            let module = if self.is_one_run() {
                let autodiff = self.setup.device.clone().autodiff();
                let plain = self.copies(&network, 1).scvi;
                Network::conditioned(plain, &self.setup.scvi, self.setup.seed, &autodiff)
            } else {
                self.copies(&network, aims.len())
            };
            let ranges = Ranges::running(self.setup.schedule.smoothing);
            let trainer = self.trainer(module, aims, Some(measure), ranges, "tradeoff/candidates");
            self.stage = Stage::Candidates(Box::new(trainer));
            return;
        }
        let ranges = if self.setup.schedule.fixed_ranges {
            Ranges::of_minibatches()
        } else {
            Ranges::running(self.setup.schedule.smoothing)
        };
        let (module, measure) = (self.copies(&network, 2), measure.select(&[0, 0]));
        let trainer = self.trainer(module, vec![Aim::Batch, Aim::Biology], Some(measure), ranges, "tradeoff/ends");
        self.stage = Stage::Ends(Box::new(trainer));
    }

    pub(super) fn begin_candidates(&mut self) {
        let (Stage::Ends(ends), Some(Start { network, .. })) = (&self.stage, self.start.clone()) else { return };
        let of_ends = [ends.remarks(0), ends.remarks(1)];
        let aims: Vec<Aim> = self.aims().into_iter().map(|(_, aim)| aim).collect();
        let trained = ends.module();
        let mut parts = vec![replica(trained.clone(), 0), replica(trained, 1)];
        parts.resize(aims.len(), (*network).clone());
        let ranges = ends.ranges().clone();
        // Every candidate's critic goes on from the one that knows scVI's latent, as its encoder does.
        let mut critics = vec![0, 1];
        critics.resize(aims.len(), 1);
        let measure = ends.measure().map(|measure| measure.select(&critics));
        let module = self.joined(&parts);
        let trainer = self.trainer(module, aims, measure, ranges, "tradeoff/candidates");
        self.of_ends = of_ends;
        self.stage = Stage::Candidates(Box::new(trainer));
    }

    /// What a reader should know about a candidate, whose last training left `own`.
    fn remarks(&self, place: usize, own: Vec<String>) -> Vec<String> {
        let start =
            self.start.iter().flat_map(|start| &start.remarks).map(|remark| format!("scVI, its start: {remark}"));
        let of_end = match place {
            0 => &self.of_ends[..1],
            place if place == self.setup.candidates + 1 => &self.of_ends[1..],
            _ => &[],
        };
        start.chain(of_end.iter().flatten().cloned()).chain(own).collect()
    }

    pub(super) fn end_candidates(&mut self) {
        let Stage::Candidates(trainer) = &self.stage else { return };
        let schedule = &self.setup.schedule;
        let per_epoch = trainer.steps_per_epoch();
        let module = trainer.module();
        if self.is_one_run() {
            let places = self.setup.places.clone();
            let last = (self.setup.candidates + 1) as f64;
            let steps = (self.pretrain_epochs() + self.epochs() * trainer.losses().len()) * per_epoch;
            self.stage = Stage::Done(Some(Box::new(Trained {
                angles: Some(places.iter().map(|&place| place as f64 / last * FRAC_PI_2).collect()),
                steps: vec![steps; places.len()],
                remarks: places.iter().map(|&place| self.remarks(place, trainer.remarks(0))).collect(),
                ranges: trainer.ranges().clone(),
                places,
                module,
            })));
            return;
        }
        let mut chosen: Vec<(usize, usize)> =
            self.trained_places().into_iter().enumerate().map(|(r, p)| (p, r)).collect();
        chosen.sort_unstable();
        chosen.retain(|(place, _)| self.setup.places.contains(place));
        let is_end = |place: usize| place == 0 || place == self.setup.candidates + 1;
        let ends = if self.needs_ends() { schedule.range_epochs } else { 0 };
        let epochs = |place| schedule.pretrain_epochs + schedule.epochs + if is_end(place) { ends } else { 0 };
        let trained = Trained {
            angles: None,
            places: chosen.iter().map(|(place, _)| *place).collect(),
            steps: chosen.iter().map(|(place, _)| epochs(*place) * per_epoch).collect(),
            remarks: chosen.iter().map(|&(place, r)| self.remarks(place, trainer.remarks(r))).collect(),
            ranges: trainer.ranges().clone(),
            module: self.joined_valid(&chosen.iter().map(|(_, r)| replica(module.clone(), *r)).collect::<Vec<_>>()),
        };
        if self.refits() {
            let module = self.copies(&replica(trained.module.clone(), 0), 1);
            let trainer = self.trainer(module, vec![Aim::Decoder], None, Ranges::running(1.0), "tradeoff/refit");
            self.stage = Stage::Refit { trainer: Box::new(trainer), trained: Box::new(trained) };
        } else {
            self.stage = Stage::Done(Some(Box::new(trained)));
        }
    }

    pub(super) fn end_refit(&mut self) {
        let Stage::Refit { trainer, trained } = std::mem::replace(&mut self.stage, Stage::Done(None)) else { return };
        let mut trained = trained;
        let refitted = trainer.module();
        let mut parts: Vec<Network> = (0..trained.places.len()).map(|r| replica(trained.module.clone(), r)).collect();
        parts[0].scvi.decoder = refitted.scvi.decoder;
        // The decoder was fitted with these library sizes, where they are latent.
        parts[0].scvi.library = refitted.scvi.library;
        trained.module = self.joined_valid(&parts);
        trained.steps[0] += trainer.steps();
        trained.remarks[0].extend(trainer.remarks(0));
        self.stage = Stage::Done(Some(trained));
    }

    fn joined_valid(&self, parts: &[Network]) -> Network {
        self.joined(parts).valid()
    }
}

/// The multiples of the measure that [`Solver::Penalty`] tries, from the strongest at place 1 to the weakest at place K, evenly
/// spaced in their logarithm from 10000 to 1 nat.
fn penalty(place: usize, k: usize) -> f64 {
    const LARGEST: f64 = 4.0;
    let share = if k > 1 { (place - 1) as f64 / (k - 1) as f64 } else { 0.5 };
    10_f64.powf(LARGEST * (1.0 - share))
}
