//! The state machine that trains fronts and judges them, one bounded piece of work after the other.

use std::rc::Rc;

use burn::tensor::Device;
use ndarray::{Array2, Axis};

use crate::data::{Dataset, Prepared, prepare};
use crate::embed::Pca;
use crate::fronts::{CandidateKind, CandidateRow, FrontRow};
use crate::models::FitProgress;
use crate::run::{Event, RunError, RunFile, StageName};
use crate::tradeoff::peers::Peer;
use crate::tradeoff::peers::desc::Desc;
use crate::tradeoff::peers::saucie::Saucie;
use crate::tradeoff::{
    Cells, Evaluation, FrontFit, FrontSetup, Judge, Judged, Latent, Split, Start, TradeOffError, Trained, solver,
};

use super::outcome::{CandidateLatent, TradeOffFailure, TradedOff};
use super::plan::{Plan, Unit};
use super::slider::{FrontSlider, OneRun};
use super::{Method, TradeOffTask};

/// Principal components of the expression that latents are compared with.
const COMPONENTS: usize = 50;
/// How much of a front's progress its training is; the rest is judging.
const FIT_SHARE: f64 = 0.85;

/// Does a trade-off task.
pub(in crate::run) struct TradeOffRunner {
    plan: Plan,
    device: Device,
    events: Vec<Event>,
    stage: Stage,
    data: Option<Rc<Data>>,
    /// scVI of the latest split, which all its fronts start from, and whether it is the one for a whole front.
    start: Option<(u64, bool, Start)>,
    notes: Vec<String>,
    done: TradedOff,
    latents: Vec<Rc<Latent>>,
    splits: Vec<Rc<Split>>,
    /// The latest front that one network serves.
    one_run: Option<OneRun>,
}

/// The prepared data.
struct Data {
    prepared: Prepared,
    cells: Rc<Cells>,
    labels: Option<Rc<Vec<u32>>>,
    unintegrated: Rc<Array2<f32>>,
}

enum Stage {
    Prepare,
    Build { unit: usize },
    Fit { unit: usize, split: Rc<Split>, fit: Box<FrontFit>, shown: usize },
    Peer { unit: usize, split: Rc<Split>, peer: Box<dyn Peer> },
    Judge { unit: usize, split: Rc<Split>, about: Box<About>, evaluation: Box<Evaluation>, told: usize },
    Finished,
}

/// What is said of candidates besides their scores.
struct About {
    places: Vec<usize>,
    angles: Option<Vec<f64>>,
    steps: Vec<usize>,
    remarks: Vec<Vec<String>>,
}

impl From<Trained> for About {
    fn from(trained: Trained) -> Self {
        let Trained { places, angles, steps, remarks, .. } = trained;
        Self { places, angles, steps, remarks }
    }
}

impl TradeOffRunner {
    /// Checks the run file against the data. Nothing is computed yet.
    pub fn new(run: RunFile, task: TradeOffTask, dataset: Rc<Dataset>, device: Device) -> Result<Self, RunError> {
        let plan = Plan::new(run, task, dataset)?;
        let text = "Choosing cells and genes".to_owned();
        Ok(Self {
            notes: plan.design.notes.clone(),
            plan,
            device,
            events: vec![Event::Stage { stage: StageName::Prepare, text }],
            stage: Stage::Prepare,
            data: None,
            start: None,
            done: TradedOff::default(),
            latents: Vec::new(),
            splits: Vec::new(),
            one_run: None,
        })
    }

    pub fn run(&self) -> &RunFile {
        &self.plan.run
    }

    pub fn is_finished(&self) -> bool {
        matches!(self.stage, Stage::Finished)
    }

    pub fn events(&mut self) -> &mut Vec<Event> {
        &mut self.events
    }

    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    pub fn outcome(&self) -> &TradedOff {
        &self.done
    }

    /// The latent space of a candidate.
    pub fn latent(&self, index: usize) -> Option<CandidateLatent> {
        let (latent, split, data) = (self.latents.get(index)?, self.splits.get(index)?, self.data.as_ref()?);
        let design = &data.prepared.design;
        let mut train = vec![false; design.cells.len()];
        split.train.iter().for_each(|&cell| train[cell] = true);
        Some(CandidateLatent {
            index,
            width: latent.mean.ncols(),
            values: latent.mean.iter().copied().collect(),
            batch: design.batch.clone(),
            batches: design.batches.clone(),
            cell_type: data.labels.as_ref().map_or_else(Vec::new, |labels| (**labels).clone()),
            cell_types: if data.labels.is_some() { design.cell_types.clone() } else { Vec::new() },
            train,
        })
    }

    /// The latest one-run front, to move along; none before one is trained and judged.
    pub async fn slider(&self) -> Result<Option<FrontSlider>, RunError> {
        let Some(trained) = &self.one_run else { return Ok(None) };
        let measure = trained.setup.measure.measure.name();
        let of = |row: &&CandidateRow| {
            row.method == Method::OneRun.name()
                && row.split == trained.judge.seed
                && row.measure.as_deref() == Some(measure)
        };
        let rows = self.done.candidates.iter().filter(of).cloned().collect();
        Ok(Some(FrontSlider::new(trained.clone(), rows).await?))
    }

    /// Does one piece of work and says which kind it was.
    pub async fn advance(&mut self) -> Result<StageName, RunError> {
        let stage = std::mem::replace(&mut self.stage, Stage::Finished);
        let kind = match &stage {
            Stage::Prepare => StageName::Prepare,
            Stage::Build { .. } | Stage::Fit { .. } | Stage::Peer { .. } => StageName::Train,
            Stage::Judge { .. } | Stage::Finished => StageName::Score,
        };
        self.stage = match stage {
            Stage::Prepare => self.prepare()?,
            Stage::Build { unit } => match self.build(unit) {
                Ok(next) => next,
                Err(error) => self.give_up(unit, error)?,
            },
            Stage::Fit { unit, split, fit, shown } => match self.fit(unit, split, fit, shown).await {
                Ok(next) => next,
                Err(error) => self.give_up(unit, error)?,
            },
            Stage::Peer { unit, split, peer } => match self.fit_peer(unit, split, peer).await {
                Ok(next) => next,
                Err(error) => self.give_up(unit, error)?,
            },
            Stage::Judge { unit, split, about, evaluation, told } => {
                match self.judge(unit, split, about, evaluation, told).await {
                    Ok(next) => next,
                    Err(error) => self.give_up(unit, error)?,
                }
            }
            Stage::Finished => Stage::Finished,
        };
        Ok(kind)
    }

    // The stages, in order. Each does its work and returns the next one.

    fn prepare(&mut self) -> Result<Stage, RunError> {
        let hidden = vec![false; self.plan.design.cells.len()];
        let mut prepared = prepare(&self.plan.dataset, &self.plan.design, &self.plan.run.preprocess, &hidden)?;
        self.notes.append(&mut prepared.notes);
        let cells = Cells::new(&prepared, &self.device.clone().autodiff())?;
        let k = COMPONENTS.min(prepared.x.nrows() - 1).min(prepared.x.ncols());
        let pca = Pca::fit(prepared.x.view(), k, self.plan.run.preprocess.seed)?;
        let unintegrated = Rc::new(pca.transform(prepared.x.view())?.mapv(|value| value as f32));
        let labels = self.plan.has_labels().then(|| Rc::new(prepared.design.cell_type.clone()));
        self.data = Some(Rc::new(Data { cells: Rc::new(cells), labels, unintegrated, prepared }));
        self.announce(0, StageName::Train);
        Ok(Stage::Build { unit: 0 })
    }

    fn build(&mut self, unit: usize) -> Result<Stage, TradeOffError> {
        let Some(data) = self.data.clone() else { return Ok(Stage::Finished) };
        let (task, asked) = (&self.plan.task, &self.plan.units[unit]);
        let cells = &data.cells;
        let split = Rc::new(Split::draw(&cells.batch, cells.n_batches, task.train_fraction, asked.split));
        let Some(measure) = asked.measure_config()? else {
            let peer = self.peer(asked, &data, &split)?;
            return Ok(Stage::Peer { unit, split, peer });
        };
        let setup = FrontSetup {
            scvi: task.scvi.resolve()?,
            measure,
            schedule: task.schedule.resolve()?,
            solver: asked.method.solver(),
            candidates: task.candidates,
            places: asked.places.clone(),
            cells: cells.clone(),
            train: Rc::new(split.train.clone()),
            seed: asked.split,
            device: self.device.clone(),
        };
        let one_run = asked.method == Method::OneRun;
        let fits = |(seed, whole, _): &&(u64, bool, Start)| *seed == asked.split && *whole == one_run;
        let start = self.start.as_ref().filter(fits).map(|(_, _, start)| start.clone());
        let fit = Box::new(FrontFit::new(setup, start)?);
        Ok(Stage::Fit { unit, split, fit, shown: 0 })
    }

    async fn fit(
        &mut self,
        unit: usize,
        split: Rc<Split>,
        mut fit: Box<FrontFit>,
        shown: usize,
    ) -> Result<Stage, TradeOffError> {
        let before = fit.doing();
        fit.advance().await?;
        let asked = self.plan.units[unit].clone();
        if let Some(start) = fit.start() {
            self.start = Some((asked.split, asked.method == Method::OneRun, start.clone()));
        }
        if let Some(trained) = fit.take() {
            let judge = self.judge_of(&asked, &split)?;
            if asked.method == Method::OneRun {
                let (network, ranges) = (trained.module.clone(), trained.ranges.clone());
                self.one_run = Some(OneRun { setup: fit.setup().clone(), network, ranges, judge: judge.clone() });
            }
            let evaluation =
                Evaluation::of_models(judge, trained.module.clone(), trained.places.len(), trained.angles.as_deref());
            self.announce(unit, StageName::Score);
            return Ok(Stage::Judge {
                unit,
                split,
                about: Box::new(About::from(trained)),
                evaluation: Box::new(evaluation),
                told: 0,
            });
        }
        let progress = fit.progress();
        let text = format!("{}: {}", self.title(unit), fit.doing());
        self.progress(unit, FIT_SHARE * progress.done as f64 / progress.total.max(1) as f64, text);
        // Points move slowly; a hundredth of the work apart is smooth enough, and a new stage is worth a look.
        let hundredth = 100 * progress.done / progress.total.max(1);
        let points = fit.live();
        if (hundredth > shown || before != fit.doing()) && !points.is_empty() {
            self.events.push(Event::Front {
                method: asked.method.name().to_owned(),
                measure: asked.measure_name().unwrap_or_default(),
                split: asked.split,
                points,
            });
            return Ok(Stage::Fit { unit, split, fit, shown: hundredth });
        }
        Ok(Stage::Fit { unit, split, fit, shown })
    }

    async fn judge(
        &mut self,
        unit: usize,
        split: Rc<Split>,
        about: Box<About>,
        mut evaluation: Box<Evaluation>,
        told: usize,
    ) -> Result<Stage, TradeOffError> {
        evaluation.advance().await?;
        let judged = evaluation.judged();
        if let Some(found) = judged.get(told) {
            let latent = Rc::new(evaluation.latents()[told].clone());
            let row = self.row(unit, &about, told, found);
            self.latents.push(latent);
            self.splits.push(split.clone());
            self.events.push(Event::Candidate { row: Box::new(row.clone()) });
            self.done.candidates.push(row);
            self.done.fronts = fronts_of(&self.done.candidates);
        }
        let told = judged.len();
        if told == about.places.len() {
            return Ok(self.next(unit));
        }
        let progress = evaluation.progress();
        let share = FIT_SHARE + (1.0 - FIT_SHARE) * progress.done as f64 / progress.total.max(1) as f64;
        self.progress(unit, share, format!("{}: judging candidates", self.title(unit)));
        Ok(Stage::Judge { unit, split, about, evaluation, told })
    }

    fn peer(&self, asked: &Unit, data: &Data, split: &Split) -> Result<Box<dyn Peer>, TradeOffError> {
        let (task, seeds) = (&self.plan.task, [asked.split]);
        let x = data.prepared.x.select(Axis(0), &split.train);
        let design = &data.prepared.design;
        Ok(if asked.method == Method::Desc {
            Box::new(Desc::new(task.desc.resolve()?, &seeds, &x, design.cell_types.len(), &self.device)?)
        } else {
            let batch: Vec<u32> = split.train.iter().map(|&cell| design.batch[cell]).collect();
            Box::new(Saucie::new(task.saucie.resolve()?, &seeds, x, &batch, design.batches.len(), &self.device)?)
        })
    }

    async fn fit_peer(
        &mut self,
        unit: usize,
        split: Rc<Split>,
        mut peer: Box<dyn Peer>,
    ) -> Result<Stage, TradeOffError> {
        let FitProgress { done, total } = peer.progress();
        if done < total {
            peer.fit().await?;
            self.progress(unit, FIT_SHARE * done as f64 / total.max(1) as f64, self.title(unit));
            return Ok(Stage::Peer { unit, split, peer });
        }
        let Some(data) = self.data.clone() else { return Ok(Stage::Finished) };
        let mean = peer.latent(&data.prepared.x).await?;
        let judge = self.judge_of(&self.plan.units[unit], &split)?;
        let about = About { places: vec![0], angles: None, steps: vec![peer.steps()], remarks: vec![Vec::new()] };
        let evaluation = Box::new(Evaluation::of_latents(judge, vec![Latent { mean, var: None, u: None }]));
        self.announce(unit, StageName::Score);
        Ok(Stage::Judge { unit, split, about: Box::new(about), evaluation, told: 0 })
    }

    fn judge_of(&self, asked: &Unit, split: &Rc<Split>) -> Result<Judge, TradeOffError> {
        let Some(data) = &self.data else { unreachable!("data are prepared before anything is trained") };
        Ok(Judge {
            cells: data.cells.clone(),
            split: split.clone(),
            labels: data.labels.clone(),
            unintegrated: data.unintegrated.clone(),
            metrics: self.plan.task.evaluation.metrics,
            measure: asked.measure_config()?,
            de_novo: self.plan.task.evaluation.de_novo.resolve()?,
            seed: asked.split,
            device: self.device.clone(),
        })
    }

    fn row(&self, unit: usize, about: &About, at: usize, judged: &Judged) -> CandidateRow {
        let (asked, last) = (&self.plan.units[unit], self.plan.task.candidates + 1);
        let place = about.places[at];
        let kind = match place {
            _ if asked.method.is_peer() => CandidateKind::Peer,
            0 => CandidateKind::BatchOnly,
            place if place == last => CandidateKind::ScviOnly,
            _ => CandidateKind::Preference,
        };
        let k = self.plan.task.candidates;
        let preference = match (asked.method, kind) {
            (_, CandidateKind::Peer) | (Method::ScviHsic | Method::SaucieMmd | Method::Desc, _) => None,
            (Method::Scalarisation, CandidateKind::BatchOnly) => Some([0.0, 1.0]),
            // A direction of losses: much of U at one end. As weights it is the other way round.
            (Method::Scalarisation, CandidateKind::ScviOnly) | (_, CandidateKind::BatchOnly) => Some([1.0, 0.0]),
            (_, CandidateKind::ScviOnly) => Some([0.0, 1.0]),
            (Method::ParetoMtl, _) => Some(solver::preferences(k)[place - 1]),
            (Method::Scalarisation, _) => Some(solver::scalarisation_weights(k)[place - 1]),
            (Method::OneRun, _) => {
                about.angles.as_ref().and_then(|angles| angles.get(at)).map(|angle| [angle.cos(), angle.sin()])
            }
        };
        let score = |name: &str| judged.test.get(name).copied().flatten();
        let mut remarks = about.remarks[at].clone();
        if !asked.method.is_peer() && (score("u").is_none() || score("v").is_none()) {
            remarks.push("A loss of it is infinite or NaN: its training diverged.".to_owned());
        }
        CandidateRow {
            index: self.done.candidates.len(),
            method: asked.method.name().to_owned(),
            measure: asked.measure_name(),
            split: asked.split,
            place,
            kind,
            preference,
            steps: about.steps[at],
            u: score("u"),
            v: score("v"),
            train: judged.train.clone(),
            test: judged.test.clone(),
            remarks,
        }
    }

    fn give_up(&mut self, unit: usize, error: TradeOffError) -> Result<Stage, RunError> {
        let asked = &self.plan.units[unit];
        if error.code() == "device_lost" {
            return Err(error.into());
        }
        let failure = TradeOffFailure {
            method: asked.method.name().to_owned(),
            measure: asked.measure_name(),
            split: asked.split,
            code: error.code().to_owned(),
            message: error.to_string(),
            hint: error.hint(),
        };
        self.events.push(Event::FrontLeftOut { failure: failure.clone() });
        self.done.front_failures.push(failure);
        Ok(self.next(unit))
    }

    fn next(&mut self, unit: usize) -> Stage {
        if unit + 1 < self.plan.units.len() {
            self.announce(unit + 1, StageName::Train);
            return Stage::Build { unit: unit + 1 };
        }
        self.events.push(Event::Progress { done: 1.0, text: "Done".to_owned() });
        self.events.push(Event::Finished);
        Stage::Finished
    }

    fn announce(&mut self, unit: usize, stage: StageName) {
        let title = self.title(unit);
        let text = if stage == StageName::Train { format!("Training {title}") } else { format!("Judging {title}") };
        self.events.push(Event::Stage { stage, text });
    }

    fn progress(&mut self, unit: usize, share: f64, text: String) {
        let done = (unit as f64 + share) / self.plan.units.len() as f64;
        self.events.push(Event::Progress { done, text });
    }

    fn title(&self, unit: usize) -> String {
        let asked = &self.plan.units[unit];
        match asked.measure_name() {
            Some(measure) => format!("{} with {measure}, split {}", asked.method, asked.split),
            None => format!("{}, split {}", asked.method, asked.split),
        }
    }
}

/// The pairs of metrics whose fronts are reported: the losses themselves, and the paper's surrogates.
const PAIRS: [[&str; 2]; 5] =
    [["u", "v"], ["u", "nn_mi"], ["u", "nn_mi_minibatch"], ["asw", "be_pooled"], ["nmi", "be_pooled"]];

/// How good the fronts of some candidates are.
pub(super) fn fronts_of(candidates: &[CandidateRow]) -> Vec<FrontRow> {
    // The names are those of metrics that exist.
    PAIRS.iter().filter_map(|[x, y]| crate::fronts::summarise(candidates, x, y).ok()).flatten().collect()
}
