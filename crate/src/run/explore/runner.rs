//! The state machine of an exploration, one bounded piece of work after the other.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use ndarray::{Array2, ArrayView2, Axis};

use crate::data::{Dataset, Prepared, prepare};
use crate::embed::Pca;
use crate::metrics::MetricError;
use crate::metrics::contrast::{Contrast, Floor, NoiseFloor};
use crate::metrics::deg::Control;
use crate::run::{Event, Part, RunError, RunFile, StageName, sources};

use super::doses::{FEWEST_DOSES, Series};
use super::embedder::Embedder;
use super::exploration::Exploration;
use super::groups::{Comparison, type_name};
use super::measuring::FloorKey;
use super::outcome::FitOf;
use super::overview::OTHER_WORK;
use super::{ExploreTask, Method, Space};

/// Share of the progress that preparing has; only after it is it known how much there is to do.
const PREPARING: f64 = 0.1;
/// Multiply-adds in a hundredth of a second, roughly.
const WORK_PER_WEIGHT: f64 = 8e7;
/// Steps of an embedding between two pictures of it.
const STEPS_PER_PICTURE: usize = 10;

/// Does an exploration task.
pub(in crate::run) struct ExploreRunner {
    run: RunFile,
    arms: Vec<usize>,
    cell_types: Vec<usize>,
    pub(super) notes: Vec<String>,
    pub(super) events: Vec<Event>,
    stage: Stage,
    /// Work that is still to do after the current stage.
    queue: VecDeque<Stage>,
    pub(super) found: Exploration,
    /// Coordinates that distances are measured in, cells x coordinates.
    pub(super) coordinates: Array2<f64>,
    /// Components of all cells, for embeddings.
    scores: Array2<f64>,
    /// The control cells of the type that was tested last, prepared.
    control: Option<(Option<usize>, Control)>,
    /// Noise floors by what they depend on, so that comparisons of like sizes share one.
    pub(super) floors: BTreeMap<FloorKey, Rc<Vec<Floor>>>,
    /// Work done and in all after preparing, for the progress.
    done: f64,
    total: f64,
}

pub(super) enum Stage {
    /// Cells, genes, normalisation.
    Prepare,
    /// Principal components.
    Components,
    /// Values of the distances of one comparison.
    Distances(usize),
    /// Control against control, for one comparison.
    Floor(usize, Option<(FloorKey, Box<NoiseFloor>)>),
    /// Test of all genes of one comparison.
    Genes(usize),
    /// Curves of one type along one series of doses.
    Doses(Option<usize>, usize),
    /// Some steps of an embedding.
    Embed(Method, Option<Embedder>),
    /// p-values and intervals of one comparison.
    Resample(usize, Option<Box<Contrast>>),
    Finished,
}

impl Stage {
    fn name(&self) -> StageName {
        match self {
            Self::Prepare | Self::Components => StageName::Prepare,
            Self::Distances(_) | Self::Floor(..) => StageName::Distances,
            Self::Genes(_) => StageName::Genes,
            Self::Doses(..) => StageName::Doses,
            Self::Embed(..) => StageName::Embedding,
            Self::Resample(..) | Self::Finished => StageName::Resample,
        }
    }
}

impl ExploreRunner {
    /// Checks the run file against the data. Nothing is computed yet.
    pub fn new(run: RunFile, task: ExploreTask, dataset: Rc<Dataset>) -> Result<Self, RunError> {
        let design = run.roles.resolve(&dataset)?;
        let arms = sources::arms(&design, &task.arms)?;
        let cell_types = sources::cell_types(&design, &task.cell_types)?;
        let log1p = run.preprocess.log1p;
        let mut runner = Self {
            run,
            arms,
            cell_types,
            notes: Vec::new(),
            events: Vec::new(),
            stage: Stage::Prepare,
            queue: VecDeque::new(),
            found: Exploration {
                task,
                log1p,
                dataset,
                n_cells_all: design.cells.len(),
                prepared: Prepared::empty(design),
                coordinates: 0,
                comparisons: Vec::new(),
                distances: Vec::new(),
                floors: Vec::new(),
                genes: Vec::new(),
                fits: Vec::new(),
                embeddings: BTreeMap::new(),
            },
            coordinates: Array2::zeros((0, 0)),
            scores: Array2::zeros((0, 0)),
            control: None,
            floors: BTreeMap::new(),
            done: 0.0,
            total: 0.0,
        };
        runner.announce(StageName::Prepare);
        Ok(runner)
    }

    pub fn run(&self) -> &RunFile {
        &self.run
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

    pub fn exploration(&self) -> &Exploration {
        &self.found
    }

    /// Does one piece of work and says which kind it was.
    pub fn advance(&mut self) -> Result<StageName, RunError> {
        let stage = std::mem::replace(&mut self.stage, Stage::Finished);
        let (kind, weight) = (stage.name(), self.weight(&stage));
        let (unfinished, within) = match stage {
            Stage::Prepare => self.prepare()?,
            Stage::Components => self.components()?,
            Stage::Distances(i) => self.distances(i)?,
            Stage::Floor(i, floor) => self.floor(i, floor)?,
            Stage::Genes(i) => self.genes(i)?,
            Stage::Doses(cell_type, series) => self.doses(cell_type, series)?,
            Stage::Embed(method, embedder) => self.embed(method, embedder),
            Stage::Resample(i, contrast) => self.resample(i, contrast)?,
            Stage::Finished => (None, 1.0),
        };
        let done = self.done + weight * within;
        if let Some(stage) = unfinished {
            self.stage = stage;
        } else {
            self.done = done;
            self.next(kind);
        }
        let share = if self.total > 0.0 { PREPARING + (1.0 - PREPARING) * done / self.total } else { 0.0 };
        let done = if self.is_finished() { 1.0 } else { share.min(1.0) };
        let text = self.text();
        self.events.push(Event::Progress { done, text });
        if self.is_finished() {
            self.events.push(Event::Finished);
        }
        Ok(kind)
    }

    /// Takes the next stage and says so when another kind of work begins.
    fn next(&mut self, before: StageName) {
        self.stage = self.queue.pop_front().unwrap_or(Stage::Finished);
        let kind = self.stage.name();
        if kind == before && !self.is_finished() {
            return;
        }
        let part = match before {
            StageName::Prepare => Part::Components,
            StageName::Genes => Part::Genes,
            StageName::Doses => Part::Doses,
            StageName::Embedding => Part::Embedding,
            _ => Part::Distances,
        };
        self.events.push(Event::Explored { part });
        if !self.is_finished() {
            self.announce(kind);
        }
    }

    /// Roughly how many hundredths of a second it takes, for the progress.
    fn weight(&self, stage: &Stage) -> f64 {
        match stage {
            Stage::Prepare | Stage::Components | Stage::Finished => 0.0,
            Stage::Distances(_) | Stage::Genes(_) => 1.0,
            Stage::Doses(..) => 10.0,
            Stage::Embed(..) => self.scores.nrows() as f64 * OTHER_WORK / WORK_PER_WEIGHT,
            // Most comparisons of a type share one floor; a parting has half of the cells and none of the resamples.
            Stage::Floor(i, _) => self.resample_weight(*i) / 10.0,
            Stage::Resample(i, _) => self.resample_weight(*i),
        }
    }

    fn resample_weight(&self, i: usize) -> f64 {
        let part = self.found.task.distances.clone().unwrap_or_default();
        self.found.resample_work(i, 1.0, &part) / WORK_PER_WEIGHT
    }

    fn announce(&mut self, stage: StageName) {
        let text = match stage {
            StageName::Prepare => "Preparing the cells and their principal components",
            StageName::Distances => "Measuring distances from the control",
            StageName::Genes => "Testing every gene",
            StageName::Doses => "Fitting dose-response curves",
            StageName::Embedding => "Laying the cells out in two dimensions",
            _ => "Resampling: intervals and p-values",
        };
        self.events.push(Event::Stage { stage, text: text.to_owned() });
    }

    /// What is being done, for the progress.
    fn text(&self) -> String {
        let design = self.found.design();
        let of = |i: usize| {
            let one: &Comparison = &self.found.comparisons[i];
            format!("{} at {}", type_name(design, one.cell_type), design.arms[one.arm].label)
        };
        match &self.stage {
            Stage::Distances(i) | Stage::Genes(i) | Stage::Floor(i, _) | Stage::Resample(i, _) => of(*i),
            Stage::Doses(cell_type, _) => type_name(design, *cell_type).to_owned(),
            Stage::Embed(method, _) => method.title().to_owned(),
            Stage::Finished => "Done".to_owned(),
            Stage::Components => "principal components".to_owned(),
            // Announced once and never come back to.
            Stage::Prepare => String::new(),
        }
    }

    // The stages. Each does a piece of its work and returns itself if there is more, and the share that is done.

    fn prepare(&mut self) -> Result<(Option<Stage>, f64), RunError> {
        let nothing_hidden = vec![false; self.found.design().cells.len()];
        let prepared = prepare(&self.found.dataset, self.found.design(), &self.run.preprocess, &nothing_hidden)?;
        self.notes.extend(prepared.notes.iter().cloned());
        let design = &prepared.design;
        self.found.comparisons = Comparison::all(design, &self.cell_types, &self.arms, &mut self.notes);
        self.found.distances = self.found.comparisons.iter().map(|_| None).collect();
        self.found.genes = self.found.comparisons.iter().map(|_| None).collect();
        self.found.floors = self.found.comparisons.iter().map(|_| None).collect();
        self.found.prepared = prepared;
        self.queue.push_back(Stage::Components);
        Ok((None, 1.0))
    }

    fn components(&mut self) -> Result<(Option<Stage>, f64), RunError> {
        let (task, x) = (&self.found.task, self.found.prepared.x.view());
        let most = x.nrows().min(x.ncols());
        let pca = Pca::fit(x, task.n_pcs.min(most), task.seed).map_err(MetricError::from)?;
        self.scores = pca.transform(x).map_err(MetricError::from)?;
        if self.scores.ncols() == 0 {
            // Cells that are all the same are all at one place.
            self.scores = Array2::zeros((x.nrows(), 1));
            self.notes.push("The cells do not differ in any of the genes that were chosen.".to_owned());
        } else if self.scores.ncols() < task.n_pcs {
            self.notes.push(format!("The cells span only {} principal components.", self.scores.ncols()));
        }
        self.coordinates = match task.space {
            Space::Pca => self.scores.clone(),
            Space::Genes => x.mapv(f64::from),
        };
        self.found.embeddings.insert(Method::Pca, first_two(self.scores.view()));
        self.found.coordinates = self.coordinates.ncols();
        self.plan();
        Ok((None, 1.0))
    }

    /// What is to be done: first what is quick and says most, resampling last.
    fn plan(&mut self) {
        let task = &self.found.task;
        let all = 0..self.found.comparisons.len();
        if let Some(part) = &task.distances {
            self.queue.extend(all.clone().map(Stage::Distances));
            if part.floor_splits > 0 {
                self.queue.extend(all.clone().map(|i| Stage::Floor(i, None)));
            }
        }
        if task.deg.is_some() {
            self.queue.extend(all.clone().map(Stage::Genes));
        }
        let n_series = Series::of(self.found.design(), &self.arms).len();
        if task.doses.is_some() {
            for cell_type in self.found.compared_types() {
                self.queue.extend((0..n_series).map(|series| Stage::Doses(cell_type, series)));
            }
        }
        let methods = task.embedding.iter().flat_map(|part| &part.methods);
        self.queue.extend(methods.map(|&method| Stage::Embed(method, None)));
        if task.distances.as_ref().is_some_and(|part| part.permutations + part.bootstraps > 0) {
            self.queue.extend(all.map(|i| Stage::Resample(i, None)));
        }
        self.total = self.queue.iter().map(|stage| self.weight(stage)).sum();
    }

    fn genes(&mut self, i: usize) -> Result<(Option<Stage>, f64), RunError> {
        let comparison = &self.found.comparisons[i];
        let x = &self.found.prepared.x;
        if comparison.control.len() < 2 || comparison.treated.len() < 2 {
            let design = self.found.design();
            self.notes.push(format!(
                "{} at {}: genes are tested with at least 2 cells on each side.",
                type_name(design, comparison.cell_type),
                design.arms[comparison.arm].label
            ));
            return Ok((None, 1.0));
        }
        if self.control.as_ref().is_none_or(|(cell_type, _)| *cell_type != comparison.cell_type) {
            let control = Control::new(x.select(Axis(0), &comparison.control).view())?;
            self.control = Some((comparison.cell_type, control));
        }
        let (test, logged) = (self.found.task.deg.clone().unwrap_or_default().test, self.found.logged());
        let treated = x.select(Axis(0), &comparison.treated);
        if let Some((_, control)) = &self.control {
            self.found.genes[i] = Some(control.response_genes(treated.view(), test, logged)?);
        }
        Ok((None, 1.0))
    }

    fn doses(&mut self, cell_type: Option<usize>, series: usize) -> Result<(Option<Stage>, f64), RunError> {
        let task = &self.found.task;
        let all = Series::of(self.found.design(), &self.arms);
        let series = &all[series];
        if series.arms.len() < FEWEST_DOSES {
            let note = format!("Dose-response curves need at least {FEWEST_DOSES} doses beside the control.");
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
            return Ok((None, 1.0));
        }
        let metrics = task.distances.as_ref().map_or(&[][..], |part| &part.metrics);
        let n_genes = task.doses.as_ref().map_or(0, |part| part.n_genes);
        let mut fits = self.found.fit_distances(cell_type, series, metrics)?;
        fits.extend(self.found.fit_genes(cell_type, series, n_genes)?);
        self.found.fits.extend(fits);
        // The most certain first; what cannot be told apart stays in the order of the types.
        self.found.fits.sort_by(|a, b| {
            (a.of == FitOf::Gene).cmp(&(b.of == FitOf::Gene)).then(a.fit.p_value.total_cmp(&b.fit.p_value))
        });
        Ok((None, 1.0))
    }

    fn embed(&mut self, method: Method, embedder: Option<Embedder>) -> (Option<Stage>, f64) {
        let part = self.found.task.embedding.clone().unwrap_or_default();
        let made = embedder.map_or_else(|| Embedder::new(method, self.scores.view(), &part), |made| Ok(Some(made)));
        let mut embedder = match made {
            Ok(Some(embedder)) => embedder,
            Ok(None) => return (None, 1.0),
            // An embedding that cannot be made is no reason to lose everything else.
            Err(error) => {
                self.notes.push(format!("No {}: {error}. {}", method.title(), error.hint()));
                return (None, 1.0);
            }
        };
        for _ in 0..STEPS_PER_PICTURE {
            if !embedder.is_finished() {
                embedder.step();
            }
        }
        self.found.embeddings.insert(method, embedder.positions());
        self.events.push(Event::Explored { part: Part::Embedding });
        let within = embedder.progress();
        ((!embedder.is_finished()).then_some(Stage::Embed(method, Some(embedder))), within)
    }
}

/// The first two columns; zeros where there is only one.
fn first_two(scores: ArrayView2<f64>) -> Array2<f32> {
    Array2::from_shape_fn((scores.nrows(), 2), |(i, j)| scores.get((i, j)).map_or(0.0, |&v| v as f32))
}
