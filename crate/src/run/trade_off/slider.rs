//! A trained one-run front to move along.

use std::collections::BTreeMap;
use std::f64::consts::FRAC_PI_2;

use serde::Serialize;

use crate::fronts::{CandidateKind, CandidateRow};
use crate::run::RunError;
use crate::tradeoff::{Evaluation, FrontSetup, Judge, Network, Polish, Ranges, Stop, Track};

/// What a one-run front leaves behind when it is trained.
#[derive(Clone)]
pub(super) struct OneRun {
    pub setup: FrontSetup,
    pub network: Network,
    pub ranges: Ranges,
    pub judge: Judge,
}

/// A front that one network serves: its latent space at any preference, and more training at one of them.
pub struct FrontSlider {
    trained: OneRun,
    track: Track,
    /// The judged candidates along it, by place.
    rows: Vec<CandidateRow>,
    candidates: usize,
}

/// The latent space at a position of the slider.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FrontView {
    /// From 0 (batch effect only) to 1 (biology only), by the length of the front.
    pub position: f64,
    /// The preference `(cos t, sin t)`.
    pub preference: [f64; 2],
    /// Place between the judged candidates, from 0 to K + 1.
    pub place: f64,
    /// Metrics on test cells, between those of the candidates on either side.
    pub metrics: BTreeMap<String, f64>,
    /// Where every cell is in a plane that is fixed along the front, `[x, y]`.
    pub positions: Vec<[f32; 2]>,
}

impl FrontSlider {
    /// Measures the way along the front.
    pub(super) async fn new(trained: OneRun, rows: Vec<CandidateRow>) -> Result<Self, RunError> {
        let setup = &trained.setup;
        let (cells, split) = (setup.cells.clone(), trained.judge.split.clone());
        let track = Track::new(trained.network.clone(), cells, &split, setup.seed, &setup.device).await?;
        Ok(Self { candidates: setup.candidates, track, rows, trained })
    }

    /// The way, in stops.
    #[must_use]
    pub fn stops(&self) -> &[Stop] {
        self.track.stops()
    }

    /// What is at a position from 0 to 1.
    pub async fn at(&self, position: f64) -> Result<FrontView, RunError> {
        let position = position.clamp(0.0, 1.0);
        let found = self.track.at(position).await?;
        // Not beyond the last candidate by rounding, where no row would be left to ask.
        let last = (self.candidates + 1) as f64;
        let place = (found.angle / FRAC_PI_2 * last).min(last);
        Ok(FrontView {
            position,
            preference: [found.angle.cos(), found.angle.sin()],
            place,
            metrics: self.between(place),
            positions: found.positions,
        })
    }

    /// Metrics between the candidates on either side of a place; none beyond the judged ones.
    fn between(&self, place: f64) -> BTreeMap<String, f64> {
        let below = self.rows.iter().filter(|row| row.place as f64 <= place).max_by_key(|row| row.place);
        let above = self.rows.iter().filter(|row| row.place as f64 >= place).min_by_key(|row| row.place);
        let (Some(below), Some(above)) = (below, above) else { return BTreeMap::new() };
        let width = above.place.saturating_sub(below.place).max(1) as f64;
        let share = (place - below.place as f64) / width;
        let of = |(name, low): (&String, &Option<f64>)| {
            let high = above.test.get(name).copied().flatten()?;
            Some((name.clone(), (*low)? * (1.0 - share) + high * share))
        };
        below.test.iter().filter_map(of).collect()
    }

    /// Begins more training at the preference of a position.
    pub fn polish(&self, position: f64, steps: usize) -> Result<FrontPolish, RunError> {
        let angle = self.track.angle(position.clamp(0.0, 1.0));
        let OneRun { setup, network, ranges, judge } = &self.trained;
        let polish = Polish::new(setup.clone(), network.clone(), ranges.clone(), angle, steps)?;
        let before = self.rows.first().map_or(0, |row| row.steps);
        let place = (angle / FRAC_PI_2 * (self.candidates + 1) as f64).round() as usize;
        let measure = setup.measure.measure.name().to_owned();
        let stage = Stage::Train(Box::new(polish));
        Ok(FrontPolish { stage, judge: judge.clone(), angle, place, measure, steps: before + steps, done: None })
    }
}

/// More training at one preference of a one-run front.
pub struct FrontPolish {
    stage: Stage,
    judge: Judge,
    angle: f64,
    place: usize,
    measure: String,
    steps: usize,
    done: Option<CandidateRow>,
}

enum Stage {
    Train(Box<Polish>),
    Judge(Box<Evaluation>),
}

/// How far it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PolishState {
    /// From 0 to 1.
    pub progress: f64,
    /// The polished candidate, once it is judged.
    pub row: Option<CandidateRow>,
}

impl FrontPolish {
    /// Does one piece of work.
    pub async fn advance(&mut self) -> Result<(), RunError> {
        if self.done.is_some() {
            return Ok(());
        }
        match &mut self.stage {
            Stage::Train(polish) => {
                polish.advance().await?;
                if polish.progress().is_done() {
                    let evaluation =
                        Evaluation::of_models(self.judge.clone(), polish.network(), 1, Some(&[self.angle]));
                    self.stage = Stage::Judge(Box::new(evaluation));
                }
            }
            Stage::Judge(evaluation) => {
                evaluation.advance().await?;
                if let Some(judged) = evaluation.judged().first() {
                    let score = |name: &str| judged.test.get(name).copied().flatten();
                    self.done = Some(CandidateRow {
                        index: 0,
                        method: "one_run_polished".to_owned(),
                        measure: Some(self.measure.clone()),
                        split: self.judge.seed,
                        place: self.place,
                        kind: CandidateKind::Preference,
                        preference: Some([self.angle.cos(), self.angle.sin()]),
                        steps: self.steps,
                        u: score("u"),
                        v: score("v"),
                        train: judged.train.clone(),
                        test: judged.test.clone(),
                        remarks: Vec::new(),
                    });
                }
            }
        }
        Ok(())
    }

    /// How far it is, and what came out.
    #[must_use]
    pub fn state(&self) -> PolishState {
        let share = |progress: crate::models::FitProgress| progress.done as f64 / progress.total.max(1) as f64;
        let progress = match (&self.stage, &self.done) {
            (_, Some(_)) => 1.0,
            (Stage::Train(polish), None) => 0.8 * share(polish.progress()),
            (Stage::Judge(evaluation), None) => 0.8 + 0.2 * share(evaluation.progress()),
        };
        PolishState { progress, row: self.done.clone() }
    }
}
